// File: db_testutil.h
// Databases as text that can be compared with what OVSDB's own tools print.

#ifndef OVNLITE_LIB_DB_DB_TESTUTIL_H_
#define OVNLITE_LIB_DB_DB_TESTUTIL_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ovnlite/db/database.h"

namespace ovnlite {

// A line [table, row] of JSON for every row, in the order of table names and UUIDs, with sets and maps sorted and all
// columns that are kept on disk.
std::string CanonicalRows(const Database& database);
// The same of such lines as ovsdb-tool has them. What this version has no column for is left out.
absl::StatusOr<std::string> CanonicalRows(const DatabaseSchema& schema, const std::string& lines);
// The lines that the reply of `ovsdb-tool query` or `ovsdb-client transact` to SelectAll() stands for.
absl::StatusOr<std::string> LinesOfReply(const DatabaseSchema& schema, const std::string& reply);
// ["OVN_Northbound",{"op":"select",…},…]: all rows of all tables.
std::string SelectAll(const DatabaseSchema& schema);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_DB_DB_TESTUTIL_H_
