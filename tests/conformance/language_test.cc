// OVN's own cases of its language, where they lie beside the project: every input gives OVN's output, letter by letter.
#include "tools/language/language.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "lib/base/shared_testutil.h"

namespace ovnlite {
namespace {

using tools::Language;

struct Case {
  int line;
  std::string input;
  std::string output;
};

// "input => output", or just "input" for what comes back as it is. The files are m4 text, in which @:>@ is a closing
// bracket.
std::vector<Case> LineCases(const std::string& path) {
  std::vector<Case> cases;
  int number = 0;
  for (const std::string& raw : std::vector<std::string>(absl::StrSplit(ReadFileOrDie(path), '\n'))) {
    ++number;
    const std::string line = absl::StrReplaceAll(raw, {{"@:>@", "]"}});
    if (line.empty()) continue;
    const std::vector<std::string> parts = absl::StrSplit(line, absl::MaxSplits(" => ", 1));
    cases.push_back({number, parts[0], parts.back()});
  }
  return cases;
}

TEST(LanguageTest, Lexer) {
  OVNLITE_SHARED_OR_SKIP(path, "conformance/lexer.txt");
  const std::vector<Case> cases = LineCases(path);
  EXPECT_EQ(cases.size(), 38u);
  for (const Case& c : cases) EXPECT_EQ(LexLine({c.input.data(), c.input.size()}), c.output) << "line " << c.line;
}

TEST(LanguageTest, ExpressionsAreParsed) {
  OVNLITE_SHARED_OR_SKIP(path, "conformance/expr-parse.txt");
  const std::unique_ptr<Language> language = Language::OfOvnTests();
  const std::vector<Case> cases = LineCases(path);
  EXPECT_EQ(cases.size(), 66u);
  for (const Case& c : cases) {
    EXPECT_EQ(language->Expression(ExprStep::kParse, c.input), c.output + "\n") << "line " << c.line << ": " << c.input;
  }
}

TEST(LanguageTest, ExpressionsAreAnnotated) {
  OVNLITE_SHARED_OR_SKIP(path, "conformance/expr-annotate.txt");
  const std::unique_ptr<Language> language = Language::OfOvnTests();
  const std::vector<Case> cases = LineCases(path);
  EXPECT_EQ(cases.size(), 10u);
  for (const Case& c : cases) {
    EXPECT_EQ(language->Expression(ExprStep::kAnnotate, c.input), c.output + "\n") << "line " << c.line;
  }
}

// Group numbers go up from case to case, and the file has only some of OVN's cases: ours and OVN's must correspond.
class GroupNumbers {
 public:
  std::string Translate(const std::string& ours, const std::string& theirs) {
    const std::string our_id = Id(ours), their_id = Id(theirs);
    if (our_id.empty() || their_id.empty()) return ours;
    const auto [found, added] = theirs_.emplace(our_id, their_id);
    const bool new_to_both = !added || ours_.emplace(their_id, our_id).second;
    EXPECT_TRUE(new_to_both) << "two groups are one: " << ours;
    return absl::StrReplaceAll(ours, {{"group:" + our_id + "\n", "group:" + found->second + "\n"},
                                      {"id(" + our_id + ")", "id(" + found->second + ")"}});
  }

 private:
  static std::string Id(const std::string& text) {
    const size_t at = text.find("uses group: id(");
    return at == std::string::npos ? "" : text.substr(at + 15, text.find(')', at) - at - 15);
  }
  std::map<std::string, std::string> theirs_, ours_;
};

TEST(LanguageTest, Actions) {
  OVNLITE_SHARED_OR_SKIP(path, "conformance/actions.txt");
  const std::unique_ptr<Language> language = Language::OfOvnTests();
  GroupNumbers groups;
  std::vector<Case> cases;
  int number = 0;
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(ReadFileOrDie(path), '\n'))) {
    ++number;
    if (line.empty()) continue;
    if (line[0] != ' ') cases.push_back({number, line, ""});
    absl::StrAppend(&cases.back().output, line, "\n");
  }
  EXPECT_EQ(cases.size(), 205u);
  for (const Case& c : cases) {
    const std::string ours = language->Actions(c.input);
    EXPECT_EQ(groups.Translate(ours, c.output), c.output) << "line " << c.line;
  }
}

}  // namespace
}  // namespace ovnlite
