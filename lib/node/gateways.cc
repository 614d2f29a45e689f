#include "lib/controller/gateways.h"

#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/node/hypervisor.h"

namespace ovnlite {

std::vector<Uuid> PortsToClaim(const Database& sb, absl::string_view chassis) {
  std::vector<Uuid> ports;
  const auto look_at = [&](const Uuid& uuid, absl::string_view winner) {
    const auto port = sb.Read<sb::Port_Binding>(uuid);
    const auto owner = sb.Read<sb::Chassis>(port->chassis());
    if (winner == chassis && (!owner || owner->name() != chassis)) ports.push_back(uuid);
  };
  for (const Uuid& uuid : sb.Find(sb::columns::Port_Binding::type, "chassisredirect")) {
    const std::vector<std::string> candidates = GatewaysOf(sb, sb.Read<sb::Port_Binding>(uuid));
    if (!candidates.empty()) look_at(uuid, candidates[0]);
  }
  for (const Uuid& uuid : sb.Find(sb::columns::Port_Binding::type, "l3gateway")) {
    const auto wanted = sb.Read<sb::Port_Binding>(uuid)->options("l3gateway-chassis");
    if (wanted.has_value()) look_at(uuid, *wanted);
  }
  return ports;
}

}  // namespace ovnlite
