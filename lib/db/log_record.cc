#include "lib/db/log_record.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/db/sha1.h"
#include "ovnlite/base/status.h"

namespace ovnlite {
namespace {

constexpr absl::string_view kMagic = "OVSDB JSON ";
constexpr size_t kLongestHeader = 100;

// A record's first line.
struct Header {
  uint64_t length;  // Of the JSON.
  absl::string_view digest;
  size_t size;  // Its own, with the line feed.
};

// `bytes` begin with kMagic, or end within it.
absl::StatusOr<Header> ReadHeader(absl::string_view bytes) {
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
  return Header{length, words[1], end_of_line + 1};
}

}  // namespace

absl::StatusOr<LogRecord> ReadLogRecord(absl::string_view bytes) {
  if (absl::StartsWith(bytes, "OVSDB CLUSTER ")) {
    return absl::InvalidArgumentError(
        "this is a clustered (RAFT) database; make a standalone one out of it with "
        "`ovsdb-tool cluster-to-standalone NEW_FILE THIS_FILE`");
  }
  if (!absl::StartsWith(kMagic, bytes.substr(0, kMagic.size()))) {
    return absl::InvalidArgumentError("not a record of an OVSDB file, which begins with \"OVSDB JSON\"");
  }
  OVNLITE_ASSIGN_OR_RETURN(const Header header, ReadHeader(bytes));
  const absl::string_view rest = bytes.substr(header.size);
  if (rest.size() < header.length) {
    return absl::DataLossError(
        absl::StrCat("the record has ", header.length, " bytes, but the file ends after ", rest.size()));
  }
  LogRecord record{rest.substr(0, header.length), header.size + header.length};
  const std::string digest = Sha1Hex(record.json);
  if (!absl::EqualsIgnoreCase(digest, header.digest)) {
    return absl::DataLossError(
        absl::StrCat("the record's bytes have the SHA-1 ", digest, ", but its first line says ", header.digest));
  }
  return record;
}

bool HoldsLogRecord(absl::string_view bytes) {
  for (size_t at = bytes.find(kMagic); at != absl::string_view::npos; at = bytes.find(kMagic, at + 1)) {
    const absl::StatusOr<Header> header = ReadHeader(bytes.substr(at));
    if (header.ok() && header->length <= bytes.size() - at - header->size) return true;
  }
  return false;
}

void AppendLogRecord(std::string json, std::string* out) {
  json += '\n';
  absl::StrAppend(out, kMagic, json.size(), " ", Sha1Hex(json), "\n", json);
}

}  // namespace ovnlite
