// File: log_record.h
// One record of an OVSDB file (ovsdb(5)): a line "OVSDB JSON <length> <SHA-1>", then <length> bytes of JSON with that
// digest.

#ifndef OVNLITE_LIB_DB_LOG_RECORD_H_
#define OVNLITE_LIB_DB_LOG_RECORD_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace ovnlite {

struct LogRecord {
  absl::string_view json;  // Within the bytes it was read from.
  size_t size = 0;         // Of the whole record, its first line included.
};

// Reads the record at the beginning of `bytes`, which is not empty, and checks its digest. InvalidArgument when this is
// not a record of a standalone database at all, DataLoss when it is cut off or damaged.
absl::StatusOr<LogRecord> ReadLogRecord(absl::string_view bytes);

// Whether a record stands anywhere in `bytes`, by its first line and as many bytes as that says: its digest is not
// looked at. Costs a search through the bytes.
bool HoldsLogRecord(absl::string_view bytes);

// Appends a record; `json` without a line feed at its end.
void AppendLogRecord(std::string json, std::string* out);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_DB_LOG_RECORD_H_
