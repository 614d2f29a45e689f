#include "lib/northd/static_route.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/schema/ovn_nb.pb.h"
#include "ovnlite/base/address_scan.h"
#include "ovnlite/base/utf8.h"

namespace ovnlite {
namespace {

bool IsHost(const IpPrefix& prefix) { return prefix.length() == prefix.width(); }
// A next hop to look for in networks. Here the text has to be that of inet_pton(3), and what has a dot is IPv4.
std::optional<IpAddress> Neighbor(absl::string_view next_hop) {
  if (next_hop.find('.') != next_hop.npos) {
    const absl::StatusOr<Ipv4Address> v4 = Ipv4Address::Parse(next_hop);
    return v4.ok() ? std::optional<IpAddress>(*v4) : std::nullopt;
  }
  const absl::StatusOr<Ipv6Address> v6 = Ipv6Address::Parse(next_hop);
  return v6.ok() ? std::optional<IpAddress>(*v6) : std::nullopt;
}

bool IsMapped(const IpPrefix& prefix) { return prefix.is_v6() && prefix.address().v6().IsMappedIpv4(); }

}  // namespace

absl::StatusOr<StaticRoute> ReadStaticRoute(const nb::Logical_Router_Static_Route& row) {
  StaticRoute route;
  route.discard = row.nexthop() == "discard";
  if (!route.discard) route.next_hop = row.nexthop();
  std::optional<IpPrefix> next_hop;
  if (!route.next_hop.empty()) {
    next_hop = ReadIpPrefix(route.next_hop);
    if (!next_hop.has_value()) {
      return absl::InvalidArgumentError(absl::StrCat("next hop ", QuoteJson(route.next_hop), " is no address"));
    }
    if (!IsHost(*next_hop) || IsMapped(*next_hop)) {
      return absl::InvalidArgumentError(absl::StrCat("next hop ", QuoteJson(route.next_hop), " is not one address"));
    }
  }
  const std::optional<IpPrefix> prefix = ReadIpPrefix(row.ip_prefix());
  if (!prefix.has_value() || IsMapped(*prefix)) {
    return absl::InvalidArgumentError(absl::StrCat("prefix ", QuoteJson(row.ip_prefix()), " is none"));
  }
  if (next_hop.has_value() && next_hop->is_v6() != prefix->is_v6()) {
    return absl::InvalidArgumentError(absl::StrCat("prefix ", QuoteJson(row.ip_prefix()), " and next hop ",
                                                   QuoteJson(route.next_hop), " are of different families"));
  }
  route.prefix = *prefix;
  route.from_source = row.has_policy() && row.policy() == "src-ip";
  route.route_table = row.route_table();
  if (row.has_output_port()) route.output_port = row.output_port();
  return route;
}

std::optional<Ipv6Address> Ipv6NextHop(absl::string_view next_hop) {
  const std::optional<IpPrefix> prefix = ReadIpPrefix(next_hop);
  if (!prefix.has_value() || !prefix->is_v6() || !IsHost(*prefix)) return std::nullopt;
  return prefix->address().v6();
}

std::optional<IpAddress> MemberOf(const LportAddresses& networks, const IpAddress& ip) {
  for (const IpPrefix& network : ip.is_v6() ? networks.v6 : networks.v4) {
    if (network.Contains(ip)) return network.address();
  }
  return std::nullopt;
}

std::optional<Way> ChooseWay(const StaticRoute& route, absl::Span<const RouteExit> exits) {
  const std::optional<IpAddress> next_hop = Neighbor(route.next_hop);
  for (size_t i = 0; i < exits.size(); ++i) {
    const LportAddresses& networks = *exits[i].networks;
    const std::optional<IpAddress> source =
        next_hop.has_value() ? MemberOf(networks, *next_hop) : std::optional<IpAddress>();
    if (source.has_value()) return Way{i, *source};
    if (!route.output_port.has_value()) continue;
    const std::vector<IpPrefix>& own = route.prefix.is_v6() ? networks.v6 : networks.v4;
    if (!own.empty()) return Way{i, own[0].address()};
  }
  return std::nullopt;
}

}  // namespace ovnlite
