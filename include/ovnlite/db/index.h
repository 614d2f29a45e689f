// File: index.h
// Rows of one table by what one of their columns holds: the reverse of reading it. See Database::IndexOn().

#ifndef OVNLITE_DB_INDEX_H_
#define OVNLITE_DB_INDEX_H_

#include <cstddef>
#include <iterator>

#include "absl/functional/function_ref.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/schema/members.h"
#include "ovnlite/schema/row.h"

namespace ovnlite {

// The rows found, by UUID. Good until the next commit.
class RowIds {
 public:
  class iterator;
  using value_type = Uuid;
  using const_iterator = iterator;
  using const_reference = Uuid;
  using size_type = size_t;
  using difference_type = std::ptrdiff_t;

  RowIds() = default;
  explicit RowIds(const Uuid* one) : one_(one) {}
  explicit RowIds(MembersView many) : many_(many) {}

  size_t size() const { return one_ != nullptr ? 1 : many_.size(); }
  bool empty() const { return size() == 0; }
  // Of some.
  Uuid front() const { return *begin(); }

  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Uuid;
    using difference_type = std::ptrdiff_t;
    using pointer = const Uuid*;
    using reference = Uuid;
    iterator() = default;
    iterator(const Uuid* one, MembersView::Iterator at) : one_(one), at_(at) {}
    Uuid operator*() const { return one_ != nullptr ? *one_ : at_.key().uuid(); }
    iterator& operator++() {
      if (one_ != nullptr) {
        one_ = nullptr;
      } else {
        at_.Advance();
      }
      return *this;
    }
    friend bool operator==(const iterator& a, const iterator& b) { return a.one_ == b.one_ && a.at_ == b.at_; }

   private:
    const Uuid* one_ = nullptr;
    MembersView::Iterator at_;
  };
  iterator begin() const { return one_ != nullptr ? iterator(one_, {}) : iterator(nullptr, many_.begin()); }
  iterator end() const { return iterator(); }

 private:
  const Uuid* one_ = nullptr;
  MembersView many_;
};

class Index {
 public:
  virtual ~Index() = default;
  // Rows whose column holds `key`, an atom of the type that the column's values (a map's keys) have.
  virtual RowIds Find(const AtomRef& key) const = 0;
  // Calls `visit` with the keys under which a row stands; perhaps with one more than once.
  virtual void ForEachKey(const Row& row, absl::FunctionRef<void(const AtomRef&)> visit) const = 0;
  // The same for keys under which one of two versions of a row stands and the other does not; either may be no row. Of a
  // map's keys whose value changed, both. Sets and maps are compared in the time of their difference.
  virtual void ForEachMoved(const Row& before, const Row& after, absl::FunctionRef<void(const AtomRef&)> gone,
                            absl::FunctionRef<void(const AtomRef&)> come) const = 0;
  virtual const TableSchema& table() const = 0;
  // What the keys are made of.
  virtual ColumnMask columns() const = 0;
  // Small, dense, stable for the life of the database.
  virtual int id() const = 0;
};

}  // namespace ovnlite

#endif  // OVNLITE_DB_INDEX_H_
