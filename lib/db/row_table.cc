#include "lib/db/row_table.h"

#include <algorithm>
#include <utility>

#include "lib/schema/message.h"

namespace ovnlite {

const google::protobuf::Message& StoredRow::AsMessage() const {
  if (message == nullptr) {
    std::unique_ptr<google::protobuf::Message> made(row.table().default_row().New());
    FillMessage(row, *made);
    message = std::move(made);
  }
  return *message;
}

StoredRow& RowTable::Insert(const Uuid& uuid, Row values) {
  StoredRow* row;
  if (free_.empty()) {
    row = &slots_.emplace_back();
  } else {
    row = free_.back();
    free_.pop_back();
  }
  row->uuid = uuid;
  row->row = std::move(values);
  row->strong_references = 0;
  row->erased = false;
  by_uuid_.insert(row);
  if (listed_) {
    const bool in_order = sorted_prefix_ == list_.size() && (list_.empty() || list_.back()->uuid < uuid);
    list_.push_back(row);
    if (in_order) sorted_prefix_ = list_.size();
  }
  return *row;
}

void RowTable::Erase(StoredRow& row) {
  by_uuid_.erase(&row);
  row.row = Row();
  row.message = nullptr;
  row.erased = true;
  if (!listed_) {
    free_.push_back(&row);
  } else if (++erased_in_list_ > 64 + list_.size() / 2) {
    DropErased();
  }
}

// Keeps the order of the others.
void RowTable::DropErased() const {
  size_t kept = 0, kept_prefix = 0;
  for (size_t i = 0; i < list_.size(); ++i) {
    if (i == sorted_prefix_) kept_prefix = kept;
    if (list_[i]->erased) {
      free_.push_back(list_[i]);
    } else {
      list_[kept++] = list_[i];
    }
  }
  if (sorted_prefix_ == list_.size()) kept_prefix = kept;
  list_.resize(kept);
  sorted_prefix_ = kept_prefix;
  erased_in_list_ = 0;
}

const std::vector<StoredRow*>& RowTable::Sorted() const {
  const auto by_uuid = [](const StoredRow* a, const StoredRow* b) { return a->uuid < b->uuid; };
  if (!listed_) {
    listed_ = true;
    list_.assign(by_uuid_.begin(), by_uuid_.end());
    sorted_prefix_ = 0;
  }
  if (erased_in_list_ > 0) DropErased();
  if (sorted_prefix_ < list_.size()) {
    const auto middle = list_.begin() + static_cast<std::ptrdiff_t>(sorted_prefix_);
    std::sort(middle, list_.end(), by_uuid);
    std::inplace_merge(list_.begin(), middle, list_.end(), by_uuid);
    sorted_prefix_ = list_.size();
  }
  return list_;
}

}  // namespace ovnlite
