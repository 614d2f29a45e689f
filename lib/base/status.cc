#include "ovnlite/base/status.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace ovnlite {

absl::Status WithContext(const absl::Status& status, absl::string_view context) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(context, ": ", status.message()));
}

std::string QuoteWithCaret(absl::string_view text, size_t offset, size_t length) {
  constexpr size_t kColumns = 100;
  offset = std::min(offset, text.size());
  const size_t before = text.substr(0, offset).rfind('\n');
  const size_t begin = before == text.npos ? 0 : before + 1;
  const size_t end = std::min(text.find('\n', offset), text.size());
  size_t column = offset - begin;
  std::string line(text.substr(begin, end - begin));
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  if (line.size() > kColumns) {  // Keep the fault in view.
    const size_t cut = column > kColumns / 2 ? column - kColumns / 2 : 0;
    const bool tail = line.size() - cut > kColumns;
    line = line.substr(cut, kColumns);
    column -= cut;
    if (cut > 0) line.replace(0, 3, "...");
    if (tail) line.replace(line.size() - 3, 3, "...");
  }
  length = std::max<size_t>(1, std::min(length, line.size() > column ? line.size() - column : 1));
  return absl::StrCat(line, "\n", std::string(column, ' '), std::string(length, '^'));
}

}  // namespace ovnlite
