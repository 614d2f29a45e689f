#include "lib/db/dormant_inserts.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "lib/db/json_row.h"

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
  fresh.scratch.reset(table.default_row().New());
  fresh.must_be_given = ColumnsWithoutDefault(table);
  uint64_t looked_at = 0;
  for (TextIndex* index : indexes) {
    fresh.keys.push_back({index, {}});
    looked_at |= index->columns();
  }
  for (const ColumnSchema& column : table.columns()) {
    const uint64_t bit = uint64_t{1} << column.index();
    if (MayPass(column) && (looked_at & bit) == 0) fresh.unread |= bit;
  }
  return fresh;
}

void DormantInserts::Add(const TableSchema& table, absl::Span<TextIndex* const> indexes, const Uuid& uuid,
                         JsonReader& json, absl::FunctionRef<void(absl::string_view)> unknown) {
  Table& into = TableOf(table, indexes);
  ovnlite::Row& row = *into.scratch;
  row.Clear();
  if (!seen_.insert(uuid).second) return json.Fail("a row stands there twice");
  const size_t begin = json.offset();
  const uint64_t given = ReadNewRow(json, table, uuid, row, unknown, into.unread, &into.shape);
  if (!json.ok()) return;
  if ((into.must_be_given & ~given) != 0) return json.Fail("a column is missing that has no default");
  for (uint64_t bits = given & ~into.unread; bits != 0; bits &= bits - 1) {
    const ColumnSchema& column = table.columns()[static_cast<size_t>(std::countr_zero(bits))];
    if (column.shape() == ColumnShape::kSet) SortColumn(column, row);
    if (!CheckColumn(column, row).ok()) return json.Fail("a value is not of its column's type");
  }
  for (const ColumnSchema* column : table.references()) {
    ForEachReference(*column, row, /*strong=*/true, [this](const TableSchema& target, const Uuid& to) {
      ++references_[{&target, to}];
    });
  }
  into.rows.push_back({uuid, text_.substr(begin, json.offset() - begin)});
  for (Keys& keys : into.keys) {
    keys.index->ForEachKey(row, [&](absl::string_view key) {
      std::vector<Uuid>& rows = keys.rows[key];
      if (rows.empty() || rows.back() != uuid) rows.push_back(uuid);
    });
  }
}

}  // namespace ovnlite
