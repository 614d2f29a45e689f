// File: route_groups.h
// The static routes of one router: which of them share traffic (ECMP), and the numbers of groups and of route tables,
// which flows keep in registers.

#ifndef OVNLITE_LIB_NORTHD_ROUTE_GROUPS_H_
#define OVNLITE_LIB_NORTHD_ROUTE_GROUPS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "lib/northd/static_route.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/base/uuid.h"

namespace ovnlite {

// What routes of one router that lead to the same place share.
struct RouteKey {
  IpPrefix prefix;  // With its host bits: 10.0.0.1/8 and 10.0.0.2/8 are no group.
  bool from_source = false;
  std::string table;
  friend auto operator<=>(const RouteKey&, const RouteKey&) = default;
};
inline RouteKey KeyOf(const StaticRoute& route) { return {route.prefix, route.from_source, route.route_table}; }

struct RouteGroup {
  std::vector<Uuid> routes;  // In the order of their numbers in a group, from 1.
  uint16_t number = 0;       // Of the group; 0 when there is one route only.
  friend bool operator==(const RouteGroup&, const RouteGroup&) = default;
};

// All of a router's routes, and the numbers of their tables.
struct RouterRoutes {
  std::map<RouteKey, RouteGroup> groups;
  std::map<std::string, uint32_t> tables;
  friend bool operator==(const RouterRoutes&, const RouterRoutes&) = default;
};

// A route that counts: it leads somewhere, or discards.
struct UsableRoute {
  Uuid uuid;
  const StaticRoute* route;
};
// Tables are numbered from 1 in the order in which they come up, first among the router's ports (`port_tables`; empty:
// the main table, which has number 0), then among its routes. A group is numbered when its second route comes.
RouterRoutes GroupRoutes(absl::Span<const std::string> port_tables, absl::Span<const UsableRoute> routes);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_NORTHD_ROUTE_GROUPS_H_
