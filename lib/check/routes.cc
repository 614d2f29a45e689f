// Logical_Router_Static_Route: prefix and next hop, the way out, route tables, and routes that share a prefix.

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "lib/check/checks.h"
#include "lib/check/owners.h"
#include "lib/check/reach.h"
#include "lib/northd/router_network.h"
#include "lib/northd/static_route.h"
#include "ovnlite/base/utf8.h"

namespace ovnlite {
namespace {

using RouteView = ViewOf<nb::Logical_Router_Static_Route>;

struct Route {
  Uuid uuid;
  RouteView row;
  StaticRoute read;
  bool usable = false;
};

LportAddresses AddressesOf(const RouterPortView& port) {
  LportAddresses addresses;
  const std::optional<MacAddress> mac = ReadMac(port->mac());
  if (!mac.has_value()) return addresses;
  for (const absl::string_view text : port->networks()) {
    const std::optional<IpPrefix> network = ReadRouterNetwork(text);
    if (network.has_value()) (network->is_v6() ? addresses.v6 : addresses.v4).push_back(*network);
  }
  addresses.v6.push_back(IpPrefix(Ipv6Address::LinkLocalOf(*mac), 64));
  return addresses;
}

class RouterRoutes {
 public:
  RouterRoutes(const Database& nb, const ViewOf<nb::Logical_Router>& router, Findings& findings)
      : nb_(nb), router_(router), findings_(findings), reach_(nb, router) {
    for (const Uuid& port : router->ports()) {
      const auto row = nb.Read<nb::Logical_Router_Port>(port);
      if (!row) continue;
      ports_.insert(row->name());
      const absl::string_view table = row->options("route_table").value_or("");
      if (!table.empty()) tables_.insert(table);
    }
  }

  void Check() {
    for (const Uuid& uuid : router_->static_routes()) {
      const auto row = nb_.Read<nb::Logical_Router_Static_Route>(uuid);
      if (!row) continue;
      Route route{uuid, row, {}};
      CheckOne(route);
      if (route.usable) groups_[{route.read.prefix, route.read.from_source, route.read.route_table}].push_back(route);
    }
    for (const auto& [key, group] : groups_) CheckGroup(group);
  }

 private:
  RowReport ReportOn(const Route& route) const {
    const absl::string_view router = router_->name();
    return RowReport(findings_, "Logical_Router_Static_Route", route.uuid,
                     absl::StrCat(router, router.empty() ? "" : " ", route.row->ip_prefix()));
  }

  void CheckOne(Route& route) const {
    const RowReport report = ReportOn(route);
    absl::StatusOr<StaticRoute> read = ReadStaticRoute(route.row);
    if (!read.ok()) {
      const bool is_prefix = !ReadIpPrefix(route.row->ip_prefix()).has_value();
      report.Error(is_prefix ? "ip_prefix" : "nexthop", is_prefix ? route.row->ip_prefix() : route.row->nexthop(),
                   absl::StrCat(read.status().message(), ": OVN leaves the route out"));
      return;
    }
    route.read = *std::move(read);
    if (!route.read.route_table.empty() && !tables_.contains(route.read.route_table)) {
      report.Warning("route_table", route.read.route_table,
                     "no port of the router has this table in options:route_table: no packet comes to the route");
    }
    route.usable =
        route.read.discard || (route.read.output_port.has_value() ? LeadsOut(route, report) : IsReached(route, report));
  }

  bool IsReached(const Route& route, const RowReport& report) const {
    const std::optional<IpAddress> next_hop = NeighborOf(route.read);
    if (!next_hop.has_value()) {
      report.Error("nexthop", route.row->nexthop(),
                   route.read.next_hop.empty()
                       ? "it is empty, and no output_port is given: OVN leaves the route out"
                       : "it is not written as one address: OVN finds no port for it and leaves the route out");
      return false;
    }
    if (!reach_.Reaches(*next_hop)) {
      report.Error("nexthop", route.row->nexthop(),
                   "no port of the router has a network with it: OVN leaves the route out");
      return false;
    }
    CheckOwn(*next_hop, route, report);
    return true;
  }

  bool LeadsOut(const Route& route, const RowReport& report) const {
    const std::string& name = *route.read.output_port;
    const RouterPortView port = RouterPortNamed(nb_, name);
    if (!port) {
      report.Error("output_port", name, "there is no router port of this name: OVN leaves the route out");
      return false;
    }
    if (!ports_.contains(name)) {
      report.Error("output_port", name, "it is a port of another router: packets that take the route go nowhere");
      return false;
    }
    if (!SourceOnPort(route.read, AddressesOf(port)).has_value()) {
      report.Error("output_port", name,
                   absl::StrCat("the port has no ", route.read.prefix.is_v6() ? "IPv6" : "IPv4",
                                " address: OVN leaves the route out"));
      return false;
    }
    if (const auto next_hop = NeighborOf(route.read)) {
      if (!MemberOf(AddressesOf(port), *next_hop).has_value()) {
        report.Note("nexthop", route.row->nexthop(),
                    absl::StrCat("port ", QuoteJson(name),
                                 " has no network with it: the router asks for it there all the same"));
      }
      CheckOwn(*next_hop, route, report);
    }
    return true;
  }

  void CheckOwn(const IpAddress& next_hop, const Route& route, const RowReport& report) const {
    if (!reach_.IsOwn(next_hop)) return;
    report.Warning("nexthop", route.row->nexthop(),
                   "it is an address of the router itself: packets go out to look for it");
  }

  // Routes to one prefix.
  void CheckGroup(const std::vector<Route>& group) const {
    if (group.size() < 2) return;
    std::map<std::pair<std::string, absl::string_view>, int> ways;
    bool discards = false;
    for (const Route& route : group) discards = discards || route.read.discard;
    for (const Route& route : group) {
      const RowReport report = ReportOn(route);
      if (++ways[{route.read.next_hop, route.read.output_port.has_value() ? *route.read.output_port : ""}] > 1) {
        report.Warning("nexthop", route.row->nexthop(),
                       "the router has the same route twice: OVN takes it for two ways of equal cost");
      } else if (discards) {
        report.Warning(
            "nexthop", route.row->nexthop(),
            absl::StrCat(
                "of the ", group.size(),
                " routes with this prefix some discard: as members of one group they drop their share of connections"));
      } else {
        report.Note("nexthop", route.row->nexthop(),
                    absl::StrCat("the router has ", group.size(),
                                 " routes with this prefix: connections are spread over them (ECMP)"));
      }
    }
  }

  const Database& nb_;
  const ViewOf<nb::Logical_Router> router_;
  Findings& findings_;
  const Reach reach_;
  absl::flat_hash_set<absl::string_view> ports_;
  absl::flat_hash_set<absl::string_view> tables_;
  std::map<std::tuple<IpPrefix, bool, std::string>, std::vector<Route>> groups_;
};

}  // namespace

void CheckRoutes(const Database& nb, Findings& findings) {
  for (const auto& [uuid, router] : nb.Rows<nb::Logical_Router>()) {
    if (!router->static_routes().empty()) RouterRoutes(nb, router, findings).Check();
  }
}

}  // namespace ovnlite
