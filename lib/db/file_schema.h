// File: file_schema.h
// The schema that a database file begins with, beside ours of the same name. Other versions of OVN have other tables
// and columns, and columns that take more values.

#ifndef OVNLITE_LIB_DB_FILE_SCHEMA_H_
#define OVNLITE_LIB_DB_FILE_SCHEMA_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {

struct FileSchema {
  const DatabaseSchema* ours = nullptr;
  std::string version;
  // Null when a database of our schema can hold whatever the file's columns can, but for those it does not have.
  // Otherwise the file's own.
  std::unique_ptr<DatabaseSchema> theirs;
};

// Whether values of their column are of our column's atomic types, and no more of them than ours can have.
bool HasSameTypes(const ColumnSchema& theirs, const ColumnSchema& ours);

// Reads a <database-schema> of RFC 7047 section 3.2. Errors: DataLoss for text that is none, InvalidArgument for a
// database that is not OVN's, or has no tables.
absl::StatusOr<FileSchema> ReadFileSchema(absl::string_view json);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_DB_FILE_SCHEMA_H_
