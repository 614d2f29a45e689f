// File: row_writer.h
// Brings tables of a database from what they hold to what the compiler's items say they should hold. One writer for all
// tables; what is particular to a table is in a few lines of data (TableRule).
//
// Rows that are there already are found again by their names, once, and keep their UUIDs; later on only rows whose items
// changed, or that somebody else has changed, are looked at. Columns that others write are left alone. What was
// submitted and refused is submitted again at the next turn.

#ifndef OVNLITE_LIB_NORTHD_ROW_WRITER_H_
#define OVNLITE_LIB_NORTHD_ROW_WRITER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "lib/northd/items.h"
#include "ovnlite/db/database.h"

namespace ovnlite {

struct TableRule {
  const TableSchema* table;
  // Columns that the compiler writes.
  ColumnMask owned;
  // The name of a row that is there already; nothing for one that nobody can want. RowIds in it are those of other
  // tables' rows, as Expected() has them.
  std::function<std::optional<std::string>(const Uuid&, const Row&)> name;
  // Puts into a new row what only new rows get; or null.
  void (*fill_new)(Row& row) = nullptr;
  // Deletes rows of others that mean this one without referring to it; or null.
  std::function<void(const Row& gone, Transaction& t)> also_delete = nullptr;
  // The compiler neither makes nor deletes rows of this table: it writes some columns of those that there are.
  bool only_updates = false;
  // Somebody else makes rows of this table too: those that are not wanted are left alone.
  bool of_others_too = false;
};

class RowWriter {
 public:
  // The database must outlive the writer.
  RowWriter(Database& database, std::vector<TableRule> rules);

  // Takes note of items that came and went. They stay where they are until Submitted().
  void Add(const RowItem& item);
  void Remove(const RowItem& item);
  void Add(const MemberItem& item) { CountMember(item, true); }
  void Remove(const MemberItem& item) { CountMember(item, false); }

  // Whether Write() has something to look at.
  bool IsDirty() const { return !adopted_ || !dirty_.empty(); }
  // Puts what has changed into the transaction. References that are RowIds become those of the rows there are.
  void Write(Transaction& t);
  // What became of the transactions with what Write() put into them since the last time.
  void Submitted(bool accepted);

  // The UUID that a row with this RowId has.
  Uuid Actual(const Uuid& expected) const {
    const auto found = actual_.find(expected);
    return found == actual_.end() ? expected : found->second;
  }
  // Whether all rows have the UUIDs of their RowIds.
  bool all_as_expected() const { return actual_.empty(); }
  // The other way round.
  Uuid Expected(const Uuid& actual) const {
    const auto found = expected_.find(actual);
    return found == expected_.end() ? actual : found->second;
  }

 private:
  // The items of one row.
  struct State {
    std::vector<Row> wanted;                        // By Row::Precedes(); the first counts.
    std::vector<std::pair<int, Members>> members;   // By column.
    bool dirty = false;
  };

  const TableRule* RuleOf(const TableSchema& table) const { return rule_of_[static_cast<size_t>(table.index())]; }
  State& StateOf(const RowName& name) { return states_[name]; }
  void MarkDirty(const RowName& name, State& state);
  void CountMember(const MemberItem& item, bool added);
  void OnCommit(const Delta& delta);
  void Adopt();
  // Notes that the row of this name has another UUID than the compiler would give it.
  void Note(const Uuid& expected, const Uuid& actual);
  void WriteRow(Transaction& t, const RowName& name, const State& state);
  void DeleteRow(Transaction& t, const TableSchema& table, const Uuid& uuid);
  // The column's value with RowIds replaced.
  Datum Translated(const ColumnSchema& column, Datum value) const;

  Database& database_;
  const std::vector<TableRule> rules_;
  std::vector<const TableRule*> rule_of_;  // By TableSchema::index(); null for tables of others.
  Database::Subscription subscription_;
  bool adopted_ = false;
  absl::flat_hash_map<RowName, State> states_;
  std::vector<RowName> dirty_;
  std::vector<RowName> submitted_;  // In transactions that are not decided.
  // Where the UUIDs of rows differ from RowId().
  absl::flat_hash_map<Uuid, Uuid> actual_, expected_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_NORTHD_ROW_WRITER_H_
