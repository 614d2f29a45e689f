// Multicast groups: tables 39 and 40. The sender replicates: to the ports that are here, and once into the tunnel to
// every chassis that has others, with the group's key; patches are crossed at the sender only.
#include <algorithm>
#include <map>

#include "lib/controller/ct_zones.h"
#include "lib/controller/emit.h"

namespace ovnlite {
namespace {

// Where everything is here there are no tunnels, and one flow does it. In the order of the ports' names: that is how
// ovn-trace goes through a group.
void EmitGroupEverywhere(Reader& reader, const ControllerContext& context, const Uuid& row,
                         sb::Multicast_Group_View group, Output& out) {
  std::map<std::string, OpList> members;
  for (const Uuid& member : group->ports()) {
    const PortInfo& port = reader.Ask(context.port, member);
    if (!port.exists || port.datapath != group->datapath()) continue;
    OpList ops;
    uint32_t key = port.key;
    if (port.type == "chassisredirect") {
      const PortInfo& distributed = reader.Ask(context.port, FindPort(reader, port.distributed_port));
      if (!distributed.exists) continue;
      key = distributed.key;
    } else if (port.type != "patch" && port.type != "l3gateway" && port.type != "localport") {
      if (context.NumberOf(reader, port) == 0) continue;
      if (const uint32_t zone = reader.Ask(context.zone, port.name); zone != 0) ops.push_back(LoadReg(13, zone));
    }
    ops.push_back(LoadOutPort(key));
    ops.push_back(Op::Resubmit(table::kCheckLoopback));
    members[port.name] = std::move(ops);
  }
  if (members.empty()) return;
  const uint32_t key = static_cast<uint32_t>(group->tunnel_key());
  OpList all;
  for (auto& [name, ops] : members) all.insert(all.end(), ops.begin(), ops.end());
  all.push_back(LoadOutPort(key));
  const uint32_t datapath = reader.Ask(context.datapath_key, group->datapath());
  context.Emit(out,
               FlowBuilder(table::kLocalOutput, 100, row.prefix()).Datapath(datapath).OutPort(key).Do(std::move(all)));
}

// Tunnels to the chassis that have members, in the order of Open vSwitch's hash tables, which the chassis entered in the
// order of their first members.
std::vector<uint32_t> TunnelsInOvsOrder(Reader& reader, const ControllerContext& context, const Uuid& group) {
  std::vector<std::pair<std::pair<Uuid, int>, const std::string*>> by_first;
  for (const std::string& name : reader.Members(context.group_chassis, group)) {
    const auto* first = reader.First(context.group_members_at, {group, name});
    if (first != nullptr) by_first.emplace_back(*first, &name);
  }
  std::sort(by_first.begin(), by_first.end());
  std::vector<uint32_t> hashes, tunnels;
  for (const auto& [first, name] : by_first) hashes.push_back(OvsStringHash(*name));
  for (size_t i : OvsTableOrder(hashes)) {
    if (const uint32_t tunnel = reader.Ask(context.tunnel_number, *by_first[i].second); tunnel != 0) {
      tunnels.push_back(tunnel);
    }
  }
  return tunnels;
}

}  // namespace

void NoteGroupMember(Reader& reader, const ControllerContext& context, const Uuid& row, const Uuid& member,
                     Output& out) {
  const auto group = reader.Get<sb::Multicast_Group>(row);
  if (context.everywhere() || !group || !reader.Ask(context.is_local, group->datapath())) return;
  const PortInfo& port = reader.Ask(context.port, member);
  if (!port.exists || port.datapath != group->datapath()) return;
  // Of every member that has a zone, wherever it is: so does OVN.
  GroupMember here{.port = member, .zone = reader.Ask(context.zone, port.name)};
  const bool is_here = port.chassis == context.chassis;
  // A container counts where it is bound, and not wherever the port around it is.
  const bool is_bound = port.parent.empty() || is_here || port.moves_to(context.chassis);
  if (port.type == "patch" || port.type == "localport") {
    here.key = port.key;
    here.crosses = true;
  } else if (port.type == "l3gateway" ? is_here : is_bound && context.NumberOf(reader, port) != 0) {
    here.key = port.key;
  } else if (port.type == "chassisredirect" && is_here) {
    const PortInfo& distributed = reader.Ask(context.port, FindPort(reader, port.distributed_port));
    if (distributed.exists) here.key = distributed.key;
  } else if (!port.chassis.empty() && !is_here) {
    int place = 0;
    const auto at = [&](const std::string& chassis) {
      if (chassis == context.chassis) return;
      out.Add(context.group_chassis, row, chassis);
      out.Add(context.group_members_at, {row, chassis}, {member, place++});
    };
    at(port.chassis);
    for (const std::string& chassis : port.additional) at(chassis);
  }
  if (here.key != 0 || here.zone != 0) out.Add(context.group_members, row, here);
}

void EmitGroupFlows(Reader& reader, const ControllerContext& context, const Uuid& row, Output& out) {
  const auto group = reader.Get<sb::Multicast_Group>(row);
  if (!group || !reader.Ask(context.is_local, group->datapath())) return;
  if (context.everywhere()) return EmitGroupEverywhere(reader, context, row, group, out);
  const uint32_t datapath = reader.Ask(context.datapath_key, group->datapath());
  const uint32_t key = static_cast<uint32_t>(group->tunnel_key());
  OpList here, away;
  for (const GroupMember& member : reader.Members(context.group_members, row)) {
    if (member.zone != 0) here.push_back(LoadReg(13, member.zone));
    if (member.key == 0) continue;
    OpList& ops = member.crosses ? away : here;
    ops.push_back(LoadOutPort(member.key));
    ops.push_back(Op::Resubmit(table::kCheckLoopback));
  }
  const bool any_here = !here.empty();
  if (any_here) {
    here.push_back(LoadOutPort(key));
    context.Emit(
        out, FlowBuilder(table::kLocalOutput, 100, row.prefix()).Datapath(datapath).OutPort(key).Do(std::move(here)));
  }
  // The provider network carries packets to other chassis.
  const bool has_localnet = !reader.Ask(context.localnet, group->datapath()).IsZero();
  std::vector<uint32_t> tunnels;
  if (!has_localnet) tunnels = TunnelsInOvsOrder(reader, context, row);
  if (away.empty() && tunnels.empty()) return;
  if (!away.empty()) away.push_back(LoadOutPort(key));
  if (!tunnels.empty()) {
    LoadTunnelMetadata(datapath, key, away);
    for (uint32_t tunnel : tunnels) away.push_back(Op::Output(tunnel));
  }
  if (any_here) away.push_back(Op::Resubmit(table::kLocalOutput));
  context.Emit(
      out, FlowBuilder(table::kRemoteOutput, 100, row.prefix()).Datapath(datapath).OutPort(key).Do(std::move(away)));
}

}  // namespace ovnlite
