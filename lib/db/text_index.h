// File: text_index.h
// Index (ovnlite/db/database.h) over one column, or over what a function makes of rows: the keys of rows as text, and
// for each key its rows by UUID. An update costs one hash per key of the changed row; keys with very many rows are put
// in order when they are looked up.

#ifndef OVNLITE_LIB_DB_TEXT_INDEX_H_
#define OVNLITE_LIB_DB_TEXT_INDEX_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/container/inlined_vector.h"
#include "absl/functional/function_ref.h"
#include "lib/db/column_ops.h"
#include "lib/db/row_table.h"
#include "ovnlite/db/database.h"

namespace ovnlite {

class TextIndex final : public Index {
 public:
  // `column`, or for one key of a map `column` and `map_key`.
  TextIndex(int id, const ColumnSchema& column, std::optional<std::string> map_key)
      : id_(id),
        table_(column.table()),
        column_(&column),
        map_key_(std::move(map_key)),
        columns_(uint64_t{1} << column.index()) {}
  // `columns`: those the function looks at, as bits.
  TextIndex(int id, const TableSchema& table, absl::string_view name, uint64_t columns, Database::KeyFunction function)
      : id_(id), table_(table), column_(nullptr), name_(name), columns_(columns), function_(std::move(function)) {}

  absl::Span<const Uuid> Find(absl::string_view key) const override;
  std::vector<std::string> KeysOf(const Row& row) const override;
  const TableSchema& table() const override { return table_; }
  int id() const override { return id_; }

  // Null for the index of a function.
  const ColumnSchema* column() const { return column_; }
  const std::optional<std::string>& map_key() const { return map_key_; }
  const std::string& name() const { return name_; }
  // What the keys are made of, as bits by ColumnSchema::index().
  uint64_t columns() const { return columns_; }

  // Takes in all rows of a table at once.
  void Build(const RowTable& rows);
  // Takes in new rows that all stand under one key.
  void AddAll(absl::string_view key, const std::vector<Uuid>& rows);
  // Calls `visit` with the keys of a row; perhaps with one more than once.
  void ForEachKey(const Row& row, absl::FunctionRef<void(absl::string_view)> visit) const;
  // A row was inserted (before is null), deleted (after is null) or changed.
  void Change(const Uuid& uuid, const Row* before, const Row* after);

 private:
  using Rows = absl::InlinedVector<Uuid, 1>;
  using Pending = absl::flat_hash_map<Uuid, bool>;  // Whether the row stands under the key from now on.

  void Add(absl::string_view key, const Uuid& uuid);
  void Remove(absl::string_view key, const Uuid& uuid);
  void SortIfNeeded(absl::string_view key, Rows& rows) const;
  static void Settle(const Pending& pending, Rows& rows);

  const int id_;
  const TableSchema& table_;
  const ColumnSchema* const column_;
  const std::optional<std::string> map_key_;
  const std::string name_;
  const uint64_t columns_;
  const Database::KeyFunction function_;
  // Sorted, without empty entries; but see unsorted_ and pending_.
  mutable absl::flat_hash_map<std::string, Rows> rows_;
  // Entries that AddAll() has left for whoever looks at them first.
  mutable absl::flat_hash_set<std::string> unsorted_;
  // Changes to long entries since they were last looked up.
  mutable absl::flat_hash_map<std::string, Pending> pending_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_DB_TEXT_INDEX_H_
