// File: unique_index.h
// The rows of one table by the values of a group of columns that no two rows may have equal. Eight bytes per row: the
// values are read from the rows themselves.

#ifndef OVNLITE_LIB_DB_UNIQUE_INDEX_H_
#define OVNLITE_LIB_DB_UNIQUE_INDEX_H_

#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "lib/db/row_table.h"

namespace ovnlite {

using ColumnGroup = std::vector<const ColumnSchema*>;

// Hash and equality of rows that look at one group of columns only.
struct GroupHash {
  using is_transparent = void;
  const ColumnGroup* group;
  size_t operator()(const Row* row) const {
    size_t hash = 0;
    for (const ColumnSchema* column : *group) hash = absl::HashOf(hash, row->HashOf(*column));
    return hash;
  }
  size_t operator()(const StoredRow* row) const { return (*this)(&row->row); }
};
struct GroupEqual {
  using is_transparent = void;
  const ColumnGroup* group;
  bool operator()(const Row* a, const Row* b) const {
    for (const ColumnSchema* column : *group) {
      if (!a->ColumnEquals(*column, *b)) return false;
    }
    return true;
  }
  bool operator()(const StoredRow* a, const StoredRow* b) const { return a == b; }
  bool operator()(const StoredRow* a, const Row* b) const { return (*this)(&a->row, b); }
  bool operator()(const Row* a, const StoredRow* b) const { return (*this)(a, &b->row); }
};

// Rows that differ in a group of columns.
using DistinctRows = absl::flat_hash_set<const Row*, GroupHash, GroupEqual>;

class UniqueIndex {
 public:
  explicit UniqueIndex(const ColumnGroup& group) : group_(&group), rows_(0, GroupHash{&group}, GroupEqual{&group}) {
    for (const ColumnSchema* column : group) columns_ |= MaskOf(*column);
  }

  const ColumnGroup& group() const { return *group_; }
  ColumnMask columns() const { return columns_; }
  // The stored row with the values of `row`, or null.
  const StoredRow* Find(const Row& row) const {
    const auto found = rows_.find(&row);
    return found == rows_.end() ? nullptr : *found;
  }
  // Both while `row` holds the values it is indexed by.
  void Insert(const StoredRow& row) { rows_.insert(&row); }
  void Erase(const StoredRow& row) { rows_.erase(&row); }

 private:
  const ColumnGroup* group_;
  ColumnMask columns_ = 0;
  absl::flat_hash_set<const StoredRow*, GroupHash, GroupEqual> rows_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_DB_UNIQUE_INDEX_H_
