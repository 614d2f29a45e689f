#include "lib/db/dormant_inserts.h"

#include <algorithm>
#include <limits>

namespace ovnlite {
namespace {

bool RefersWeakly(const ColumnSchema& column) {
  return (column.key().ref_table != nullptr && !column.key().strong) ||
         (column.value().ref_table != nullptr && !column.value().strong);
}

}  // namespace

bool DormantInserts::MaySleep(const TableSchema& table) {
  if (!table.is_root() || table.is_referred_to() || !table.unique().empty() ||
      table.max_rows() != std::numeric_limits<size_t>::max())
    return false;
  return std::none_of(table.references().begin(), table.references().end(),
                      [](const ColumnSchema* column) { return RefersWeakly(*column); });
}

DormantInserts::Table& DormantInserts::TableOf(const TableSchema& table, absl::Span<TextIndex* const> indexes) {
  // One after the other is read.
  if (!tables_.empty() && tables_.back().table == &table) return tables_.back();
  Table& fresh = tables_.emplace_back();
  fresh.table = &table;
  for (TextIndex* index : indexes) fresh.keys.push_back({index, {}});
  return fresh;
}

bool DormantInserts::Add(const TableSchema& table, absl::Span<TextIndex* const> indexes, const Uuid& uuid,
                         absl::string_view text, ovnlite::Row& row) {
  if (!seen_.insert(uuid).second) return false;
  for (const ColumnSchema* column : table.sets()) SortColumn(*column, row);
  for (const ColumnSchema& column : table.columns()) {
    if (!CheckColumn(column, row).ok()) return false;
  }
  for (const ColumnSchema* column : table.references()) {
    ForEachReference(*column, row, /*strong=*/true, [this](const TableSchema& target, const Uuid& to) {
      ++references_[{&target, to}];
    });
  }
  Table& into = TableOf(table, indexes);
  into.rows.push_back({uuid, text});
  for (Keys& keys : into.keys) {
    keys.index->ForEachKey(row, [&](absl::string_view key) {
      std::vector<Uuid>& rows = keys.rows[key];
      if (rows.empty() || rows.back() != uuid) rows.push_back(uuid);
    });
  }
  return true;
}

}  // namespace ovnlite
