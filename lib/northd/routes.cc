// Where packets go next: a route for each network of each router port, and the static routes. The longest prefix wins
// by priority; of equal prefixes a connected network wins over a static route, and that over a route by source. Several
// static routes to one prefix share its traffic (ECMP): the first table chooses a number, the next one what it means.

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/northd/context.h"
#include "lib/schema/ovn_nb.pb.h"

namespace ovnlite {
namespace {

enum Origin { kBySource = 0, kStatic = 1, kConnected = 2 };

int Priority(const IpPrefix& prefix, Origin origin) { return prefix.length() * 3 + origin; }

StaticRoute ReadRoute(Reader& reader, const Uuid& uuid) {
  StaticRoute route;
  const auto* row = reader.Get<nb::Logical_Router_Static_Route>(uuid);
  if (row == nullptr) return route;
  const absl::Span<const Uuid> owners = reader.Find<nb::Logical_Router>("static_routes", uuid.ToString());
  if (owners.empty()) return route;
  const auto prefix = IpPrefix::Parse(row->ip_prefix());
  if (!prefix.ok()) return route;
  route.prefix = prefix->network();
  route.discard = row->nexthop() == "discard";
  if (!route.discard) {
    // A next hop may be written with its length, but only that of a host.
    const auto next_hop = IpPrefix::Parse(row->nexthop());
    if (!next_hop.ok() || next_hop->length() != next_hop->width() || next_hop->is_v6() != prefix->is_v6()) return route;
    route.next_hop = next_hop->address();
  }
  route.exists = true;
  route.from_source = row->has_policy() && row->policy() == "src-ip";
  route.route_table = row->route_table();
  route.router = owners[0];
  if (row->has_output_port()) route.output_port = row->output_port();
  return route;
}

RouterRoutes ReadRoutes(Reader& reader, const Context& context, const Uuid& uuid) {
  RouterRoutes routes;
  const auto* router = reader.Get<nb::Logical_Router>(uuid);
  if (router == nullptr) return routes;
  const auto number_table = [&](const std::string& table) {
    if (!table.empty()) routes.tables.try_emplace(table, static_cast<uint32_t>(routes.tables.size() + 1));
  };
  for (const ovsdb::Uuid& port : router->ports())
    number_table(reader.Ask(context.router_port, FromProto(port)).route_table);
  uint16_t groups = 0;
  for (const ovsdb::Uuid& member : router->static_routes()) {
    const Uuid id = FromProto(member);
    const StaticRoute& route = reader.Ask(context.route, id);
    if (!route.exists) continue;
    number_table(route.route_table);
    RouteGroup& group = routes.groups[{route.prefix, route.from_source, route.route_table}];
    group.routes.push_back(id);
    if (group.routes.size() == 2) group.number = ++groups;
  }
  return routes;
}

// The address of `port` that is in one network with `ip`.
std::optional<IpPrefix> NetworkOf(const RouterPort& port, const IpAddress& ip) {
  for (const IpPrefix& network : ip.is_v6() ? port.networks.v6 : port.networks.v4) {
    if (network.Contains(ip)) return network;
  }
  return std::nullopt;
}

// Where a route leads: out of which port, with which of its addresses.
struct Way {
  const RouterPort* port;
  IpAddress source;
};
std::optional<Way> FindWay(Reader& reader, const Context& context, const StaticRoute& route) {
  const auto* router = reader.Get<nb::Logical_Router>(route.router);
  for (const ovsdb::Uuid& member : router->ports()) {
    const RouterPort& port = reader.Ask(context.router_port, FromProto(member));
    if (!port.exists || (!route.output_port.empty() && port.name != route.output_port)) continue;
    if (const std::optional<IpPrefix> network = NetworkOf(port, route.next_hop)) return Way{&port, network->address()};
    if (route.output_port.empty()) continue;
    // Told to use this port, it does so with the first address it has.
    const auto& networks = route.prefix.is_v6() ? port.networks.v6 : port.networks.v4;
    if (networks.empty()) return std::nullopt;
    return Way{&port, networks[0].address()};
  }
  return std::nullopt;
}

// "ip4.dst == 10.0.0.0/8" and what restricts it.
std::string MatchOf(const IpPrefix& prefix, bool from_source, uint32_t table) {
  const std::string test =
      absl::StrCat(prefix.is_v6() ? "ip6." : "ip4.", from_source ? "src" : "dst", " == ", prefix.ToString());
  return from_source && table == 0 ? test : absl::StrCat("reg7 == ", table, " && ", test);
}

// Next hop and source into registers, and out of the port.
std::string WayActions(const IpPrefix& prefix, const std::string& next_hop, const RouterPort& port,
                       const IpAddress& source) {
  return absl::StrCat(prefix.is_v6() ? "xxreg0 = " : "reg0 = ", next_hop, "; ",
                      prefix.is_v6() ? "xxreg1 = " : "reg1 = ", source.ToString(),
                      "; eth.src = ", port.networks.mac.ToString(), "; outport = ", port.quoted, "; ");
}

void EmitConnected(Reader& reader, const Context& context, const Uuid& uuid, Output& out) {
  const RouterPort& port = reader.Ask(context.router_port, uuid);
  if (!port.exists) return;
  const FlowSink flows(context, out, port.router, uuid);
  const auto add = [&](const IpPrefix& network) {
    const IpPrefix prefix = network.network();
    const absl::string_view ip = prefix.is_v6() ? "ip6" : "ip4";
    const std::string match = absl::StrCat(ip, ".dst == ", prefix.ToString());
    // Every port has a network fe80::/64 of its own: it is the one the packet came in by.
    const bool link_local = prefix.is_v6() && network.address().IsLinkLocal();
    flows.Add(Stage::kLrInIpRouting, Priority(prefix, kConnected),
              link_local ? absl::StrCat("inport == ", port.quoted, " && ", match) : match,
              absl::StrCat("ip.ttl--; reg8[0..15] = 0; ",
                           WayActions(prefix, absl::StrCat(ip, ".dst"), port, network.address()),
                           "flags.loopback = 1; next;"));
  };
  for (const IpPrefix& network : port.networks.v4) add(network);
  for (const IpPrefix& network : port.networks.v6) add(network);
  if (!port.route_table.empty()) {
    const std::string key = absl::StrCat(port.router.ToString(), "/", port.route_table);
    flows.Add(Stage::kLrInIpRoutingPre, 100, absl::StrCat("inport == ", port.quoted),
              absl::StrCat("reg7 = ", reader.Ask(context.route_table, key), "; next;"));
  }
}

void EmitStatic(Reader& reader, const Context& context, const Uuid& uuid, Output& out) {
  const StaticRoute& route = reader.Ask(context.route, uuid);
  if (!route.exists) return;
  const auto* router = reader.Get<nb::Logical_Router>(route.router);
  if (router->has_enabled() && !router->enabled()) return;
  const FlowSink flows(context, out, route.router, uuid);
  if (route.prefix.is_v6() && !route.discard) {
    // The neighbour to ask is known beforehand, and with it the group that it listens to.
    const Ipv6Address group = route.next_hop.v6().SolicitedNode();
    const std::string next_hop = route.next_hop.ToString();
    flows.Add(Stage::kLrInArpRequest, 200, absl::StrCat("eth.dst == 00:00:00:00:00:00 && ip6 && xxreg0 == ", next_hop),
              absl::StrCat("nd_ns { eth.dst = ", group.MulticastMac().ToString(), "; ip6.dst = ", group.ToString(),
                           "; nd.target = ", next_hop, "; output; };"));
  }
  const RouteGroup& group = reader.Ask(context.route_group, uuid);
  const uint32_t table =
      route.route_table.empty()
          ? 0
          : reader.Ask(context.route_table, absl::StrCat(route.router.ToString(), "/", route.route_table));
  const int priority = Priority(route.prefix, route.from_source ? kBySource : kStatic);
  const std::string match = MatchOf(route.prefix, route.from_source, table);
  if (group.number == 0) {
    if (route.discard) {
      flows.Add(Stage::kLrInIpRouting, priority, match, "drop;");
    } else if (const std::optional<Way> way = FindWay(reader, context, route)) {
      flows.Add(Stage::kLrInIpRouting, priority, match,
                absl::StrCat("ip.ttl--; reg8[0..15] = 0; ",
                             WayActions(route.prefix, route.next_hop.ToString(), *way->port, way->source),
                             "flags.loopback = 1; next;"));
    }
    return;
  }
  const auto member = std::find(group.routes.begin(), group.routes.end(), uuid);
  if (member == group.routes.begin()) {
    std::vector<int> numbers(group.routes.size());
    for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<int>(i + 1);
    // The flow is the group's, not this route's: no hint.
    FlowSink(context, out, route.router)
        .Add(Stage::kLrInIpRouting, priority, match,
             absl::StrCat("ip.ttl--; flags.loopback = 1; reg8[0..15] = ", group.number, "; reg8[16..31] = select(",
                          absl::StrJoin(numbers, ", "), ");"));
  }
  if (const std::optional<Way> way = FindWay(reader, context, route); way && !route.discard) {
    flows.Add(Stage::kLrInIpRoutingEcmp, 100,
              absl::StrCat("reg8[0..15] == ", group.number, " && reg8[16..31] == ", member - group.routes.begin() + 1),
              absl::StrCat(WayActions(route.prefix, route.next_hop.ToString(), *way->port, way->source), "next;"));
  }
}

}  // namespace

void DefineRouteQueries(Incremental& engine, Context& context) {
  context.route =
      engine.AddQuery<StaticRoute>("route", [](Reader& reader, const Uuid& uuid) { return ReadRoute(reader, uuid); });
  context.routes = engine.AddQuery<RouterRoutes>(
      "routes", [&context](Reader& reader, const Uuid& uuid) { return ReadRoutes(reader, context, uuid); });
  context.route_group = engine.AddQuery<RouteGroup>("route_group", [&context](Reader& reader, const Uuid& uuid) {
    const StaticRoute& route = reader.Ask(context.route, uuid);
    const RouterRoutes& routes = reader.Ask(context.routes, route.router);
    const auto found = routes.groups.find({route.prefix, route.from_source, route.route_table});
    return found == routes.groups.end() ? RouteGroup() : found->second;
  });
  context.route_table =
      engine.AddNamedQuery<uint32_t>("route_table", [&context](Reader& reader, absl::string_view key) -> uint32_t {
        const size_t slash = key.find('/');
        const RouterRoutes& routes = reader.Ask(context.routes, Uuid::Parse(key.substr(0, slash)).value_or(Uuid()));
        const auto found = routes.tables.find(std::string(key.substr(slash + 1)));
        return found == routes.tables.end() ? 0 : found->second;
      });
}

void DefineRouteFlows(Incremental& engine, const Context& context) {
  engine.AddEmitter<nb::Logical_Router_Port>(
      "connected_routes",
      [&context](Reader& reader, const Uuid& uuid, Output& out) { EmitConnected(reader, context, uuid, out); });
  engine.AddEmitter<nb::Logical_Router_Static_Route>(
      "static_route",
      [&context](Reader& reader, const Uuid& uuid, Output& out) { EmitStatic(reader, context, uuid, out); });
}

}  // namespace ovnlite
