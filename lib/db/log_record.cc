#include "lib/db/log_record.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/db/sha1.h"

namespace ovnlite {
namespace {

constexpr absl::string_view kMagic = "OVSDB JSON ";
constexpr size_t kLongestHeader = 100;

}  // namespace

absl::StatusOr<LogRecord> ReadLogRecord(absl::string_view bytes) {
  if (absl::StartsWith(bytes, "OVSDB CLUSTER ")) {
    return absl::InvalidArgumentError(
        "this is a clustered (RAFT) database; make a standalone one out of it with "
        "`ovsdb-tool cluster-to-standalone NEW_FILE THIS_FILE`");
  }
  const absl::string_view start = bytes.substr(0, kMagic.size());
  if (!absl::StartsWith(kMagic, start)) {
    return absl::InvalidArgumentError("not a record of an OVSDB file, which begins with \"OVSDB JSON\"");
  }
  const size_t end_of_line = bytes.substr(0, kLongestHeader).find('\n');
  if (end_of_line == absl::string_view::npos) {
    return absl::DataLossError(bytes.size() < kLongestHeader ? "the file ends within the first line of the record"
                                                             : "the first line of the record is too long");
  }
  const std::vector<absl::string_view> words =
      absl::StrSplit(bytes.substr(kMagic.size(), end_of_line - kMagic.size()), ' ');
  uint64_t length = 0;
  if (words.size() != 2 || words[0].empty() || !absl::ascii_isdigit(words[0][0]) ||
      !absl::SimpleAtoi(words[0], &length) || length == 0 || words[1].size() != 40) {
    return absl::DataLossError("the first line of the record is not \"OVSDB JSON <length> <SHA-1>\"");
  }
  const absl::string_view rest = bytes.substr(end_of_line + 1);
  if (rest.size() < length) {
    return absl::DataLossError(
        absl::StrCat("the record has ", length, " bytes, but the file ends after ", rest.size()));
  }
  LogRecord record{rest.substr(0, length), end_of_line + 1 + length};
  const std::string digest = Sha1Hex(record.json);
  if (!absl::EqualsIgnoreCase(digest, words[1])) {
    return absl::DataLossError(
        absl::StrCat("the record's bytes have the SHA-1 ", digest, ", but its first line says ", words[1]));
  }
  return record;
}

void AppendLogRecord(std::string json, std::string* out) {
  json += '\n';
  absl::StrAppend(out, kMagic, json.size(), " ", Sha1Hex(json), "\n", json);
}

}  // namespace ovnlite
