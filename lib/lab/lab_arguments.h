// File: lab_arguments.h
// What a Lab is told, as text, checked and read. Errors name the argument and say what is wrong with it.

#ifndef OVNLITE_LIB_LAB_LAB_ARGUMENTS_H_
#define OVNLITE_LIB_LAB_LAB_ARGUMENTS_H_

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/base/mac.h"

namespace ovnlite {

// The address of one station: not zero, no group's, no broadcast.
absl::StatusOr<MacAddress> ReadStationMac(absl::string_view argument, absl::string_view text);
absl::StatusOr<IpAddress> ReadStationIp(absl::string_view argument, absl::string_view text);
// Addresses with the length of their subnet ("10.0.0.10/24 fd00::10/64"), separated by blanks: of stations, and neither
// the first nor the last address of an IPv4 subnet, which are the network's and its broadcast.
absl::StatusOr<std::vector<IpPrefix>> ReadStationAddresses(absl::string_view argument, absl::string_view text);
// Gateways, at most one for each family, each within one of these subnets.
absl::StatusOr<std::vector<IpAddress>> ReadGateways(absl::string_view argument, absl::string_view text,
                                                    const std::vector<IpPrefix>& subnets);

// Who has which address on a switch: two stations with the same one are a mistake of whoever describes a laboratory.
class StationAddresses {
 public:
  struct Holder {
    std::string who;   // "host VM-A"
    std::string port;  // Its logical switch port: when that is gone, its addresses are free.
    bool is_router = false;
  };
  using PortIsThere = absl::FunctionRef<bool(const std::string& port)>;

  // AlreadyExists when another one has the MAC address, or a router has one of the others (or, for a router, anybody).
  absl::Status Check(absl::string_view logical_switch, MacAddress mac, const std::vector<IpPrefix>& addresses,
                     bool is_router, PortIsThere is_there) const;
  void Add(absl::string_view logical_switch, const Holder& holder, MacAddress mac,
           const std::vector<IpPrefix>& addresses);

 private:
  std::map<std::pair<std::string, MacAddress>, Holder> by_mac_;  // By switch.
  std::map<std::pair<std::string, IpAddress>, Holder> by_ip_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_LAB_LAB_ARGUMENTS_H_
