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

// Each chassis once, in the order of Open vSwitch's hash tables.
std::vector<uint32_t> TunnelsInOvsOrder(Reader& reader, const ControllerContext& context,
                                        const std::vector<std::string>& chassis) {
  std::vector<std::string> names;
  std::vector<uint32_t> hashes, tunnels;
  for (const std::string& name : chassis) {
    if (name == context.chassis || std::find(names.begin(), names.end(), name) != names.end()) continue;
    names.push_back(name);
    hashes.push_back(OvsStringHash(name));
  }
  for (size_t i : OvsTableOrder(hashes)) {
    if (const uint32_t tunnel = reader.Ask(context.tunnel_number, names[i]); tunnel != 0) tunnels.push_back(tunnel);
  }
  return tunnels;
}

}  // namespace

void EmitGroupFlows(Reader& reader, const ControllerContext& context, const Uuid& row, Output& out) {
  const auto group = reader.Get<sb::Multicast_Group>(row);
  if (!group || !reader.Ask(context.is_local, group->datapath())) return;
  if (context.everywhere()) return EmitGroupEverywhere(reader, context, row, group, out);
  const uint32_t datapath = reader.Ask(context.datapath_key, group->datapath());
  const uint32_t key = static_cast<uint32_t>(group->tunnel_key());
  const bool has_localnet = !reader.Ask(context.localnet, group->datapath()).IsZero();
  OpList here, patches;
  std::vector<std::string> elsewhere;  // Chassis.
  const auto deliver = [](OpList& ops, uint32_t port_key) {
    ops.push_back(LoadOutPort(port_key));
    ops.push_back(Op::Resubmit(table::kCheckLoopback));
  };
  for (const Uuid& member : group->ports()) {
    const PortInfo& port = reader.Ask(context.port, member);
    if (!port.exists || port.datapath != group->datapath()) continue;
    // Of every member that has a zone, wherever it is: so does OVN.
    if (const uint32_t zone = reader.Ask(context.zone, port.name); zone != 0) here.push_back(LoadReg(13, zone));
    const bool is_here = port.chassis == context.chassis;
    // A container counts where it is bound, and not wherever the port around it is.
    const bool is_bound = port.parent.empty() || is_here || port.moves_to(context.chassis);
    if (port.type == "patch" || port.type == "localport") {
      deliver(patches, port.key);
    } else if (port.type == "l3gateway" ? is_here : is_bound && context.NumberOf(reader, port) != 0) {
      deliver(here, port.key);
    } else if (port.type == "chassisredirect" && is_here) {
      const PortInfo& distributed = reader.Ask(context.port, FindPort(reader, port.distributed_port));
      if (distributed.exists) deliver(here, distributed.key);
    } else if (!port.chassis.empty() && !is_here && !has_localnet) {
      elsewhere.push_back(port.chassis);
      elsewhere.insert(elsewhere.end(), port.additional.begin(), port.additional.end());
    }
  }
  const std::vector<uint32_t> tunnels = TunnelsInOvsOrder(reader, context, elsewhere);
  const bool any_here = !here.empty();
  if (any_here) {
    here.push_back(LoadOutPort(key));
    context.Emit(
        out, FlowBuilder(table::kLocalOutput, 100, row.prefix()).Datapath(datapath).OutPort(key).Do(std::move(here)));
  }
  if (patches.empty() && tunnels.empty()) return;
  OpList away = std::move(patches);
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
