// File: typed_row.h
// Makes a row column by column, under the names that lib/schema/ovn_nb.rows.h and ovn_sb.rows.h have for them:
//
//   TypedRow<sb::Multicast_Group> row;
//   row.Set(column::name, "_MC_flood");
//   row.Set(column::tunnel_key, 32768);
//   Row made = row.Build();

#ifndef OVNLITE_SCHEMA_TYPED_ROW_H_
#define OVNLITE_SCHEMA_TYPED_ROW_H_

#include <type_traits>
#include <utility>

#include "absl/strings/string_view.h"
#include "ovnlite/schema/row.h"
#include "ovnlite/schema/row_view.h"

namespace ovnlite {

// Columns of one table as a mask: ColumnsOf(column::name, column::ports).
template <typename... Columns>
constexpr ColumnMask ColumnsOf(const Columns&... columns) {
  return (MaskOf(columns.index) | ...);
}

template <typename T>
class TypedRow {
 public:
  TypedRow() : builder_(SchemaOf<T>()) {}

  template <typename V>
  void Set(ScalarColumn<T, V> column, const std::type_identity_t<V>& value) {
    builder_.Set(ColumnAt(column.index), AtomTraits<V>::ToAtom(value));
  }
  // A string that is shared with whoever has it.
  void Set(ScalarColumn<T, absl::string_view> column, SharedString value) {
    builder_.Set(ColumnAt(column.index), Atom::String(std::move(value)));
  }
  // A set or map that is shared with whoever has it.
  template <typename V>
  void Set(SetColumn<T, V> column, Members members) {
    builder_.Set(ColumnAt(column.index), std::move(members));
  }
  template <typename K, typename V>
  void Set(MapColumn<T, K, V> column, Members pairs) {
    builder_.Set(ColumnAt(column.index), std::move(pairs));
  }
  // The row, after which this is empty.
  Row Build() { return builder_.Build(); }

 private:
  static const ColumnSchema& ColumnAt(int column) { return SchemaOf<T>().columns()[static_cast<size_t>(column)]; }

  RowBuilder builder_;
};

}  // namespace ovnlite

#endif  // OVNLITE_SCHEMA_TYPED_ROW_H_
