// File: real_network.h
// Real hypervisors joined by an underlay, and packets through them: a recording (lab/steps.h) of what OVN does.
//
//   RealCentral central;
//   RealNetwork network(central);
//   absl::StatusOr<std::string> recording = network.Record(lines, "vm1 ffffffffffff…\n");

#ifndef OVNLITE_TESTS_ORACLE_REAL_NETWORK_H_
#define OVNLITE_TESTS_ORACLE_REAL_NETWORK_H_

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ovnlite/db/database.h"
#include "tests/oracle/real_central.h"
#include "tests/oracle/real_hypervisor.h"
#include "tests/oracle/real_switch.h"

namespace ovnlite {

class RealNetwork {
 public:
  explicit RealNetwork(RealCentral& central) : central_(central) {}

  // Builds the network: as for RealCentral::Build(), where each "sb chassis-add NAME geneve IP" is a hypervisor, and
  // each "sb lsp-bind PORT NAME" plugs a port in there. Then plays the steps. Frames on tunnels that are not of the
  // logical networks (BFD) are left out.
  absl::StatusOr<std::string> Record(const std::vector<std::string>& lines, absl::string_view steps);
  // The Southbound database before the first step.
  Database& southbound() { return *southbound_; }

 private:
  struct Place {
    RealHypervisor* hypervisor;
    std::string port;
  };
  struct Outlet {
    std::string name, capture;
    size_t seen = 0;
  };
  absl::Status Start(const std::vector<std::string>& lines);
  absl::Status Play(absl::string_view line);
  void Settle();

  RealCentral& central_;
  std::unique_ptr<RealSwitch> underlay_;
  std::map<std::string, std::unique_ptr<RealHypervisor>> hypervisors_;
  std::map<std::string, Place> places_;  // By the first word of a step.
  std::vector<Outlet> outlets_;
  std::unique_ptr<Database> southbound_;
  std::string recording_;
};

}  // namespace ovnlite

#endif  // OVNLITE_TESTS_ORACLE_REAL_NETWORK_H_
