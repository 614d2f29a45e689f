// Datapaths and ports as the Southbound database knows them, what comes back from there to the Northbound (a port is
// up), and the global row.

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "lib/northd/context.h"
#include "lib/northd/options.h"
#include "lib/northd/tunnel_keys.h"
#include "lib/schema/ovn_nb.pb.h"
#include "lib/schema/ovn_sb.pb.h"

namespace ovnlite {
namespace {

// The key that options ask for, or 0. Whether it can have it is for Southbound to say.
template <typename Map>
int64_t RequestedKey(const Map& options) {
  return ReadUint(Lookup(options, "requested-tnl-key"), 0);
}

void EmitDatapath(const Context& context, Output& out, const Uuid& uuid, const char* kind, const std::string& name,
                  const google::protobuf::Map<std::string, std::string>& external_ids, int64_t requested_key,
                  sb::Datapath_Binding row) {
  auto& ids = *row.mutable_external_ids();
  ids[kind] = uuid.ToString();
  ids["name"] = name;
  // What people call it where OpenStack's names are its identifiers.
  for (const char* key : {"neutron:router_name", "neutron:network_name"}) {
    if (const absl::string_view name2 = Lookup(external_ids, key); !name2.empty()) ids["name2"] = std::string(name2);
  }
  row.set_tunnel_key(requested_key);
  context.EmitRow(out, RowKind::kDatapath, uuid.ToString(), row);
}

void EmitRouter(Reader& reader, const Context& context, const Uuid& uuid, Output& out) {
  const auto* router = reader.Get<nb::Logical_Router>(uuid);
  if (router->has_enabled() && !router->enabled()) return;
  sb::Datapath_Binding row;
  auto& ids = *row.mutable_external_ids();
  const auto& options = router->options();
  if (const absl::string_view zone = Lookup(options, "snat-ct-zone"); !zone.empty())
    ids["snat-ct-zone"] = std::string(zone);
  // Here, and only here, it has to be in small letters.
  if (Lookup(options, "dynamic_neigh_routers") == "true") ids["dynamic_neigh_routers"] = "true";
  if (!LookupBool(options, "always_learn_from_arp_request", true)) ids["always_learn_from_arp_request"] = "false";
  EmitDatapath(context, out, uuid, "logical-router", router->name(), router->external_ids(), RequestedKey(options),
               std::move(row));
}

// The chassis that options:requested-chassis names, by name or host name: those that there are, the first one and
// others.
void SetRequestedChassis(Reader& reader, const nb::Logical_Switch_Port& port, sb::Port_Binding& row) {
  const auto find = [&](absl::string_view name) {
    for (const char* column : {"name", "hostname"}) {
      const absl::Span<const Uuid> found = reader.Find<sb::Chassis>(column, name);
      if (!found.empty()) return found[0];
    }
    return Uuid();
  };
  std::set<Uuid> others;
  for (absl::string_view name : absl::StrSplit(Lookup(port.options(), "requested-chassis"), ',', absl::SkipEmpty())) {
    const Uuid chassis = find(name);
    if (chassis.IsZero()) continue;
    if (!row.has_requested_chassis()) {
      *row.mutable_requested_chassis() = ToProto(chassis);
    } else {
      others.insert(chassis);
    }
  }
  for (const Uuid& chassis : others) *row.add_requested_additional_chassis() = ToProto(chassis);
}

// What is asked for, or else what is given; 0: none.
int64_t TagOf(const nb::Logical_Switch_Port& port) {
  if (port.has_tag_request() && port.tag_request() != 0) return port.tag_request();
  return port.has_tag() ? port.tag() : 0;
}

void EmitSwitchPort(Reader& reader, const Context& context, const Uuid& uuid, Output& out) {
  const SwitchPort& port = reader.Ask(context.switch_port, uuid);
  if (!port.wanted) return;
  const auto& lsp = *reader.Get<nb::Logical_Switch_Port>(uuid);
  sb::Port_Binding row;
  *row.mutable_datapath() = ToProto(port.lswitch);
  row.set_logical_port(lsp.name());
  row.set_tunnel_key(RequestedKey(lsp.options()));
  row.mutable_mac()->CopyFrom(lsp.addresses());
  row.mutable_port_security()->CopyFrom(lsp.port_security());
  if (lsp.has_parent_name()) row.set_parent_port(lsp.parent_name());
  if (const int64_t tag = TagOf(lsp); tag > 0) row.set_tag(tag);
  *row.mutable_external_ids() = lsp.external_ids();
  if (const absl::string_view name = Lookup(lsp.external_ids(), "neutron:port_name"); !name.empty()) {
    (*row.mutable_external_ids())["name"] = std::string(name);
  }
  if (port.is_router()) {
    row.set_type("patch");
    const auto peer = lsp.options().find("router-port");
    if (peer != lsp.options().end()) (*row.mutable_options())["peer"] = peer->second;
  } else {
    row.set_type(port.type);
    *row.mutable_options() = lsp.options();
    if (LookupBool(reader.Get<nb::Logical_Switch>(port.lswitch)->other_config(), "vlan-passthru", false) &&
        port.type.empty()) {
      (*row.mutable_options())["vlan-passthru"] = "true";
    }
    SetRequestedChassis(reader, lsp, row);
  }
  context.EmitRow(out, RowKind::kPort, port.name, row);
}

void EmitRouterPort(Reader& reader, const Context& context, const Uuid& uuid, Output& out) {
  const RouterPort& port = reader.Ask(context.router_port, uuid);
  if (!port.wanted) return;
  const auto& lrp = *reader.Get<nb::Logical_Router_Port>(uuid);
  sb::Port_Binding row;
  *row.mutable_datapath() = ToProto(port.router);
  row.set_logical_port(lrp.name());
  row.set_tunnel_key(RequestedKey(lrp.options()));
  row.set_type("patch");
  row.add_mac(absl::StrCat(lrp.mac(), " ", absl::StrJoin(lrp.networks(), " ")));
  if (!port.switch_port.IsZero()) {
    (*row.mutable_options())["peer"] = reader.Get<nb::Logical_Switch_Port>(port.switch_port)->name();
  } else if (!port.peer_port.IsZero()) {
    (*row.mutable_options())["peer"] = lrp.peer();
  }
  *row.mutable_external_ids() = lrp.external_ids();
  context.EmitRow(out, RowKind::kPort, port.name, row);
}

// What the Northbound row is told: a router's port is up as such, any other when its chassis says so.
void EmitUp(Reader& reader, const Context& context, const Uuid& uuid, Output& out) {
  const SwitchPort& port = reader.Ask(context.switch_port, uuid);
  if (!port.exists) return;
  nb::Logical_Switch_Port row;
  bool up = port.is_router();
  if (const auto* binding = reader.FindOne<sb::Port_Binding>("logical_port", port.name); binding != nullptr && !up) {
    up = binding->has_chassis() && (!binding->has_up() || binding->up());
  }
  row.set_up(up);
  if (const int64_t tag = TagOf(*reader.Get<nb::Logical_Switch_Port>(uuid)); tag > 0) row.set_tag(tag);
  context.EmitRow(out, RowKind::kPortUp, uuid.ToString(), row);
}

void EmitGlobal(Reader& reader, const Context& context, Output& out) {
  sb::SB_Global row;
  for (const Uuid& uuid : reader.All<nb::NB_Global>()) {
    const auto* global = reader.Get<nb::NB_Global>(uuid);
    row.set_nb_cfg(global->nb_cfg());
    row.set_ipsec(global->ipsec());
    *row.mutable_options() = global->options();
  }
  bool vxlan = false;
  for (const Uuid& uuid : reader.All<sb::Encap>()) vxlan = vxlan || reader.Get<sb::Encap>(uuid)->type() == "vxlan";
  (*row.mutable_options())["max_tunid"] = absl::StrCat((vxlan ? kVxlanKeys : kGeneveKeys).datapath);
  context.EmitRow(out, RowKind::kGlobal, "", row);
}

}  // namespace

void DefineBindings(Incremental& engine, const Context& context) {
  engine.AddEmitter<nb::Logical_Switch>("switch_datapath", [&context](Reader& reader, const Uuid& uuid, Output& out) {
    const auto* row = reader.Get<nb::Logical_Switch>(uuid);
    EmitDatapath(context, out, uuid, "logical-switch", row->name(), row->external_ids(),
                 RequestedKey(row->other_config()), sb::Datapath_Binding());
  });
  engine.AddEmitter<nb::Logical_Router>("router_datapath", [&context](Reader& reader, const Uuid& uuid, Output& out) {
    EmitRouter(reader, context, uuid, out);
  });
  engine.AddEmitter<nb::Logical_Switch_Port>(
      "switch_port_binding",
      [&context](Reader& reader, const Uuid& uuid, Output& out) { EmitSwitchPort(reader, context, uuid, out); });
  engine.AddEmitter<nb::Logical_Router_Port>(
      "router_port_binding",
      [&context](Reader& reader, const Uuid& uuid, Output& out) { EmitRouterPort(reader, context, uuid, out); });
  engine.AddEmitter<nb::Logical_Switch_Port>(
      "up", [&context](Reader& reader, const Uuid& uuid, Output& out) { EmitUp(reader, context, uuid, out); });
  engine.AddSingleEmitter("global",
                          [&context](Reader& reader, const Uuid&, Output& out) { EmitGlobal(reader, context, out); });
}

}  // namespace ovnlite
