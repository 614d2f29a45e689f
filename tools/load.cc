#include <malloc.h>

#include <climits>
#include <iostream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "lib/base/file.h"
#include "ovnlite/base/status.h"
#include "ovnlite/schema/schema.h"
#include "tools/command.h"
#include "tools/standard_streams.h"

namespace ovnlite::tools {
namespace {

// A command that looks at one database allocates much, frees little and soon ends: the heap grows in large steps, and
// gives nothing back.
void GrowInLargeSteps() {
  mallopt(M_TOP_PAD, 64 << 20);
  mallopt(M_MMAP_THRESHOLD, INT_MAX);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> LoadDatabase(const std::string& path, const std::string& schema) {
  GrowInLargeSteps();
  OVNLITE_ASSIGN_OR_RETURN(LoadedLog log, LoadLog(path));
  for (const std::string& warning : log.warnings) std::cerr << "ovnlite: " << path << ": " << warning << "\n";
  if (!log.error.ok()) return WithContext(log.error, absl::StrCat(path, ": ", log.records, " good records, then"));
  if (log.database->schema().name() != schema)
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": it holds database ", log.database->schema().name(), ", not ", schema));
  return std::move(log.database);
}

absl::StatusOr<std::string> ReadInput(const std::string& path) {
  if (path != "-") return ReadFile(path);
  std::string all(std::istreambuf_iterator<char>(std::cin), {});
  OVNLITE_RETURN_IF_ERROR(InputStatus());
  return all;
}

}  // namespace ovnlite::tools
