#include "ovnlite/northd/northd.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "lib/northd/context.h"
#include "lib/northd/southbound.h"
#include "lib/northd/unsupported.h"
#include "lib/northd/warnings.h"
#include "ovnlite/base/status.h"

namespace ovnlite {
namespace {

// Locally administered, not a group.
std::string RandomMac(Random& random) {
  return MacAddress((random.Next() & 0xfcff'ffff'ffff) | 0x0200'0000'0000).ToString();
}

}  // namespace

struct Northd::State {
  State(Database& nb, Database& sb, Options options) : nb(nb), engine({&nb, &sb}), southbound(nb, sb, store) {
    context.store = &store;
    Random own(1);
    context.service_monitor_mac = RandomMac(options.random == nullptr ? own : *options.random);
    DefineQueries(engine, context);
    DefineRouteQueries(engine, context);
    DefineBindings(engine, context);
    DefineMulticastGroups(engine, context);
    DefineSets(engine, context);
    DefineSwitchFlows(engine, context);
    DefineSwitchPortFlows(engine, context);
    DefineArpResponderFlows(engine, context);
    DefineRouterFlows(engine, context);
    DefineRouterPortFlows(engine, context);
    DefineRouteFlows(engine, context);
    DefineArpResolveFlows(engine, context);
  }

  // One turn: what changed in the databases, through the compiler, into the databases. False: nothing had changed.
  absl::StatusOr<bool> Turn() {
    const Incremental::Changes changes = engine.Update();
    const bool changed = failed || !changes.added.empty() || !changes.removed.empty();
    for (uint32_t item : changes.added) {
      store.Use(item);
      southbound.Add(item);
    }
    for (uint32_t item : changes.removed) southbound.Remove(item);
    absl::Status written = absl::OkStatus();
    if (changed) written = southbound.Write();
    failed = !written.ok();
    SetKeyless();
    for (uint32_t item : changes.removed) store.Forget(item);
    store.ForgetUnused();
    OVNLITE_RETURN_IF_ERROR(written);
    return changed;
  }

  // What has no tunnel key is left out of the next turn.
  void SetKeyless() {
    if (southbound.keyless() == keyless) return;
    for (const auto& [uuid, old] : keyless) {
      if (!southbound.keyless().contains(uuid)) engine.Set(context.keyless, uuid.ToString(), Keyless());
    }
    keyless = southbound.keyless();
    for (const auto& [uuid, now] : keyless) engine.Set(context.keyless, uuid.ToString(), now);
  }

  Database& nb;
  ItemStore store;
  Context context;
  Incremental engine;
  Southbound southbound;
  std::map<Uuid, Keyless> keyless;  // As the engine knows it.
  bool failed = true;               // The last turn did; or there was none.
};

Northd::Northd(Database& nb, Database& sb, Options options) : state_(std::make_unique<State>(nb, sb, options)) {}
Northd::~Northd() = default;

absl::Status Northd::Update() {
  // What is written may be read: a port's binding says whether it is up. Two turns settle that; more would be a defect.
  for (int turn = 0; turn < 4; ++turn) {
    OVNLITE_ASSIGN_OR_RETURN(const bool changed, state_->Turn());
    if (!changed) return absl::OkStatus();
  }
  return absl::InternalError("the Southbound database does not settle");
}

NorthdStatistics Northd::statistics() const {
  return {state_->engine.statistics().emitter_runs, state_->engine.statistics().query_runs};
}

std::vector<NorthdWarning> Northd::warnings() const {
  std::vector<NorthdWarning> all = state_->southbound.warnings();
  state_->engine.Inspect([&](Reader& reader) { FindWarnings(reader, state_->context, state_->nb, all); });
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::vector<Unsupported> Northd::unsupported() const { return FindUnsupported(state_->nb); }

}  // namespace ovnlite
