// File: log_file.h
// Databases on disk in OVSDB's own file format (ovsdb(5)), so that files go back and forth between ovnlite and
// ovsdb-server, ovsdb-tool, ovn-trace. A file is a log of records, each "OVSDB JSON <length> <SHA-1>\n" and as many
// bytes of JSON: first the schema, then transactions, to be replayed in order.
//
//   absl::StatusOr<LoadedLog> log = LoadLog("/etc/ovn/ovnsb_db.db");
//   if (log.ok() && log->error.ok()) Use(*log->database);
//
// Beside the database itself loading takes the memory of the file, of which it gives back what it has read.

#ifndef OVNLITE_DB_LOG_FILE_H_
#define OVNLITE_DB_LOG_FILE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ovnlite/db/database.h"

namespace ovnlite {

struct LoadedLog {
  // What the good records say. Its schema is NorthboundSchema() or SouthboundSchema().
  std::unique_ptr<Database> database;
  // Schema version the file was written with, e.g. "7.0.0".
  std::string version;
  // Records read, the schema among them, and how many bytes they take from the beginning of the file.
  size_t records = 0;
  uint64_t good_bytes = 0;
  // The file ends with something that is no whole record, as after a loss of power, or when it was copied while a
  // server wrote to it. That is left out, as ovsdb-server leaves it out.
  bool damaged_end = false;
  // What was left out: first the damaged end, with its place and what is wrong there; tables and columns this version
  // of OVN does not have.
  std::vector<std::string> warnings;
  // OK when the file was read to its end or to its damaged end. Otherwise DataLoss with the place and the reason: the
  // record there contradicts the database, or is damaged though there are records behind it; it and everything behind
  // it was left out.
  absl::Status error;
};

// Errors, when there is no database at all: NotFound, PermissionDenied and the like (the file cannot be read),
// InvalidArgument (not a regular file, not a standalone OVSDB file, or not one of OVN's databases), DataLoss (the
// schema is damaged).
absl::StatusOr<LoadedLog> LoadLog(const std::string& path);
// The same from memory.
absl::StatusOr<LoadedLog> ParseLog(absl::string_view bytes);

// A file with the schema and one transaction that inserts every row, ephemeral columns left out. Equal databases give
// equal bytes.
std::string FormatLog(const Database& database);
// Writes it to a temporary file beside `path`, flushes that to disk, and renames it: whatever happens, `path` is the
// old file or the new one. Keeps the mode of an old file, and a symbolic link to one. Errors: PermissionDenied,
// NotFound (no such folder, a link to nothing), InvalidArgument (there is something else than a regular file), and what
// the operating system says besides.
absl::Status SaveLog(const Database& database, const std::string& path);

}  // namespace ovnlite

#endif  // OVNLITE_DB_LOG_FILE_H_
