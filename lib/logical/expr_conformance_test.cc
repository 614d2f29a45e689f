// OVN's own cases, line by line, where they lie beside the project; and this project's, which are in testdata/.
#include <gtest/gtest.h>

#include "lib/base/shared_testutil.h"
#include "lib/logical/expr_testutil.h"
#include "ovnlite/logical/expr_tool.h"

namespace ovnlite {
namespace {

using Function = std::function<std::string(const std::string&)>;

void CheckCases(const std::string& text, const Function& function) {
  const std::vector<TextCase> cases = ParseTextCases(text);
  ASSERT_FALSE(cases.empty());
  for (const TextCase& c : cases) EXPECT_EQ(function(c.input), c.output) << "line " << c.line << ": " << c.input;
}

Function Step(ExprStep step) {
  return [step](const std::string& line) {
    const TestWorld world;
    return ExprLine(step, {line.data(), line.size()}, {&TestSymbols(), &world, &world});
  };
}

const Function kLex = [](const std::string& line) { return LexLine({line.data(), line.size()}); };

// OVN's case files are m4 text, in which @:>@ is a closing bracket.
std::string FromM4(std::string text) {
  for (size_t at; (at = text.find("@:>@")) != text.npos;) text.replace(at, 4, "]");
  return text;
}

TEST(ConformanceTest, Lexer) {
  OVNLITE_SHARED_OR_SKIP(path, "conformance/lexer.txt");
  CheckCases(ReadFileOrDie(path), kLex);
}

TEST(ConformanceTest, ExprParse) {
  OVNLITE_SHARED_OR_SKIP(path, "conformance/expr-parse.txt");
  CheckCases(FromM4(ReadFileOrDie(path)), Step(ExprStep::kParse));
}

TEST(ConformanceTest, ExprAnnotate) {
  OVNLITE_SHARED_OR_SKIP(path, "conformance/expr-annotate.txt");
  CheckCases(FromM4(ReadFileOrDie(path)), Step(ExprStep::kAnnotate));
}

}  // namespace
}  // namespace ovnlite
