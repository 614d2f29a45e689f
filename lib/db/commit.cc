#include "lib/db/commit.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/db/references.h"
#include "lib/schema/constraints.h"

namespace ovnlite {
namespace {

bool RefersWeakly(const ColumnSchema& column) {
  return (column.key().ref_table != nullptr && !column.key().strong) ||
         (column.value().ref_table != nullptr && !column.value().strong);
}

std::string UniqueValues(const ColumnGroup& group, const Row& row) {
  return absl::StrJoin(group, ", ", [&row](std::string* out, const ColumnSchema* column) {
    absl::StrAppend(out, column->name(), "=");
    const Datum value = row.Get(*column);
    if (value.empty()) absl::StrAppend(out, "[]");
    value.ForEach(
        [out](const AtomRef& key, const AtomRef*) { absl::StrAppend(out, "\"", key.ToAtom().ToString(), "\""); });
  });
}

}  // namespace

absl::Status CommitRun::Check() {
  if (!edits_.error.ok()) return edits_.error;
  for (Edit& edit : edits_.edits()) {
    if (absl::Status status = CheckValues(edit); !status.ok()) return status;
  }
  for (const Edit& edit : edits_.edits()) {
    if (absl::Status status = CountReferences(edit); !status.ok()) return status;
  }
  if (absl::Status status = CheckDeleted(); !status.ok()) return status;
  CollectGarbage();
  if (absl::Status status = CheckRowCounts(); !status.ok()) return status;
  if (absl::Status status = CleanWeakReferences(); !status.ok()) return status;
  return CheckUnique();
}

absl::Status CommitRun::Rebase(Edit& edit, const Row& stored) {
  const auto conflict = [&edit] {
    return absl::AbortedError(absl::StrCat(RowName(*edit.table, edit.uuid),
                                           " was changed by another transaction after this one had read it"));
  };
  if (edit.deletes()) return conflict();
  Row row = stored;
  absl::Status status;
  ForEachColumn(*edit.table, edit.set | edit.mutated, [&](const ColumnSchema& column) {
    if ((edit.set & MaskOf(column)) != 0) {
      if (!stored.ColumnEquals(column, edit.before)) status.Update(conflict());
      return row.Set(column, edit.after.Get(column));
    }
    DiffMembers(
        edit.before.MembersOf(column.index()), edit.after.MembersOf(column.index()),
        [&](const AtomBits& key, const AtomBits*) { row.Erase(column, key.ToRef(column.key().type)); },
        [&](const AtomBits& key, const AtomBits* value) {
          if (value == nullptr) {
            row.Insert(column, key.ToRef(column.key().type));
          } else {
            row.Insert(column, key.ToRef(column.key().type), value->ToRef(column.value().type));
          }
        });
  });
  edit.before = stored;
  edit.after = std::move(row);
  return status;
}

absl::Status CommitRun::CheckValues(Edit& edit) {
  if (absl::Status status = transaction_.TakeMessage(edit); !status.ok()) return status;
  const StoredRow* stored = store_.Rows(*edit.table).Find(edit.uuid);
  if (edit.inserts() && stored != nullptr) {
    return absl::AlreadyExistsError(
        absl::StrCat("duplicate uuid: ", RowName(*edit.table, edit.uuid), " exists already"));
  }
  if (edit.before && stored == nullptr) {
    return absl::AbortedError(absl::StrCat(RowName(*edit.table, edit.uuid),
                                           " was deleted by another transaction after this one had read it"));
  }
  if (edit.before && !stored->row.IsSameVersion(edit.before)) {
    if (absl::Status status = Rebase(edit, stored->row); !status.ok()) return status;
  }
  edit.changed = 0;
  if (!edit.after) return absl::OkStatus();
  absl::Status status;
  const auto check = [&](const ColumnSchema& column) {
    if (!status.ok()) return;
    if (edit.before && edit.before.ColumnEquals(column, edit.after)) return;
    edit.changed |= MaskOf(column);
    status = CheckColumn(column, edit.before, edit.after);
    if (!status.ok()) status = AtColumn(status, edit, column);
  };
  if (edit.inserts()) {
    edit.after.ForEachSet(check);
    ForEachColumn(*edit.table, edit.set | edit.mutated, check);
    for (const ColumnSchema* column : store_.MustBeGiven(*edit.table)) check(*column);
    edit.changed = kAllColumns;
  } else {
    ForEachColumn(*edit.table, edit.set | edit.mutated, check);
  }
  return status;
}

CommitRun::Target& CommitRun::TargetOf(const TableSchema& table, const Uuid& uuid) {
  const auto [found, fresh] = target_index_.try_emplace(std::make_pair(table.index(), uuid), targets_.size());
  if (fresh) targets_.push_back({&table, uuid});
  return targets_[found->second];
}

int64_t CommitRun::ReferencesTo(const Target& target) const {
  const StoredRow* stored = store_.Rows(*target.table).Find(target.uuid);
  return target.delta + (stored != nullptr ? stored->strong_references : 0);
}

bool CommitRun::Exists(const TableSchema& table, const Uuid& uuid) const {
  if (const Edit* edit = edits_.Find(table, uuid)) return static_cast<bool>(edit->after);
  return store_.Rows(table).Find(uuid) != nullptr;
}

absl::Status CommitRun::CountReferences(const Edit& edit) {
  absl::Status status;
  for (const ColumnSchema* reference : edit.table->references()) {
    const ColumnSchema& column = *reference;
    if (edit.after && (edit.changed & MaskOf(column)) == 0) continue;
    DiffReferences(
        column, edit.before, edit.after, /*strong=*/true,
        [&](const TableSchema& table, const Uuid& uuid) { --TargetOf(table, uuid).delta; },
        [&](const TableSchema& table, const Uuid& uuid) {
          if (!Exists(table, uuid) && status.ok()) {
            status = AtColumn(absl::FailedPreconditionError(
                                  absl::StrCat("referential integrity violation: refers to ", uuid.ToString(),
                                               ", which is not a row of table ", table.name())),
                              edit, column);
          }
          ++TargetOf(table, uuid).delta;
        });
  }
  return status;
}

absl::Status CommitRun::CheckDeleted() {
  for (const Edit& edit : edits_.edits()) {
    if (!edit.deletes()) continue;
    const int64_t left = ReferencesTo(TargetOf(*edit.table, edit.uuid));
    if (left == 0) continue;
    return absl::FailedPreconditionError(
        absl::StrCat("referential integrity violation: cannot delete ", RowName(*edit.table, edit.uuid), " because of ",
                     left, " remaining reference", left == 1 ? "" : "s", NameReferrer(*edit.table, edit.uuid)));
  }
  return absl::OkStatus();
}

// The slow way, since it is only needed to explain an error.
std::string CommitRun::NameReferrer(const TableSchema& table, const Uuid& uuid) const {
  for (const auto& referrer : store_.schema().tables()) {
    for (const ColumnSchema* column : referrer->references()) {
      for (const StoredRow* row : store_.Rows(*referrer).Sorted()) {
        const Edit* edit = edits_.Find(*referrer, row->uuid);
        const Row& now = edit != nullptr ? edit->after : row->row;
        bool refers = false;
        if (!now) continue;
        ForEachReference(*column, now, /*strong=*/true,
                         [&](const TableSchema& t, const Uuid& u) { refers |= &t == &table && u == uuid; });
        if (refers) return absl::StrCat(": ", RowName(*referrer, row->uuid), " column ", column->name());
      }
    }
  }
  return "";
}

void CommitRun::CollectGarbage() {
  std::vector<std::pair<const TableSchema*, Uuid>> candidates;
  for (const Target& target : targets_) {
    if (!target.table->is_root()) candidates.emplace_back(target.table, target.uuid);
  }
  for (const Edit& edit : edits_.edits()) {
    if (edit.inserts() && !edit.table->is_root()) candidates.emplace_back(edit.table, edit.uuid);
  }
  while (!candidates.empty()) {
    const auto [table, uuid] = candidates.back();
    candidates.pop_back();
    if (!Exists(*table, uuid) || ReferencesTo(TargetOf(*table, uuid)) != 0) continue;
    Edit* edit = edits_.Find(*table, uuid);
    if (edit == nullptr) {
      edit = &edits_.Add(*table, uuid);
      edit->before = store_.Rows(*table).Find(uuid)->row;
    }
    const Row row = edit->after ? edit->after : edit->before;
    for (const ColumnSchema* column : table->references()) {
      ForEachReference(*column, row, /*strong=*/true, [&](const TableSchema& target, const Uuid& target_uuid) {
        --TargetOf(target, target_uuid).delta;
        if (!target.is_root()) candidates.emplace_back(&target, target_uuid);
      });
    }
    edit->after = Row();
  }
}

absl::Status CommitRun::CheckRowCounts() const {
  absl::flat_hash_map<const TableSchema*, int64_t> grown;
  for (const Edit& edit : edits_.edits()) {
    if (edit.inserts()) ++grown[edit.table];
  }
  for (const auto& [table, inserted] : grown) {
    int64_t rows = static_cast<int64_t>(store_.Rows(*table).size()) + inserted;
    if (static_cast<size_t>(rows) <= table->max_rows()) continue;
    for (const Edit& edit : edits_.edits()) rows -= edit.deletes() && edit.table == table ? 1 : 0;
    if (static_cast<size_t>(rows) > table->max_rows()) {
      return absl::FailedPreconditionError(absl::StrCat("constraint violation: table ", table->name(),
                                                        " would contain ", rows, " rows, more than the ",
                                                        table->max_rows(), " allowed"));
    }
  }
  return absl::OkStatus();
}

absl::Status CommitRun::CleanWeakReferences() {
  // References to rows that this transaction deletes.
  absl::Status status;
  const size_t own_edits = edits_.size();
  for (size_t i = 0; i < own_edits; ++i) {
    const Edit& edit = edits_.edits()[i];
    if (!edit.deletes()) continue;
    std::vector<std::pair<const TableSchema*, Uuid>> referrers;
    store_.ForEachWeakReferrer(*edit.table, edit.uuid, [&](const TableSchema& table, const Uuid& uuid) {
      referrers.emplace_back(&table, uuid);
    });
    for (const auto& [table, uuid] : referrers) {
      Edit* const referrer = transaction_.EditOf(*table, uuid);
      if (referrer == nullptr) continue;
      for (const ColumnSchema* column : table->references()) {
        status.Update(CleanColumn(*column, *referrer, edit.uuid));
      }
    }
  }
  // References that this transaction made, to rows that do not exist.
  for (Edit& edit : edits_.edits()) {
    if (!edit.after) continue;
    for (const ColumnSchema* column : edit.table->references()) {
      if ((edit.changed & MaskOf(*column)) == 0) continue;
      std::vector<Uuid> dangling;
      DiffReferences(
          *column, edit.before, edit.after, /*strong=*/false, [](const TableSchema&, const Uuid&) {},
          [&](const TableSchema& table, const Uuid& uuid) {
            if (!Exists(table, uuid)) dangling.push_back(uuid);
          });
      for (const Uuid& target : dangling) status.Update(CleanColumn(*column, edit, target));
    }
  }
  return status;
}

absl::Status CommitRun::CleanColumn(const ColumnSchema& column, Edit& edit, const Uuid& target) {
  if (!RefersWeakly(column) || !EraseReference(column, edit.after, target)) return absl::OkStatus();
  if (edit.before && edit.before.ColumnEquals(column, edit.after)) {
    edit.changed &= ~MaskOf(column);
  } else {
    edit.changed |= MaskOf(column);
  }
  if (column.min_size() > 0 && !edit.after.Has(column)) {
    return AtColumn(
        absl::FailedPreconditionError("constraint violation: the row it refers to does not exist, or not any "
                                      "more, and the column must not be empty"),
        edit, column);
  }
  return absl::OkStatus();
}

absl::Status CommitRun::CheckUnique() {
  absl::flat_hash_map<const TableSchema*, std::vector<const Edit*>> by_table;
  for (const Edit& edit : edits_.edits()) {
    if (edit.after && edit.changed != 0 && !edit.table->unique().empty()) by_table[edit.table].push_back(&edit);
  }
  for (const auto& table : store_.schema().tables()) {
    const auto edited = by_table.find(table.get());
    if (edited == by_table.end()) continue;
    for (const UniqueIndex& index : store_.UniqueOf(*table)) {
      const ColumnGroup& group = index.group();
      DistinctRows seen(edited->second.size(), GroupHash{&group}, GroupEqual{&group});
      for (const Edit* edit : edited->second) {
        if ((edit->changed & index.columns()) == 0) continue;
        bool taken = !seen.insert(&edit->after).second;
        if (const StoredRow* other = index.Find(edit->after); other != nullptr && other->uuid != edit->uuid) {
          const Edit* moves = edits_.Find(*table, other->uuid);
          taken |= moves == nullptr || (moves->after && (moves->changed & index.columns()) == 0);
        }
        if (taken) {
          return absl::FailedPreconditionError(absl::StrCat(
              "constraint violation: ", RowName(*table, edit->uuid),
              " has the same values as another row in the unique columns ", UniqueValues(group, edit->after)));
        }
      }
    }
  }
  return absl::OkStatus();
}

std::vector<RowChange> CommitRun::Apply() {
  std::vector<Edit*> order;
  order.reserve(edits_.size());
  for (Edit& edit : edits_.edits()) {
    if (edit.deletes() || edit.inserts() || (edit.after && edit.changed != 0)) order.push_back(&edit);
  }
  const auto place = [](const Edit* e) { return std::make_pair(e->table->index(), e->uuid); };
  const auto before = [&place](const Edit* a, const Edit* b) { return place(a) < place(b); };
  if (!std::is_sorted(order.begin(), order.end(), before)) std::sort(order.begin(), order.end(), before);

  // Old values leave the unique indexes before new ones enter, since rows may swap them.
  for (const Edit* edit : order) {
    if (!edit->before) continue;
    for (UniqueIndex& index : store_.UniqueOf(*edit->table)) {
      if (!edit->after || (edit->changed & index.columns()) != 0) {
        index.Erase(*store_.Rows(*edit->table).Find(edit->uuid));
      }
    }
  }
  std::vector<RowChange> changes;
  changes.reserve(order.size());
  for (Edit* edit : order) {
    RowTable& rows = store_.Rows(*edit->table);
    StoredRow* stored = nullptr;
    if (!edit->before) {
      stored = &rows.Insert(edit->uuid, edit->after);
    } else if (!edit->after) {
      rows.Erase(*rows.Find(edit->uuid));
    } else {
      stored = rows.Find(edit->uuid);
      stored->row = edit->after;
      stored->message = nullptr;
    }
    if (stored != nullptr) {
      for (UniqueIndex& index : store_.UniqueOf(*edit->table)) {
        if ((edit->changed & index.columns()) != 0) index.Insert(*stored);
      }
    }
    for (ColumnIndex* index : store_.IndexesOf(*edit->table)) {
      if (!edit->after || (edit->changed & index->columns()) != 0) {
        index->Change(edit->uuid, edit->before, edit->after);
      }
    }
    const ColumnMask columns = edit->before && edit->after ? edit->changed : kAllColumns;
    changes.push_back({edit->table, edit->uuid, std::move(edit->before), std::move(edit->after), columns});
  }
  for (const Target& target : targets_) {
    if (target.delta == 0) continue;
    StoredRow* stored = store_.Rows(*target.table).Find(target.uuid);
    if (stored != nullptr) stored->strong_references = static_cast<uint32_t>(stored->strong_references + target.delta);
  }
  return changes;
}

}  // namespace ovnlite
