#include "lib/controller/gateways.h"

#include "lib/schema/column_access.h"
#include "lib/schema/ovn_sb.pb.h"
#include "ovnlite/node/hypervisor.h"

namespace ovnlite {

std::vector<Uuid> PortsToClaim(const Database& sb, absl::string_view chassis) {
  std::vector<Uuid> ports;
  const auto look_at = [&](const Uuid& uuid, absl::string_view winner) {
    const auto* port = sb.Get<sb::Port_Binding>(uuid);
    const auto* owner = port->has_chassis() ? sb.Get<sb::Chassis>(FromProto(port->chassis())) : nullptr;
    if (winner == chassis && (owner == nullptr || owner->name() != chassis)) ports.push_back(uuid);
  };
  for (const Uuid& uuid : sb.IndexOn<sb::Port_Binding>("type").Find("chassisredirect")) {
    const std::vector<std::string> candidates = GatewaysOf(sb, *sb.Get<sb::Port_Binding>(uuid));
    if (!candidates.empty()) look_at(uuid, candidates[0]);
  }
  for (const Uuid& uuid : sb.IndexOn<sb::Port_Binding>("type").Find("l3gateway")) {
    const auto& options = sb.Get<sb::Port_Binding>(uuid)->options();
    const auto found = options.find("l3gateway-chassis");
    if (found != options.end()) look_at(uuid, found->second);
  }
  return ports;
}

}  // namespace ovnlite
