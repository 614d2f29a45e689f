// File: real_switch.h
// A real Open vSwitch beside us: Debian's ovsdb-server and ovs-vswitchd in a folder of their own. Its datapath is the
// dummy one: packets go through all of Open vSwitch but the kernel, and neither root nor a kernel module is needed.

#ifndef OVNLITE_TESTS_ORACLE_REAL_SWITCH_H_
#define OVNLITE_TESTS_ORACLE_REAL_SWITCH_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace ovnlite {

class RealSwitch {
 public:
  explicit RealSwitch(std::string folder);  // Made here, removed with the switch.
  ~RealSwitch();                            // Ends what it started.
  RealSwitch(const RealSwitch&) = delete;
  RealSwitch& operator=(const RealSwitch&) = delete;

  absl::Status Start();
  // Runs a bash script in the folder and returns what it prints. There, $V is ovs-vsctl with its options, `appctl` asks
  // the switch, and `start PROGRAM ARGUMENTS` starts a daemon, which ends with the switch. The error is what it said.
  absl::StatusOr<std::string> Run(const std::string& script) const;

  const std::string& folder() const { return folder_; }

 private:
  std::string folder_;
};

}  // namespace ovnlite

#endif  // OVNLITE_TESTS_ORACLE_REAL_SWITCH_H_
