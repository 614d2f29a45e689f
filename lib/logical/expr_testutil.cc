#include "lib/logical/expr_testutil.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/base/shared_testutil.h"

namespace ovnlite {

std::vector<TextCase> ParseTextCases(const std::string& text) {
  std::vector<TextCase> cases;
  int number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (line.empty() || line[0] == '#') continue;
    const std::vector<std::string> parts = absl::StrSplit(line, absl::MaxSplits(" => ", 1));
    cases.push_back({number, parts[0], parts.back()});
  }
  return cases;
}

std::string TestData(const std::string& name) { return ReadFileOrDie(absl::StrCat("lib/logical/testdata/", name)); }

}  // namespace ovnlite
