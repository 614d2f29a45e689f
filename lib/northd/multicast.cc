// Each switch's groups of ports that flows send to by name. A group without ports does not exist.

#include <set>

#include "absl/strings/str_cat.h"
#include "lib/northd/context.h"
#include "lib/schema/ovn_nb.pb.h"
#include "lib/schema/ovn_sb.pb.h"

namespace ovnlite {
namespace {

// Tunnel keys are fixed by OVN: they are the same on every switch (ovn-architecture(7), "Tunnel Encapsulations").
constexpr int kFloodKey = 32768;
constexpr int kUnknownKey = 32769;
constexpr int kFloodL2Key = 32772;

void EmitGroup(const Context& context, Output& out, const Uuid& datapath, const char* name, int key,
               const std::set<Uuid>& ports) {
  if (ports.empty()) return;
  sb::Multicast_Group row;
  *row.mutable_datapath() = ToProto(datapath);
  row.set_name(name);
  row.set_tunnel_key(key);
  for (const Uuid& port : ports) *row.add_ports() = ToProto(port);
  context.EmitRow(out, RowKind::kMulticastGroup, absl::StrCat(datapath.ToString(), "/", name), row);
}

}  // namespace

void DefineMulticastGroups(Incremental& engine, const Context& context) {
  engine.AddEmitter<nb::Logical_Switch>("multicast_groups", [&context](Reader& reader, const Uuid& uuid, Output& out) {
    std::set<Uuid> flood, unknown, flood_l2;
    for (const ovsdb::Uuid& member : reader.Get<nb::Logical_Switch>(uuid)->ports()) {
      const Uuid id = FromProto(member);
      const SwitchPort& port = reader.Ask(context.switch_port, id);
      if (!port.exists || port.lswitch != uuid || !port.enabled) continue;
      flood.insert(id);
      if (!port.is_router()) flood_l2.insert(id);
      if (port.unknown) unknown.insert(id);
    }
    EmitGroup(context, out, uuid, "_MC_flood", kFloodKey, flood);
    EmitGroup(context, out, uuid, "_MC_unknown", kUnknownKey, unknown);
    EmitGroup(context, out, uuid, "_MC_flood_l2", kFloodL2Key, flood_l2);
  });
}

}  // namespace ovnlite
