// File: gateways.h
// Which chassis is to have a port that may be on several: OVN's election of gateways.

#ifndef OVNLITE_LIB_CONTROLLER_GATEWAYS_H_
#define OVNLITE_LIB_CONTROLLER_GATEWAYS_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/db/database.h"
#include "ovnlite/db/incremental.h"

namespace ovnlite {

// A row by its UUID, for whoever reads.
template <typename T>
ViewOf<T> RowAt(Reader& rows, const Uuid& uuid) {
  return rows.Get<T>(uuid);
}
template <typename T>
ViewOf<T> RowAt(const Database& rows, const Uuid& uuid) {
  return rows.Read<T>(uuid);
}

// The chassis that may host a chassisredirect port, the preferred first: by falling priority, and of equal ones the name
// that sorts first.
template <typename Rows>
std::vector<std::string> GatewaysOf(Rows& rows, sb::Port_Binding_View port) {
  std::vector<std::pair<int64_t, std::string>> ranked;
  const auto add = [&](int64_t priority, const Uuid& uuid) {
    const auto chassis = RowAt<sb::Chassis>(rows, uuid);
    if (chassis && !chassis->name().empty()) ranked.emplace_back(-priority, chassis->name());
  };
  if (port.has_ha_chassis_group()) {
    if (const auto group = RowAt<sb::HA_Chassis_Group>(rows, port.ha_chassis_group())) {
      for (const Uuid& member : group->ha_chassis()) {
        const auto ha = RowAt<sb::HA_Chassis>(rows, member);
        if (ha && ha->has_chassis()) add(ha->priority(), ha->chassis());
      }
    }
  } else {
    for (const Uuid& member : port.gateway_chassis()) {
      const auto gateway = RowAt<sb::Gateway_Chassis>(rows, member);
      if (gateway && gateway->has_chassis()) add(gateway->priority(), gateway->chassis());
    }
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string> names;
  for (auto& [rank, name] : ranked) names.push_back(std::move(name));
  return names;
}

}  // namespace ovnlite

#endif  // OVNLITE_LIB_CONTROLLER_GATEWAYS_H_
