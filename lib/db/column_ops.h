// File: column_ops.h
// What the database does with one column of a row, whatever its type: put it in order, check it, compare it, follow its
// references. All work is proportional to the column's size.

#ifndef OVNLITE_LIB_DB_COLUMN_OPS_H_
#define OVNLITE_LIB_DB_COLUMN_OPS_H_

#include <google/protobuf/message.h>

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "lib/schema/column_access.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {

using Row = google::protobuf::Message;

// Sorts a set (RFC 7047 sets have no order; the database keeps them sorted so that equal sets are equal messages).
void SortColumn(const ColumnSchema& column, Row& row);

// Whether the value is within its type: range, length, enumeration, UTF-8, number of elements, and, for a sorted set,
// no duplicates. InvalidArgument without a place.
absl::Status CheckColumn(const ColumnSchema& column, const Row& row);

// Whether two rows of one table hold the same value. Sets must be sorted.
bool ColumnsEqual(const ColumnSchema& column, const Row& a, const Row& b);

// A hash of the value; equal values have equal hashes. Salted anew in every process.
size_t HashColumn(const ColumnSchema& column, const Row& row);

// Number of values: 0 or 1, the size of a set, or of a map.
size_t ColumnSize(const ColumnSchema& column, const Row& row);

// Whether the value is the one a new row gets (RFC 7047 section 5.2.1), which may lie outside the column's range.
bool IsDefault(const ColumnSchema& column, const Row& row);

// Gives a set that must not be empty the one element OVSDB puts into it by default: "" or the all-zero UUID.
void SetDefault(const ColumnSchema& column, Row& row);

// Copies the value of one row to another of the same table.
void CopyColumn(const ColumnSchema& column, const Row& from, Row& to);

// Calls `visit` for every reference in the column of the given strength, in order (maps: in none).
void ForEachReference(const ColumnSchema& column, const Row& row, bool strong,
                      absl::FunctionRef<void(const TableSchema& target, const Uuid& uuid)> visit);

// Calls `removed` and `added` for the references in which two rows of one table differ (either may be null: no row).
// Sets must be sorted.
void DiffReferences(const ColumnSchema& column, const Row* before, const Row* after, bool strong,
                    absl::FunctionRef<void(const TableSchema& target, const Uuid& uuid)> removed,
                    absl::FunctionRef<void(const TableSchema& target, const Uuid& uuid)> added);

// Removes the weak references for which `gone` is true, with the pair they stand in; returns how many there were.
int EraseReferences(const ColumnSchema& column, Row& row,
                    absl::FunctionRef<bool(const TableSchema& target, const Uuid& uuid)> gone);

// Columns whose default value breaks the rules of the table, or refers to a row, as bits by ColumnSchema::index().
uint64_t ColumnsWithoutDefault(const TableSchema& table);

// Whether a string or a number is of this type: as CheckColumn().
absl::Status CheckString(const BaseType& base, absl::string_view text);
absl::Status CheckNumber(const BaseType& base, int64_t number);

// Calls `visit` for every value as text, as Index has it (ovnlite/db/database.h): a map gives its keys.
void ForEachText(const ColumnSchema& column, const Row& row, absl::FunctionRef<void(absl::string_view)> visit);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_DB_COLUMN_OPS_H_
