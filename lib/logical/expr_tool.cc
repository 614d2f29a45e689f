#include "ovnlite/logical/expr_tool.h"

#include "ovnlite/logical/expr_parse.h"
#include "ovnlite/logical/lexer.h"

namespace ovnlite {

std::string LexLine(absl::string_view line) {
  std::string out;
  for (Lexer lexer(line); lexer.type() != TokenType::kEnd; lexer.Next()) {
    if (!out.empty()) out += ' ';
    AppendToken(out, lexer.token());
  }
  return out;
}

std::string ExprLine(ExprStep step, absl::string_view line, const ExprToolWorld& world) {
  ExprPool pool(world.symbols != nullptr ? *world.symbols : OvnSymbols());
  absl::StatusOr<const Expr*> e = ParseExpr(pool, line, world.sets);
  if (e.ok() && step >= ExprStep::kAnnotate) e = Annotate(pool, *e);
  return e.ok() ? ToString(*e) : std::string(e.status().message());
}

}  // namespace ovnlite
