#include "lib/check/reach.h"

#include <algorithm>

#include "lib/northd/router_network.h"

namespace ovnlite {

Reach::Reach(const Database& nb, const ViewOf<nb::Logical_Router>& router) {
  const auto add = [this](const IpPrefix& network) {
    own_.insert(network.address());
    networks_.insert(network.network());
    const bool known = std::any_of(lengths_.begin(), lengths_.end(), [&](const IpPrefix& other) {
      return other.is_v6() == network.is_v6() && other.length() == network.length();
    });
    if (!known) lengths_.push_back(network);
  };
  for (const Uuid& uuid : router->ports()) {
    const auto port = nb.Read<nb::Logical_Router_Port>(uuid);
    const std::optional<MacAddress> mac = port ? ReadMac(port->mac()) : std::nullopt;
    if (!mac.has_value()) continue;
    for (const absl::string_view text : port->networks()) {
      if (const std::optional<IpPrefix> network = ReadRouterNetwork(text)) add(*network);
    }
    add(IpPrefix(Ipv6Address::LinkLocalOf(*mac), 64));
  }
}

bool Reach::Reaches(const IpAddress& next_hop) const {
  return std::any_of(lengths_.begin(), lengths_.end(), [&](const IpPrefix& like) {
    return like.is_v6() == next_hop.is_v6() && networks_.contains(IpPrefix(next_hop, like.length()).network());
  });
}

}  // namespace ovnlite
