// Any bytes as text: the lexer comes to the end, and what it prints reads as the same tokens.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "absl/strings/match.h"
#include "ovnlite/logical/expr_tool.h"
#include "ovnlite/logical/lexer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ovnlite;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  bool has_error = false;
  size_t before = 0;
  for (Lexer lexer(text); lexer.type() != TokenType::kEnd; lexer.Next()) {
    if (lexer.begin() < before || lexer.end() <= lexer.begin() || lexer.end() > size) std::abort();
    before = lexer.end();
    has_error = has_error || lexer.type() == TokenType::kError;
    lexer.Lookahead();
  }
  const std::string line = LexLine(text);
  // NUL in a string has no spelling; OVN's texts end there.
  if (!has_error && !absl::StrContains(text, '\0') && LexLine({line.data(), line.size()}) != line) std::abort();

  class Variables final : public TemplateVariables {
   public:
    const std::string* FindTemplateVariable(absl::string_view name) const override {
      return name.size() % 2 == 0 ? &value_ : nullptr;
    }

   private:
    const std::string value_ = "10.0.0.1 ^x";
  };
  ExpandTemplates(text, Variables());
  return 0;
}
