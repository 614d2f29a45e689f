// Logical switches and routers as the Southbound database knows them: a Datapath_Binding each, with its tunnel key.

#include "absl/strings/str_cat.h"
#include "lib/northd/context.h"
#include "lib/northd/drop_actions.h"
#include "lib/northd/feature.h"
#include "lib/northd/options.h"
#include "ovnlite/schema/typed_row.h"

namespace ovnlite {
namespace {

namespace column = sb::columns::Datapath_Binding;

// A switch or router, as far as both are alike.
struct Datapath {
  bool is_router;
  absl::string_view name;
  std::optional<absl::string_view> requested_key;
};

void EmitWish(Reader& reader, const Context& context, const Uuid& uuid, const Datapath& datapath, Output& out) {
  const auto limit = static_cast<uint32_t>(reader.Ask(context.key_limits, Uuid()).datapath);
  out.Add(context.datapath_wishes, Uuid(),
          TunnelKeyWish{datapath.is_router, context.strings.Of(datapath.name), uuid,
                        ReadUint(datapath.requested_key.value_or(""), 0), limit});
}

template <typename View>
void EmitRow(Reader& reader, const Context& context, const Uuid& uuid, const char* kind, const View& row, Members ids,
             Output& out) {
  const uint32_t key = context.DatapathKey(reader, uuid);
  if (key == 0) return;
  ids.Set(kind, uuid.ToString());
  ids.Set("name", row.name());
  // What people call it where OpenStack's names are its identifiers.
  for (const char* other : {"neutron:router_name", "neutron:network_name"}) {
    if (const auto name2 = row.external_ids(other); !name2.value_or("").empty()) ids.Set("name2", *name2);
  }
  TypedRow<sb::Datapath_Binding> made;
  made.Set(column::tunnel_key, key);
  made.Set(column::external_ids, std::move(ids));
  out.Add(context.rows, {{&SchemaOf<sb::Datapath_Binding>(), SharedString(uuid.ToString())}, made.Build()});
}

void EmitRouter(Reader& reader, const Context& context, const Uuid& uuid, Output& out) {
  const auto router = reader.Get<nb::Logical_Router>(uuid);
  if (router->has_enabled() && !router->enabled()) return;
  Members ids;
  if (const auto zone = router->options("snat-ct-zone"); !zone.value_or("").empty()) ids.Set("snat-ct-zone", *zone);
  // Here, and only here, it has to be in small letters.
  if (router->options("dynamic_neigh_routers") == "true") ids.Set("dynamic_neigh_routers", "true");
  if (!ReadBool(router->options("always_learn_from_arp_request"), true)) {
    ids.Set("always_learn_from_arp_request", "false");
  }
  EmitRow(reader, context, uuid, "logical-router", router, std::move(ids), out);
}

TunnelKeyLimits ReadLimits(Reader& reader, const Uuid&) {
  return reader.Find(sb::columns::Encap::type, "vxlan").empty() ? kGeneveKeys : kVxlanKeys;
}

SharedString ReadDropActions(Reader& reader, const Uuid&) {
  const auto global = reader.Single<nb::NB_Global>();
  if (!global) return SharedString(kDrop);
  return SharedString(DropActions(global->options("debug_drop_domain_id").value_or(""),
                                  global->options("debug_drop_collector_set").value_or("")));
}

void Define(Incremental& engine, Context& context) {
  context.key_limits = engine.AddQuery<Uuid, TunnelKeyLimits>("key_limits", ReadLimits);
  context.drop_actions = engine.AddQuery<Uuid, SharedString>("drop_actions", ReadDropActions);
  engine.AddEmitter<nb::Logical_Switch>(
      "switch_key",
      [&context](Reader& reader, const Uuid& uuid, Output& out) {
        const auto row = reader.Get<nb::Logical_Switch>(uuid);
        EmitWish(reader, context, uuid, {false, row->name(), row->other_config("requested-tnl-key")}, out);
      },
      context.datapath_wishes);
  engine.AddEmitter<nb::Logical_Router>(
      "router_key",
      [&context](Reader& reader, const Uuid& uuid, Output& out) {
        const auto row = reader.Get<nb::Logical_Router>(uuid);
        if (row->has_enabled() && !row->enabled()) return;
        EmitWish(reader, context, uuid, {true, row->name(), row->options("requested-tnl-key")}, out);
      },
      context.datapath_wishes);
  engine.AddEmitter<nb::Logical_Switch>("switch_binding", [&context](Reader& reader, const Uuid& uuid, Output& out) {
    EmitRow(reader, context, uuid, "logical-switch", reader.Get<nb::Logical_Switch>(uuid), Members(), out);
  });
  engine.AddEmitter<nb::Logical_Router>("router_binding", With(context, EmitRouter));
}

}  // namespace

Feature DatapathFeature() {
  return {"datapaths",
          Define,
          {{"Logical_Switch", "name"},
           {"Logical_Switch", "ports"},
           {"Logical_Switch", "other_config", "requested-tnl-key"},
           {"Logical_Router", "name"},
           {"Logical_Router", "ports"},
           {"Logical_Router", "enabled"},
           {"Logical_Router", "options", "requested-tnl-key"},
           {"Logical_Router", "options", "snat-ct-zone"},
           {"Logical_Router", "options", "dynamic_neigh_routers"},
           {"Logical_Router", "options", "always_learn_from_arp_request"},
           {"NB_Global", "options", "debug_drop_domain_id"},
           {"NB_Global", "options", "debug_drop_collector_set"}}};
}

}  // namespace ovnlite
