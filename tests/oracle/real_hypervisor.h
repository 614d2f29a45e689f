// File: real_hypervisor.h
// A real hypervisor beside us: Debian's ovs-vswitchd (on its dummy datapath: neither root nor a kernel module is
// needed) and ovn-controller, on the databases of a RealCentral.
//
//   RealHypervisor hypervisor(central, "hv1", "192.168.56.11");
//   if (absl::Status s = hypervisor.Start({"vm1", "vm2"}); !s.ok()) …
//   absl::StatusOr<std::vector<std::string>> flows = hypervisor.Flows();

#ifndef OVNLITE_TESTS_ORACLE_REAL_HYPERVISOR_H_
#define OVNLITE_TESTS_ORACLE_REAL_HYPERVISOR_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tests/oracle/real_central.h"

namespace ovnlite {

class RealHypervisor {
 public:
  // `central` has built a network and must outlive the hypervisor. `chassis` is its name, `ip` where tunnels end.
  RealHypervisor(const RealCentral& central, std::string chassis, std::string ip);
  ~RealHypervisor();  // Ends what it started.
  RealHypervisor(const RealHypervisor&) = delete;
  RealHypervisor& operator=(const RealHypervisor&) = delete;

  // A file of Debian's ovn-host and openvswitch-switch that is not there, or "".
  static std::string Missing();

  // Plugs in these logical ports. Every provider network that the Northbound database names is at a bridge of its own.
  absl::Status Start(const std::vector<std::string>& logical_ports);
  // What `ovs-ofctl dump-flows --no-stats br-int` prints.
  absl::StatusOr<std::vector<std::string>> Flows() const;
  // What it was free to number: lines "port LSP NUMBER", "tunnel CHASSIS NUMBER", "zone OWNER NUMBER".
  absl::StatusOr<std::string> Numbers() const;

 private:
  absl::StatusOr<std::string> Run(const std::string& script) const;

  std::string folder_, chassis_, ip_, central_;
};

}  // namespace ovnlite

#endif  // OVNLITE_TESTS_ORACLE_REAL_HYPERVISOR_H_
