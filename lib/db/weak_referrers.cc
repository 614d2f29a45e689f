#include "lib/db/weak_referrers.h"

#include <algorithm>

namespace ovnlite {
namespace {

const TableSchema* WeakTarget(const ColumnSchema& column) {
  for (const BaseType* base : {&column.key(), &column.value()}) {
    if (base->ref_table != nullptr && !base->strong) return base->ref_table;
  }
  return nullptr;
}

}  // namespace

WeakReferrers::WeakReferrers(const DatabaseSchema& schema)
    : schema_(schema), weak_columns_(schema.tables().size()), references_(schema.tables().size()) {
  for (const auto& table : schema.tables()) {
    for (const ColumnSchema& column : table->columns()) {
      if (WeakTarget(column) != nullptr) weak_columns_[table->index()].push_back(&column);
    }
  }
}

void WeakReferrers::ForEach(const TableSchema& table, const Uuid& target, const std::deque<RowTable>& rows,
                            absl::FunctionRef<void(const TableSchema&, const Uuid&)> visit) {
  std::optional<References>& known = references_[table.index()];
  if (!known.has_value()) {
    std::vector<Reference> all;
    for (const auto& referrer : schema_.tables()) {
      for (const ColumnSchema* column : weak_columns_[referrer->index()]) {
        if (WeakTarget(*column) != &table) continue;
        for (const StoredRow* row : rows[referrer->index()].Sorted()) {
          ForEachReference(*column, *row->message(), /*strong=*/false, [&](const TableSchema&, const Uuid& uuid) {
            all.push_back({uuid, referrer->index(), row->uuid, column->index()});
          });
        }
      }
    }
    std::sort(all.begin(), all.end());
    known.emplace(all.begin(), all.end());
  }
  for (auto it = known->lower_bound({target, 0, Uuid(), 0}); it != known->end() && it->target == target; ++it) {
    visit(*schema_.tables()[it->table], it->referrer);
  }
}

void WeakReferrers::Change(const TableSchema& table, const Uuid& uuid, const Row* before, const Row* after) {
  for (const ColumnSchema* column : weak_columns_[table.index()]) {
    std::optional<References>& known = references_[WeakTarget(*column)->index()];
    if (!known.has_value()) continue;
    // A map may drop a reference from one pair while it keeps it in another: hence all removals come first.
    DiffReferences(
        *column, before, after, /*strong=*/false,
        [&](const TableSchema&, const Uuid& target) {
          known->erase({target, table.index(), uuid, column->index()});
        },
        [&](const TableSchema&, const Uuid& target) {
          known->insert({target, table.index(), uuid, column->index()});
        });
  }
}

}  // namespace ovnlite
