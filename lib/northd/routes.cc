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
  const auto* row = reader.Get<nb::Logical_Router_Static_Route>(uuid);
  if (row == nullptr) return StaticRoute();
  const absl::Span<const Uuid> owners = reader.Find<nb::Logical_Router>("static_routes", uuid.ToString());
  if (owners.empty()) return StaticRoute();
  absl::StatusOr<StaticRoute> route = ReadStaticRoute(*row);
  if (!route.ok()) return StaticRoute();
  route->exists = true;
  route->router = owners[0];
  return *std::move(route);
}

RouterRoutes ReadRoutes(Reader& reader, const Context& context, const Uuid& uuid) {
  const auto* router = reader.Get<nb::Logical_Router>(uuid);
  if (router == nullptr) return RouterRoutes();
  std::vector<std::string> port_tables;
  for (const ovsdb::Uuid& port : router->ports())
    port_tables.push_back(reader.Ask(context.router_port, FromProto(port)).route_table);
  std::vector<UsableRoute> usable;
  for (const ovsdb::Uuid& member : router->static_routes()) {
    const StaticRoute& route = reader.Ask(context.route, FromProto(member));
    if (!route.exists) continue;
    if (route.discard || FindWay(reader, context, route).has_value()) usable.push_back({FromProto(member), &route});
  }
  return GroupRoutes(port_tables, usable);
}

// "ip4" or "ip6".
absl::string_view FamilyOf(const IpPrefix& prefix) { return prefix.is_v6() ? "ip6" : "ip4"; }
// The same where OVN goes by the text, and takes an address with a dot in it, ::10.0.0.0/120, to be IPv4.
absl::string_view FamilyByText(const IpPrefix& prefix) {
  return prefix.address().ToString().find('.') == std::string::npos ? "ip6" : "ip4";
}

// "ip4.dst == 10.0.0.0/8" and what restricts it.
std::string MatchOf(absl::string_view ip, const IpPrefix& prefix, bool from_source, uint32_t table) {
  const std::string test = absl::StrCat(ip, from_source ? ".src == " : ".dst == ", prefix.network().ToString());
  return from_source && table == 0 ? test : absl::StrCat("reg7 == ", table, " && ", test);
}

// Every port has a network fe80::/64 of its own: it is the one the packet came in by.
std::string FromPort(const IpPrefix& prefix, const RouterPort& port) {
  return prefix.is_v6() && prefix.network().address().IsLinkLocal() ? absl::StrCat("inport == ", port.quoted, " && ") : "";
}

// Next hop and source into registers, and out of the port.
std::string WayActions(absl::string_view ip, const std::string& next_hop, const RouterPort& port,
                       const IpAddress& source) {
  const absl::string_view registers = ip == "ip6" ? "xxreg" : "reg";
  return absl::StrCat(registers, "0 = ", next_hop, "; ", registers, "1 = ", source.ToString(),
                      "; eth.src = ", port.networks.mac.ToString(), "; outport = ", port.quoted, "; ");
}

void EmitConnected(Reader& reader, const Context& context, const Uuid& uuid, Output& out) {
  const RouterPort& port = reader.Ask(context.router_port, uuid);
  if (!port.exists) return;
  const FlowSink flows(reader, context, out, port.router, uuid);
  const auto add = [&](const IpPrefix& network) {
    const std::string destination = absl::StrCat(FamilyByText(network), ".dst");
    flows.Add(Stage::kLrInIpRouting, Priority(network, kConnected),
              absl::StrCat(FromPort(network, port), destination, " == ", network.network().ToString()),
              absl::StrCat("ip.ttl--; reg8[0..15] = 0; ",
                           WayActions(FamilyByText(network), destination, port, network.address()),
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

// Of an IPv6 next hop the neighbor to ask is known beforehand, and with it the group that it listens to. That the route
// itself can be used is not asked.
void EmitSolicitation(Reader& reader, const Context& context, const Uuid& uuid, Output& out) {
  const std::string& next_hop = reader.Get<nb::Logical_Router_Static_Route>(uuid)->nexthop();
  const std::optional<Ipv6Address> neighbor = Ipv6NextHop(next_hop);
  const absl::Span<const Uuid> owners = reader.Find<nb::Logical_Router>("static_routes", uuid.ToString());
  if (!neighbor.has_value() || owners.empty()) return;
  const auto* router = reader.Get<nb::Logical_Router>(owners[0]);
  if (router->has_enabled() && !router->enabled()) return;
  const Ipv6Address group = neighbor->SolicitedNode();
  FlowSink(reader, context, out, owners[0], uuid)
      .Add(Stage::kLrInArpRequest, 200, absl::StrCat("eth.dst == 00:00:00:00:00:00 && ip6 && xxreg0 == ", next_hop),
           absl::StrCat("nd_ns { eth.dst = ", group.MulticastMac().ToString(), "; ip6.dst = ", group.ToString(),
                        "; nd.target = ", next_hop, "; output; };"));
}

void EmitStatic(Reader& reader, const Context& context, const Uuid& uuid, Output& out) {
  const StaticRoute& route = reader.Ask(context.route, uuid);
  if (!route.exists) return;
  const auto* router = reader.Get<nb::Logical_Router>(route.router);
  if (router->has_enabled() && !router->enabled()) return;
  const RouteGroup& group = reader.Ask(context.route_group, uuid);
  const uint32_t table =
      route.route_table.empty()
          ? 0
          : reader.Ask(context.route_table, absl::StrCat(route.router.ToString(), "/", route.route_table));
  const int priority = Priority(route.prefix, route.from_source ? kBySource : kStatic);
  const std::optional<PortAndSource> way =
      route.discard ? std::optional<PortAndSource>() : FindWay(reader, context, route);
  if (group.number == 0) {
    const absl::string_view ip = FamilyByText(route.prefix);
    const std::string match = MatchOf(ip, route.prefix, route.from_source, table);
    // Told to use another router's port, a route does so on that router.
    const FlowSink flows(reader, context, out, way.has_value() ? way->port->router : route.router, uuid);
    if (route.discard) {
      flows.Add(Stage::kLrInIpRouting, priority, match, kDrop);
    } else if (way.has_value()) {
      const std::string next_hop = route.next_hop.empty() ? absl::StrCat(ip, ".dst") : route.next_hop;
      flows.Add(Stage::kLrInIpRouting, priority, absl::StrCat(FromPort(route.prefix, *way->port), match),
                absl::StrCat("ip.ttl--; reg8[0..15] = 0; ", WayActions(ip, next_hop, *way->port, way->source),
                             "flags.loopback = 1; next;"));
    }
    return;
  }
  const absl::string_view ip = FamilyOf(route.prefix);
  const auto member = std::find(group.routes.begin(), group.routes.end(), uuid);
  if (member == group.routes.begin()) {
    std::vector<int> numbers(group.routes.size());
    for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<int>(i + 1);
    // The flow is the group's, not this route's: no hint.
    FlowSink(reader, context, out, route.router)
        .Add(Stage::kLrInIpRouting, priority, MatchOf(ip, route.prefix, route.from_source, table),
             absl::StrCat("ip.ttl--; flags.loopback = 1; reg8[0..15] = ", group.number, "; reg8[16..31] = select(",
                          absl::StrJoin(numbers, ", "), ");"));
  }
  // Without a next hop OVN writes none, and no hypervisor can read the flow.
  if (way.has_value()) {
    FlowSink(reader, context, out, route.router, uuid)
        .Add(Stage::kLrInIpRoutingEcmp, 100,
             absl::StrCat("reg8[0..15] == ", group.number, " && reg8[16..31] == ", member - group.routes.begin() + 1),
             absl::StrCat(WayActions(ip, route.next_hop, *way->port, way->source), "next;"));
  }
}

}  // namespace

std::optional<PortAndSource> FindWay(Reader& reader, const Context& context, const StaticRoute& route) {
  std::vector<const RouterPort*> ports;
  std::vector<RouteExit> exits;
  const auto add = [&](const Uuid& uuid) {
    const RouterPort& port = reader.Ask(context.router_port, uuid);
    if (!port.exists) return;
    ports.push_back(&port);
    exits.push_back({port.name, &port.networks});
  };
  if (route.output_port.has_value()) {
    // Whichever router it is of: a port of another one makes a flow that sends packets nowhere.
    for (const Uuid& uuid : reader.Find<nb::Logical_Router_Port>("name", *route.output_port)) add(uuid);
  } else {
    for (const ovsdb::Uuid& member : reader.Get<nb::Logical_Router>(route.router)->ports()) add(FromProto(member));
  }
  const std::optional<Way> way = ChooseWay(route, exits);
  if (!way.has_value()) return std::nullopt;
  return PortAndSource{ports[way->exit], way->source};
}

void DefineRouteQueries(Incremental& engine, Context& context) {
  context.route =
      engine.AddQuery<StaticRoute>("route", [](Reader& reader, const Uuid& uuid) { return ReadRoute(reader, uuid); });
  context.routes = engine.AddQuery<RouterRoutes>(
      "routes", [&context](Reader& reader, const Uuid& uuid) { return ReadRoutes(reader, context, uuid); });
  context.route_group = engine.AddQuery<RouteGroup>("route_group", [&context](Reader& reader, const Uuid& uuid) {
    const StaticRoute& route = reader.Ask(context.route, uuid);
    const RouterRoutes& routes = reader.Ask(context.routes, route.router);
    const auto found = routes.groups.find(KeyOf(route));
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
  engine.AddEmitter<nb::Logical_Router_Static_Route>(
      "solicitation",
      [&context](Reader& reader, const Uuid& uuid, Output& out) { EmitSolicitation(reader, context, uuid, out); });
}

}  // namespace ovnlite
