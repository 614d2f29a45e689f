// Each switch's groups of ports that flows send to by name. A group without ports does not exist.

#include "absl/strings/str_cat.h"
#include "lib/northd/context.h"
#include "lib/northd/feature.h"
#include "ovnlite/schema/typed_row.h"

namespace ovnlite {
namespace {

namespace column = sb::columns::Multicast_Group;

// Tunnel keys are fixed by OVN: they are the same on every switch (ovn-architecture(7), "Tunnel Encapsulations").
struct Group {
  const char* name;
  int key;
};
constexpr Group kFlood = {"_MC_flood", 32768}, kUnknown = {"_MC_unknown", 32769}, kFloodL2 = {"_MC_flood_l2", 32772};

void AddTo(const Context& context, Output& out, const Group& group, const SwitchPort& port) {
  const RowName name{&SchemaOf<sb::Multicast_Group>(),
                     context.strings.Of(absl::StrCat(port.lswitch.ToString(), "/", group.name))};
  TypedRow<sb::Multicast_Group> row;
  row.Set(column::datapath, port.lswitch);
  row.Set(column::name, context.strings.Of(group.name));
  row.Set(column::tunnel_key, group.key);
  out.Add(context.rows, {name, row.Build()});  // The same from every port.
  out.Add(context.members, {name, column::ports.index, Atom::Of(PortBindingId(port.name))});
}

void Define(Incremental& engine, Context& context) {
  engine.AddEmitter<nb::Logical_Switch_Port>("multicast_groups",
                                             [&context](Reader& reader, const Uuid& uuid, Output& out) {
                                               const SwitchPort& port = reader.Ask(context.switch_port, uuid);
                                               if (!port.exists || !port.enabled) return;
                                               AddTo(context, out, kFlood, port);
                                               if (!port.is_router()) AddTo(context, out, kFloodL2, port);
                                               if (port.unknown) AddTo(context, out, kUnknown, port);
                                             });
}

}  // namespace

Feature MulticastFeature() { return {"multicast", Define, {}}; }

}  // namespace ovnlite
