// Names that flows use for sets: address sets, port groups and the addresses of their ports, the MAC address that
// service monitors send from. A member costs that member, however many there are.

#include "absl/strings/str_cat.h"
#include "lib/northd/context.h"
#include "lib/northd/feature.h"
#include "ovnlite/base/address_scan.h"
#include "ovnlite/schema/typed_row.h"

namespace ovnlite {
namespace {

RowName AddressSetName(absl::string_view name) { return {&SchemaOf<sb::Address_Set>(), SharedString(name)}; }

void EmitSet(const Context& context, Output& out, absl::string_view name, Members addresses) {
  TypedRow<sb::Address_Set> row;
  row.Set(sb::columns::Address_Set::name, name);
  row.Set(sb::columns::Address_Set::addresses, std::move(addresses));
  out.Add(context.rows, {AddressSetName(name), row.Build()});
}

// A port group becomes one row per switch it has ports on, named "<datapath key>_<group>"; two address sets hold all
// its ports' addresses.
void EmitPortOfGroup(Reader& reader, const Context& context, const Uuid& uuid, const Uuid& member, Output& out) {
  const SwitchPort& port = reader.Ask(context.switch_port, member);
  if (!port.exists) return;
  const absl::string_view group = reader.Get<nb::Port_Group>(uuid)->name();
  const std::string name = absl::StrCat(context.DatapathKey(reader, port.lswitch), "_", group);
  TypedRow<sb::Port_Group> row;
  row.Set(sb::columns::Port_Group::name, name);
  const RowName row_name{&SchemaOf<sb::Port_Group>(), SharedString(name)};
  out.Add(context.rows, {row_name, row.Build()});
  out.Add(context.members, {row_name, sb::columns::Port_Group::ports.index, Atom::String(port.name)});
  const RowName v4 = AddressSetName(absl::StrCat(group, "_ip4")), v6 = AddressSetName(absl::StrCat(group, "_ip6"));
  const auto add = [&](const RowName& set, const IpPrefix& ip) {
    out.Add(context.members, {set, sb::columns::Address_Set::addresses.index, Atom::String(ip.address().ToString())});
  };
  for (const PortAddresses& addresses : port.addresses) {
    for (const IpPrefix& ip : addresses.v4) add(v4, ip);
    for (const IpPrefix& ip : addresses.v6) add(v6, ip);
  }
}

void Define(Incremental& engine, Context& context) {
  engine.AddEmitter<nb::Address_Set>("address_set", [&context](Reader& reader, const Uuid& uuid, Output& out) {
    const auto set = reader.Get<nb::Address_Set>(uuid);
    EmitSet(context, out, set->name(), set->Shared(nb::columns::Address_Set::addresses.index));
  });
  engine.AddEmitter<nb::Port_Group>("port_group_sets", [&context](Reader& reader, const Uuid& uuid, Output& out) {
    const absl::string_view group = reader.Get<nb::Port_Group>(uuid)->name();
    EmitSet(context, out, absl::StrCat(group, "_ip4"), Members());
    EmitSet(context, out, absl::StrCat(group, "_ip6"), Members());
  });
  engine.AddMemberEmitter<nb::Port_Group>("port_group", nb::columns::Port_Group::ports, With(context, EmitPortOfGroup));
  engine.AddSingleEmitter("svc_monitor_mac", [&context](Reader& reader, Output& out) {
    std::string mac = context.service_monitor_mac;
    if (const auto global = reader.Single<nb::NB_Global>()) {
      const std::optional<MacAddress> configured = ReadMac(global->options("svc_monitor_mac").value_or(""));
      if (configured.has_value()) mac = configured->ToString();
    }
    Members one;
    one.Insert(mac);
    EmitSet(context, out, "svc_monitor_mac", std::move(one));
  });
}

}  // namespace

Feature SetFeature() {
  return {"sets",
          Define,
          {{"Address_Set", "name"},
           {"Address_Set", "addresses"},
           {"Port_Group", "name"},
           {"Port_Group", "ports"},
           {"NB_Global", "options", "svc_monitor_mac"}}};
}

}  // namespace ovnlite
