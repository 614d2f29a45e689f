// File: edit_set.h
// What a transaction has changed so far: the rows it inserted, edited or deleted.

#ifndef OVNLITE_LIB_DB_EDIT_SET_H_
#define OVNLITE_LIB_DB_EDIT_SET_H_

#include <google/protobuf/message.h>

#include <deque>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/schema/row.h"

namespace ovnlite {

struct Edit {
  const TableSchema* table = nullptr;
  Uuid uuid;
  // The row when it was first touched; no row for an inserted one.
  Row before;
  // The row as it shall be, but for what is written into `message`; no row for a deleted one.
  Row after;
  // The row as the caller writes it, and counts; null when it does not.
  std::unique_ptr<google::protobuf::Message> message;
  // Columns that may differ: of which a whole value was set, and of which members came or went.
  ColumnMask set = 0;
  ColumnMask mutated = 0;
  // Columns that differ; set by the commit. Of an inserted row all.
  ColumnMask changed = 0;

  bool inserts() const { return !before && after; }
  bool deletes() const { return before && !after; }
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

  void Fail(absl::Status mistake) { error.Update(std::move(mistake)); }
  // The first mistake that could not be reported when it was made.
  absl::Status error;
  // Rows nobody will see, for callers who go on writing after a mistake.
  std::deque<Edit> ignored;

 private:
  absl::flat_hash_map<std::pair<int, Uuid>, Edit*> by_row_;
  std::deque<Edit> edits_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_DB_EDIT_SET_H_
