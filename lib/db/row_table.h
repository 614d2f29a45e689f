// File: row_table.h
// The rows of one table: found by UUID in a hash table, visited by UUID in a list that is sorted when somebody looks.
// Finding costs a hash and two cache misses; inserting and erasing the same. Visiting all n rows costs O(n), plus
// sorting those inserted since the last visit. About 80 bytes per row beside its values.

#ifndef OVNLITE_LIB_DB_ROW_TABLE_H_
#define OVNLITE_LIB_DB_ROW_TABLE_H_

#include <google/protobuf/message.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/schema/row.h"

namespace ovnlite {

// Stays at its address until it is erased.
struct StoredRow {
  // The row as a message, made at the first call.
  const google::protobuf::Message& AsMessage() const;

  Row row;
  Uuid uuid;
  uint32_t strong_references = 0;  // How many refer to this row.
  bool erased = false;
  mutable std::unique_ptr<const google::protobuf::Message> message;  // Of `row`; null until somebody asks.
};

class RowTable {
 public:
  RowTable() = default;
  RowTable(const RowTable&) = delete;
  RowTable& operator=(const RowTable&) = delete;

  size_t size() const { return by_uuid_.size(); }
  StoredRow* Find(const Uuid& uuid) const {
    const auto found = by_uuid_.find(uuid);
    return found == by_uuid_.end() ? nullptr : *found;
  }
  // No row of this UUID may exist.
  StoredRow& Insert(const Uuid& uuid, Row row);
  void Erase(StoredRow& row);
  void Reserve(size_t rows) { by_uuid_.reserve(rows); }

  // Every row, by UUID. Valid until the next change.
  const std::vector<StoredRow*>& Sorted() const;

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(const Uuid& uuid) const { return absl::Hash<Uuid>()(uuid); }
    size_t operator()(const StoredRow* row) const { return (*this)(row->uuid); }
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(const StoredRow* a, const StoredRow* b) const { return a == b; }
    bool operator()(const StoredRow* a, const Uuid& b) const { return a->uuid == b; }
    bool operator()(const Uuid& a, const StoredRow* b) const { return a == b->uuid; }
  };

  void DropErased() const;

  absl::flat_hash_set<StoredRow*, Hash, Equal> by_uuid_;
  std::deque<StoredRow> slots_;
  // The list of rows by UUID: the first sorted_prefix_ are in order, the others were inserted since. Empty until the
  // first visit. Erased rows stay in it, marked, and are dropped at the next visit or when they have become many.
  mutable bool listed_ = false;
  mutable std::vector<StoredRow*> list_;
  mutable size_t sorted_prefix_ = 0;
  mutable size_t erased_in_list_ = 0;
  mutable std::vector<StoredRow*> free_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_DB_ROW_TABLE_H_
