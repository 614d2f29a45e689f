// File: store.h
// Everything a Database holds: its tables and what is kept up to date beside them.

#ifndef OVNLITE_LIB_DB_STORE_H_
#define OVNLITE_LIB_DB_STORE_H_

#include <deque>
#include <memory>
#include <vector>

#include "lib/db/column_index.h"
#include "lib/db/row_table.h"
#include "lib/db/unique_index.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {

class Store {
 public:
  explicit Store(const DatabaseSchema& schema);

  const DatabaseSchema& schema() const { return schema_; }
  RowTable& Rows(const TableSchema& table) { return tables_[table.index()].rows; }
  const RowTable& Rows(const TableSchema& table) const { return tables_[table.index()].rows; }
  std::deque<UniqueIndex>& UniqueOf(const TableSchema& table) { return tables_[table.index()].unique; }
  // Columns whose default value breaks the rules of the table, or refers to a row: what a new row must give.
  const std::vector<const ColumnSchema*>& MustBeGiven(const TableSchema& table) const {
    return tables_[table.index()].must_be_given;
  }
  // Indexes made so far.
  const std::vector<ColumnIndex*>& IndexesOf(const TableSchema& table) const { return tables_[table.index()].indexes; }

  // Each made at its first use.
  const ColumnIndex& IndexOn(const ColumnSchema& column);
  const ColumnIndex& IndexOn(const ColumnSchema& map, absl::string_view key);
  const ColumnIndex& IndexBy(const TableSchema& table, absl::string_view name, ColumnMask columns,
                             Database::KeyFunction keys);
  // Null when there is none of that name.
  const ColumnIndex* FindIndex(const TableSchema& table, absl::string_view name) const;

  // Calls `visit` for every row that refers weakly to `target`, perhaps with one more than once.
  void ForEachWeakReferrer(const TableSchema& table, const Uuid& target,
                           absl::FunctionRef<void(const TableSchema& table, const Uuid& uuid)> visit);

 private:
  struct Table {
    RowTable rows;
    std::deque<UniqueIndex> unique;
    std::vector<const ColumnSchema*> must_be_given;
    std::vector<ColumnIndex*> indexes;
    std::vector<const ColumnIndex*> by_column;  // Those on all values of a column, or null.
    // Columns anywhere that refer weakly to this table's rows, and the index of each, or null.
    std::vector<std::pair<const ColumnSchema*, const ColumnIndex*>> weak;
  };

  const ColumnIndex& Add(std::unique_ptr<ColumnIndex> index);

  const DatabaseSchema& schema_;
  std::deque<Table> tables_;
  std::vector<std::unique_ptr<ColumnIndex>> indexes_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_DB_STORE_H_
