// File: lab_real_checks.h
// What the real lab is asked to show, each with the system's own programs in the VMs' namespaces. A check that fails
// gives the reason and the command to try it again.

#ifndef OVNLITE_TOOLS_LAB_REAL_CHECKS_H_
#define OVNLITE_TOOLS_LAB_REAL_CHECKS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/lab_real_network.h"
#include "tools/lab_real_process.h"
#include "tools/lab_real_report.h"

namespace ovnlite::tools {

struct LabChecks {
  Processes& processes;
  const LabNetwork& network;

  // Every ping must be answered, the first one too. `more` are options of ping(8).
  absl::StatusOr<Finding> Ping(const std::string& from, const std::string& to, const std::vector<std::string>& more,
                               int count) const;
  // A packet of the VMs' MTU passes, and ping is told so when it asks for one byte more.
  absl::StatusOr<Finding> Mtu(const std::string& from, const std::string& to) const;
  // The routers on the way, and the destination last.
  absl::StatusOr<Finding> Traceroute(const std::string& from, const std::vector<std::string>& hops) const;
  // `bytes` of noise through a TCP connection; what arrives is compared, by its SHA-256, with what was sent.
  absl::StatusOr<Finding> Tcp(const std::string& from, const std::string& to, const std::string& address,
                              size_t bytes) const;
  // Datagrams of these sizes; those above the MTU travel in fragments.
  absl::StatusOr<Finding> Udp(const std::string& from, const std::string& to, const std::string& address,
                              const std::vector<size_t>& sizes) const;
  // A port where nobody listens refuses at once.
  absl::StatusOr<Finding> Refused(const std::string& from, const std::string& address) const;

  // tcpdump(8) on the underlay, until its Child is stopped.
  absl::StatusOr<std::unique_ptr<Child>> StartCapture() const;
  // Geneve went each way between two hypervisors, with OVN's option and the pings inside; waits for `expected` frames
  // each way, or until no more come.
  absl::StatusOr<Finding> Geneve(Child& capture, const std::string& one, const std::string& other, int expected) const;
};

}  // namespace ovnlite::tools

#endif  // OVNLITE_TOOLS_LAB_REAL_CHECKS_H_
