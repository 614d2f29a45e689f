// File: weak_referrers.h
// Which rows refer weakly to a row: what has to be cleaned when it is deleted. Built for a table of targets when one of
// its rows is deleted for the first time (which reads every row that may refer to it), and kept up to date from then
// on.

#ifndef OVNLITE_LIB_DB_WEAK_REFERRERS_H_
#define OVNLITE_LIB_DB_WEAK_REFERRERS_H_

#include <deque>
#include <optional>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/functional/function_ref.h"
#include "lib/db/column_ops.h"
#include "lib/db/row_table.h"

namespace ovnlite {

class WeakReferrers {
 public:
  explicit WeakReferrers(const DatabaseSchema& schema);

  // Calls `visit` for every row that refers to `target`, by (table, UUID); once per column in which it does.
  void ForEach(const TableSchema& table, const Uuid& target, const std::deque<RowTable>& rows,
               absl::FunctionRef<void(const TableSchema& table, const Uuid& uuid)> visit);
  // A row was inserted (before is null), deleted (after is null) or changed.
  void Change(const TableSchema& table, const Uuid& uuid, const Row* before, const Row* after);

 private:
  struct Reference {
    Uuid target;
    int table;
    Uuid referrer;
    int column;
    friend auto operator<=>(const Reference&, const Reference&) = default;
  };
  using References = absl::btree_set<Reference>;

  const DatabaseSchema& schema_;
  // By table: its weak columns, and the references to its rows once they are asked for.
  std::vector<std::vector<const ColumnSchema*>> weak_columns_;
  std::vector<std::optional<References>> references_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_DB_WEAK_REFERRERS_H_
