// File: router_networks.h
// What a router port's Ethernet address and networks must be.

#ifndef OVNLITE_LIB_TOPOLOGY_ROUTER_NETWORKS_H_
#define OVNLITE_LIB_TOPOLOGY_ROUTER_NETWORKS_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/db/database.h"

namespace ovnlite {

// An Ethernet address of one station.
absl::Status CheckRouterMac(absl::string_view port, absl::string_view mac);

// The networks that `port` is to have on `router`: readable, of one station each, not the same twice, and not
// overlapping those of the router's other ports; `except` is the port's own row (zero for a new one).
absl::Status CheckNetworks(const Database& nb, const Uuid& router, const Uuid& except, absl::string_view port,
                           absl::Span<const absl::string_view> networks);

// The networks of all ports of a router, by port.
struct RouterNetwork {
  std::string port;
  IpPrefix network;
};
std::vector<RouterNetwork> NetworksOf(const Database& nb, const Uuid& router, const Uuid& except = Uuid());

}  // namespace ovnlite

#endif  // OVNLITE_LIB_TOPOLOGY_ROUTER_NETWORKS_H_
