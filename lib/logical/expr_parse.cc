#include "ovnlite/logical/expr_parse.h"

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "lib/logical/expr_parser.h"

namespace ovnlite {
namespace {

constexpr int kDeepestParentheses = 100;

bool IsRelOp(TokenType type, RelOp* op) {
  switch (type) {
    case TokenType::kEq:
      *op = RelOp::kEq;
      return true;
    case TokenType::kNe:
      *op = RelOp::kNe;
      return true;
    case TokenType::kLt:
      *op = RelOp::kLt;
      return true;
    case TokenType::kLe:
      *op = RelOp::kLe;
      return true;
    case TokenType::kGt:
      *op = RelOp::kGt;
      return true;
    case TokenType::kGe:
      *op = RelOp::kGe;
      return true;
    default:
      return false;
  }
}

constexpr absl::string_view kMaskedOrder =
    "Only == and != operators may be used with masked constants.  Consider using subfields instead (e.g. "
    "eth.src[0..15] > 0x1111 in place of eth.src > 00:00:00:00:11:11/00:00:00:00:ff:ff).";

bool IsOneRun(u128 mask) {
  if (mask == 0) return false;
  const u128 low = mask & (~mask + 1);
  return (mask & (mask + low)) == 0;
}

// Each function returns nullptr after an error, which is in the lexer.
class Parser {
 public:
  Parser(ExprPool& pool, Lexer& lexer, const ConstantSets* sets) : pool_(pool), lexer_(lexer), sets_(sets) {}

  const Expr* Parse() {
    const Expr* first = Unary();
    if (first == nullptr) return nullptr;
    const TokenType op = lexer_.type();
    if (op != TokenType::kAnd && op != TokenType::kOr) return first;
    absl::InlinedVector<const Expr*, 8> operands = {first};
    while (lexer_.Match(op)) {
      const Expr* next = Unary();
      if (next == nullptr) return nullptr;
      operands.push_back(next);
    }
    if (lexer_.type() == TokenType::kAnd || lexer_.type() == TokenType::kOr) {
      return Error("&& and || must be parenthesized when used together.");
    }
    return op == TokenType::kAnd ? pool_.And(operands) : pool_.Or(operands);
  }

 private:
  const Expr* Error(absl::string_view message) {
    lexer_.Error(message);
    return nullptr;
  }

  const Expr* Unary() {
    bool atomic = false;
    if (!lexer_.Match(TokenType::kNot)) return Primary(&atomic);
    negated_ = !negated_;
    const Expr* e = Primary(&atomic);
    negated_ = !negated_;
    if (e == nullptr) return nullptr;
    if (!atomic) return Error("Missing parentheses around operand of !.");
    return pool_.Not(e);
  }

  // Sets `atomic` for what ! may stand before.
  const Expr* Primary(bool* atomic) {
    if (lexer_.Match(TokenType::kLParen)) {
      if (depth_ >= kDeepestParentheses) return Error("Parentheses nested too deeply.");
      ++depth_;
      const Expr* e = Parse();
      --depth_;
      if (!lexer_.ForceMatch(TokenType::kRParen)) return nullptr;
      *atomic = true;
      return e;
    }
    if (lexer_.type() != TokenType::kId) return ConstantFirst(atomic);
    if (lexer_.Lookahead() == TokenType::kLParen) {
      if (!lexer_.MatchId("is_chassis_resident")) return Error("parsing function name");
      *atomic = true;
      return ChassisResident();
    }
    return FieldFirst(atomic);
  }

  const Expr* ChassisResident() {
    lexer_.ForceMatch(TokenType::kLParen);
    std::string port;
    if (!lexer_.ForceString(&port)) return nullptr;
    if (!lexer_.ForceMatch(TokenType::kRParen)) return nullptr;
    return pool_.Condition(port, false);
  }

  const Expr* FieldFirst(bool* atomic) {
    SymbolBits bits;
    if (!ParseSymbolBits(lexer_, pool_.symbols(), &bits)) return nullptr;
    RelOp op;
    ParsedConstants constants;
    if (IsRelOp(lexer_.type(), &op)) {
      lexer_.Next();
      if (!ParseConstants(lexer_, sets_, &constants)) return nullptr;
      return Comparison(bits, op, constants);
    }
    if (bits.width == 0 || lexer_.type() == TokenType::kAssign) {
      lexer_.SyntaxError("expecting relational operator");
      return nullptr;
    }
    if (bits.width > 1 && !negated_) {
      return Error("Explicit `!= 0' is required for inequality test of multibit field against 0.");
    }
    *atomic = true;
    constants.integers.push_back(Constant());
    return Comparison(bits, RelOp::kNe, constants);
  }

  const Expr* ConstantFirst(bool* atomic) {
    ParsedConstants first;
    if (!ParseConstants(lexer_, sets_, &first)) return nullptr;
    RelOp op;
    if (!IsRelOp(lexer_.type(), &op)) {
      if (const Constant* c = Single(first); c != nullptr && c->value <= 1) {
        *atomic = true;
        return pool_.Boolean(c->value == 1);
      }
      lexer_.SyntaxError("expecting relational operator");
      return nullptr;
    }
    lexer_.Next();
    SymbolBits bits;
    if (!ParseSymbolBits(lexer_, pool_.symbols(), &bits)) return nullptr;
    RelOp second_op;
    if (!IsRelOp(lexer_.type(), &second_op)) return Comparison(bits, Turned(op), first);
    lexer_.Next();
    ParsedConstants second;
    if (!ParseConstants(lexer_, sets_, &second)) return nullptr;
    const auto rises = [](RelOp r) { return r == RelOp::kLt || r == RelOp::kLe; };
    const auto falls = [](RelOp r) { return r == RelOp::kGt || r == RelOp::kGe; };
    if (!(rises(op) && rises(second_op)) && !(falls(op) && falls(second_op))) {
      return Error(
          "Range expressions must have the form `x < field < y' or `x > field > y', with each `<' optionally replaced by "
          "`<=' or `>' by `>=').");
    }
    const Expr* lower = Comparison(bits, Turned(op), first);
    const Expr* upper = Comparison(bits, second_op, second);
    if (lower == nullptr || upper == nullptr) return nullptr;
    return pool_.And(lower, upper);
  }

  // The constant, if there is one and it is written as a plain decimal number.
  static const Constant* Single(const ParsedConstants& constants) {
    if (constants.size() != 1 || constants.in_curlies || constants.is_string) return nullptr;
    const Constant& c = constants.set != nullptr ? constants.set->integers()[0] : constants.integers[0];
    return c.format == ConstantFormat::kDecimal && !c.masked ? &c : nullptr;
  }

  // bits op constants, if it may be asked.
  const Expr* Comparison(const SymbolBits& bits, RelOp op, const ParsedConstants& constants) {
    const Symbol& symbol = *bits.symbol;
    if (!CheckConstantTypes(lexer_, bits, constants)) return nullptr;
    const absl::Span<const Constant> integers =
        constants.set != nullptr ? constants.set->integers() : absl::MakeConstSpan(constants.integers);
    const bool is_order = op != RelOp::kEq && op != RelOp::kNe;
    if (is_order && !CheckOrder(symbol, integers, constants)) return nullptr;
    if (symbol.level == Level::kNominal && !CheckNominal(symbol, op, integers)) return nullptr;
    if (symbol.field.width == 0 && !symbol.is_predicate() && !symbol.is_subfield()) {
      // No packet has it. (A real ovn-controller does not survive the question.)
      return Error(absl::StrCat("Field ", symbol.name, " may only be written."));
    }
    if (is_order) {
      absl::InlinedVector<const Expr*, 4> all;
      for (const Constant& c : integers) all.push_back(pool_.Compare(&symbol, op, Shifted(bits, c)));
      return pool_.And(all);
    }
    if (constants.set != nullptr) return pool_.Set(bits, op, constants.set);
    if (symbol.is_string()) return pool_.Set(&symbol, op, constants.strings);
    if (integers.size() == 1) return pool_.Compare(&symbol, op, Shifted(bits, integers[0]));
    return pool_.Set(bits, op,
                     std::make_shared<const ConstantSet>(std::vector<Constant>(integers.begin(), integers.end())));
  }

  static MaskedValue Shifted(const SymbolBits& bits, const Constant& c) {
    return {(c.value & LowMask(bits.width)) << bits.offset, (c.mask & LowMask(bits.width)) << bits.offset};
  }

  bool CheckOrder(const Symbol& symbol, absl::Span<const Constant> integers, const ParsedConstants& constants) {
    if (constants.in_curlies) return Error("Only == and != operators may be used with value sets."), false;
    if (symbol.level != Level::kOrdinal) {
      Error(absl::StrCat("Only == and != operators may be used with ", LevelName(symbol.level), " field ", symbol.name,
                         "."));
      return false;
    }
    if (integers.empty()) {
      Error("Only == and != operators may be used to compare a field against an empty value set.");
      return false;
    }
    if (integers[0].masked) return Error(kMaskedOrder), false;
    for (const Constant& c : integers) {  // OVN looks at the first one only, and fails an assertion over the others.
      if (c.masked && !IsOneRun(c.mask)) return Error(kMaskedOrder), false;
    }
    return true;
  }

  bool CheckNominal(const Symbol& symbol, RelOp op, absl::Span<const Constant> integers) {
    if (symbol.is_predicate()) {
      for (const Constant& c : integers) {
        if (((c.value & 1) != 0) == ((op == RelOp::kNe) == negated_)) continue;
        const absl::string_view n = symbol.name;
        Error(absl::StrCat("Nominal predicate ", n, " may only be tested positively, e.g. `", n, "' or `", n,
                           " == 1' but not `!", n, "' or `", n, " == 0'."));
        return false;
      }
      return true;
    }
    if (op == (negated_ ? RelOp::kNe : RelOp::kEq)) return true;
    Error(absl::StrCat("Nominal field ", symbol.name,
                       " may only be tested for equality (taking enclosing `!' operators into account)."));
    return false;
  }

  ExprPool& pool_;
  Lexer& lexer_;
  const ConstantSets* sets_;
  bool negated_ = false;
  int depth_ = 0;
};

Level LevelOf(const Expr* e) {
  Level level = Level::kOrdinal;
  if (e->kind() == Expr::Kind::kCompare || e->kind() == Expr::Kind::kSet) return e->symbol()->level;
  if (e->kind() == Expr::Kind::kAnd || e->kind() == Expr::Kind::kOr) {
    for (const Expr* child : e->children()) level = std::min(level, LevelOf(child));
  }
  return level;
}

}  // namespace

absl::StatusOr<const Expr*> ParseExpr(ExprPool& pool, absl::string_view text, const ConstantSets* sets) {
  Lexer lexer(text);
  const Expr* e = Parser(pool, lexer, sets).Parse();
  lexer.ForceEnd();
  if (lexer.failed()) return lexer.status();
  return e;
}

absl::StatusOr<const Expr*> Expr::Parse(ExprPool& pool, absl::string_view text, const ConstantSets* sets) {
  return ParseExpr(pool, text, sets);
}

absl::StatusOr<Level> LevelOfPredicate(const SymbolTable& symbols, absl::string_view expansion) {
  ExprPool pool(symbols);
  const absl::StatusOr<const Expr*> e = ParseExpr(pool, expansion);
  if (!e.ok()) return e.status();
  return LevelOf(*e) == Level::kNominal ? Level::kNominal : Level::kBoolean;
}

}  // namespace ovnlite
