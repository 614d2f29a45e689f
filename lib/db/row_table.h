// File: row_table.h
// The rows of one table: found by UUID in a hash table, visited by UUID in a list that is sorted when somebody looks.
// Finding costs a hash and two cache misses; inserting and erasing the same. Visiting all n rows costs O(n), plus
// sorting those inserted since the last visit. 73 bytes per row beside the row itself.
//
// A row may be dormant: kept as the text it was loaded from (see LoadOptions in log_file.h), until somebody asks for
// its message.

#ifndef OVNLITE_LIB_DB_ROW_TABLE_H_
#define OVNLITE_LIB_DB_ROW_TABLE_H_

#include <google/protobuf/message.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "ovnlite/base/uuid.h"

namespace ovnlite {

class TableSchema;

// Where dormant rows of one table come from.
struct DormantSource {
  const TableSchema* table;
  std::shared_ptr<const void> keep;  // Whatever holds the text.
};

// Stays at its address until it is erased.
class StoredRow {
 public:
  using Message = std::shared_ptr<const google::protobuf::Message>;  // Shared with the deltas that show it.

  const Message& message() const {
    if (source_ != nullptr) Wake();
    return message_;
  }
  void set_message(Message message) {
    message_ = std::move(message);
    source_ = nullptr;
  }
  bool dormant() const { return source_ != nullptr; }
  // The text of a dormant row: its JSON object, which was found to be good.
  absl::string_view text() const { return absl::string_view(text_, text_size_); }

  Uuid uuid;
  uint32_t strong_references = 0;  // How many refer to this row.
  bool erased = false;

 private:
  friend class RowTable;
  void Wake() const;

  mutable Message message_;
  mutable const DormantSource* source_ = nullptr;
  const char* text_ = nullptr;
  size_t text_size_ = 0;
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
  StoredRow& Insert(const Uuid& uuid, StoredRow::Message message);
  // The same with a dormant row. `source` and what `text` lies in stay as they are for the life of the table.
  StoredRow& InsertDormant(const Uuid& uuid, const DormantSource* source, absl::string_view text);
  void Erase(StoredRow& row);
  void Reserve(size_t rows) { by_uuid_.reserve(rows); }
  // Keeps the source of dormant rows.
  const DormantSource* Keep(DormantSource source) { return &sources_.emplace_back(std::move(source)); }

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

  StoredRow& NewRow(const Uuid& uuid);
  void DropErased() const;

  absl::flat_hash_set<StoredRow*, Hash, Equal> by_uuid_;
  std::deque<StoredRow> slots_;
  std::deque<DormantSource> sources_;
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
