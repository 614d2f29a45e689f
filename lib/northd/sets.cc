// Names that flows use for sets: address sets, port groups and the addresses of their ports, the MAC address that
// service monitors send from.

#include <map>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "lib/northd/context.h"
#include "lib/schema/ovn_nb.pb.h"
#include "lib/schema/ovn_sb.pb.h"
#include "ovnlite/base/address_scan.h"

namespace ovnlite {
namespace {

void EmitSet(const Context& context, Output& out, const std::string& name, const std::set<std::string>& addresses) {
  sb::Address_Set row;
  row.set_name(name);
  for (const std::string& address : addresses) row.add_addresses(address);
  context.EmitRow(out, RowKind::kAddressSet, name, row);
}

// A port group becomes one row per switch it has ports on, named "<datapath key>_<group>"; two address sets hold all
// its ports' addresses.
void EmitPortGroup(Reader& reader, const Context& context, const Uuid& uuid, Output& out) {
  const auto* group = reader.Get<nb::Port_Group>(uuid);
  std::map<Uuid, std::set<std::string>> ports;
  std::set<std::string> v4, v6;
  for (const ovsdb::Uuid& member : group->ports()) {
    const SwitchPort& port = reader.Ask(context.switch_port, FromProto(member));
    if (!port.exists) continue;
    ports[port.lswitch].insert(port.name);
    for (const PortAddresses& addresses : port.addresses) {
      for (const IpPrefix& ip : addresses.v4) v4.insert(ip.address().ToString());
      for (const IpPrefix& ip : addresses.v6) v6.insert(ip.address().ToString());
    }
  }
  for (const auto& [datapath, names] : ports) {
    sb::Port_Group row;
    row.set_name(group->name());
    for (const std::string& name : names) row.add_ports(name);
    context.EmitRow(out, RowKind::kPortGroup, absl::StrCat(datapath.ToString(), "/", group->name()), row);
  }
  EmitSet(context, out, absl::StrCat(group->name(), "_ip4"), v4);
  EmitSet(context, out, absl::StrCat(group->name(), "_ip6"), v6);
}

}  // namespace

void DefineSets(Incremental& engine, const Context& context) {
  engine.AddEmitter<nb::Address_Set>("address_set", [&context](Reader& reader, const Uuid& uuid, Output& out) {
    const auto* set = reader.Get<nb::Address_Set>(uuid);
    EmitSet(context, out, set->name(), {set->addresses().begin(), set->addresses().end()});
  });
  engine.AddEmitter<nb::Port_Group>("port_group", [&context](Reader& reader, const Uuid& uuid, Output& out) {
    EmitPortGroup(reader, context, uuid, out);
  });
  engine.AddSingleEmitter("svc_monitor_mac", [&context](Reader& reader, const Uuid&, Output& out) {
    std::string mac = context.service_monitor_mac;
    for (const Uuid& uuid : reader.All<nb::NB_Global>()) {
      const std::optional<MacAddress> configured =
          ReadMac(Lookup(reader.Get<nb::NB_Global>(uuid)->options(), "svc_monitor_mac"));
      if (configured.has_value()) mac = configured->ToString();
    }
    EmitSet(context, out, "svc_monitor_mac", {mac});
  });
}

}  // namespace ovnlite
