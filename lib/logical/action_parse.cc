#include "ovnlite/logical/action_parse.h"

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "lib/logical/action_parser.h"

namespace ovnlite {
namespace {

constexpr absl::string_view kExpansionError = "' encountered as prerequisite or predicate of initial expression: ";

// A symbol's own prerequisites, expanded.
absl::StatusOr<const Expr*> Prerequisites(ExprPool& pool, const std::string& text) {
  absl::StatusOr<const Expr*> e = ParseExpr(pool, {text.data(), text.size()});
  if (e.ok()) e = Annotate(pool, *e);
  if (e.ok()) return e;
  return absl::InvalidArgumentError(
      absl::StrCat("Error parsing expression `", text, kExpansionError, absl::string_view(e.status().message())));
}

// What must hold of a packet for the actions in braces to have one to work on; nullptr: what they need themselves.
absl::string_view NestedPrerequisite(ActionKind kind) {
  switch (kind) {
    case ActionKind::kArp:
    case ActionKind::kIcmp4:
    case ActionKind::kIcmp4Error:
      return "ip4";
    case ActionKind::kIcmp6:
    case ActionKind::kIcmp6Error:
    case ActionKind::kNdNs:
      return "ip6";
    case ActionKind::kTcpReset:
      return "tcp";
    case ActionKind::kSctpAbort:
      return "sctp";
    case ActionKind::kNdNa:
    case ActionKind::kNdNaRouter:
      return "nd_ns";
    default:
      return "";
  }
}

}  // namespace

absl::StatusOr<ParsedActions> ParseActions(ExprPool& pool, absl::string_view text, const ActionContext& context) {
  Lexer lexer(text);
  ActionParser parser(pool, lexer, context);
  ParsedActions parsed;
  parser.ParseList(TokenType::kEnd, parsed.actions);
  if (lexer.failed()) return lexer.status();
  parsed.prerequisites = parser.prerequisites();
  return parsed;
}

void ActionParser::ParseList(TokenType sentinel, ActionList& actions) {
  ActionList* const outer = std::exchange(out_, &actions);
  // Nothing else may stand beside `drop;`.
  if (lexer_.type() == TokenType::kId && lexer_.token().text == "drop" && lexer_.Lookahead() == TokenType::kSemicolon) {
    lexer_.Next();
    lexer_.ForceMatch(TokenType::kSemicolon);
    lexer_.ForceMatch(sentinel);
  } else {
    // At the end of the text there is no token to pass over.
    while (sentinel == TokenType::kEnd ? lexer_.type() != TokenType::kEnd : !lexer_.Match(sentinel)) {
      ParseOne(actions);
      if (lexer_.failed()) break;
    }
  }
  out_ = outer;
}

void ActionParser::ParseOne(ActionList& actions) {
  if (lexer_.type() == TokenType::kTemplate) return lexer_.Error("Unexpanded template.");
  if (lexer_.type() != TokenType::kId) return lexer_.SyntaxError("");

  struct Statement {
    ActionKind kind;
    void (ActionParser::*parse)(ActionKind);
  };
  static const auto& statements = *[] {
    auto* made = new absl::flat_hash_map<absl::string_view, Statement>;
#define OVNLITE_ADD_kStatement(kind, name, parse) \
  made->emplace(name, Statement{ActionKind::kind, &ActionParser::parse});
#define OVNLITE_ADD_kResult(kind, name, parse)
#define OVNLITE_ADD_kOperator(kind, name, parse)
#define OVNLITE_ADD(kind, name, body, form, parse) OVNLITE_ADD_##form(kind, name, parse)
    OVNLITE_ACTIONS(OVNLITE_ADD)
#undef OVNLITE_ADD
#undef OVNLITE_ADD_kOperator
#undef OVNLITE_ADD_kResult
#undef OVNLITE_ADD_kStatement
    return made;
  }();

  const size_t begin = lexer_.begin();
  const size_t first = actions.size();
  const TokenType next = lexer_.Lookahead();
  if (next == TokenType::kAssign || next == TokenType::kExchange || next == TokenType::kLSquare) {
    ParseWithField(actions);
  } else if (const auto found = statements.find(lexer_.token().text); found != statements.end()) {
    lexer_.Next();
    (this->*found->second.parse)(found->second.kind);
  } else {
    lexer_.SyntaxError("expecting action");
  }
  const size_t end = lexer_.begin();
  lexer_.ForceMatch(TokenType::kSemicolon);
  if (actions.size() > first) {
    actions.back().begin = static_cast<uint32_t>(begin);
    actions.back().end = static_cast<uint32_t>(end);
  }
}

void ActionParser::ParseWithField(ActionList&) {
  struct Result {
    ActionKind kind;
    void (ActionParser::*parse)(ActionKind, const SymbolBits&);
  };
  static const auto& results = *[] {
    auto* made = new absl::flat_hash_map<absl::string_view, Result>;
#define OVNLITE_ADD_kStatement(kind, name, parse)
#define OVNLITE_ADD_kResult(kind, name, parse) made->emplace(name, Result{ActionKind::kind, &ActionParser::parse});
#define OVNLITE_ADD_kOperator(kind, name, parse)
#define OVNLITE_ADD(kind, name, body, form, parse) OVNLITE_ADD_##form(kind, name, parse)
    OVNLITE_ACTIONS(OVNLITE_ADD)
#undef OVNLITE_ADD
#undef OVNLITE_ADD_kOperator
#undef OVNLITE_ADD_kResult
#undef OVNLITE_ADD_kStatement
    return made;
  }();

  SymbolBits dst;
  if (!Field(&dst)) return;
  if (lexer_.Match(TokenType::kExchange)) return ParseTwoFields(ActionKind::kExchange, dst);
  if (!lexer_.Match(TokenType::kAssign)) return lexer_.SyntaxError("expecting `=' or `<->'");
  if (lexer_.type() != TokenType::kId) return ParseLoad(dst);
  if (lexer_.Lookahead() == TokenType::kLParen) {
    const auto found = results.find(lexer_.token().text);
    if (found != results.end()) return (this->*found->second.parse)(found->second.kind, dst);
  }
  ParseTwoFields(ActionKind::kMove, dst);
}

void ActionParser::ParseLoad(const SymbolBits& dst) {
  if (!CheckResult(dst, dst.width)) return;
  ParsedConstants constant;
  if (!ParseConstant(lexer_, dst, &constant)) return;
  LoadBody body{dst, {}};
  body.value.is_string = constant.is_string;
  if (!constant.is_string) {
    body.value.integer = constant.integers[0];
  } else if (constant.size() > 0) {
    body.value.string = std::string(constant.strings[0]);
  }
  Put(dst.symbol->ovn_field != OvnField::kNone ? ActionKind::kLoadOvnField : ActionKind::kLoad, std::move(body));
}

void ActionParser::ParseTwoFields(ActionKind kind, const SymbolBits& dst) {
  SymbolBits src;
  if (!Field(&src)) return;
  const bool exchange = kind == ActionKind::kExchange;
  const auto type = [](const SymbolBits& bits) { return bits.symbol->is_string() ? "string" : "integer"; };
  const absl::string_view left = dst.symbol->name, right = src.symbol->name;
  if (dst.symbol->is_string() != src.symbol->is_string()) {
    return lexer_.Error(exchange ? absl::StrCat("Can't exchange ", type(dst), " field (", left, ") with ", type(src),
                                                " field (", right, ").")
                                 : absl::StrCat("Can't assign ", type(src), " field (", right, ") to ", type(dst),
                                                " field (", left, ")."));
  }
  if (dst.width != src.width) {
    return lexer_.Error(
        exchange ? absl::StrCat("Can't exchange ", dst.width, "-bit field with ", src.width, "-bit field.")
                 : absl::StrCat("Can't assign ", src.width, "-bit value to ", dst.width, "-bit destination."));
  }
  if (dst.symbol->is_string() && dst.symbol->field.width != src.symbol->field.width) {
    return lexer_.Error(absl::StrCat("String fields ", left, " and ", right, " are incompatible for ",
                                     exchange ? "exchange" : "assignment", "."));
  }
  if (!CheckResult(dst, dst.width)) return;
  if (exchange && !CheckResult(src, src.width)) return;
  Put(kind, MoveBody{dst, src});
}

void ActionParser::Next(ActionKind kind) {
  if (context_.tables == 0) return lexer_.Error("\"next\" action not allowed here.");
  NextBody body;
  body.pipeline = context_.pipeline;
  int table = context_.table + 1;
  if (lexer_.Match(TokenType::kLParen)) {
    if (!lexer_.MatchInt(&table)) {
      do {
        if (lexer_.MatchId("pipeline")) {
          if (!lexer_.ForceMatch(TokenType::kAssign)) return;
          if (lexer_.MatchId("ingress")) {
            body.pipeline = Pipeline::kIngress;
          } else if (lexer_.MatchId("egress")) {
            body.pipeline = Pipeline::kEgress;
          } else {
            return lexer_.SyntaxError("expecting \"ingress\" or \"egress\"");
          }
        } else if (lexer_.MatchId("table")) {
          if (!lexer_.ForceMatch(TokenType::kAssign) || !lexer_.ForceInt(&table)) return;
        } else {
          return lexer_.SyntaxError("expecting \"pipeline\" or \"table\"");
        }
      } while (lexer_.Match(TokenType::kComma));
    }
    if (!lexer_.ForceMatch(TokenType::kRParen)) return;
  }
  if (table >= context_.tables) {
    return lexer_.Error(absl::StrCat("\"next\" action cannot advance beyond table ", context_.tables - 1, "."));
  }
  body.table = static_cast<uint8_t>(table);
  body.form = body.pipeline != context_.pipeline ? NextBody::Form::kPipeline
              : table != context_.table + 1      ? NextBody::Form::kTable
                                                 : NextBody::Form::kFollowing;
  Put(kind, body);
}

void ActionParser::Stack(ActionKind kind) {
  SymbolBits bits;
  if (!lexer_.ForceMatch(TokenType::kLParen) || !Field(&bits) || !lexer_.ForceMatch(TokenType::kRParen)) return;
  if (kind == ActionKind::kPop && !CheckResult(bits, bits.width)) return;
  Put(kind, BitsBody{bits});
}

void ActionParser::DecTtl(ActionKind kind) {
  lexer_.ForceMatch(TokenType::kDecrement);
  Put(kind, NoBody{});
  Require("ip");
}

void ActionParser::Nested(ActionKind kind) { NestedList(kind, NestedPrerequisite(kind), kWriteAnywhere); }

void ActionParser::NestedList(ActionKind kind, absl::string_view prerequisite, WriteScope write) {
  if (!lexer_.ForceMatch(TokenType::kLCurly)) return;
  if (scope_.depth == kDeepestNesting) return lexer_.Error("maximum depth of nested actions reached");
  const Scope outer_scope = std::exchange(scope_, Scope{write, scope_.depth + 1});
  const Expr* const outer = std::exchange(prerequisites_, nullptr);
  NestedBody body;
  ParseList(TokenType::kRCurly, body.actions);
  const Expr* const inner = std::exchange(prerequisites_, outer);
  scope_ = outer_scope;
  // Where the actions work on another packet, what they need says nothing about this one.
  if (prerequisite.empty()) {
    Require(inner);
  } else {
    Require(prerequisite);
  }
  Put(kind, std::move(body));
}

bool ActionParser::Field(SymbolBits* bits) {
  if (!ParseSymbolBits(lexer_, pool_.symbols(), bits)) return false;
  if (bits->symbol->is_predicate()) {
    lexer_.Error(absl::StrCat("Predicate symbol ", bits->symbol->name, " used where lvalue required."));
    return false;
  }
  for (const Symbol* symbol = bits->symbol; symbol != nullptr; symbol = symbol->parent) {
    if (symbol->prerequisites.empty()) continue;
    const absl::StatusOr<const Expr*> e = Prerequisites(pool_, symbol->prerequisites);
    if (!e.ok()) {
      lexer_.Error(e.status().message());
      return false;
    }
    Require(*e);
  }
  return true;
}

bool ActionParser::Operand(int width, SymbolBits* bits) {
  if (!Field(bits)) return false;
  const std::string error = CheckFieldUse(*bits, width, kWriteNowhere);
  if (error.empty()) return true;
  lexer_.Error({error.data(), error.size()});
  return false;
}

bool ActionParser::CheckResult(const SymbolBits& dst, int width) {
  const std::string error = CheckFieldUse(dst, width, scope_.write);
  if (error.empty()) return true;
  lexer_.Error({error.data(), error.size()});
  return false;
}

void ActionParser::NoArguments(ActionKind kind) {
  if (!lexer_.Match(TokenType::kRParen)) lexer_.Error(absl::StrCat(ActionName(kind), " doesn't take any parameters"));
}

bool ActionParser::CheckNotLast(absl::string_view name) {
  if (context_.table < context_.tables) return true;
  lexer_.Error(absl::StrCat("\"", name, "\" action not allowed in last table."));
  return false;
}

void ActionParser::Require(absl::string_view prerequisite) {
  const absl::StatusOr<const Expr*> e = ParseExpr(pool_, prerequisite);
  if (!e.ok()) return lexer_.Error(e.status().message());  // Only with a symbol table that is not OVN's.
  Require(*e);
}

}  // namespace ovnlite
