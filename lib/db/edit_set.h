// File: edit_set.h
// What a transaction has changed so far: the rows it inserted, copied to edit, or deleted.

#ifndef OVNLITE_LIB_DB_EDIT_SET_H_
#define OVNLITE_LIB_DB_EDIT_SET_H_

#include <google/protobuf/message.h>

#include <deque>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "lib/db/row_table.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {

struct Edit {
  const TableSchema* table = nullptr;
  Uuid uuid;
  // The row when it was first touched; null for an inserted one.
  std::shared_ptr<const google::protobuf::Message> before;
  // The row as it shall be; null for a deleted one.
  std::unique_ptr<google::protobuf::Message> after;
  // Of an inserted row: columns that may differ from their defaults, as bits.
  uint64_t given = ~uint64_t{0};
  // Columns that differ, as bits; set by the commit.
  uint64_t changed = 0;
  // A row it refers to weakly is deleted; set by the commit.
  bool lost_target = false;

  bool inserts() const { return before == nullptr && after != nullptr; }
  bool deletes() const { return before != nullptr && after == nullptr; }
};

class EditSet {
 public:
  // Null when the row is untouched.
  Edit* Find(const TableSchema& table, const Uuid& uuid) {
    const auto found = by_row_.find({table.index(), uuid});
    return found == by_row_.end() ? nullptr : found->second;
  }
  const Edit* Find(const TableSchema& table, const Uuid& uuid) const {
    return const_cast<EditSet*>(this)->Find(table, uuid);
  }
  // The row must be untouched.
  Edit& Add(const TableSchema& table, const Uuid& uuid) {
    Edit& edit = edits_.emplace_back();
    edit.table = &table;
    edit.uuid = uuid;
    by_row_.emplace(std::make_pair(table.index(), uuid), &edit);
    return edit;
  }
  // In the order of Add(). Adding keeps them where they are.
  std::deque<Edit>& edits() { return edits_; }
  size_t size() const { return edits_.size(); }

  // The first mistake that could not be reported when it was made.
  absl::Status error;
  // Rows nobody will see, for callers who go on writing after a mistake.
  std::deque<Edit> spoiled;

 private:
  absl::flat_hash_map<std::pair<int, Uuid>, Edit*> by_row_;
  std::deque<Edit> edits_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_DB_EDIT_SET_H_
