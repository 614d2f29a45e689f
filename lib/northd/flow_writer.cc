#include "lib/northd/flow_writer.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/schema/ovn_sb.rows.h"

namespace ovnlite {
namespace {

namespace column = sb::columns::Logical_Flow;

// A row's text; nothing when its stage is unknown: the name of the stage tells switch from router, which the row itself
// does not.
std::optional<FlowText> TextOf(const Row& row) {
  const sb::Logical_Flow_View flow(&row);
  const std::optional<absl::string_view> name = flow.external_ids("stage-name");
  const std::optional<Stage> stage = name.has_value() ? FindStage(*name) : std::nullopt;
  if (!stage.has_value()) return std::nullopt;
  return FlowText{*stage, static_cast<uint16_t>(flow.priority()), flow.String(column::match.index),
                  flow.String(column::actions.index), SharedString(flow.tags("in_out_port").value_or(""))};
}

Uuid RowIdOf(const FlowText& text) {
  return Uuid::FromName(absl::StrCat("Logical_Flow/", Info(text.stage).name, "/", text.priority, "/", text.port.view(),
                                     "/", text.match.view(), "/", text.actions.view()));
}

const ColumnSchema& Column(int index) { return SchemaOf<sb::Logical_Flow>().columns()[static_cast<size_t>(index)]; }

}  // namespace

bool FlowWriter::ByOrigin::operator()(const LogicalFlow* a, const LogicalFlow* b) const {
  return std::tie(a->network, a->hint, a->line, a) < std::tie(b->network, b->hint, b->line, b);
}

FlowWriter::FlowWriter(Database& sb, const RowWriter& rows) : sb_(sb), rows_(rows) {
  subscription_ = sb.Subscribe([this](const Delta& delta) { OnCommit(delta); });
}

void FlowWriter::MarkDirty(Slot slot) {
  if (std::exchange(texts_[slot].dirty, true)) return;
  dirty_.push_back(slot);
}

Members FlowWriter::Actual(const Members& networks) const {
  if (rows_.all_as_expected()) return networks;
  Members actual = networks;
  for (auto it = networks.begin(); !it.at_end(); it.Advance()) {
    const Uuid row = rows_.Actual(it.key().uuid());
    if (row == it.key().uuid()) continue;
    actual.Erase(it.key().uuid());
    actual.Insert(row);
  }
  return actual;
}

void FlowWriter::AddNetworks(const LogicalFlow& flow, State& state) {
  if (flow.networks.empty()) {
    state.networks.Insert(rows_.Actual(flow.network));
  } else if (state.networks.empty()) {
    state.networks = Actual(flow.networks);
  } else {
    for (auto it = flow.networks.begin(); !it.at_end(); it.Advance()) {
      state.networks.Insert(rows_.Actual(it.key().uuid()));
    }
  }
}

void FlowWriter::Add(const LogicalFlow& flow) {
  const Slot slot = texts_.Add(flow.text).first;
  State& state = texts_[slot];
  MarkDirty(slot);
  if (state.empty()) {
    state.one = &flow;
    return;
  }
  if (state.many == nullptr) {
    state.many = std::make_unique<Items>();
    state.many->insert(state.one);
    if (adopted_) AddNetworks(*state.one, state);
    state.one = nullptr;
  }
  state.many->insert(&flow);
  if (adopted_) AddNetworks(flow, state);
}

void FlowWriter::Remove(const LogicalFlow& flow) {
  const Slot slot = texts_.Find(flow.text);
  State& state = texts_[slot];
  MarkDirty(slot);
  if (state.many == nullptr) {
    state.one = nullptr;
    return;
  }
  const auto at = state.many->find(&flow);
  const auto is_of = [&flow](const LogicalFlow* other) { return other->network == flow.network; };
  // Items of one network stand side by side; those of several networks in front.
  const bool other_before = at != state.many->begin() && is_of(*std::prev(at));
  const bool other_behind = std::next(at) != state.many->end() && is_of(*std::next(at));
  const bool any_of_several = !(*state.many->begin())->networks.empty();
  state.many->erase(at);
  if (state.many->size() == 1) {
    state.one = *state.many->begin();
    state.many = nullptr;
    state.networks = Members();
  } else if (any_of_several) {
    state.networks = Members();
    for (const LogicalFlow* item : *state.many) AddNetworks(*item, state);
  } else if (!other_before && !other_behind) {
    state.networks.Erase(rows_.Actual(flow.network));
  }
}

// Somebody has changed rows; perhaps it was this writer, whose rows are then found to be as they should be.
void FlowWriter::OnCommit(const Delta& delta) {
  if (!adopted_) return;
  const TableSchema& table = SchemaOf<sb::Logical_Flow>();
  for (const RowChange& change : delta.changes()) {
    if (change.table != &table) continue;
    for (const Row* row : {&change.before, &change.after}) {
      if (!*row) continue;
      const std::optional<FlowText> text = TextOf(*row);
      const Slot slot = text.has_value() ? texts_.Find(*text) : kNoSlot;
      if (slot != kNoSlot && RowOf(slot) == change.uuid) {
        MarkDirty(slot);
      } else if (row == &change.after) {
        stale_.push_back(change.uuid);
      }
    }
  }
}

void FlowWriter::Adopt() {
  adopted_ = true;
  for (const auto& [uuid, group] : sb_.Rows<sb::Logical_DP_Group>()) {
    // Those of load balancers are written elsewhere, and a flow that shares one gets another.
    if (!sb_.Find(sb::columns::Load_Balancer::datapath_group, uuid).empty()) continue;
    groups_.Adopt(uuid, Members(group.datapaths().members()));
  }
  for (const auto& [uuid, row] : sb_.Rows<sb::Logical_Flow>()) {
    const std::optional<FlowText> text = TextOf(row.row());
    const Slot slot = text.has_value() ? texts_.Find(*text) : kNoSlot;
    if (slot == kNoSlot || !adopted_rows_.emplace(slot, uuid).second) {
      stale_.push_back(uuid);
    } else if (RowIdOf(*text) == uuid) {
      adopted_rows_.erase(slot);
    }
  }
  // Networks were not known by their rows before.
  texts_.ForEach([this](Slot slot) {
    State& state = texts_[slot];
    if (state.many == nullptr) return;
    for (const LogicalFlow* item : *state.many) AddNetworks(*item, state);
  });
}

Uuid FlowWriter::RowOf(Slot slot) const {
  const auto adopted = adopted_rows_.find(slot);
  return adopted != adopted_rows_.end() ? adopted->second : RowIdOf(texts_.key(slot));
}

Members FlowWriter::NetworksOf(const State& state) const {
  if (state.empty() || state.many != nullptr) return state.networks;
  if (!state.one->networks.empty()) return Actual(state.one->networks);
  Members one;
  one.Insert(rows_.Actual(state.one->network));
  return one;
}

void FlowWriter::WriteFlow(Transaction& t, Slot slot) {
  const State& state = texts_[slot];
  const FlowText& text = texts_.key(slot);
  const TableSchema& table = SchemaOf<sb::Logical_Flow>();
  const Uuid uuid = RowOf(slot);
  const Row there = t.Get(table, uuid);
  if (state.empty()) {
    if (there) t.Delete(table, uuid);
    return;
  }
  const LogicalFlow& origin = state.first();
  const StageInfo& stage = Info(text.stage);
  RowBuilder row(table);
  if (state.group != NetworkGroups::kNone) {
    row.Set(Column(column::logical_dp_group.index), Atom::Of(groups_.RowOf(state.group)));
  } else {
    row.Set(Column(column::logical_datapath.index), Atom::Of(NetworksOf(state).begin().key().uuid()));
  }
  row.Set(Column(column::pipeline.index), Atom::String(strings_.Of(PipelineName(stage.pipeline))));
  row.Set(Column(column::table_id.index), Atom::Integer(stage.table));
  row.Set(Column(column::priority.index), Atom::Integer(text.priority));
  row.Set(Column(column::match.index), Atom::String(text.match));
  row.Set(Column(column::actions.index), Atom::String(text.actions));
  const auto word = [this](absl::string_view s) { return Atom::String(strings_.Of(s)); };
  if (!text.port.empty()) {
    row.Set(Column(column::tags.index),
            Members::Of(AtomType::kString, AtomType::kString, {{word("in_out_port"), Atom::String(text.port)}}));
  }
  absl::string_view file = origin.file;
  file.remove_prefix(file.rfind('/') + 1);
  std::vector<std::pair<Atom, Atom>> ids = {{word("stage-name"), word(stage.name)},
                                            {word("source"), word(absl::StrCat(file, ":", origin.line))}};
  if (origin.hint != 0) {
    ids.emplace_back(word("stage-hint"), word(absl::StrCat(absl::Hex(origin.hint, absl::kZeroPad8))));
  }
  row.Set(Column(column::external_ids.index), Members::Of(AtomType::kString, AtomType::kString, std::move(ids)));
  const Row wanted = row.Build();
  if (!there) {
    t.InsertRow(table, uuid, wanted);
    return;
  }
  for (const ColumnSchema& c : table.columns()) {
    if (!there.ColumnEquals(c, wanted)) t.Set(c, uuid, wanted.Get(c));
  }
}

void FlowWriter::Write(Transaction& t) {
  if (!adopted_) Adopt();
  for (const Uuid& uuid : std::exchange(stale_, {})) t.Delete(SchemaOf<sb::Logical_Flow>(), uuid);
  // In the order of the texts, so that what is made does not depend on the order of runs.
  std::sort(dirty_.begin(), dirty_.end(), [this](Slot a, Slot b) { return texts_.key(a) < texts_.key(b); });
  std::vector<Slot> moving;
  for (const Slot slot : dirty_) {
    const State& state = texts_[slot];
    const bool alone = state.many == nullptr && (state.one == nullptr || state.one->networks.empty());
    if (alone && state.group == NetworkGroups::kNone) continue;
    moving.push_back(slot);
    groups_.Move(state.group, NetworksOf(state));
  }
  const std::vector<NetworkGroups::Number> groups = groups_.Settle();
  for (size_t i = 0; i < moving.size(); ++i) texts_[moving[i]].group = groups[i];
  groups_.Write(t);
  for (const Slot slot : dirty_) {
    WriteFlow(t, slot);
    submitted_.emplace_back(texts_.key(slot), RowOf(slot));
    texts_[slot].dirty = false;
    if (!texts_[slot].empty()) continue;
    adopted_rows_.erase(slot);
    texts_.Erase(slot);
  }
  dirty_.clear();
}

void FlowWriter::Submitted(bool accepted) {
  groups_.Submitted(accepted);
  for (const auto& [text, row] : std::exchange(submitted_, {})) {
    if (accepted) continue;
    const Slot slot = texts_.Add(text).first;
    if (row != RowIdOf(text)) adopted_rows_[slot] = row;
    MarkDirty(slot);
  }
}

}  // namespace ovnlite
