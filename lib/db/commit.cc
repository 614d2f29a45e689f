#include "lib/db/commit.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace ovnlite {
namespace {

std::string RowName(const TableSchema& table, const Uuid& uuid) {
  return absl::StrCat(table.name(), " row ", uuid.ToString());
}

uint64_t Bit(const ColumnSchema& column) { return uint64_t{1} << column.index(); }

bool Touches(uint64_t changed, const ColumnGroup& group) {
  return std::any_of(group.begin(), group.end(), [changed](const ColumnSchema* c) { return (changed & Bit(*c)) != 0; });
}

// The error with its place, after RFC 7047's word for it ("constraint violation: ...").
absl::Status AtColumn(const absl::Status& status, const Edit& edit, const ColumnSchema& column) {
  const absl::string_view message = status.message();
  const size_t colon = message.find(": ");
  return absl::Status(status.code(), absl::StrCat(message.substr(0, colon + 2), RowName(*edit.table, edit.uuid),
                                                  " column ", column.name(), ": ", message.substr(colon + 2)));
}

std::string UniqueValues(const ColumnGroup& group, const Row& row) {
  return absl::StrJoin(group, ", ", [&row](std::string* out, const ColumnSchema* column) {
    absl::StrAppend(out, column->name(), "=");
    bool any = false;
    ForEachText(*column, row, [&](absl::string_view text) {
      any = true;
      absl::StrAppend(out, "\"", text, "\"");
    });
    if (!any) absl::StrAppend(out, "[]");
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
  if (absl::Status status = CheckDormant(); !status.ok()) return status;
  if (absl::Status status = CheckDeleted(); !status.ok()) return status;
  CollectGarbage();
  if (absl::Status status = CheckRowCounts(); !status.ok()) return status;
  if (absl::Status status = CleanWeakReferences(); !status.ok()) return status;
  return CheckUnique();
}

absl::Status CommitRun::CheckValues(Edit& edit) {
  const StoredRow* stored = store_.Rows(*edit.table).Find(edit.uuid);
  if (edit.before != nullptr && (stored == nullptr || stored->message() != edit.before)) {
    return absl::AbortedError(absl::StrCat(RowName(*edit.table, edit.uuid),
                                           " was changed by another transaction after this one had read it"));
  }
  if (edit.inserts() && stored != nullptr) {
    return absl::AlreadyExistsError(
        absl::StrCat("duplicate uuid: ", RowName(*edit.table, edit.uuid), " exists already"));
  }
  edit.changed = 0;
  if (edit.after == nullptr) return absl::OkStatus();
  edit.given = edit.inserts() ? edit.given | store_.must_be_given[edit.table->index()] : ~uint64_t{0};
  if (edit.inserts()) edit.changed = ~uint64_t{0};
  for (const ColumnSchema& column : edit.table->columns()) {
    if ((edit.given & Bit(column)) == 0) continue;
    if (column.shape() == ColumnShape::kSet) SortColumn(column, *edit.after);
    if (edit.before != nullptr && ColumnsEqual(column, *edit.before, *edit.after)) continue;
    edit.changed |= Bit(column);
    if (absl::Status status = CheckColumn(column, *edit.after); !status.ok()) return AtColumn(status, edit, column);
  }
  return absl::OkStatus();
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
  if (const Edit* edit = edits_.Find(table, uuid)) return edit->after != nullptr;
  return store_.Rows(table).Find(uuid) != nullptr;
}

Edit& CommitRun::EditOf(const TableSchema& table, const Uuid& uuid) {
  if (Edit* edit = edits_.Find(table, uuid)) return *edit;
  Edit& edit = edits_.Add(table, uuid);
  edit.before = store_.Rows(table).Find(uuid)->message();
  edit.after.reset(edit.before->New());
  edit.after->CopyFrom(*edit.before);
  return edit;
}

absl::Status CommitRun::CountReferences(const Edit& edit) {
  absl::Status status;
  for (const ColumnSchema* reference : edit.table->references()) {
    const ColumnSchema& column = *reference;
    if (edit.after != nullptr && (edit.changed & edit.given & Bit(column)) == 0) continue;
    DiffReferences(
        column, edit.before.get(), edit.after.get(), /*strong=*/true,
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

// Says only that something is wrong: whoever loads dormant rows loads them again awake to learn what.
absl::Status CommitRun::CheckDormant() {
  if (dormant_ == nullptr) return absl::OkStatus();
  for (const DormantInserts::Table& table : dormant_->tables()) {
    for (const DormantInserts::Row& row : table.rows) {
      if (edits_.Find(*table.table, row.uuid) != nullptr || store_.Rows(*table.table).Find(row.uuid) != nullptr) {
        return absl::AlreadyExistsError("duplicate uuid");
      }
    }
  }
  for (const auto& [target, count] : dormant_->references()) {
    if (!Exists(*target.first, target.second)) return absl::FailedPreconditionError("referential integrity violation");
    TargetOf(*target.first, target.second).delta += count;
  }
  return absl::OkStatus();
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
  for (const auto& referrer : store_.schema.tables()) {
    for (const ColumnSchema& column : referrer->columns()) {
      if (column.key().ref_table != &table || !column.key().strong) continue;
      for (const StoredRow* row : store_.Rows(*referrer).Sorted()) {
        const Edit* edit = edits_.Find(*referrer, row->uuid);
        const Row* now = edit != nullptr ? edit->after.get() : row->message().get();
        bool refers = false;
        if (now == nullptr) continue;
        ForEachReference(column, *now, /*strong=*/true,
                         [&](const TableSchema&, const Uuid& u) { refers |= u == uuid; });
        if (refers) return absl::StrCat(": ", RowName(*referrer, row->uuid), " column ", column.name());
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
      edit->before = store_.Rows(*table).Find(uuid)->message();
    }
    const Row& row = edit->after != nullptr ? *edit->after : *edit->before;
    for (const ColumnSchema* column : table->references()) {
      ForEachReference(*column, row, /*strong=*/true, [&](const TableSchema& target, const Uuid& target_uuid) {
        --TargetOf(target, target_uuid).delta;
        if (!target.is_root()) candidates.emplace_back(&target, target_uuid);
      });
    }
    edit->after.reset();
  }
}

absl::Status CommitRun::CheckRowCounts() const {
  std::vector<size_t> inserted(store_.rows.size()), deleted(store_.rows.size());
  for (const Edit& edit : edits_.edits()) {
    inserted[edit.table->index()] += edit.inserts() ? 1 : 0;
    deleted[edit.table->index()] += edit.deletes() ? 1 : 0;
  }
  for (const auto& table : store_.schema.tables()) {
    const size_t rows = store_.rows[table->index()].size() + inserted[table->index()] - deleted[table->index()];
    if (inserted[table->index()] > 0 && rows > table->max_rows()) {
      return absl::FailedPreconditionError(absl::StrCat("constraint violation: table ", table->name(),
                                                        " would contain ", rows, " rows, more than the ",
                                                        table->max_rows(), " allowed"));
    }
  }
  return absl::OkStatus();
}

absl::Status CommitRun::CleanWeakReferences() {
  const size_t own_edits = edits_.size();
  for (size_t i = 0; i < own_edits; ++i) {
    const Edit& edit = edits_.edits()[i];
    if (!edit.deletes()) continue;
    store_.weak_referrers.ForEach(*edit.table, edit.uuid, store_.rows,
                                  [this](const TableSchema& table, const Uuid& uuid) {
                                    if (Exists(table, uuid)) EditOf(table, uuid).lost_target = true;
                                  });
  }
  for (Edit& edit : edits_.edits()) {
    if (edit.after == nullptr) continue;
    for (const ColumnSchema* reference : edit.table->references()) {
      const ColumnSchema& column = *reference;
      bool dangles = edit.lost_target;
      if (!dangles && (edit.changed & edit.given & Bit(column)) != 0) {
        DiffReferences(
            column, edit.before.get(), edit.after.get(), /*strong=*/false, [](const TableSchema&, const Uuid&) {},
            [&](const TableSchema& table, const Uuid& uuid) { dangles = dangles || !Exists(table, uuid); });
      }
      if (!dangles) continue;
      if (absl::Status status = CleanColumn(column, edit); !status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

absl::Status CommitRun::CleanColumn(const ColumnSchema& column, Edit& edit) {
  const int erased = EraseReferences(
      column, *edit.after, [this](const TableSchema& table, const Uuid& uuid) { return !Exists(table, uuid); });
  if (erased == 0) return absl::OkStatus();
  if (column.min_size() > 0 && (column.shape() == ColumnShape::kScalar || ColumnSize(column, *edit.after) == 0)) {
    return AtColumn(
        absl::FailedPreconditionError("constraint violation: the row it refers to does not exist, or not any "
                                      "more, and the column must not be empty"),
        edit, column);
  }
  edit.changed |= Bit(column);
  if (edit.before != nullptr && ColumnsEqual(column, *edit.before, *edit.after)) edit.changed &= ~Bit(column);
  return absl::OkStatus();
}

absl::Status CommitRun::CheckUnique() {
  std::vector<std::vector<const Edit*>> by_table(store_.rows.size());
  for (const Edit& edit : edits_.edits()) {
    if (edit.after != nullptr && edit.changed != 0) by_table[edit.table->index()].push_back(&edit);
  }
  for (const auto& table : store_.schema.tables()) {
    for (const UniqueIndex& index : store_.unique[table->index()]) {
      const ColumnGroup& group = index.group();
      DistinctRows seen(by_table[table->index()].size(), GroupHash{&group}, GroupEqual{&group});
      for (const Edit* edit : by_table[table->index()]) {
        if (!Touches(edit->changed, group)) continue;
        bool taken = !seen.insert(edit->after.get()).second;
        if (const StoredRow* other = index.Find(*edit->after); other != nullptr && other->uuid != edit->uuid) {
          const Edit* moves = edits_.Find(*table, other->uuid);
          taken |= moves == nullptr || (moves->after != nullptr && !Touches(moves->changed, group));
        }
        if (taken) {
          return absl::FailedPreconditionError(absl::StrCat(
              "constraint violation: ", RowName(*table, edit->uuid),
              " has the same values as another row in the unique columns ", UniqueValues(group, *edit->after)));
        }
      }
    }
  }
  return absl::OkStatus();
}

void CommitRun::ApplyDormant() {
  if (dormant_ == nullptr) return;
  for (const DormantInserts::Table& table : dormant_->tables()) {
    RowTable& rows = store_.Rows(*table.table);
    const DormantSource* const source = rows.Keep({table.table, dormant_->keep()});
    rows.Reserve(rows.size() + table.rows.size());
    for (const DormantInserts::Row& row : table.rows) rows.InsertDormant(row.uuid, source, row.text);
    for (const DormantInserts::Keys& keys : table.keys) {
      for (const auto& [key, uuids] : keys.rows) keys.index->AddAll(key, uuids);
    }
  }
}

void CommitRun::Apply(std::vector<RowChange>* changes, std::vector<std::shared_ptr<const Row>>* kept) {
  std::vector<Edit*> order;
  order.reserve(edits_.size());
  for (Edit& edit : edits_.edits()) {
    if (edit.deletes() || (edit.after != nullptr && edit.changed != 0) || edit.inserts()) order.push_back(&edit);
  }
  const auto place = [](const Edit* e) { return std::make_pair(e->table->index(), e->uuid); };
  const auto before = [&place](const Edit* a, const Edit* b) { return place(a) < place(b); };
  if (!std::is_sorted(order.begin(), order.end(), before)) std::sort(order.begin(), order.end(), before);

  // Old values leave the unique indexes before new ones enter, since rows may swap them.
  for (const Edit* edit : order) {
    if (edit->before == nullptr) continue;
    for (UniqueIndex& index : store_.unique[edit->table->index()]) {
      if (edit->after == nullptr || Touches(edit->changed, index.group())) {
        index.Erase(*store_.Rows(*edit->table).Find(edit->uuid));
      }
    }
  }
  for (Edit* edit : order) {
    RowTable& rows = store_.Rows(*edit->table);
    std::shared_ptr<const Row> after(std::move(edit->after));
    StoredRow* stored = nullptr;
    if (edit->before == nullptr) {
      stored = &rows.Insert(edit->uuid, after);
    } else if (after == nullptr) {
      rows.Erase(*rows.Find(edit->uuid));
    } else {
      stored = rows.Find(edit->uuid);
      stored->set_message(after);
    }
    if (stored != nullptr) {
      for (UniqueIndex& index : store_.unique[edit->table->index()]) {
        if (Touches(edit->changed, index.group())) index.Insert(*stored);
      }
    }
    store_.weak_referrers.Change(*edit->table, edit->uuid, edit->before.get(), after.get());
    for (TextIndex* index : store_.by_table[edit->table->index()]) {
      if (after == nullptr || (edit->changed & index->columns()) != 0) {
        index->Change(edit->uuid, edit->before.get(), after.get());
      }
    }
    if (changes != nullptr) changes->push_back({edit->table, edit->uuid, edit->before.get(), after.get()});
    if (kept != nullptr) {
      if (edit->before != nullptr) kept->push_back(std::move(edit->before));
      if (after != nullptr) kept->push_back(std::move(after));
    }
  }
  ApplyDormant();
  for (const Target& target : targets_) {
    if (target.delta == 0) continue;
    StoredRow* stored = store_.Rows(*target.table).Find(target.uuid);
    if (stored != nullptr) stored->strong_references = static_cast<uint32_t>(stored->strong_references + target.delta);
  }
}

}  // namespace ovnlite
