// File: json_row.h
// Columns and rows in OVSDB's JSON notation (RFC 7047 section 5.1), read straight into messages and written from them:
//
//   value      "text"  17  true  ["uuid","5f9fb2a0-..."]  ["named-uuid","row1"]
//   set        ["set",[value,...]], or the value alone when there is one
//   optional   as a set of none or one
//   map        ["map",[[key,value],...]]
//
// What is written is always the same for the same row: columns in the schema's order, sets and maps sorted.

#ifndef OVNLITE_LIB_DB_JSON_ROW_H_
#define OVNLITE_LIB_DB_JSON_ROW_H_

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lib/db/column_ops.h"
#include "lib/db/json_reader.h"

namespace ovnlite {

// What ["named-uuid", name] stands for.
using UuidNames = absl::flat_hash_map<std::string, Uuid>;

// Reads a value into a column, in place of what was there. Only the JSON type is checked: see CheckColumn() for the
// rest. A mistake makes the reader fail.
void ReadColumn(JsonReader& json, const ColumnSchema& column, Row& row, const UuidNames* names = nullptr);

// Reads a value as the difference to what is there (records with "_is_diff"): elements of a set change sides; pairs of
// a map disappear when they are there already, else replace; a column of at most one value is replaced. The set in
// `row` must be sorted, and is sorted again afterwards.
void ReadColumnDiff(JsonReader& json, const ColumnSchema& column, Row& row);

// Reads an object of columns into a row; columns that are not in it stay as they are. An unknown column is an error.
// The message of an error names table and column.
absl::Status ReadRow(JsonReader& json, const TableSchema& table, Row& row, const UuidNames* names = nullptr);

// Which columns followed which in the last rows of a table: the next row is likely to be alike.
struct RowShape {
  static constexpr size_t kBegin = 64;
  struct Next {
    const ColumnSchema* last = nullptr;
    const ColumnSchema* other = nullptr;  // Before the last.
  };
  std::array<Next, kBegin + 1> next{};  // By ColumnSchema::index(); kBegin: the first of the row.
};

// Whether ReadNewRow() can hold the column's values to their type without keeping them.
bool MayPass(const ColumnSchema& column);

// "Logical_Flow row 5f9fb2a0-… column match", for errors.
std::string AtColumn(const TableSchema& table, const Uuid& uuid, const ColumnSchema& column);

// Reads the columns of a new row as a log has them: `row` has default values before. Columns that this version of OVN
// does not have are passed over, after `unknown` is called with the name. The message of an error names row and column.
//
// Columns in `unread` (bits by ColumnSchema::index()), for which MayPass(), are not put into the row, but held to their
// type. An error says less, and comes for some values that are good.
//
// `shape`, if there is one, is that of earlier rows of the table, and is kept up to date. Returns the columns that were
// there, as bits.
uint64_t ReadNewRow(JsonReader& json, const TableSchema& table, const Uuid& uuid, Row& row,
                    absl::FunctionRef<void(absl::string_view)> unknown, uint64_t unread = 0, RowShape* shape = nullptr);

// Appends the value of a column.
void AppendColumn(const ColumnSchema& column, const Row& row, std::string* out);

// A row as an object of its columns; with `defaults`, those at their default value too.
std::string RowToJson(const TableSchema& table, const Row& row, bool defaults = true);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_DB_JSON_ROW_H_
