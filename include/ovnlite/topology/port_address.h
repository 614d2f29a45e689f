// File: port_address.h
// The entries of Logical_Switch_Port's `addresses` and `port_security` (ovn-nb(5)): an Ethernet address and IP
// addresses behind it, separated by blanks. Strict: text that would be ignored is an error.

#ifndef OVNLITE_TOPOLOGY_PORT_ADDRESS_H_
#define OVNLITE_TOPOLOGY_PORT_ADDRESS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/base/mac.h"

namespace ovnlite {

struct PortAddress {
  enum class Kind : uint8_t {
    kFixed,    // "MAC [IP[/PREFIX]…]"
    kDynamic,  // "dynamic [IP…]", or "MAC dynamic", which sets has_mac
    kUnknown,  // "unknown"
    kRouter,   // "router"
  };
  Kind kind = Kind::kFixed;
  bool has_mac = false;
  MacAddress mac;
  std::vector<IpPrefix> ips;  // Of the whole address's length where there is no other.
};

// InvalidArgument, in ovn-nbctl's words where it has them.
absl::StatusOr<PortAddress> ParsePortAddress(absl::string_view text);
// "MAC [IP[/PREFIX]…]" only.
absl::StatusOr<PortAddress> ParsePortSecurity(absl::string_view text);

}  // namespace ovnlite

#endif  // OVNLITE_TOPOLOGY_PORT_ADDRESS_H_
