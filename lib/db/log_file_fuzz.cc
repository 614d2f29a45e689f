// Any bytes as an OVSDB file: nothing crashes, what is loaded can be saved, and what was saved is loaded as it was. A
// checksum would keep a fuzzer out, so an input is also taken as a list of
// records, one per line, whose first lines are made here; "N" and "S" at the beginning choose the database.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "lib/db/log_record.h"
#include "ovnlite/db/log_file.h"
#include "ovnlite/schema/schema.h"

namespace {

using namespace ovnlite;

void Expect(bool holds) {
  if (!holds) std::abort();
}

void Load(absl::string_view file) {
  const absl::StatusOr<LoadedLog> log = ParseLog(file);
  if (!log.ok()) return Expect(!log.status().message().empty());
  Expect(log->good_bytes <= file.size() && log->records >= 1);
  Expect(log->error.ok() == (log->good_bytes == file.size()));
  Expect(log->error.ok() || absl::StrContains(log->error.message(), " at byte "));
  const std::string saved = FormatLog(*log->database);
  const absl::StatusOr<LoadedLog> again = ParseLog(saved);
  Expect(again.ok() && again->error.ok() && FormatLog(*again->database) == saved);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  Load(bytes);
  if (bytes.empty() || (bytes[0] != 'N' && bytes[0] != 'S')) return 0;
  static const std::string& northbound = *new std::string(FormatLog(Database(NorthboundSchema())));
  static const std::string& southbound = *new std::string(FormatLog(Database(SouthboundSchema())));
  std::string file = bytes[0] == 'N' ? northbound : southbound;
  for (const absl::string_view record : absl::StrSplit(bytes.substr(1), '\n', absl::SkipEmpty())) {
    AppendLogRecord(std::string(record), &file);
  }
  Load(file);
  return 0;
}
