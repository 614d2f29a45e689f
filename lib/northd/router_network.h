// File: router_network.h
// An element of Logical_Router_Port.networks (ovn-nb(5)): an address of the port and the length of its network,
// "10.0.0.1/24". A port with a bad one has its others.

#ifndef OVNLITE_LIB_NORTHD_ROUTER_NETWORK_H_
#define OVNLITE_LIB_NORTHD_ROUTER_NETWORK_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "ovnlite/base/address_scan.h"
#include "ovnlite/base/ip.h"

namespace ovnlite {

// Nothing for what is no address with a length, and for 0.0.0.0 of any length, which no port can have.
inline std::optional<IpPrefix> ReadRouterNetwork(absl::string_view text) {
  const std::optional<IpPrefix> network = ReadIpPrefix(text);
  return network.has_value() && network->address() == IpAddress(Ipv4Address()) ? std::nullopt : network;
}

}  // namespace ovnlite

#endif  // OVNLITE_LIB_NORTHD_ROUTER_NETWORK_H_
