// Where packets go next: a route for each network of each router port, and the static routes. The longest prefix wins
// by priority; of equal prefixes a connected network wins over a static route, and that over a route by source. Several
// static routes to one prefix share its traffic (ECMP): the first table chooses a number, the next one what it means.

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/northd/context.h"
#include "lib/northd/feature.h"
#include "lib/northd/flow_sink.h"
#include "lib/northd/static_route.h"
#include "ovnlite/base/utf8.h"

namespace ovnlite {
namespace {

enum Origin { kBySource = 0, kStatic = 1, kConnected = 2 };

int Priority(const IpPrefix& prefix, Origin origin) { return prefix.length() * 3 + origin; }

// What routes that lead to the same place share.
struct RouteKey {
  Uuid router;
  IpPrefix prefix;  // With its host bits: 10.0.0.1/8 and 10.0.0.2/8 are no group.
  bool from_source = false;
  std::string table;

  friend auto operator<=>(const RouteKey&, const RouteKey&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const RouteKey& k) {
    return H::combine(std::move(h), k.router, k.prefix, k.from_source, k.table);
  }
  std::string ToString() const {
    return absl::StrCat(router.ToString(), " ", from_source ? "from " : "to ", prefix.ToString(), " in \"", table,
                        "\"");
  }
};
RouteKey KeyOf(const StaticRoute& route) { return {route.router, route.prefix, route.from_source, route.route_table}; }

// What names a route table: a router port, or a route.
struct TableUse {
  bool by_route = false;
  Uuid row;
  friend auto operator<=>(const TableUse&, const TableUse&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const TableUse& u) {
    return H::combine(std::move(h), u.by_route, u.row);
  }
  std::string ToString() const { return row.ToString(); }
};

// Out of which router port a route leads, with which of its addresses.
struct Way {
  Uuid port;
  IpAddress source;
  friend bool operator==(const Way&, const Way&) = default;
};

struct RouteContext {
  explicit RouteContext(const Context& c) : context(c) {}

  const Context& context;
  Query<Uuid, StaticRoute> route;       // By Logical_Router_Static_Route.
  Query<Uuid, std::optional<Way>> way;  // The same; nothing when it leads nowhere.
  // Networks of a router's usable ports, and how long they are: 256 and the length for IPv6.
  Relation<std::pair<Uuid, IpPrefix>, Uuid> networks;
  Relation<Uuid, int> lengths;
  // Routes that count: they lead somewhere, or discard. Those of one key, in the order of their numbers in a group.
  Relation<RouteKey, Uuid> usable;
  Query<RouteKey, std::vector<Uuid>> group;
  // By router: the second route of each group of several. A group is numbered, from 1, by its second route.
  Relation<Uuid, Uuid> group_marks;
  Query<Uuid, std::vector<Uuid>> groups;
  // By router and name: what names a table. By router: the first that names each table, and the table.
  Relation<std::pair<Uuid, std::string>, TableUse> table_uses;
  Relation<Uuid, std::pair<TableUse, std::string>> table_marks;
  // By router: tables are numbered from 1 in the order in which they come up, first among the router's ports, then
  // among its routes. The main table has no name and number 0.
  Query<Uuid, std::map<std::string, uint32_t>> tables;

  uint32_t TableNumber(Reader& reader, const Uuid& router, const std::string& table) const {
    if (table.empty()) return 0;
    const std::map<std::string, uint32_t>& numbers = reader.Ask(tables, router);
    const auto found = numbers.find(table);
    return found == numbers.end() ? 0 : found->second;
  }
};

StaticRoute ReadRoute(Reader& reader, const Uuid& uuid) {
  const auto row = reader.Get<nb::Logical_Router_Static_Route>(uuid);
  if (!row) return StaticRoute();
  const RowIds owners = reader.Find(nb::columns::Logical_Router::static_routes, uuid);
  if (owners.empty()) return StaticRoute();
  const Uuid owner = owners.front();
  absl::StatusOr<StaticRoute> route = ReadStaticRoute(row);
  if (!route.ok()) return StaticRoute();
  route->exists = true;
  route->router = owner;
  return *std::move(route);
}

bool IsEnabled(Reader& reader, const Uuid& router) {
  const auto row = reader.Get<nb::Logical_Router>(router);
  return row && (!row->has_enabled() || row->enabled());
}

// Told which port to use, a route uses it, whichever router that is of: a port of another one makes a flow that sends
// packets nowhere. Otherwise it takes the first of its router's ports that is in one network with the next hop.
std::optional<Way> FindWay(Reader& reader, const RouteContext& routes, const Uuid& uuid) {
  const StaticRoute& route = reader.Ask(routes.route, uuid);
  if (!route.exists || route.discard) return std::nullopt;
  if (route.output_port.has_value()) {
    for (const Uuid& candidate : reader.Find(nb::columns::Logical_Router_Port::name, *route.output_port)) {
      const RouterPort& port = reader.Ask(routes.context.router_port, candidate);
      const std::optional<IpAddress> source =
          port.exists ? SourceOnPort(route, port.networks) : std::optional<IpAddress>();
      if (source.has_value()) return Way{candidate, *source};
    }
    return std::nullopt;
  }
  const std::optional<IpAddress> next_hop = NeighborOf(route);
  if (!next_hop.has_value()) return std::nullopt;
  Uuid first;
  for (const int length : reader.Members(routes.lengths, route.router)) {
    if ((length >= 256) != next_hop->is_v6()) continue;
    const IpPrefix network = IpPrefix(*next_hop, length % 256).network();
    const Uuid* port = reader.First(routes.networks, {route.router, network});
    if (port != nullptr && (first.IsZero() || *port < first)) first = *port;
  }
  if (first.IsZero()) return std::nullopt;
  const std::optional<IpAddress> source = MemberOf(reader.Ask(routes.context.router_port, first).networks, *next_hop);
  return source.has_value() ? std::optional<Way>(Way{first, *source}) : std::nullopt;
}

void EmitNetworks(Reader& reader, const RouteContext& routes, const Uuid& uuid, Output& out) {
  const RouterPort& port = reader.Ask(routes.context.router_port, uuid);
  if (!port.exists) return;
  for (const auto* networks : {&port.networks.v4, &port.networks.v6}) {
    for (const IpPrefix& network : *networks) {
      out.Add(routes.networks, {port.router, network.network()}, uuid);
      out.Add(routes.lengths, port.router, network.length() + (network.is_v6() ? 256 : 0));
    }
  }
  const absl::string_view table = reader.Get<nb::Logical_Router_Port>(uuid)->options("route_table").value_or("");
  if (!table.empty()) out.Add(routes.table_uses, {port.router, std::string(table)}, TableUse{false, uuid});
}

void EmitUsable(Reader& reader, const RouteContext& routes, const Uuid& uuid, Output& out) {
  const StaticRoute& route = reader.Ask(routes.route, uuid);
  if (!route.exists || (!route.discard && !reader.Ask(routes.way, uuid).has_value())) return;
  out.Add(routes.usable, KeyOf(route), uuid);
  if (!route.route_table.empty()) out.Add(routes.table_uses, {route.router, route.route_table}, TableUse{true, uuid});
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
  return prefix.is_v6() && prefix.network().address().IsLinkLocal() ? absl::StrCat("inport == ", port.quoted, " && ")
                                                                    : "";
}

// Next hop and source into registers, and out of the port.
std::string WayActions(absl::string_view ip, const std::string& next_hop, const RouterPort& port,
                       const IpAddress& source) {
  const absl::string_view registers = ip == "ip6" ? "xxreg" : "reg";
  return absl::StrCat(registers, "0 = ", next_hop, "; ", registers, "1 = ", source.ToString(),
                      "; eth.src = ", port.networks.mac.ToString(), "; outport = ", port.quoted, "; ");
}

void EmitConnected(Reader& reader, const RouteContext& routes, const Uuid& uuid, Output& out) {
  const RouterPort& port = reader.Ask(routes.context.router_port, uuid);
  if (!port.exists) return;
  const FlowSink flows(reader, routes.context, out, port.router, uuid);
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
  const absl::string_view table = reader.Get<nb::Logical_Router_Port>(uuid)->options("route_table").value_or("");
  if (!table.empty()) {
    flows.Add(Stage::kLrInIpRoutingPre, 100, absl::StrCat("inport == ", port.quoted),
              absl::StrCat("reg7 = ", routes.TableNumber(reader, port.router, std::string(table)), "; next;"));
  }
}

// Of an IPv6 next hop the neighbor to ask is known beforehand, and with it the group that it listens to. That the route
// itself can be used is not asked.
void EmitSolicitation(Reader& reader, const RouteContext& routes, const Uuid& uuid, Output& out) {
  const absl::string_view next_hop = reader.Get<nb::Logical_Router_Static_Route>(uuid)->nexthop();
  const std::optional<Ipv6Address> neighbor = Ipv6NextHop(next_hop);
  const RowIds owners = reader.Find(nb::columns::Logical_Router::static_routes, uuid);
  if (!neighbor.has_value() || owners.empty()) return;
  const Uuid router = owners.front();
  if (!IsEnabled(reader, router)) return;
  const Ipv6Address group = neighbor->SolicitedNode();
  FlowSink(reader, routes.context, out, router, uuid)
      .Add(Stage::kLrInArpRequest, 200, absl::StrCat("eth.dst == 00:00:00:00:00:00 && ip6 && xxreg0 == ", next_hop),
           absl::StrCat("nd_ns { eth.dst = ", group.MulticastMac().ToString(), "; ip6.dst = ", group.ToString(),
                        "; nd.target = ", next_hop, "; output; };"));
}

// The flow of a route that shares its traffic with nobody.
void EmitAlone(Reader& reader, const RouteContext& routes, const Uuid& uuid, const StaticRoute& route, uint32_t table,
               int priority, Output& out) {
  const absl::string_view ip = FamilyByText(route.prefix);
  const std::string match = MatchOf(ip, route.prefix, route.from_source, table);
  if (route.discard) {
    FlowSink(reader, routes.context, out, route.router, uuid).Add(Stage::kLrInIpRouting, priority, match, kDrop);
    return;
  }
  const std::optional<Way>& way = reader.Ask(routes.way, uuid);
  if (!way.has_value()) return;
  const RouterPort& port = reader.Ask(routes.context.router_port, way->port);
  const std::string next_hop = route.next_hop.empty() ? absl::StrCat(ip, ".dst") : route.next_hop;
  // Told to use another router's port, a route does so on that router.
  FlowSink(reader, routes.context, out, port.router, uuid)
      .Add(Stage::kLrInIpRouting, priority, absl::StrCat(FromPort(route.prefix, port), match),
           absl::StrCat("ip.ttl--; reg8[0..15] = 0; ", WayActions(ip, next_hop, port, way->source),
                        "flags.loopback = 1; next;"));
}

void EmitStatic(Reader& reader, const RouteContext& routes, const Uuid& uuid, Output& out) {
  const StaticRoute& route = reader.Ask(routes.route, uuid);
  if (!route.exists || !IsEnabled(reader, route.router)) return;
  const uint32_t table = routes.TableNumber(reader, route.router, route.route_table);
  const int priority = Priority(route.prefix, route.from_source ? kBySource : kStatic);
  const std::vector<Uuid>& group = reader.Ask(routes.group, KeyOf(route));
  if (group.size() < 2) {
    EmitAlone(reader, routes, uuid, route, table, priority, out);
    return;
  }
  const std::vector<Uuid>& groups = reader.Ask(routes.groups, route.router);
  const auto number = std::lower_bound(groups.begin(), groups.end(), group[1]) - groups.begin() + 1;
  const absl::string_view ip = FamilyOf(route.prefix);
  const auto member = std::lower_bound(group.begin(), group.end(), uuid);
  if (member == group.end() || *member != uuid) return;
  if (member == group.begin()) {
    std::vector<int> numbers(group.size());
    for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<int>(i + 1);
    // The flow is the group's, not this route's: no hint.
    FlowSink(reader, routes.context, out, route.router)
        .Add(Stage::kLrInIpRouting, priority, MatchOf(ip, route.prefix, route.from_source, table),
             absl::StrCat("ip.ttl--; flags.loopback = 1; reg8[0..15] = ", number, "; reg8[16..31] = select(",
                          absl::StrJoin(numbers, ", "), ");"));
  }
  // Without a next hop OVN writes none, and no hypervisor can read the flow.
  const std::optional<Way>& way = reader.Ask(routes.way, uuid);
  if (!way.has_value()) return;
  const RouterPort& port = reader.Ask(routes.context.router_port, way->port);
  FlowSink(reader, routes.context, out, route.router, uuid)
      .Add(Stage::kLrInIpRoutingEcmp, 100,
           absl::StrCat("reg8[0..15] == ", number, " && reg8[16..31] == ", member - group.begin() + 1),
           absl::StrCat(WayActions(ip, route.next_hop, port, way->source), "next;"));
}

void EmitComplaints(Reader& reader, const RouteContext& routes, const Uuid& uuid, Output& out) {
  const auto row = reader.Get<nb::Logical_Router_Static_Route>(uuid);
  const auto add = [&](absl::string_view message) {
    out.Add(routes.context.warnings, {"Logical_Router_Static_Route", uuid.ToString(), std::string(message)});
  };
  if (const absl::Status status = ReadStaticRoute(row).status(); !status.ok()) {
    add(status.message());
    return;
  }
  const StaticRoute& route = reader.Ask(routes.route, uuid);
  if (!route.exists || route.discard || !IsEnabled(reader, route.router)) return;
  if (reader.Ask(routes.way, uuid).has_value()) return;
  if (route.output_port.has_value()) {
    add(absl::StrCat("leads nowhere: router port ", QuoteJson(*route.output_port), " is not there, or has no ",
                     route.prefix.is_v6() ? "IPv6" : "IPv4", " address"));
  } else {
    add(absl::StrCat("leads nowhere: no port of its router is in a network with next hop ", QuoteJson(route.next_hop)));
  }
}

void DefineQueries(Incremental& engine, RouteContext& routes) {
  routes.route = engine.AddQuery<Uuid, StaticRoute>("route", ReadRoute);
  routes.way = engine.AddQuery<Uuid, std::optional<Way>>("way", With(routes, FindWay));
  routes.group =
      engine.AddQuery<RouteKey, std::vector<Uuid>>("route_group", [&routes](Reader& reader, const RouteKey& key) {
        const auto members = reader.Members(routes.usable, key);
        return std::vector<Uuid>(members.begin(), members.end());
      });
  routes.groups =
      engine.AddQuery<Uuid, std::vector<Uuid>>("route_groups", [&routes](Reader& reader, const Uuid& router) {
        const auto marks = reader.Members(routes.group_marks, router);
        return std::vector<Uuid>(marks.begin(), marks.end());
      });
  routes.tables = engine.AddQuery<Uuid, std::map<std::string, uint32_t>>(
      "route_tables", [&routes](Reader& reader, const Uuid& router) {
        std::map<std::string, uint32_t> numbers;
        for (const auto& [use, table] : reader.Members(routes.table_marks, router)) {
          numbers.emplace(table, static_cast<uint32_t>(numbers.size() + 1));
        }
        return numbers;
      });
}

void Define(Incremental& engine, Context& context) {
  const auto kept = std::make_shared<RouteContext>(context);
  context.keep.push_back(kept);
  RouteContext& routes = *kept;
  routes.networks = engine.AddRelation<std::pair<Uuid, IpPrefix>, Uuid>("router_networks");
  routes.lengths = engine.AddRelation<Uuid, int>("network_lengths");
  routes.usable = engine.AddRelation<RouteKey, Uuid>("usable_routes");
  routes.group_marks = engine.AddRelation<Uuid, Uuid>("route_group_marks");
  routes.table_uses = engine.AddRelation<std::pair<Uuid, std::string>, TableUse>("route_table_uses");
  routes.table_marks = engine.AddRelation<Uuid, std::pair<TableUse, std::string>>("route_table_marks");
  DefineQueries(engine, routes);
  engine.AddEmitter<nb::Logical_Router_Port>("router_networks", With(routes, EmitNetworks),
                                             {routes.networks, routes.lengths, routes.table_uses});
  engine.AddEmitter<nb::Logical_Router_Static_Route>("usable_route", With(routes, EmitUsable),
                                                     {routes.usable, routes.table_uses});
  engine.AddPairEmitter<RouteKey, Uuid>(
      "route_group_mark", routes.usable,
      [&routes](Reader& reader, const RouteKey& key, const Uuid& route, Output& out) {
        const std::vector<Uuid>& group = reader.Ask(routes.group, key);
        if (group.size() >= 2 && group[1] == route) out.Add(routes.group_marks, key.router, route);
      },
      routes.group_marks);
  engine.AddPairEmitter<std::pair<Uuid, std::string>, TableUse>(
      "route_table_mark", routes.table_uses,
      [&routes](Reader& reader, const std::pair<Uuid, std::string>& table, const TableUse& use, Output& out) {
        const TableUse* first = reader.First(routes.table_uses, table);
        if (first != nullptr && *first == use) out.Add(routes.table_marks, table.first, {use, table.second});
      },
      routes.table_marks);
  engine.AddEmitter<nb::Logical_Router_Port>("connected_routes", With(routes, EmitConnected));
  engine.AddEmitter<nb::Logical_Router_Static_Route>("static_route", With(routes, EmitStatic));
  engine.AddEmitter<nb::Logical_Router_Static_Route>("solicitation", With(routes, EmitSolicitation));
  engine.AddEmitter<nb::Logical_Router_Static_Route>("route_complaints", With(routes, EmitComplaints));
}

}  // namespace

Feature RouteFeature() {
  return {"routes",
          Define,
          {{"Logical_Router", "static_routes"},
           {"Logical_Router_Port", "options", "route_table"},
           {"Logical_Router_Static_Route", "ip_prefix"},
           {"Logical_Router_Static_Route", "nexthop"},
           {"Logical_Router_Static_Route", "output_port"},
           {"Logical_Router_Static_Route", "policy"},
           {"Logical_Router_Static_Route", "route_table"}}};
}

}  // namespace ovnlite
