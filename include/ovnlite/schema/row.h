// File: row.h
// The values of one row: what a table's columns hold, in as little memory as they need. A Row is a value: copies share
// everything, and one that is changed parts from the others without copying what it keeps.
//
//   Row row(*NorthboundSchema().FindTable("Logical_Switch"));
//   row.Set(*table.FindColumn("name"), Atom::String("LS1"));
//
// Columns at their default (0, false, "", the zero UUID; nothing in an optional column, a set or a map) take no memory;
// any other takes 8 bytes and what its string, set or map needs. An empty row takes none.

#ifndef OVNLITE_SCHEMA_ROW_H_
#define OVNLITE_SCHEMA_ROW_H_

#include <atomic>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "ovnlite/schema/datum.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {

// Columns of one table, as bits by ColumnSchema::index(). Columns from the 63rd on share the last bit: who is told of a
// change there looks again, perhaps for nothing. OVN's tables have fewer.
using ColumnMask = uint64_t;
inline constexpr ColumnMask kAllColumns = ~ColumnMask{0};
constexpr ColumnMask MaskOf(int column) { return ColumnMask{1} << (column < 63 ? column : 63); }
inline ColumnMask MaskOf(const ColumnSchema& column) { return MaskOf(column.index()); }

// Calls `visit(column)` for the columns of a mask.
template <typename Visit>
void ForEachColumn(const TableSchema& table, ColumnMask mask, Visit visit) {
  for (const ColumnSchema& column : table.columns()) {
    if ((mask & MaskOf(column)) != 0) visit(column);
  }
}

class Row {
 public:
  // No row.
  Row() = default;
  // A row with default values.
  explicit Row(const TableSchema& table) : table_(&table) {}
  Row(const Row& other) : table_(other.table_), block_(other.block_) {
    if (block_ != nullptr) block_->references.fetch_add(1, std::memory_order_relaxed);
  }
  Row(Row&& other) noexcept
      : table_(std::exchange(other.table_, nullptr)), block_(std::exchange(other.block_, nullptr)) {}
  Row& operator=(Row other) noexcept {
    std::swap(table_, other.table_);
    std::swap(block_, other.block_);
    return *this;
  }
  ~Row() { Release(); }

  explicit operator bool() const { return table_ != nullptr; }
  const TableSchema& table() const { return *table_; }

  // The column's value, default or not.
  Datum Get(const ColumnSchema& column) const;
  // False when the column is at its default.
  bool Has(const ColumnSchema& column) const { return Find(column.index()) != nullptr; }
  // Whether both hold the very same value, which costs nothing to say; equal values may be told apart.
  bool SharesColumn(const ColumnSchema& column, const Row& other) const;
  bool ColumnEquals(const ColumnSchema& column, const Row& other) const;
  uint64_t HashOf(const ColumnSchema& column) const;
  // Of all columns. Equal rows have equal hashes, which differ from process to process.
  uint64_t Hash() const;
  // An order of rows of one table, by their columns: sets as lists of their members.
  static bool Precedes(const Row& a, const Row& b);

  void Set(const ColumnSchema& column, Datum value);
  void Clear(const ColumnSchema& column) { Set(column, Datum()); }
  // Sets and maps. Each is false when nothing changed by it.
  bool Insert(const ColumnSchema& column, const AtomRef& member);
  bool Insert(const ColumnSchema& column, const AtomRef& key, const AtomRef& value);
  bool Erase(const ColumnSchema& column, const AtomRef& member);

  // By the number of a column whose type the caller knows; defaults where it has no value.
  bool Has(int column) const { return Find(column) != nullptr; }
  int64_t Integer(int column) const {
    const Slot* slot = Find(column);
    return slot == nullptr ? 0 : static_cast<int64_t>(slot->number);
  }
  absl::string_view Text(int column) const {
    const Slot* slot = Find(column);
    return slot == nullptr ? absl::string_view() : AtomBits{slot->number, 0}.text();
  }
  SharedString String(int column) const {
    const Slot* slot = Find(column);
    return slot == nullptr ? SharedString() : AtomBits{slot->number, 0}.string();
  }
  Uuid Reference(int column) const {
    const Slot* slot = Find(column);
    return slot == nullptr ? Uuid() : slot->uuid->uuid;
  }
  MembersView MembersOf(int column) const {
    const Slot* slot = Find(column);
    return slot == nullptr ? MembersView() : MembersView(slot->members);
  }

  // Whether nothing was changed in either since one was copied from the other.
  bool IsSameVersion(const Row& other) const { return table_ == other.table_ && block_ == other.block_; }
  // Columns that differ.
  ColumnMask Compare(const Row& other) const;
  // Of one table.
  friend bool operator==(const Row& a, const Row& b) { return a.table_ == b.table_ && a.Compare(b) == 0; }

  // Calls `visit(column)` for every column that is not at its default.
  template <typename Visit>
  void ForEachSet(Visit visit) const {
    if (block_ == nullptr) return;
    for (int w = 0; w < block_->words; ++w) {
      for (uint64_t left = block_->present()[w]; left != 0; left &= left - 1) {
        visit(table_->columns()[static_cast<size_t>(w * 64 + std::countr_zero(left))]);
      }
    }
  }

 private:
  friend class RowBuilder;
  struct UuidBlock {
    std::atomic<uint32_t> references{1};
    Uuid uuid;
  };
  // What a column holds: a number, the address of a string's block, a UUID, or the root of a set or map.
  union Slot {
    uint64_t number;
    UuidBlock* uuid;
    const MemberNode* members;
  };
  // Which columns are not at their default, then their slots in order.
  struct Block {
    std::atomic<uint32_t> references{1};
    uint16_t words;
    uint16_t count;
    uint64_t* present() { return reinterpret_cast<uint64_t*>(this + 1); }
    const uint64_t* present() const { return reinterpret_cast<const uint64_t*>(this + 1); }
    Slot* slots() { return reinterpret_cast<Slot*>(present() + words); }
    const Slot* slots() const { return reinterpret_cast<const Slot*>(present() + words); }
  };

  const Slot* Find(int column) const {
    if (block_ == nullptr) return nullptr;
    const uint64_t* present = block_->present();
    const int word = column / 64;
    const uint64_t bit = uint64_t{1} << (column % 64);
    if ((present[word] & bit) == 0) return nullptr;
    int at = std::popcount(present[word] & (bit - 1));
    for (int w = 0; w < word; ++w) at += std::popcount(present[w]);
    return block_->slots() + at;
  }
  // A block of its own with a slot for the column, which is empty when it is new.
  Slot* Own(const ColumnSchema& column);
  void Remove(const ColumnSchema& column);
  void Release();
  static void RetainSlot(const ColumnSchema& column, const Slot& slot);
  static void ReleaseSlot(const ColumnSchema& column, const Slot& slot);
  static bool SlotsEqual(const ColumnSchema& column, const Slot& a, const Slot& b);
  // Puts a value that is not the default into a slot, in place of what it held; a slot without a value is 0.
  static void Fill(const ColumnSchema& column, Datum value, Slot* slot);
  static Block* NewBlock(size_t words, size_t count);

  const TableSchema* table_ = nullptr;
  Block* block_ = nullptr;  // Null: everything at its default.
};

// Makes rows of one table, one after the other, faster than setting column by column does.
class RowBuilder {
 public:
  explicit RowBuilder(const TableSchema& table);
  RowBuilder(const RowBuilder&) = delete;
  RowBuilder& operator=(const RowBuilder&) = delete;
  ~RowBuilder() { (void)Build(); }

  const TableSchema& table() const { return table_; }
  bool Has(const ColumnSchema& column) const {
    return (present_[static_cast<size_t>(column.index()) / 64] >> (column.index() % 64) & 1) != 0;
  }
  void Set(const ColumnSchema& column, Datum value);
  // The row with what was set since the last one was made.
  Row Build();

 private:
  const TableSchema& table_;
  std::vector<uint64_t> present_;
  std::vector<Row::Slot> slots_;  // By column.
};

}  // namespace ovnlite

#endif  // OVNLITE_SCHEMA_ROW_H_
