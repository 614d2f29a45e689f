#include "ovnlite/northd/northd.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/northd/context.h"
#include "lib/northd/feature.h"
#include "lib/northd/flow_writer.h"
#include "lib/northd/row_writer.h"
#include "lib/northd/tunnel_keys.h"
#include "lib/northd/unsupported.h"
#include "lib/northd/writer_rules.h"
#include "ovnlite/base/status.h"
#include "ovnlite/base/utf8.h"
#include "ovnlite/schema/typed_row.h"

namespace ovnlite {
namespace {

// Locally administered, not a group.
std::string RandomMac(Random& random) {
  return MacAddress((random.Next() & 0xfcff'ffff'ffff) | 0x0200'0000'0000).ToString();
}

// A transaction on its way: Submit() may decide it at once or later, when this object may be gone.
class Submission {
 public:
  enum class State { kNone, kPending, kAccepted, kRefused };

  void Submit(Database& database, Transaction t) {
    *state_ = {State::kPending, absl::OkStatus()};
    database.Submit(std::move(t), [state = state_](const absl::Status& status) {
      *state = {status.ok() ? State::kAccepted : State::kRefused, status};
    });
  }
  bool pending() const { return state_->first == State::kPending; }
  // What became of it, once; kNone when there is nothing new.
  std::pair<State, absl::Status> Take() {
    if (pending()) return {State::kNone, absl::OkStatus()};
    return std::exchange(*state_, {State::kNone, absl::OkStatus()});
  }

 private:
  std::shared_ptr<std::pair<State, absl::Status>> state_ =
      std::make_shared<std::pair<State, absl::Status>>(State::kNone, absl::OkStatus());
};

}  // namespace

struct Northd::State {
  State(Database& nb, Database& sb, Options options)
      : nb(nb),
        sb(sb),
        engine({&nb, &sb}),
        context(engine),
        unsupported(nb, Features()),
        rows(sb, SouthboundRules(sb, rows)),
        flows(sb, rows),
        reports(nb, NorthboundRules()) {
    Random own(1);
    context.service_monitor_mac = RandomMac(options.random == nullptr ? own : *options.random);
    for (const Feature& feature : Features()) feature.define(engine, context);
    GiveKeys(datapath_keys, context.datapath_wishes, context.datapath_key);
    GiveKeys(port_keys, context.port_wishes, context.port_key);
    AdoptKeys();
  }

  void GiveKeys(TunnelKeys& keys, const Relation<Uuid, TunnelKeyWish>& wishes, const Query<Uuid, uint32_t>& key) {
    engine.Follow(wishes);
    engine.OnSettled(wishes, [this, &keys, wishes, key] {
      const auto changes = engine.TakeChanges(wishes);
      keys.Change(changes.added, changes.removed,
                  [&](const Uuid& owner, uint32_t number) { engine.Set(key, owner, number); });
    });
  }

  // Numbers that the Southbound database has already.
  void AdoptKeys() {
    std::map<Uuid, Uuid> owners;
    for (const auto& [uuid, row] : sb.Rows<sb::Datapath_Binding>()) {
      const Uuid owner = OwnerOfDatapath(row).value_or(uuid);
      owners[uuid] = owner;
      datapath_keys.Adopt(Uuid(), owner.ToString(), static_cast<uint32_t>(row->tunnel_key()));
    }
    for (const auto& [uuid, row] : sb.Rows<sb::Port_Binding>()) {
      port_keys.Adopt(owners[row->datapath()], row->logical_port(), static_cast<uint32_t>(row->tunnel_key()));
    }
  }

  // One turn: what changed in the databases, through the compiler, into the databases. False: there was nothing to do,
  // or a database has not decided yet.
  absl::StatusOr<bool> Turn() {
    OVNLITE_RETURN_IF_ERROR(Settle(to_sb, [this](bool accepted) {
      rows.Submitted(accepted);
      flows.Submitted(accepted);
    }));
    OVNLITE_RETURN_IF_ERROR(Settle(to_nb, [this](bool accepted) { reports.Submitted(accepted); }));
    OVNLITE_RETURN_IF_ERROR(engine.Update());
    if (!to_sb.pending()) {
      // While a transaction is on its way its items stay where they are.
      PassOn(context.flows, flows);
      PassOn(context.rows, rows);
      PassOn(context.members, rows);
      if (rows.IsDirty() || flows.IsDirty()) {
        Transaction t = sb.Begin();
        rows.Write(t);
        flows.Write(t);
        to_sb.Submit(sb, std::move(t));
        return true;
      }
    }
    // What is reported is true of what the Southbound database has taken.
    if (to_sb.pending() || to_nb.pending()) return false;
    PassOn(context.reports, reports);
    if (!reports.IsDirty()) return false;
    Transaction t = nb.Begin();
    reports.Write(t);
    to_nb.Submit(nb, std::move(t));
    return true;
  }

  // Tells a writer which items came and went.
  template <typename Item, typename Writer>
  void PassOn(const Collection<Item>& items, Writer& writer) {
    const auto changes = engine.TakeChanges(items);
    for (const Item* item : changes.added) writer.Add(*item);
    for (const Item* item : changes.removed) writer.Remove(*item);
  }

  // Takes notice of what became of a transaction.
  template <typename Tell>
  absl::Status Settle(Submission& submission, Tell tell) {
    const auto [state, status] = submission.Take();
    if (state == Submission::State::kNone) return absl::OkStatus();
    tell(state == Submission::State::kAccepted);
    return status;
  }

  void AddKeyWarnings(std::vector<NorthdWarning>& all) const {
    const auto datapath = [this](const Uuid& uuid) -> std::pair<std::string, std::string> {
      if (const auto lswitch = nb.Read<nb::Logical_Switch>(uuid))
        return {"Logical_Switch", std::string(lswitch->name())};
      const auto router = nb.Read<nb::Logical_Router>(uuid);
      return {"Logical_Router", router ? std::string(router->name()) : uuid.ToString()};
    };
    datapath_keys.ForEachWaitingOne([&](const Uuid&, const TunnelKeyWish& wish) {
      const auto [table, name] = datapath(wish.owner);
      all.push_back({table, name, "left out: all tunnel keys of datapaths are taken"});
    });
    port_keys.ForEachWaiting([&](const Uuid& scope, const TunnelKeyWish& first, size_t count) {
      const auto [table, name] = datapath(scope);
      all.push_back({table, name,
                     absl::StrCat("all tunnel keys of its ports are taken; left out: ", count, " of its ports, ",
                                  QuoteJson(first.name), count > 1 ? " and others" : "")});
    });
    const auto refused = [](const TunnelKeyWish& wish, bool taken) {
      return absl::StrCat("tunnel key ", wish.requested, " is asked for and ",
                          taken ? "another has it" : "is out of range");
    };
    datapath_keys.ForEachRefused([&](const TunnelKeyWish& wish, bool taken) {
      const auto [table, name] = datapath(wish.owner);
      all.push_back({table, name, refused(wish, taken)});
    });
    port_keys.ForEachRefused([&](const TunnelKeyWish& wish, bool taken) {
      all.push_back(
          {wish.is_router ? "Logical_Router_Port" : "Logical_Switch_Port", wish.name.ToString(), refused(wish, taken)});
    });
  }

  Database& nb;
  Database& sb;
  Incremental engine;
  Context context;
  TunnelKeys datapath_keys{kLastDatapathKey}, port_keys{kLastPortKey};
  UnsupportedColumns unsupported;
  RowWriter rows;
  FlowWriter flows;
  RowWriter reports;
  Submission to_sb, to_nb;
};

Northd::Northd(Database& nb, Database& sb, Options options) : state_(std::make_unique<State>(nb, sb, options)) {}
Northd::~Northd() = default;

absl::Status Northd::Update() {
  // What is written may be read: a port's binding says whether it is up. A few turns settle that; more would be a
  // defect.
  for (int turn = 0; turn < 8; ++turn) {
    OVNLITE_ASSIGN_OR_RETURN(const bool changed, state_->Turn());
    if (!changed) return absl::OkStatus();
  }
  return absl::InternalError("the Southbound database does not settle");
}

bool Northd::is_pending() const { return state_->to_sb.pending() || state_->to_nb.pending(); }

const CompileStatistics& Northd::statistics() const { return state_->engine.statistics(); }

std::vector<NorthdWarning> Northd::warnings() const {
  std::vector<NorthdWarning> all;
  state_->engine.ForEach(state_->context.warnings, [&all](const NorthdWarning& warning) { all.push_back(warning); });
  state_->AddKeyWarnings(all);
  std::sort(all.begin(), all.end());
  return all;
}

std::vector<Unsupported> Northd::unsupported() const {
  std::vector<Unsupported> all;
  state_->engine.ForEach(state_->context.unsupported, [&all](const Unsupported& what) { all.push_back(what); });
  state_->unsupported.AppendTo(all);
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace ovnlite
