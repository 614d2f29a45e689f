#include <algorithm>

#include "lib/schema/ovn_sb.pb.h"
#include "ovnlite/node/hypervisor.h"

namespace ovnlite {
namespace {

Uuid FromProto(const ovsdb::Uuid& u) { return Uuid(u.high(), u.low()); }

// Who comes first: the highest priority; of equal ones the name that sorts first.
struct Candidate {
  int64_t priority;
  std::string chassis;
  bool operator<(const Candidate& other) const {
    return priority != other.priority ? priority > other.priority : chassis < other.chassis;
  }
};

std::vector<Candidate> CandidatesFor(const Database& sb, const sb::Port_Binding& port) {
  std::vector<Candidate> candidates;
  const auto add = [&](int64_t priority, const ovsdb::Uuid& ref) {
    const auto* chassis = sb.Get<sb::Chassis>(FromProto(ref));
    if (chassis != nullptr) candidates.push_back({priority, chassis->name()});
  };
  if (port.has_ha_chassis_group()) {
    const auto* group = sb.Get<sb::HA_Chassis_Group>(FromProto(port.ha_chassis_group()));
    if (group == nullptr) return candidates;
    for (const ovsdb::Uuid& member : group->ha_chassis()) {
      const auto* ha = sb.Get<sb::HA_Chassis>(FromProto(member));
      if (ha != nullptr && ha->has_chassis()) add(ha->priority(), ha->chassis());
    }
  } else {
    for (const ovsdb::Uuid& member : port.gateway_chassis()) {
      const auto* gateway = sb.Get<sb::Gateway_Chassis>(FromProto(member));
      if (gateway != nullptr && gateway->has_chassis()) add(gateway->priority(), gateway->chassis());
    }
  }
  return candidates;
}

}  // namespace

std::vector<Uuid> PortsToClaim(const Database& sb, absl::string_view chassis) {
  std::vector<Uuid> ports;
  const auto look_at = [&](const Uuid& uuid, absl::string_view winner) {
    const auto* port = sb.Get<sb::Port_Binding>(uuid);
    const auto* owner = port->has_chassis() ? sb.Get<sb::Chassis>(FromProto(port->chassis())) : nullptr;
    if (winner == chassis && (owner == nullptr || owner->name() != chassis)) ports.push_back(uuid);
  };
  for (const Uuid& uuid : sb.IndexOn<sb::Port_Binding>("type").Find("chassisredirect")) {
    const std::vector<Candidate> candidates = CandidatesFor(sb, *sb.Get<sb::Port_Binding>(uuid));
    const auto first = std::min_element(candidates.begin(), candidates.end());
    if (first != candidates.end()) look_at(uuid, first->chassis);
  }
  for (const Uuid& uuid : sb.IndexOn<sb::Port_Binding>("type").Find("l3gateway")) {
    const auto& options = sb.Get<sb::Port_Binding>(uuid)->options();
    const auto found = options.find("l3gateway-chassis");
    if (found != options.end()) look_at(uuid, found->second);
  }
  return ports;
}

}  // namespace ovnlite
