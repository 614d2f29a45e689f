#include "lib/northd/route_groups.h"

namespace ovnlite {

RouterRoutes GroupRoutes(absl::Span<const std::string> port_tables, absl::Span<const UsableRoute> routes) {
  RouterRoutes all;
  const auto number_table = [&all](const std::string& table) {
    if (!table.empty()) all.tables.try_emplace(table, static_cast<uint32_t>(all.tables.size() + 1));
  };
  for (const std::string& table : port_tables) number_table(table);
  uint16_t groups = 0;
  for (const auto& [uuid, route] : routes) {
    number_table(route->route_table);
    RouteGroup& group = all.groups[KeyOf(*route)];
    group.routes.push_back(uuid);
    if (group.routes.size() == 2) group.number = ++groups;
  }
  return all;
}

}  // namespace ovnlite
