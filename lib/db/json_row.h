// File: json_row.h
// Columns and rows in OVSDB's JSON notation (RFC 7047 section 5.1):
//
//   value      "text"  17  1.5  true  ["uuid","5f9fb2a0-..."]  ["named-uuid","row1"]
//   set        ["set",[value,...]], or the value alone when there is one
//   optional   as a set of none or one
//   map        ["map",[[key,value],...]]
//
// What is written is always the same for the same row: columns in the schema's order, sets and maps sorted.

#ifndef OVNLITE_LIB_DB_JSON_ROW_H_
#define OVNLITE_LIB_DB_JSON_ROW_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lib/base/json_reader.h"
#include "ovnlite/schema/recent_strings.h"
#include "ovnlite/schema/row.h"

namespace ovnlite {

// What ["named-uuid", name] stands for.
using UuidNames = absl::flat_hash_map<std::string, Uuid>;

// How values are read.
struct JsonRowContext {
  const UuidNames* names = nullptr;  // Null: there are none.
  RecentStrings* strings = nullptr;  // Null: strings are not shared.
};

// Reads a column's value. Only the JSON type, the number of values, and that nothing stands there twice, are checked: see
// CheckColumn() for the rest. A mistake makes the reader fail.
Datum ReadColumn(JsonReader& json, const ColumnSchema& column, const JsonRowContext& context = {});

// Reads a value as the difference to what is in the row (records with "_is_diff"): elements of a set change sides; pairs
// of a map disappear when they are there already, else replace; a column of at most one value is replaced.
Datum ReadColumnDiff(JsonReader& json, const ColumnSchema& column, const Row& row, const JsonRowContext& context = {});

// Which columns followed which in the last rows of a table: the next row is likely to be alike.
class RowShape {
 public:
  explicit RowShape(const TableSchema& table) : next_(table.columns().size() + 1) {}

 private:
  friend class NewRowReader;
  struct Next {
    const ColumnSchema* last = nullptr;
    const ColumnSchema* other = nullptr;  // Before the last.
  };
  std::vector<Next> next_;  // By ColumnSchema::index() plus one; 0: the first of the row.
};

// "Logical_Flow row 5f9fb2a0-… column match", for errors.
std::string AtColumn(const TableSchema& table, const Uuid& uuid, const ColumnSchema& column);

// Reads the columns of a new row as a log has them. Columns that this schema does not have are passed over, after
// `unknown` is called with the name; what is not given has its default. The message of an error names row and column.
// `shape` is that of earlier rows of the table, and is kept up to date; `row` makes the rows of the table.
Row ReadNewRow(JsonReader& json, const Uuid& uuid, RowBuilder& row, RowShape& shape,
               absl::FunctionRef<void(absl::string_view)> unknown, const JsonRowContext& context = {});

// Reads an object of columns into a row; columns that are not in it stay as they are. An unknown column is an error.
// The message of an error names table and column.
absl::Status ReadRow(JsonReader& json, Row& row, const JsonRowContext& context = {});

// Appends the value of a column.
void AppendColumn(const ColumnSchema& column, const Row& row, std::string* out);

// A row as an object of its columns; with `defaults`, those at their default value too.
std::string RowToJson(const Row& row, bool defaults = true);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_DB_JSON_ROW_H_
