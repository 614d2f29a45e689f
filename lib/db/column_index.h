// File: column_index.h
// Index (ovnlite/db/index.h) over what rows hold: the values of a column, the value under one key of a map, the rows that
// a column refers to, or what a function makes of a row. An update costs one hash per key that a changed row gains or
// loses. 50 bytes per key with one row, 16 per row beyond.

#ifndef OVNLITE_LIB_DB_COLUMN_INDEX_H_
#define OVNLITE_LIB_DB_COLUMN_INDEX_H_

#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"
#include "lib/db/row_table.h"
#include "ovnlite/db/database.h"
#include "ovnlite/db/index.h"

namespace ovnlite {

class ColumnIndex final : public Index {
 public:
  // By the column's values; of a map by its keys.
  ColumnIndex(int id, const ColumnSchema& column);
  // By the value under one key of a map.
  ColumnIndex(int id, const ColumnSchema& map, absl::string_view key);
  // By the rows that a column refers to, in keys or values.
  struct ByReference {};
  ColumnIndex(int id, const ColumnSchema& column, ByReference);
  // By what a function makes of some columns.
  ColumnIndex(int id, const TableSchema& table, absl::string_view name, ColumnMask columns,
              Database::KeyFunction function);
  ~ColumnIndex() override;

  RowIds Find(const AtomRef& key) const override;
  void ForEachKey(const Row& row, absl::FunctionRef<void(const AtomRef&)> visit) const override;
  void ForEachMoved(const Row& before, const Row& after, absl::FunctionRef<void(const AtomRef&)> gone,
                    absl::FunctionRef<void(const AtomRef&)> come) const override;
  const TableSchema& table() const override { return table_; }
  ColumnMask columns() const override { return columns_; }
  int id() const override { return id_; }

  // Whether it is the one on a key of a map, or on a function.
  bool IsUnder(const ColumnSchema& map, absl::string_view key) const {
    return kind_ == Kind::kUnderKey && column_ == &map && name_ == key;
  }
  bool IsFunction(absl::string_view name) const { return kind_ == Kind::kFunction && name_ == name; }

  // Takes in all rows of a table at once.
  void Build(const RowTable& rows);
  // A row was inserted (there is no before), deleted (no after) or changed.
  void Change(const Uuid& uuid, const Row& before, const Row& after);

 private:
  enum class Kind : uint8_t { kValues, kUnderKey, kReferences, kFunction };

  // Rows of one key: one, or a set of them.
  struct Entry {
    uint64_t first = 0;  // Half of the UUID, or the address of the set's root.
    uint64_t second = 0;
    bool many = false;
  };
  static RowIds IdsOf(const Entry& entry);

  // Keys by their bits: they are all of one type.
  struct Hash {
    using is_transparent = void;
    AtomType type;
    size_t operator()(const AtomBits& key) const { return (*this)(key.ToRef(type)); }
    size_t operator()(const AtomRef& key) const { return absl::HashOf(key); }
  };
  struct Equal {
    using is_transparent = void;
    AtomType type;
    bool operator()(const AtomBits& a, const AtomBits& b) const {
      return type == AtomType::kString ? a.text() == b.text() : a.high == b.high && a.low == b.low;
    }
    bool operator()(const AtomBits& a, const AtomRef& b) const {
      return type == AtomType::kString ? a.text() == b.text : a.high == b.high && a.low == b.low;
    }
    bool operator()(const AtomRef& a, const AtomBits& b) const { return (*this)(b, a); }
  };

  void Add(const AtomRef& key, const Uuid& uuid);
  void Remove(const AtomRef& key, const Uuid& uuid);
  // The value under name_, or nothing.
  const AtomBits* UnderKey(const Row& row) const;

  const int id_;
  const Kind kind_;
  const TableSchema& table_;
  const ColumnSchema* const column_;  // Null for a function.
  const std::string name_;
  const ColumnMask columns_;
  const AtomType type_;  // Of the keys.
  const Database::KeyFunction function_;
  absl::flat_hash_map<AtomBits, Entry, Hash, Equal> rows_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_DB_COLUMN_INDEX_H_
