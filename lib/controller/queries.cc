#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/controller/context.h"
#include "lib/controller/gateways.h"
#include "ovnlite/base/mac.h"

namespace ovnlite {
namespace {

namespace column = sb::columns::Port_Binding;

std::string ChassisName(Reader& reader, const Uuid& uuid) {
  const auto chassis = reader.Get<sb::Chassis>(uuid);
  return chassis ? std::string(chassis->name()) : std::string();
}

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

PortInfo ReadPort(Reader& reader, const ControllerContext& context, const Uuid& uuid) {
  PortInfo info;
  const auto row = reader.Get<sb::Port_Binding>(uuid);
  if (!row) return info;
  const auto option = [&row](absl::string_view key) { return std::string(row->options(key).value_or("")); };
  info.exists = true;
  info.name = std::string(row->logical_port());
  info.type = std::string(row->type());
  info.key = static_cast<uint32_t>(row->tunnel_key());
  info.datapath = row->datapath();
  info.datapath_key = reader.Ask(context.datapath_key, info.datapath);
  if (row->has_chassis()) info.chassis = ChassisName(reader, row->chassis());
  for (const Uuid& other : row->additional_chassis()) {
    std::string name = ChassisName(reader, other);
    if (!name.empty()) info.additional.push_back(std::move(name));
  }
  if (info.moves_to(context.chassis) && option("activation-strategy") == "rarp") {
    info.quiet = !Contains(absl::StrSplit(option("additional-chassis-activated"), ','), context.chassis);
  }
  info.parent = std::string(row->parent_port());
  info.tag = static_cast<int>(row->tag());
  if (info.type.empty()) return info;
  info.peer = option("peer");
  info.distributed_port = option("distributed-port");
  info.l3gateway_chassis = option("l3gateway-chassis");
  info.vlan_passthru = option("vlan-passthru") == "true";
  info.bridged = option("redirect-type") == "bridged";
  if (info.bridged && !row->mac().empty()) {
    const absl::string_view addresses = row->mac().front();
    const absl::StatusOr<MacAddress> mac = MacAddress::Parse(addresses.substr(0, addresses.find(' ')));
    if (mac.ok()) info.bridged_mac = mac->bits();
  }
  info.redirect_port = option("chassis-redirect-port");
  info.always_redirect = option("always-redirect") == "true";
  if (info.type == "chassisredirect") info.gateways = GatewaysOf(reader, row);
  return info;
}

// Behind a gateway port that redirects everything there is nothing to do on chassis that do not host it.
bool IsElsewhere(Reader& reader, const ControllerContext& context, const PortInfo& port) {
  if (port.redirect_port.empty()) return false;
  const PortInfo& redirect = reader.Ask(context.port, FindPort(reader, port.redirect_port));
  return redirect.exists && redirect.always_redirect && !Contains(redirect.gateways, context.chassis);
}

// The port that was given an OpenFlow port, and the containers behind it.
void EmitPlugged(Reader& reader, const ControllerContext& context, const std::string& name, Output& out) {
  const PortInfo& port = reader.Ask(context.port, FindPort(reader, name));
  out.Add(context.zones, {0, name, name});
  if (port.exists && port.type != "localnet" && port.type != "localport" && port.type != "external") {
    out.Add(context.seeds, port.datapath);
  }
  for (const Uuid& uuid : reader.Find(column::parent_port, name)) {
    const PortInfo& nested = reader.Ask(context.port, uuid);
    out.Add(context.seeds, nested.datapath);
    out.Add(context.zones, {0, absl::StrCat(name, "\n", nested.name), nested.name});
  }
}

// Ports that may bring their datapath here without being plugged in, and those that connect datapaths.
void EmitSpecial(Reader& reader, const ControllerContext& context, const Uuid& uuid, const std::string& rank,
                 Output& out) {
  const PortInfo& port = reader.Ask(context.port, uuid);
  const bool is_here = port.chassis == context.chassis;
  if (is_here && port.type != "vtep" && port.type != "patch") out.Add(context.zones, {0, rank, port.name});
  if (port.type == "virtual") return;
  if (port.type != "patch" && (is_here || Contains(port.gateways, context.chassis))) {
    out.Add(context.seeds, port.datapath);
  }
  const auto can_cross = [&context](const PortInfo& p) {
    return p.type == "patch" || (p.type == "l3gateway" && p.chassis == context.chassis);
  };
  if (port.peer.empty() || !can_cross(port) || IsElsewhere(reader, context, port)) return;
  const PortInfo& peer = reader.Ask(context.port, FindPort(reader, port.peer));
  if (peer.exists && can_cross(peer)) out.Add(context.patches, {port.datapath, peer.datapath});
}

void EmitLocal(Reader& reader, const ControllerContext& context, const Uuid& datapath, Output& out) {
  out.Add(context.local_by, datapath, datapath);
  for (const Uuid& group : reader.Find(sb::columns::Logical_DP_Group::datapaths, datapath)) {
    out.Add(context.local_by, group, datapath);
  }
  const uint32_t key = reader.Ask(context.datapath_key, datapath);
  if (key != 0) out.Add(context.zones, {key, "", datapath.ToString()});
}

}  // namespace

Uuid FindPort(Reader& reader, absl::string_view name) {
  const RowIds found = reader.Find(column::logical_port, name);
  return found.empty() ? Uuid() : found.front();
}

const PortInfo* PeerOf(Reader& reader, const ControllerContext& context, const PortInfo& port) {
  if (port.peer.empty()) return nullptr;
  const PortInfo& peer = reader.Ask(context.port, FindPort(reader, port.peer));
  if (!peer.exists) return nullptr;
  return context.everywhere() || (peer.type == port.type && peer.peer == port.name) ? &peer : nullptr;
}

ControllerContext::ControllerContext(Incremental& engine, std::string name)
    : chassis(std::move(name)),
      flows(engine.AddCollection<Flow>("flows")),
      errors(engine.AddCollection<FlowError>("errors")),
      seeds(engine.AddCollection<Uuid>("seeds")),
      patches(engine.AddCollection<Patch>("patches")),
      zones(engine.AddCollection<ZoneWish>("zones")),
      groups(engine.AddCollection<std::string>("groups")),
      meters(engine.AddCollection<std::string>("meters")),
      local_by(engine.AddRelation<Uuid, Uuid>("local_by")),
      localnets(engine.AddRelation<Uuid, Uuid>("localnets")),
      moving_ports(engine.AddRelation<Uuid, Uuid>("moving_ports")),
      group_members(engine.AddRelation<Uuid, GroupMember>("group_members")),
      group_chassis(engine.AddRelation<Uuid, std::string>("group_chassis")),
      group_members_at(engine.AddRelation<std::pair<Uuid, std::string>, std::pair<Uuid, int>>("group_members_at")),
      port_number(engine.AddInput<std::string, uint32_t>("port_number")),
      plugged_into(engine.AddInput<uint32_t, std::string>("plugged_into")),
      tunnel_number(engine.AddInput<std::string, uint32_t>("tunnel_number")),
      zone(engine.AddInput<std::string, uint32_t>("zone")),
      group_id(engine.AddInput<std::string, uint32_t>("group_id")),
      meter_id(engine.AddInput<std::string, uint32_t>("meter_id")),
      is_reached(engine.AddInput<Uuid, bool>("is_reached")) {}

// Runs for every port of one of these types, with its place among them: among many ports, few are.
void ForPortsOfTypes(Incremental& engine, absl::string_view name, std::vector<const char*> types,
                     std::function<void(Reader&, const Uuid& port, const int& rank, Output&)> emit, Feeds feeds = {}) {
  const std::string list = absl::StrCat(name, "_types");
  const auto ranks = engine.AddRelation<std::string, int>(list);
  engine.AddSingleEmitter(list,
                          [ranks, types = std::move(types)](Reader&, Output& out) {
                            for (size_t i = 0; i < types.size(); ++i) out.Add(ranks, types[i], static_cast<int>(i));
                          },
                          {ranks});
  engine.AddJoinEmitter(name, column::type, ranks, std::move(emit), std::move(feeds));
}

// What is local, as items.
void DefineLocality(Incremental& engine, ControllerContext& context) {
  const auto emit_local = With(context, EmitLocal);
  context.plugged_port = engine.AddDemandedEmitter<std::string>("plugged_port", With(context, EmitPlugged));
  if (context.everywhere()) {
    engine.AddEmitter<sb::Datapath_Binding>("local_datapath", emit_local, {context.local_by});
    return;
  }
  context.local_datapath = engine.AddDemandedEmitter<Uuid>("local_datapath", emit_local, {context.local_by});
  ForPortsOfTypes(engine, "special_port",
                  {"chassisredirect", "l2gateway", "l3gateway", "external", "virtual", "vtep", "patch"},
                  [&context](Reader& reader, const Uuid& uuid, const int& rank, Output& out) {
                    EmitSpecial(reader, context, uuid, absl::StrCat("\xff", rank, uuid.ToString()), out);
                  });
}

void DefineControllerQueries(Incremental& engine, ControllerContext& context) {
  context.datapath_key = engine.AddQuery<Uuid, uint32_t>("datapath_key", [](Reader& reader, const Uuid& uuid) {
    const auto row = reader.Get<sb::Datapath_Binding>(uuid);
    return row ? static_cast<uint32_t>(row->tunnel_key()) : 0;
  });
  context.port = engine.AddQuery<Uuid, PortInfo>("port", With(context, ReadPort));
  context.is_local = engine.AddQuery<Uuid, bool>("is_local", [&context](Reader& reader, const Uuid& datapath) {
    if (context.everywhere()) return static_cast<bool>(reader.Get<sb::Datapath_Binding>(datapath));
    return reader.Ask(context.is_reached, datapath);
  });
  context.moving =
      engine.AddQuery<Uuid, std::vector<uint32_t>>("moving", [&context](Reader& reader, const Uuid& datapath) {
        std::vector<uint32_t> keys;
        for (const Uuid& uuid : reader.Members(context.moving_ports, datapath)) {
          const PortInfo& port = reader.Ask(context.port, uuid);
          if (port.type.empty() && !port.additional.empty()) keys.push_back(port.key);
        }
        return keys;
      });
  context.localnet = engine.AddQuery<Uuid, Uuid>("localnet", [&context](Reader& reader, const Uuid& datapath) {
    const Uuid* const first = reader.First(context.localnets, datapath);
    return first == nullptr ? Uuid() : *first;
  });
  // By datapath: a port that is of some kind.
  const auto note_in = [&context](const Relation<Uuid, Uuid>& ports) {
    return [&context, ports](Reader& reader, const Uuid& uuid, const auto&, Output& out) {
      if (const PortInfo& port = reader.Ask(context.port, uuid); port.exists) out.Add(ports, port.datapath, uuid);
    };
  };
  ForPortsOfTypes(engine, "localnet_port", {"localnet"}, note_in(context.localnets), context.localnets);
  engine.AddMemberEmitter<sb::Port_Binding>("moving_port", column::additional_chassis, note_in(context.moving_ports),
                                            context.moving_ports);
  DefineLocality(engine, context);
}

void DefinePhysicalFlows(Incremental& engine, const ControllerContext& context) {
  // Only for rows of local datapaths.
  const auto local = [&context](auto emit) {
    return [&context, emit](Reader& reader, const Uuid& row, const Uuid&, Output& out) {
      emit(reader, context, row, out);
    };
  };
  namespace columns = sb::columns;
  engine.AddSingleEmitter("common", [&context](Reader&, Output& out) { EmitCommonFlows(context, out); });
  engine.AddEmitter<sb::Chassis>("tunnel", With(context, EmitTunnelFlows));
  engine.AddJoinEmitter("physical_port", column::datapath, context.local_by, local(EmitPortFlows));
  engine.AddJoinEmitter("port_security", column::datapath, context.local_by, local(EmitPortSecurityFlows));
  if (!context.everywhere()) {
    engine.AddMemberEmitter<sb::Multicast_Group>(
        "group_member", columns::Multicast_Group::ports, With(context, NoteGroupMember),
        {context.group_members, context.group_chassis, context.group_members_at});
  }
  engine.AddJoinEmitter("multicast_group", columns::Multicast_Group::datapath, context.local_by, local(EmitGroupFlows));
  engine.AddEmitter<sb::MAC_Binding>("mac_binding", With(context, EmitMacBindingFlows));
  engine.AddEmitter<sb::Static_MAC_Binding>("static_mac_binding", With(context, EmitStaticBindingFlows));
  engine.AddEmitter<sb::FDB>("fdb", With(context, EmitFdbFlows));
  engine.AddEmitter<sb::Load_Balancer>("load_balancer", With(context, EmitLoadBalancerFlows));
}

}  // namespace ovnlite
