// File: expr_parser.h
// What the symbol table needs of the expression parser.

#ifndef OVNLITE_LIB_LOGICAL_EXPR_PARSER_H_
#define OVNLITE_LIB_LOGICAL_EXPR_PARSER_H_

#include "absl/status/statusor.h"
#include "ovnlite/logical/expr_parse.h"

namespace ovnlite {

// The level of measurement of a predicate with this expansion: nominal if anything in it is, otherwise Boolean.
absl::StatusOr<Level> LevelOfPredicate(const SymbolTable& symbols, absl::string_view expansion);

// Whether the constants fit the field; if not, the error is in `lexer`.
bool CheckConstantTypes(Lexer& lexer, const SymbolBits& bits, const ParsedConstants& constants);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_LOGICAL_EXPR_PARSER_H_
