// File: gateways.h
// Which chassis is to have a port that may be on several: OVN's election of gateways.

#ifndef OVNLITE_LIB_CONTROLLER_GATEWAYS_H_
#define OVNLITE_LIB_CONTROLLER_GATEWAYS_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "lib/schema/column_access.h"
#include "lib/schema/ovn_sb.pb.h"

namespace ovnlite {

// The chassis that may host a chassisredirect port, the preferred first: by falling priority, and of equal ones the name
// that sorts first. `rows` gives rows by UUID, or null (Database, Reader).
template <typename Rows>
std::vector<std::string> GatewaysOf(Rows& rows, const sb::Port_Binding& port) {
  std::vector<std::pair<int64_t, std::string>> ranked;
  const auto add = [&](int64_t priority, const ovsdb::Uuid& ref) {
    const auto* chassis = rows.template Get<sb::Chassis>(FromProto(ref));
    if (chassis != nullptr && !chassis->name().empty()) ranked.emplace_back(-priority, chassis->name());
  };
  if (port.has_ha_chassis_group()) {
    const auto* group = rows.template Get<sb::HA_Chassis_Group>(FromProto(port.ha_chassis_group()));
    for (const ovsdb::Uuid& member : group == nullptr ? UuidSet() : group->ha_chassis()) {
      const auto* ha = rows.template Get<sb::HA_Chassis>(FromProto(member));
      if (ha != nullptr && ha->has_chassis()) add(ha->priority(), ha->chassis());
    }
  } else {
    for (const ovsdb::Uuid& member : port.gateway_chassis()) {
      const auto* gateway = rows.template Get<sb::Gateway_Chassis>(FromProto(member));
      if (gateway != nullptr && gateway->has_chassis()) add(gateway->priority(), gateway->chassis());
    }
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string> names;
  for (auto& [rank, name] : ranked) names.push_back(std::move(name));
  return names;
}

}  // namespace ovnlite

#endif  // OVNLITE_LIB_CONTROLLER_GATEWAYS_H_
