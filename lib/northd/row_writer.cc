#include "lib/northd/row_writer.h"

#include <algorithm>

namespace ovnlite {

RowWriter::RowWriter(Database& database, std::vector<TableRule> rules)
    : database_(database), rules_(std::move(rules)), rule_of_(database.schema().tables().size()) {
  for (const TableRule& rule : rules_) rule_of_[static_cast<size_t>(rule.table->index())] = &rule;
  subscription_ = database.Subscribe([this](const Delta& delta) { OnCommit(delta); });
}

void RowWriter::MarkDirty(const RowName& name, State& state) {
  if (std::exchange(state.dirty, true)) return;
  dirty_.push_back(name);
}

void RowWriter::Add(const RowItem& item) {
  State& state = StateOf(item.name);
  state.wanted.insert(std::lower_bound(state.wanted.begin(), state.wanted.end(), item.row, Row::Precedes), item.row);
  MarkDirty(item.name, state);
}

void RowWriter::Remove(const RowItem& item) {
  State& state = StateOf(item.name);
  state.wanted.erase(std::find(state.wanted.begin(), state.wanted.end(), item.row));
  MarkDirty(item.name, state);
}

void RowWriter::CountMember(const MemberItem& item, bool added) {
  State& state = StateOf(item.name);
  auto at = std::find_if(state.members.begin(), state.members.end(),
                         [&item](const auto& column) { return column.first == item.column; });
  if (at == state.members.end()) at = state.members.insert(at, {item.column, Members()});
  Atom member = item.member;
  if (member.type() == AtomType::kUuid) member = Atom::Of(Actual(member.uuid()));
  if (added) {
    at->second.Insert(member);
  } else {
    at->second.Erase(member);
  }
  MarkDirty(item.name, state);
}

// Somebody has changed rows; perhaps it was this writer, whose rows are then found to be as they should be.
void RowWriter::OnCommit(const Delta& delta) {
  if (!adopted_) return;
  for (const RowChange& change : delta.changes()) {
    const TableRule* rule = RuleOf(*change.table);
    if (rule == nullptr || (change.columns & rule->owned) == 0) continue;
    for (const Row* row : {&change.before, &change.after}) {
      if (!*row) continue;
      const std::optional<std::string> name = rule->name(change.uuid, *row);
      if (!name.has_value()) continue;
      const RowName row_name{change.table, SharedString(*name)};
      const auto known = states_.find(row_name);
      if (known != states_.end()) {
        MarkDirty(row_name, known->second);
      } else if (row == &change.after && !rule->only_updates && !rule->of_others_too) {
        Note(RowId(*change.table, *name), change.uuid);
        MarkDirty(row_name, states_[row_name]);  // A row that nobody wants.
      }
    }
  }
}

void RowWriter::Note(const Uuid& expected, const Uuid& actual) {
  if (expected == actual) return;
  actual_[expected] = actual;
  expected_[actual] = expected;
}

void RowWriter::Adopt() {
  adopted_ = true;
  for (const TableRule& rule : rules_) {
    if (rule.only_updates) continue;
    database_.ForEach(*rule.table, [&](const Uuid& uuid, const Row& row) {
      const std::optional<std::string> name = rule.name(uuid, row);
      if (rule.of_others_too && (!name.has_value() || !states_.contains({rule.table, SharedString(*name)}))) return;
      // What has no name, or the name of another row, is called after its UUID, and nobody wants that.
      RowName row_name{rule.table, SharedString(name.has_value() ? *name : uuid.ToString())};
      const Uuid expected = RowId(*rule.table, row_name.key);
      if (!name.has_value() || (actual_.contains(expected) && Actual(expected) != uuid)) {
        row_name.key = SharedString(uuid.ToString());
      }
      Note(RowId(*rule.table, row_name.key), uuid);
      MarkDirty(row_name, states_[row_name]);
    });
  }
  // Members that were counted before the rows they refer to were known.
  if (actual_.empty()) return;
  for (auto& [name, state] : states_) {
    for (auto& [column, members] : state.members) {
      const ColumnSchema& schema = name.table->columns()[static_cast<size_t>(column)];
      if (schema.key().type == AtomType::kUuid) members = Translated(schema, Datum(members)).members();
    }
  }
}

Datum RowWriter::Translated(const ColumnSchema& column, Datum value) const {
  if (actual_.empty() || !column.HasReference() || value.empty()) return value;
  if (value.is_atom()) return Atom::Of(Actual(value.atom().uuid()));
  if (column.shape() == ColumnShape::kMap) {
    std::vector<std::pair<Atom, Atom>> pairs;
    const auto translate = [this](const AtomRef& atom) {
      return atom.type == AtomType::kUuid ? Atom::Of(Actual(atom.ToAtom().uuid())) : atom.ToAtom();
    };
    value.ForEach([&](const AtomRef& key, const AtomRef* second) { pairs.emplace_back(translate(key), translate(*second)); });
    return Members::Of(column.key().type, column.value().type, std::move(pairs));
  }
  std::vector<Atom> atoms;
  value.ForEach([&](const AtomRef& key, const AtomRef*) { atoms.push_back(Atom::Of(Actual(key.ToAtom().uuid()))); });
  return Members::Of(AtomType::kUuid, std::move(atoms));
}

// Rows of others that cannot be without this one go with it.
void RowWriter::DeleteRow(Transaction& t, const TableSchema& table, const Uuid& uuid) {
  for (const auto& other : database_.schema().tables()) {
    if (RuleOf(*other) != nullptr) continue;
    for (const ColumnSchema* column : other->references()) {
      if (column->key().ref_table != &table || column->min_size() == 0) continue;
      for (const Uuid& referrer : database_.IndexOn(*column).Find(uuid)) t.Delete(*other, referrer);
    }
  }
  if (RuleOf(table)->also_delete != nullptr) RuleOf(table)->also_delete(t.Get(table, uuid), t);
  t.Delete(table, uuid);
}

void RowWriter::WriteRow(Transaction& t, const RowName& name, const State& state) {
  const TableRule& rule = *RuleOf(*name.table);
  const Uuid uuid = rule.only_updates ? Uuid::Parse(name.key).value_or(Uuid()) : Actual(RowId(*name.table, name.key));
  Row there = t.Get(*name.table, uuid);
  if (state.wanted.empty()) {
    if (there && !rule.only_updates) DeleteRow(t, *name.table, uuid);
    return;
  }
  const Row& wanted = state.wanted.front();
  if (!there) {
    if (rule.only_updates) return;
    Row fresh = wanted;
    if (rule.fill_new != nullptr) rule.fill_new(fresh);
    for (const auto& [column, members] : state.members) {
      fresh.Set(name.table->columns()[static_cast<size_t>(column)], members);
    }
    if (!actual_.empty()) {
      ForEachColumn(*name.table, rule.owned, [&](const ColumnSchema& column) {
        if (column.HasReference()) fresh.Set(column, Translated(column, fresh.Get(column)));
      });
    }
    t.InsertRow(*name.table, uuid, std::move(fresh));
    return;
  }
  const auto members_of = [&state](int column) {
    return std::find_if(state.members.begin(), state.members.end(),
                        [column](const auto& members) { return members.first == column; });
  };
  ForEachColumn(*name.table, rule.owned, [&](const ColumnSchema& column) {
    const auto members = members_of(column.index());
    const bool by_member = members != state.members.end();
    if (by_member ? there.MembersOf(column.index()) == members->second
                  : actual_.empty() && there.ColumnEquals(column, wanted)) {
      return;
    }
    Datum value = by_member ? Datum(members->second) : Translated(column, wanted.Get(column));
    if (by_member || !(there.Get(column) == value)) t.Set(column, uuid, std::move(value));
  });
}

void RowWriter::Write(Transaction& t) {
  if (!adopted_) Adopt();
  std::sort(dirty_.begin(), dirty_.end());
  for (const RowName& name : dirty_) {
    const auto found = states_.find(name);
    State& state = found->second;
    state.dirty = false;
    WriteRow(t, name, state);
    if (state.wanted.empty() && std::all_of(state.members.begin(), state.members.end(),
                                            [](const auto& column) { return column.second.empty(); })) {
      states_.erase(found);
    }
  }
  submitted_.insert(submitted_.end(), dirty_.begin(), dirty_.end());
  dirty_.clear();
}

void RowWriter::Submitted(bool accepted) {
  for (const RowName& name : std::exchange(submitted_, {})) {
    if (!accepted) {
      MarkDirty(name, states_[name]);
    } else if (!states_.contains(name)) {
      const auto actual = actual_.find(RowId(*name.table, name.key));
      if (actual == actual_.end()) continue;
      expected_.erase(actual->second);
      actual_.erase(actual);
    }
  }
}

}  // namespace ovnlite
