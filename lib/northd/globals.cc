// The global row of the Southbound database, and what the Northbound one is told of how far things are.

#include "absl/strings/str_cat.h"
#include "lib/northd/context.h"
#include "lib/northd/feature.h"
#include "ovnlite/schema/typed_row.h"

namespace ovnlite {
namespace {

void EmitGlobal(Reader& reader, const Context& context, Output& out) {
  namespace column = sb::columns::SB_Global;
  TypedRow<sb::SB_Global> row;
  Members options;
  if (const auto global = reader.Single<nb::NB_Global>()) {
    row.Set(column::nb_cfg, global->nb_cfg());
    row.Set(column::ipsec, global->ipsec());
    options = global.Shared(nb::columns::NB_Global::options.index);
  }
  options.Set("max_tunid", absl::StrCat(reader.Ask(context.key_limits, Uuid()).datapath));
  row.Set(column::options, std::move(options));
  out.Add(context.rows, {{&SchemaOf<sb::SB_Global>(), SharedString()}, row.Build()});
}

// Written after the Southbound database has taken everything.
void EmitProgress(Reader& reader, const Context& context, const Uuid& uuid, Output& out) {
  TypedRow<nb::NB_Global> row;
  row.Set(nb::columns::NB_Global::sb_cfg, reader.Get<nb::NB_Global>(uuid)->nb_cfg());
  out.Add(context.reports, {{&SchemaOf<nb::NB_Global>(), SharedString(uuid.ToString())}, row.Build()});
}

void EmitComplaints(Reader& reader, const Context& context, const Uuid& uuid, Output& out) {
  if (!ReadBool(reader.Get<nb::NB_Global>(uuid)->options("ignore_lsp_down"), true)) {
    out.Add(context.unsupported, {"NB_Global", uuid.ToString(), "options:ignore_lsp_down"});
  }
}

void Define(Incremental& engine, Context& context) {
  engine.AddSingleEmitter("global", With(context, EmitGlobal));
  engine.AddEmitter<nb::NB_Global>("progress", With(context, EmitProgress));
  engine.AddEmitter<nb::NB_Global>("global_complaints", With(context, EmitComplaints));
}

}  // namespace

Feature GlobalFeature() {
  return {"globals",
          Define,
          {{"NB_Global", "nb_cfg"},
           {"NB_Global", "sb_cfg"},
           {"NB_Global", "ipsec"},
           {"NB_Global", "options", "ignore_lsp_down"}}};
}

}  // namespace ovnlite
