// File: row_view.h
// Rows with typed columns: what lib/schema/ovn_nb.rows.h and ovn_sb.rows.h are made of. For each table there is a view
// with one accessor per column, under the names that the table's message has:
//
//   nb::Logical_Switch_View ls = …;
//   ls.name()                       "LS1", as absl::string_view
//   ls.has_copp(), ls.copp()        an optional column
//   for (Uuid port : ls.ports())    a set
//   ls.other_config("subnet")       one pair of a map: std::optional<absl::string_view>
//
// and names for its columns, for those who look rows up or change them: nb::columns::Logical_Switch::ports.
//
// A view is as cheap as a pointer and reads straight from the stored row; it is good as long as the row stays as it is.
// What comes out of a Reader (db/incremental.h) also notes which columns were looked at.

#ifndef OVNLITE_SCHEMA_ROW_VIEW_H_
#define OVNLITE_SCHEMA_ROW_VIEW_H_

#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/schema/row.h"

namespace ovnlite {

// An atom as its C++ type.
template <typename T>
T ValueOf(const AtomBits& bits) {
  if constexpr (std::is_same_v<T, absl::string_view>) {
    return bits.text();
  } else if constexpr (std::is_same_v<T, Uuid>) {
    return bits.uuid();
  } else if constexpr (std::is_same_v<T, double>) {
    return std::bit_cast<double>(bits.high);
  } else {
    return static_cast<T>(bits.high);
  }
}

// Members as a range, in order. Derived says what an element is: value_type, and At() a place.
template <typename Derived, typename Value>
class MemberRange {
 public:
  class iterator;
  using value_type = Value;
  using const_iterator = iterator;
  using const_reference = Value;
  using size_type = size_t;
  using difference_type = std::ptrdiff_t;

  MemberRange() = default;
  explicit MemberRange(MembersView members) : members_(members) {}

  size_t size() const { return members_.size(); }
  bool empty() const { return members_.empty(); }
  Value front() const { return *begin(); }
  const MembersView& members() const { return members_; }

  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Value;
    using difference_type = std::ptrdiff_t;
    using pointer = const Value*;
    using reference = Value;
    iterator() = default;
    explicit iterator(MembersView::Iterator at) : at_(at) {}
    Value operator*() const { return Derived::At(at_); }
    iterator& operator++() {
      at_.Advance();
      return *this;
    }
    iterator operator++(int) {
      iterator old = *this;
      at_.Advance();
      return old;
    }
    friend bool operator==(const iterator& a, const iterator& b) { return a.at_ == b.at_; }

   private:
    MembersView::Iterator at_;
  };
  iterator begin() const { return iterator(members_.begin()); }
  iterator end() const { return iterator(); }

 private:
  MembersView members_;
};

// The members of a set.
template <typename T>
class SetOf : public MemberRange<SetOf<T>, T> {
 public:
  using MemberRange<SetOf<T>, T>::MemberRange;
  static T At(const MembersView::Iterator& at) { return ValueOf<T>(at.key()); }
  bool contains(const T& member) const { return this->members().Contains(AtomRef(member)); }
};

// The pairs of a map, by key.
template <typename K, typename V>
class MapOf : public MemberRange<MapOf<K, V>, std::pair<K, V>> {
 public:
  using MemberRange<MapOf<K, V>, std::pair<K, V>>::MemberRange;
  static std::pair<K, V> At(const MembersView::Iterator& at) { return {ValueOf<K>(at.key()), ValueOf<V>(at.value())}; }
  bool contains(const K& key) const { return this->members().Contains(AtomRef(key)); }
  // The value under a key, or nothing.
  std::optional<V> Find(const K& key) const {
    const AtomBits* value = this->members().FindValue(AtomRef(key));
    return value == nullptr ? std::nullopt : std::optional<V>(ValueOf<V>(*value));
  }
};

// Which columns of which rows somebody looked at, and where only one key of a map was, which. Rows are numbered by
// whoever hands out the views.
struct ColumnLog {
  struct Key {
    uint32_t row;
    int column;
    std::string key;
  };
  std::vector<ColumnMask> columns;  // By row.
  std::vector<Key> keys;
  uint64_t values = 0;  // That were looked at; those of a set or map all count.
};

// What all views have.
class RowView {
 public:
  RowView() = default;  // No row.
  explicit RowView(const Row* row, ColumnLog* log = nullptr, uint32_t number = 0)
      : row_(row), log_(log), number_(number) {}

  explicit operator bool() const { return row_ != nullptr; }
  // The row as a whole: all columns count as looked at.
  const Row& row() const {
    if (log_ != nullptr) {
      log_->columns[number_] = kAllColumns;
      ++log_->values;
    }
    return *row_;
  }
  // A string that is shared with the row.
  SharedString String(int column) const { return Noted(column).String(column); }
  // A set or map that is shared with the row; counts as one value, since nobody goes through it.
  Members Shared(int column) const { return Members(Noted(column).MembersOf(column)); }

 protected:
  const Row& Noted(int column) const {
    if (log_ != nullptr) {
      log_->columns[number_] |= MaskOf(column);
      ++log_->values;
    }
    return *row_;
  }
  MembersView NotedMembers(int column) const {
    const MembersView members = Noted(column).MembersOf(column);
    if (log_ != nullptr) log_->values += members.size();
    return members;
  }
  template <typename T>
  T Scalar(int column) const {
    const Row& row = Noted(column);
    if constexpr (std::is_same_v<T, absl::string_view>) {
      return row.Text(column);
    } else if constexpr (std::is_same_v<T, Uuid>) {
      return row.Reference(column);
    } else {
      return static_cast<T>(row.Integer(column));
    }
  }
  template <typename V>
  std::optional<V> ValueUnder(int column, absl::string_view key) const {
    if (log_ != nullptr) {
      log_->keys.push_back({number_, column, std::string(key)});
      ++log_->values;
    }
    const AtomBits* value = row_->MembersOf(column).FindValue(AtomRef(key));
    return value == nullptr ? std::nullopt : std::optional<V>(ValueOf<V>(*value));
  }

  const Row* row_ = nullptr;
  ColumnLog* log_ = nullptr;
  uint32_t number_ = 0;
};

// Names of columns, with the message of their table and the type of their values: members, keys and values.
template <typename Table, typename V>
struct ScalarColumn {
  int index;
};
template <typename Table, typename V>
struct SetColumn {
  int index;
};
template <typename Table, typename K, typename V>
struct MapColumn {
  int index;
};

// What belongs to a table, by its message: specialised beside each view.
//   View       the view of its rows
//   kSchema    NorthboundSchema or SouthboundSchema
//   kIndex     TableSchema::index()
template <typename Table>
struct TableTraits;

template <typename Table>
const TableSchema& SchemaOf() {
  return *TableTraits<Table>::kSchema().tables()[TableTraits<Table>::kIndex];
}
template <typename Table>
using ViewOf = typename TableTraits<Table>::View;

}  // namespace ovnlite

#endif  // OVNLITE_SCHEMA_ROW_VIEW_H_
