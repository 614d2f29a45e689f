// The parts of the expression grammar that actions have too: bits of a field, and constants.
#include "absl/strings/str_cat.h"
#include "lib/logical/expr_parser.h"

namespace ovnlite {
namespace {

// Before something is added: while there is nothing yet, the kind is open.
bool CheckKind(Lexer& lexer, ParsedConstants& constants, bool is_string) {
  if (constants.size() == 0 || constants.is_string == is_string) {
    constants.is_string = is_string;
    return true;
  }
  lexer.SyntaxError(constants.is_string ? "expecting string" : "expecting integer");
  return false;
}

void AddSet(ParsedConstants& constants, std::shared_ptr<const ConstantSet> set) {
  const absl::Span<const std::string> strings = set->strings();
  for (const std::string& s : strings) constants.strings.push_back({s.data(), s.size()});
  constants.integers.insert(constants.integers.end(), set->integers().begin(), set->integers().end());
  constants.kept.push_back(std::move(set));
}

// Writes out a set that so far was the only thing there.
void Unfold(ParsedConstants& constants) {
  if (constants.set != nullptr) AddSet(constants, std::move(constants.set));
  constants.set = nullptr;
}

bool ParseSetName(Lexer& lexer, const ConstantSets* sets, bool is_port_group, ParsedConstants& constants) {
  std::shared_ptr<const ConstantSet> set;
  if (sets != nullptr) {
    set = is_port_group ? sets->FindPortGroup(lexer.token().text) : sets->FindAddressSet(lexer.token().text);
  }
  if (set == nullptr) {
    lexer.SyntaxError(is_port_group ? "expecting port group name" : "expecting address set name");
    return false;
  }
  if (!CheckKind(lexer, constants, is_port_group)) return false;
  lexer.Next();
  if (set->is_string() != is_port_group) return true;  // The caller mixed them up; an empty set, then.
  if (constants.size() == 0) {
    constants.set = std::move(set);
  } else {
    Unfold(constants);
    AddSet(constants, std::move(set));
  }
  return true;
}

bool ParseOne(Lexer& lexer, const ConstantSets* sets, ParsedConstants& constants) {
  const Token& token = lexer.token();
  switch (token.type) {
    case TokenType::kString:
      if (!CheckKind(lexer, constants, true)) return false;
      Unfold(constants);
      constants.strings.push_back(token.text);
      break;
    case TokenType::kInteger:
    case TokenType::kMaskedInteger: {
      if (!CheckKind(lexer, constants, false)) return false;
      Unfold(constants);
      const bool masked = token.type == TokenType::kMaskedInteger;
      constants.integers.push_back({token.value, masked ? token.mask : ~u128{0}, token.width, token.format, masked});
      break;
    }
    case TokenType::kAddressSet:
      return ParseSetName(lexer, sets, false, constants);
    case TokenType::kPortGroup:
      return ParseSetName(lexer, sets, true, constants);
    case TokenType::kTemplate:
      lexer.Error("Unexpanded template.");
      return false;
    default:
      lexer.SyntaxError("expecting constant");
      return false;
  }
  lexer.Next();
  return true;
}

}  // namespace

bool CheckConstantTypes(Lexer& lexer, const SymbolBits& bits, const ParsedConstants& constants) {
  const Symbol& symbol = *bits.symbol;
  if (constants.is_string != symbol.is_string()) {
    lexer.Error(absl::StrCat(symbol.is_string() ? "String" : "Integer", " field ", symbol.name,
                             " is not compatible with ", constants.is_string ? "string" : "integer", " constant."));
    return false;
  }
  if (constants.is_string || (constants.set != nullptr && constants.set->width() <= symbol.width)) return true;
  const absl::Span<const Constant> integers =
      constants.set != nullptr ? constants.set->integers() : absl::MakeConstSpan(constants.integers);
  for (const Constant& c : integers) {
    if (c.width <= symbol.width) continue;
    lexer.Error(absl::StrCat(c.width, "-bit constant is not compatible with ", symbol.width, "-bit field ", symbol.name,
                             "."));
    return false;
  }
  return true;
}

bool ParseConstants(Lexer& lexer, const ConstantSets* sets, ParsedConstants* constants) {
  if (!lexer.Match(TokenType::kLCurly)) return ParseOne(lexer, sets, *constants);
  constants->in_curlies = true;
  do {
    if (!ParseOne(lexer, sets, *constants)) return false;
    lexer.Match(TokenType::kComma);
  } while (!lexer.Match(TokenType::kRCurly));
  return true;
}

bool ParseConstant(Lexer& lexer, const SymbolBits& bits, ParsedConstants* constant) {
  return !lexer.failed() && ParseOne(lexer, nullptr, *constant) && CheckConstantTypes(lexer, bits, *constant);
}

bool ParseSymbolBits(Lexer& lexer, const SymbolTable& symbols, SymbolBits* bits) {
  const Symbol* symbol = lexer.type() == TokenType::kId ? symbols.Find(lexer.token().text) : nullptr;
  if (symbol == nullptr) {
    lexer.SyntaxError("expecting field name");
    return false;
  }
  lexer.Next();
  *bits = {symbol, 0, symbol->width};
  if (!lexer.Match(TokenType::kLSquare)) return true;
  if (symbol->is_string()) {
    lexer.Error(absl::StrCat("Cannot select subfield of string field ", symbol->name, "."));
    return false;
  }
  int low, high;
  if (!lexer.ForceInt(&low)) return false;
  high = low;
  if (lexer.Match(TokenType::kEllipsis) && !lexer.ForceInt(&high)) return false;
  if (!lexer.ForceMatch(TokenType::kRSquare)) return false;
  if (low > high) {
    lexer.Error(absl::StrCat("Invalid bit range ", low, " to ", high, "."));
  } else if (high >= symbol->width) {
    lexer.Error(absl::StrCat("Cannot select bits ", low, " to ", high, " of ", symbol->width, "-bit field ", symbol->name,
                             "."));
  } else if (symbol->level == Level::kNominal && (low != 0 || high != symbol->width - 1)) {
    lexer.Error(absl::StrCat("Cannot select subfield of nominal field ", symbol->name, "."));
  } else {
    *bits = {symbol, low, high - low + 1};
    return true;
  }
  return false;
}

std::string CheckFieldUse(const SymbolBits& bits, int width, WriteScope write) {
  const Symbol& symbol = *bits.symbol;
  if (bits.width != width) {
    if (width == 0) return absl::StrCat("Cannot use numeric field ", symbol.name, " where string field is required.");
    if (bits.width == 0) return absl::StrCat("Cannot use string field ", symbol.name, " where numeric field is required.");
    return absl::StrCat("Cannot use ", bits.width, "-bit field ", symbol.name, "[", bits.offset, "..",
                        bits.offset + bits.width - 1, "] where ", width, "-bit field is required.");
  }
  if (write == kWriteNowhere) return "";
  if (symbol.is_predicate()) return absl::StrCat("Predicate symbol ", symbol.name, " used where lvalue required.");
  if ((symbol.write_scope & write) == 0) return absl::StrCat("Field ", symbol.name, " is not modifiable.");
  return "";
}

}  // namespace ovnlite
