// File: delta.h
// What one transaction changed.

#ifndef OVNLITE_DB_DELTA_H_
#define OVNLITE_DB_DELTA_H_

#include <vector>

#include "absl/types/span.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/schema/row.h"

namespace ovnlite {

// One row. Inserted: there is no before. Deleted: there is no after. Both keep their values however the row goes on.
struct RowChange {
  const TableSchema* table;
  Uuid uuid;
  Row before;
  Row after;
  // Columns that differ; of an inserted or deleted row all.
  ColumnMask columns;

  bool inserted() const { return !before; }
  bool deleted() const { return !after; }
  // Members of a set or map (numbered `column`) that went and came: DiffMembers() of before and after.
  void DiffColumn(int column, MemberVisitor removed, MemberVisitor added) const {
    DiffMembers(before ? before.MembersOf(column) : MembersView(), after ? after.MembersOf(column) : MembersView(),
                removed, added);
  }
};

// Garbage collection and the cleaning of weak references included; by (table, UUID).
class Delta {
 public:
  absl::Span<const RowChange> changes() const { return changes_; }
  bool empty() const { return changes_.empty(); }

 private:
  friend class Database;
  std::vector<RowChange> changes_;
};

}  // namespace ovnlite

#endif  // OVNLITE_DB_DELTA_H_
