#include "ovnlite/logical/expr_tool.h"

#include "ovnlite/base/status.h"
#include "ovnlite/logical/expr_parse.h"
#include "ovnlite/logical/lexer.h"

namespace ovnlite {
namespace {

// A place without ports.
class Nowhere final : public ExprResolver {
 public:
  bool FindPort(absl::string_view, uint32_t*) const override { return false; }
  bool IsChassisResident(absl::string_view) const override { return false; }
};

const SymbolTable& SymbolsOf(const ExprToolWorld& world) {
  return world.symbols != nullptr ? *world.symbols : OvnSymbols();
}

absl::StatusOr<const Expr*> Take(ExprPool& pool, ExprStep step, absl::string_view line, const ExprToolWorld& world) {
  OVNLITE_ASSIGN_OR_RETURN(const Expr* e, ParseExpr(pool, line, world.sets));
  if (step == ExprStep::kParse) return e;
  OVNLITE_ASSIGN_OR_RETURN(e, Annotate(pool, e));
  if (step == ExprStep::kAnnotate) return e;
  OVNLITE_ASSIGN_OR_RETURN(e, Simplify(pool, e));
  const Nowhere nowhere;
  e = EvaluateConditions(pool, e, world.resolver != nullptr ? *world.resolver : nowhere);
  return step == ExprStep::kSimplify ? e : Normalize(pool, e);
}

}  // namespace

std::string LexLine(absl::string_view line) {
  std::string out;
  for (Lexer lexer(line); lexer.type() != TokenType::kEnd; lexer.Next()) {
    if (!out.empty()) out += ' ';
    AppendToken(out, lexer.token());
  }
  return out;
}

std::string ExprLine(ExprStep step, absl::string_view line, const ExprToolWorld& world) {
  ExprPool pool(SymbolsOf(world));
  const absl::StatusOr<const Expr*> e = Take(pool, step, line, world);
  return e.ok() ? ToString(*e) : std::string(e.status().message());
}

absl::StatusOr<ExprFlows> ExprLineFlows(absl::string_view line, const ExprToolWorld& world) {
  ExprPool pool(SymbolsOf(world));
  OVNLITE_ASSIGN_OR_RETURN(const Expr* e, Take(pool, ExprStep::kAnnotate, line, world));
  const Nowhere nowhere;
  return ToFlows(pool, e, world.resolver != nullptr ? *world.resolver : nowhere);
}

}  // namespace ovnlite
