// File: real_hypervisor.h
// A real hypervisor beside us: Debian's Open vSwitch (RealSwitch) and ovn-controller, on the databases of a
// RealCentral.
//
//   RealHypervisor hypervisor(central, "hv1", "192.168.56.11");
//   if (absl::Status s = hypervisor.Start({"vm1", "vm2"}); !s.ok()) …
//   absl::StatusOr<std::vector<std::string>> flows = hypervisor.Flows();

#ifndef OVNLITE_TESTS_ORACLE_REAL_HYPERVISOR_H_
#define OVNLITE_TESTS_ORACLE_REAL_HYPERVISOR_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tests/oracle/real_central.h"
#include "tests/oracle/real_switch.h"

namespace ovnlite {

class RealHypervisor {
 public:
  // `central` has built a network and must outlive the hypervisor. `chassis` is its name, `ip` where tunnels end.
  RealHypervisor(const RealCentral& central, std::string chassis, std::string ip);

  // A file of Debian's ovn-host and openvswitch-switch that is not there, or "".
  static std::string Missing();

  // Plugs in these logical ports. Every provider network that the Northbound database names is at a bridge of its own.
  absl::Status Start(const std::vector<std::string>& logical_ports);
  // Before Start(): what is behind the tunnels. `socket` is the underlay's, `mac` the hypervisor's there, `neighbors`
  // the MAC address of each other one's IP address. The provider network "physnet1" then gets a port, "ext".
  void Join(const std::string& socket, const std::string& mac, const std::map<std::string, std::string>& neighbors);

  // What `ovs-ofctl dump-flows --no-stats br-int` prints.
  absl::StatusOr<std::vector<std::string>> Flows() const;
  // What it was free to number: lines "port LSP NUMBER", "tunnel CHASSIS NUMBER", "zone OWNER NUMBER".
  absl::StatusOr<std::string> Numbers() const;

  // A frame, in hex, from a logical port plugged in here, or from "ext".
  absl::Status Inject(const std::string& port, const std::string& frame) const;
  // Where the frames are kept, as pcap, that left through a logical port, "ext" or "tunnel".
  std::string CaptureOf(const std::string& port) const;

 private:
  std::string DeviceOf(const std::string& port) const;

  RealSwitch switch_;
  std::string chassis_, ip_, central_, underlay_;
  std::map<std::string, std::string> devices_;  // By logical port.
};

}  // namespace ovnlite

#endif  // OVNLITE_TESTS_ORACLE_REAL_HYPERVISOR_H_
