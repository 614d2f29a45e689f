#include "lib/northd/static_route.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "ovnlite/base/address_scan.h"
#include "ovnlite/base/utf8.h"

namespace ovnlite {
namespace {

bool IsHost(const IpPrefix& prefix) { return prefix.length() == prefix.width(); }
bool IsMapped(const IpPrefix& prefix) { return prefix.is_v6() && prefix.address().v6().IsMappedIpv4(); }

}  // namespace

absl::StatusOr<StaticRoute> ReadStaticRoute(ViewOf<nb::Logical_Router_Static_Route> row) {
  StaticRoute route;
  route.discard = row->nexthop() == "discard";
  if (!route.discard) route.next_hop = std::string(row->nexthop());
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
  const std::optional<IpPrefix> prefix = ReadIpPrefix(row->ip_prefix());
  if (!prefix.has_value() || IsMapped(*prefix)) {
    return absl::InvalidArgumentError(absl::StrCat("prefix ", QuoteJson(row->ip_prefix()), " is none"));
  }
  if (next_hop.has_value() && next_hop->is_v6() != prefix->is_v6()) {
    return absl::InvalidArgumentError(absl::StrCat("prefix ", QuoteJson(row->ip_prefix()), " and next hop ",
                                                   QuoteJson(route.next_hop), " are of different families"));
  }
  route.prefix = *prefix;
  route.from_source = row->has_policy() && row->policy() == "src-ip";
  route.route_table = std::string(row->route_table());
  if (row->has_output_port()) route.output_port = std::string(row->output_port());
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

// Here the text has to be that of inet_pton(3), and what has a dot is IPv4.
std::optional<IpAddress> NeighborOf(const StaticRoute& route) {
  if (route.next_hop.find('.') != route.next_hop.npos) {
    const absl::StatusOr<Ipv4Address> v4 = Ipv4Address::Parse(route.next_hop);
    return v4.ok() ? std::optional<IpAddress>(*v4) : std::nullopt;
  }
  const absl::StatusOr<Ipv6Address> v6 = Ipv6Address::Parse(route.next_hop);
  return v6.ok() ? std::optional<IpAddress>(*v6) : std::nullopt;
}

std::optional<IpAddress> SourceOnPort(const StaticRoute& route, const LportAddresses& networks) {
  if (const std::optional<IpAddress> next_hop = NeighborOf(route)) {
    if (const std::optional<IpAddress> source = MemberOf(networks, *next_hop)) return source;
  }
  const std::vector<IpPrefix>& own = route.prefix.is_v6() ? networks.v6 : networks.v4;
  return own.empty() ? std::nullopt : std::optional<IpAddress>(own[0].address());
}

}  // namespace ovnlite
