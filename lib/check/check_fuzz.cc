// Any Northbound database: findings or none, the same ones each time, in order, and each with something to say. An
// input is a list of records of an OVSDB file, one per line, whose first lines are made here.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/str_split.h"
#include "lib/db/log_record.h"
#include "ovnlite/check/check.h"
#include "ovnlite/db/log_file.h"
#include "ovnlite/schema/schema.h"

namespace {

using namespace ovnlite;

void Expect(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 1 << 16) return 0;  // Larger ones are slow, not different.
  static const std::string& empty = *new std::string(FormatLog(Database(NorthboundSchema())));
  std::string file = empty;
  for (const absl::string_view record :
       absl::StrSplit(absl::string_view(reinterpret_cast<const char*>(data), size), '\n', absl::SkipEmpty())) {
    AppendLogRecord(std::string(record), &file);
  }
  const absl::StatusOr<LoadedLog> log = ParseLog(file);
  if (!log.ok()) return 0;
  const std::vector<Finding> findings = CheckNorthbound(*log->database);
  Expect(CheckNorthbound(*log->database) == findings);
  for (const Finding& finding : findings) {
    Expect(!finding.table.empty() && !finding.row.empty() && !finding.message.empty());
    Expect(!finding.ToString().empty());
  }
  Expect(!FindingsToJson(findings).empty());
  return 0;
}
