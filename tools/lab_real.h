// File: lab_real.h
// The laboratory of two hypervisors on this machine's own kernel: central, compute1, compute2, VM-A and VM-B are
// network namespaces, each compute node runs `ovnlite chassis`, and the system's own ping, nc, traceroute and tcpdump
// show that packets arrive. Needs root. See lab_real_network.h for what is built, and that it is taken away again.

#ifndef OVNLITE_TOOLS_LAB_REAL_H_
#define OVNLITE_TOOLS_LAB_REAL_H_

#include <string>

#include "absl/status/status.h"

namespace ovnlite::tools {

struct RealLabOptions {
  // A Southbound database file with chassis compute1 and compute2 and logical ports LSP1 and LSP2 bound to them; empty:
  // the lab compiles its own.
  std::string sb;
  bool json = false;
  // Leave it running after the checks, until a signal comes.
  bool keep = false;
};

// Prints to standard output. The error is the first check's that failed; FailedPrecondition when this machine lacks
// something, which is then named with its Debian package.
absl::Status RunRealLab(const RealLabOptions& options);

}  // namespace ovnlite::tools

#endif  // OVNLITE_TOOLS_LAB_REAL_H_
