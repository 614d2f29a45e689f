// Switch ports: what flows need to know of them (Context::switch_port), their rows in the Southbound database, and what
// comes back from there to the Northbound (a port is up).

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/northd/context.h"
#include "lib/northd/feature.h"
#include "lib/northd/options.h"
#include "lib/northd/port_address.h"
#include "ovnlite/schema/typed_row.h"

namespace ovnlite {
namespace {

namespace column = sb::columns::Port_Binding;
using SwitchPortView = ViewOf<nb::Logical_Switch_Port>;

// The switch a port is of, by UUID the first if there are several; zero: of none.
Uuid OwnerOf(Reader& reader, const Uuid& port) {
  const RowIds owners = reader.Find(nb::columns::Logical_Switch::ports, port);
  return owners.empty() ? Uuid() : owners.front();
}

// The router port that a port of type "router" leads to, or zero.
Uuid PeerOf(Reader& reader, const Context& context, const SwitchPortView& row) {
  if (row->type() != "router") return Uuid();
  Uuid peer;
  reader.FindOne<nb::Logical_Router_Port>(nb::columns::Logical_Router_Port::name,
                                          row->options("router-port").value_or(""), &peer);
  return !peer.IsZero() && reader.Ask(context.router_port, peer).exists ? peer : Uuid();
}

SwitchPort ReadSwitchPort(Reader& reader, const Context& context, const Uuid& uuid) {
  SwitchPort port;
  const SwitchPortView row = reader.Get<nb::Logical_Switch_Port>(uuid);
  if (!row) return port;
  port.lswitch = OwnerOf(reader, uuid);
  if (port.lswitch.IsZero()) return port;
  port.exists = context.PortKey(reader, uuid) != 0;
  port.name = row.String(nb::columns::Logical_Switch_Port::name.index);
  port.quoted = Quoted(port.name);
  port.type = row.String(nb::columns::Logical_Switch_Port::type.index);
  port.enabled = !row->has_enabled() || row->enabled();
  port.has_port_security = !row->port_security().empty();
  port.peer = PeerOf(reader, context, row);
  const auto add = [&port](const PortAddresses& addresses, const std::optional<MacAddress>& mac = std::nullopt) {
    port.macs.push_back(mac.value_or(addresses.mac));
    port.addresses.push_back(addresses);
  };
  for (const absl::string_view text : row->addresses()) {
    const SwitchPortAddress address = ReadSwitchPortAddress(text);
    switch (address.kind) {
      case SwitchPortAddressKind::kUnknown:
        port.unknown = true;
        break;
      case SwitchPortAddressKind::kRouter:
        if (!port.peer.IsZero()) add(reader.Ask(context.router_port, port.peer).networks);
        break;
      case SwitchPortAddressKind::kDynamic: {
        std::optional<LportAddresses> given;
        if (reader.Ask(context.switch_allocates, port.lswitch)) given = ReadLportAddresses(row->dynamic_addresses());
        if (given.has_value()) {
          add(*given, address.mac);
        } else if (address.mac.has_value()) {
          port.macs.push_back(*address.mac);
        }
        break;
      }
      case SwitchPortAddressKind::kStatic:
        add(address.addresses);
        break;
      case SwitchPortAddressKind::kInvalid:
        break;
    }
  }
  return port;
}

void EmitWish(Reader& reader, const Context& context, const Uuid& uuid, Output& out) {
  const Uuid owner = OwnerOf(reader, uuid);
  if (owner.IsZero() || context.DatapathKey(reader, owner) == 0) return;
  const auto row = reader.Get<nb::Logical_Switch_Port>(uuid);
  const auto limit = static_cast<uint32_t>(reader.Ask(context.key_limits, Uuid()).port);
  out.Add(context.port_wishes, owner,
          TunnelKeyWish{false, row.String(nb::columns::Logical_Switch_Port::name.index), uuid,
                        ReadUint(row->options("requested-tnl-key").value_or(""), 0), limit});
}

// Which kinds of ports each switch has.
void EmitKinds(Reader& reader, const Context& context, const Uuid& uuid, Output& out) {
  const SwitchPort& port = reader.Ask(context.switch_port, uuid);
  for (const Uuid& lswitch : reader.Find(nb::columns::Logical_Switch::ports, uuid)) {
    out.Add(port.peer.IsZero() ? context.machines_of_switch : context.router_ports_of_switch, lswitch, uuid);
    if (port.unknown && port.enabled) out.Add(context.unknown_of_switch, lswitch, uuid);
  }
}

// The chassis that options:requested-chassis names, by name or host name: those that there are, the first one and
// others.
void SetRequestedChassis(Reader& reader, const SwitchPortView& port, TypedRow<sb::Port_Binding>& row) {
  const auto find = [&](absl::string_view name) {
    for (const auto& by : {sb::columns::Chassis::name, sb::columns::Chassis::hostname}) {
      const RowIds found = reader.Find(by, name);
      if (!found.empty()) return found.front();
    }
    return Uuid();
  };
  bool is_first = true;
  Members others;
  for (absl::string_view name :
       absl::StrSplit(port->options("requested-chassis").value_or(""), ',', absl::SkipEmpty())) {
    const Uuid chassis = find(name);
    if (chassis.IsZero()) continue;
    if (std::exchange(is_first, false)) {
      row.Set(column::requested_chassis, chassis);
    } else {
      others.Insert(AtomRef(chassis));
    }
  }
  if (!others.empty()) row.Set(column::requested_additional_chassis, std::move(others));
}

// What is asked for, or else what is given; 0: none.
int64_t TagOf(const SwitchPortView& port) {
  if (port->has_tag_request() && port->tag_request() != 0) return port->tag_request();
  return port->has_tag() ? port->tag() : 0;
}

void EmitBinding(Reader& reader, const Context& context, const Uuid& uuid, Output& out) {
  const uint32_t key = context.PortKey(reader, uuid);
  if (key == 0) return;
  const Uuid owner = OwnerOf(reader, uuid);
  const SwitchPortView lsp = reader.Get<nb::Logical_Switch_Port>(uuid);
  TypedRow<sb::Port_Binding> row;
  row.Set(column::datapath, owner);
  const SharedString name = lsp.String(nb::columns::Logical_Switch_Port::name.index);
  row.Set(column::logical_port, name);
  row.Set(column::tunnel_key, key);
  row.Set(column::mac, lsp.Shared(nb::columns::Logical_Switch_Port::addresses.index));
  row.Set(column::port_security, lsp.Shared(nb::columns::Logical_Switch_Port::port_security.index));
  if (lsp->has_parent_name()) row.Set(column::parent_port, lsp->parent_name());
  if (const int64_t tag = TagOf(lsp); tag > 0) row.Set(column::tag, tag);
  Members ids = lsp.Shared(nb::columns::Logical_Switch_Port::external_ids.index);
  if (const auto other = lsp->external_ids("neutron:port_name"); !other.value_or("").empty()) ids.Set("name", *other);
  row.Set(column::external_ids, std::move(ids));
  if (lsp->type() == "router") {
    row.Set(column::type, "patch");
    if (const auto peer = lsp->options("router-port")) {
      Members options;
      options.Set("peer", *peer);
      row.Set(column::options, std::move(options));
    }
  } else {
    row.Set(column::type, lsp.String(nb::columns::Logical_Switch_Port::type.index));
    Members options = lsp.Shared(nb::columns::Logical_Switch_Port::options.index);
    if (lsp->type().empty() && ReadBool(reader.Get<nb::Logical_Switch>(owner)->other_config("vlan-passthru"), false)) {
      options.Set("vlan-passthru", "true");
    }
    row.Set(column::options, std::move(options));
    SetRequestedChassis(reader, lsp, row);
  }
  out.Add(context.rows, {{&SchemaOf<sb::Port_Binding>(), name}, row.Build()});
}

// What the Northbound row is told: a router's port is up as such, any other when its chassis says so.
void EmitUp(Reader& reader, const Context& context, const Uuid& uuid, Output& out) {
  if (context.PortKey(reader, uuid) == 0) return;
  const SwitchPortView lsp = reader.Get<nb::Logical_Switch_Port>(uuid);
  bool up = lsp->type() == "router";
  if (!up) {
    const auto binding = reader.FindOne<sb::Port_Binding>(column::logical_port, lsp->name());
    if (binding) up = binding->has_chassis() && (!binding->has_up() || binding->up());
  }
  TypedRow<nb::Logical_Switch_Port> row;
  row.Set(nb::columns::Logical_Switch_Port::up, up);
  const int64_t tag = TagOf(lsp);
  if (tag > 0) {
    row.Set(nb::columns::Logical_Switch_Port::tag, tag);
  } else if (lsp->has_tag()) {
    row.Set(nb::columns::Logical_Switch_Port::tag, lsp->tag());
  }
  out.Add(context.reports, {{&SchemaOf<nb::Logical_Switch_Port>(), SharedString(uuid.ToString())}, row.Build()});
}

// What makes no sense, and what is not compiled.
void EmitComplaints(Reader& reader, const Context& context, const Uuid& uuid, Output& out) {
  const SwitchPortView row = reader.Get<nb::Logical_Switch_Port>(uuid);
  const absl::string_view type = row->type();
  const auto unsupported = [&](std::string what) {
    out.Add(context.unsupported, {"Logical_Switch_Port", std::string(row->name()), std::move(what)});
  };
  if (!type.empty() && type != "router" && type != "localnet" && type != "localport") {
    unsupported(absl::StrCat("type:", type));
  }
  // 0 asks for any tag that is free behind the parent.
  if (row->has_tag_request() && row->tag_request() == 0 && !row->parent_name().empty() && !row->has_tag()) {
    unsupported("tag_request");
  }
  for (const absl::string_view text : row->addresses()) {
    const SwitchPortAddress address = ReadSwitchPortAddress(text);
    if (!address.complaint.empty() && context.PortKey(reader, uuid) != 0) {
      out.Add(context.warnings, {"Logical_Switch_Port", std::string(row->name()), address.complaint});
    }
    if (address.kind != SwitchPortAddressKind::kDynamic || row->has_dynamic_addresses()) continue;
    const Uuid owner = OwnerOf(reader, uuid);
    if (!owner.IsZero() && reader.Ask(context.switch_allocates, owner)) unsupported("addresses:dynamic");
  }
}

bool Allocates(Reader& reader, const Uuid& uuid) {
  const auto row = reader.Get<nb::Logical_Switch>(uuid);
  return row &&
         (!row->other_config("subnet").value_or("").empty() || !row->other_config("ipv6_prefix").value_or("").empty() ||
          ReadBool(row->other_config("mac_only"), false));
}

void Define(Incremental& engine, Context& context) {
  context.switch_allocates = engine.AddQuery<Uuid, bool>("switch_allocates", Allocates);
  context.switch_port = engine.AddQuery<Uuid, SwitchPort>("switch_port", With(context, ReadSwitchPort));
  engine.AddEmitter<nb::Logical_Switch_Port>("switch_port_key", With(context, EmitWish), context.port_wishes);
  engine.AddEmitter<nb::Logical_Switch_Port>(
      "switch_port_kinds", With(context, EmitKinds),
      {context.machines_of_switch, context.router_ports_of_switch, context.unknown_of_switch});
  engine.AddEmitter<nb::Logical_Switch_Port>("switch_port_binding", With(context, EmitBinding));
  engine.AddEmitter<nb::Logical_Switch_Port>("up", With(context, EmitUp));
  engine.AddEmitter<nb::Logical_Switch_Port>("switch_port_complaints", With(context, EmitComplaints));
}

}  // namespace

Feature SwitchPortFeature() {
  return {"switch_ports",
          Define,
          {{"Logical_Switch_Port", "name"},
           {"Logical_Switch_Port", "type"},
           {"Logical_Switch_Port", "addresses"},
           {"Logical_Switch_Port", "dynamic_addresses"},
           {"Logical_Switch_Port", "port_security"},
           {"Logical_Switch_Port", "enabled"},
           {"Logical_Switch_Port", "parent_name"},
           {"Logical_Switch_Port", "tag"},
           {"Logical_Switch_Port", "tag_request"},
           {"Logical_Switch_Port", "up"},
           {"Logical_Switch_Port", "options", "router-port"},
           {"Logical_Switch_Port", "options", "requested-chassis"},
           {"Logical_Switch_Port", "options", "requested-tnl-key"},
           {"Logical_Switch", "other_config", "vlan-passthru"}}};
}

}  // namespace ovnlite
