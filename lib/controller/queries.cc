#include <algorithm>

#include "absl/strings/str_split.h"
#include "lib/controller/context.h"
#include "lib/controller/gateways.h"
#include "lib/schema/ovn_sb.pb.h"
#include "ovnlite/base/mac.h"

namespace ovnlite {
namespace {

std::string Option(const google::protobuf::Map<std::string, std::string>& options, const std::string& key) {
  const auto found = options.find(key);
  return found == options.end() ? std::string() : found->second;
}

std::string ChassisName(Reader& reader, const ovsdb::Uuid& uuid) {
  const auto* chassis = reader.Get<sb::Chassis>(FromProto(uuid));
  return chassis == nullptr ? std::string() : chassis->name();
}

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

PortInfo ReadPort(Reader& reader, const ControllerContext& context, const Uuid& uuid) {
  PortInfo info;
  const auto* row = reader.Get<sb::Port_Binding>(uuid);
  if (row == nullptr) return info;
  info.exists = true;
  info.name = row->logical_port();
  info.type = row->type();
  info.key = static_cast<uint32_t>(row->tunnel_key());
  info.datapath = FromProto(row->datapath());
  info.datapath_key = reader.Ask(context.datapath_key, info.datapath);
  if (row->has_chassis()) info.chassis = ChassisName(reader, row->chassis());
  for (const ovsdb::Uuid& other : row->additional_chassis()) {
    std::string name = ChassisName(reader, other);
    if (!name.empty()) info.additional.push_back(std::move(name));
  }
  const std::string activated = Option(row->options(), "additional-chassis-activated");
  info.quiet = Option(row->options(), "activation-strategy") == "rarp" && info.moves_to(context.chassis) &&
               !Contains(absl::StrSplit(activated, ','), context.chassis);
  info.peer = Option(row->options(), "peer");
  info.parent = row->parent_port();
  info.tag = static_cast<int>(row->tag());
  info.distributed_port = Option(row->options(), "distributed-port");
  info.l3gateway_chassis = Option(row->options(), "l3gateway-chassis");
  info.vlan_passthru = Option(row->options(), "vlan-passthru") == "true";
  info.bridged = Option(row->options(), "redirect-type") == "bridged";
  if (info.bridged && row->mac_size() > 0) {
    const std::string& addresses = row->mac(0);
    const absl::StatusOr<MacAddress> mac = MacAddress::Parse(addresses.substr(0, addresses.find(' ')));
    if (mac.ok()) info.bridged_mac = mac->bits();
  }
  info.redirect_port = Option(row->options(), "chassis-redirect-port");
  info.always_redirect = Option(row->options(), "always-redirect") == "true";
  if (info.type == "chassisredirect") info.gateways = GatewaysOf(reader, *row);
  return info;
}

// Everything within reach of the local ports over patches. Looks only at ports that may bring their datapath here:
// those plugged in and their containers, gateways, and redirections to this chassis.
std::set<Uuid> FindLocalDatapaths(Reader& reader, const ControllerContext& context) {
  std::set<Uuid> local;
  if (context.everywhere()) {
    for (const Uuid& datapath : reader.All<sb::Datapath_Binding>()) local.insert(datapath);
    return local;
  }
  std::vector<Uuid> todo;
  const auto bring = [&](const PortInfo& port) {
    if (port.exists && local.insert(port.datapath).second) todo.push_back(port.datapath);
  };
  for (const std::string& name : reader.Ask(context.plugged, "")) {
    const PortInfo& port = reader.Ask(context.port, FindPort(reader, name));
    if (port.type != "localnet" && port.type != "localport" && port.type != "external") bring(port);
    for (const Uuid& nested : reader.Find<sb::Port_Binding>("parent_port", name))
      bring(reader.Ask(context.port, nested));
  }
  for (const char* type : {"chassisredirect", "l3gateway", "l2gateway", "vtep", "external"}) {
    for (const Uuid& uuid : reader.Find<sb::Port_Binding>("type", type)) {
      const PortInfo& port = reader.Ask(context.port, uuid);
      if (port.chassis == context.chassis || Contains(port.gateways, context.chassis)) bring(port);
    }
  }
  while (!todo.empty()) {
    const Uuid datapath = todo.back();
    todo.pop_back();
    for (const Uuid& peer : reader.Ask(context.patch_peers, datapath)) {
      if (local.insert(peer).second) todo.push_back(peer);
    }
  }
  return local;
}

// Behind a gateway port that redirects everything there is nothing to do on chassis that do not host it.
bool IsElsewhere(Reader& reader, const ControllerContext& context, const PortInfo& port) {
  if (port.redirect_port.empty()) return false;
  const PortInfo& redirect = reader.Ask(context.port, FindPort(reader, port.redirect_port));
  return redirect.exists && redirect.always_redirect && !Contains(redirect.gateways, context.chassis);
}

std::vector<Uuid> FindPatchPeers(Reader& reader, const ControllerContext& context, const Uuid& datapath) {
  const auto can_cross = [&context](const PortInfo& port) {
    return port.type == "patch" || (port.type == "l3gateway" && port.chassis == context.chassis);
  };
  std::vector<Uuid> peers;
  for (const Uuid& uuid : reader.Find<sb::Port_Binding>("datapath", datapath.ToString())) {
    const PortInfo& port = reader.Ask(context.port, uuid);
    if (port.peer.empty() || !can_cross(port) || IsElsewhere(reader, context, port)) continue;
    const PortInfo& peer = reader.Ask(context.port, FindPort(reader, port.peer));
    if (peer.exists && can_cross(peer)) peers.push_back(peer.datapath);
  }
  std::sort(peers.begin(), peers.end());
  peers.erase(std::unique(peers.begin(), peers.end()), peers.end());
  return peers;
}

}  // namespace

Uuid FindPort(Reader& reader, absl::string_view name) {
  const absl::Span<const Uuid> found = reader.Find<sb::Port_Binding>("logical_port", name);
  return found.empty() ? Uuid() : found[0];
}

const PortInfo* PeerOf(Reader& reader, const ControllerContext& context, const PortInfo& port) {
  if (port.peer.empty()) return nullptr;
  const PortInfo& peer = reader.Ask(context.port, FindPort(reader, port.peer));
  if (!peer.exists) return nullptr;
  return context.everywhere() || (peer.type == port.type && peer.peer == port.name) ? &peer : nullptr;
}

void DefineControllerQueries(Incremental& engine, ControllerContext& context) {
  context.plugged = engine.AddInput<std::vector<std::string>>("plugged");
  context.port_number = engine.AddInput<uint32_t>("port_number");
  context.plugged_into = engine.AddInput<std::string>("plugged_into");
  context.tunnel_number = engine.AddInput<uint32_t>("tunnel_number");
  context.zone = engine.AddInput<uint32_t>("zone");
  context.datapath_key = engine.AddQuery<uint32_t>("datapath_key", [](Reader& reader, const Uuid& uuid) {
    const auto* row = reader.Get<sb::Datapath_Binding>(uuid);
    return row == nullptr ? 0 : static_cast<uint32_t>(row->tunnel_key());
  });
  context.port = engine.AddQuery<PortInfo>(
      "port", [&context](Reader& reader, const Uuid& uuid) { return ReadPort(reader, context, uuid); });
  context.patch_peers = engine.AddQuery<std::vector<Uuid>>(
      "patch_peers", [&context](Reader& reader, const Uuid& uuid) { return FindPatchPeers(reader, context, uuid); });
  context.local_datapaths = engine.AddQuery<std::set<Uuid>>(
      "local_datapaths", [&context](Reader& reader, const Uuid&) { return FindLocalDatapaths(reader, context); });
  context.is_local = engine.AddQuery<bool>("is_local", [&context](Reader& reader, const Uuid& datapath) {
    if (context.everywhere()) return reader.Get<sb::Datapath_Binding>(datapath) != nullptr;
    return reader.Ask(context.local_datapaths, Uuid()).contains(datapath);
  });
  context.moving = engine.AddQuery<std::vector<uint32_t>>("moving", [&context](Reader& reader, const Uuid& datapath) {
    std::vector<uint32_t> keys;
    for (const Uuid& uuid : reader.Find<sb::Port_Binding>("datapath", datapath.ToString())) {
      const PortInfo& port = reader.Ask(context.port, uuid);
      if (port.type.empty() && !port.additional.empty()) keys.push_back(port.key);
    }
    return keys;
  });
  context.localnet = engine.AddQuery<Uuid>("localnet", [&context](Reader& reader, const Uuid& datapath) {
    for (const Uuid& uuid : reader.Find<sb::Port_Binding>("datapath", datapath.ToString())) {
      if (reader.Ask(context.port, uuid).type == "localnet") return uuid;
    }
    return Uuid();
  });
}

void DefinePhysicalFlows(Incremental& engine, const ControllerContext& context) {
  const auto each = [&context](auto emit) {
    return [&context, emit](Reader& reader, const Uuid& row, Output& out) { emit(reader, context, row, out); };
  };
  engine.AddSingleEmitter("common", [&context](Reader&, const Uuid&, Output& out) { EmitCommonFlows(context, out); });
  engine.AddEmitter<sb::Chassis>("tunnel", each(EmitTunnelFlows));
  engine.AddEmitter<sb::Port_Binding>("physical_port", each(EmitPortFlows));
  engine.AddEmitter<sb::Multicast_Group>("multicast_group", each(EmitGroupFlows));
  engine.AddEmitter<sb::Port_Binding>("port_security", each(EmitPortSecurityFlows));
  engine.AddEmitter<sb::MAC_Binding>("mac_binding", each(EmitMacBindingFlows));
  engine.AddEmitter<sb::Static_MAC_Binding>("static_mac_binding", each(EmitStaticBindingFlows));
  engine.AddEmitter<sb::FDB>("fdb", each(EmitFdbFlows));
  engine.AddEmitter<sb::Load_Balancer>("load_balancer", each(EmitLoadBalancerFlows));
}

}  // namespace ovnlite
