// File: expr_parse.h
// From text to expressions, with OVN's grammar and OVN's words for what is wrong (ovn-sb(5), Logical_Flow, "match"). About
// 150 ns for a typical match.
//
// Total: parentheses nest at most 100 deep, and memory is proportional to the text and to the sets that it names.

#ifndef OVNLITE_LOGICAL_EXPR_PARSE_H_
#define OVNLITE_LOGICAL_EXPR_PARSE_H_

#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ovnlite/logical/expr.h"
#include "ovnlite/logical/lexer.h"

namespace ovnlite {

// Parses a whole text. InvalidArgument with exactly OVN's message; ExplainError(status, text) shows where. Without `sets`
// there are no address sets and no port groups. ^templates must have been expanded (lexer.h).
absl::StatusOr<const Expr*> ParseExpr(ExprPool& pool, absl::string_view text, const ConstantSets* sets = nullptr);

// -- Parts of the grammar that actions have too. Each reads from `lexer` and, on failure, leaves the error there.

// "reg0", "reg0[3]", "reg0[3..7]".
bool ParseSymbolBits(Lexer& lexer, const SymbolTable& symbols, SymbolBits* bits);

// One or more constants as written, before they are compared with anything.
struct ParsedConstants {
  bool is_string = false;
  bool in_curlies = false;
  absl::InlinedVector<Constant, 1> integers;
  absl::InlinedVector<absl::string_view, 1> strings;
  // Where the first thing written was $name or @name: that set. As long as it is the only thing, the lists are empty.
  std::shared_ptr<const ConstantSet> set;
  std::vector<std::shared_ptr<const ConstantSet>> kept;  // Whose strings are in `strings`.

  size_t size() const { return set != nullptr ? set->size() : is_string ? strings.size() : integers.size(); }
};
// A constant, or a set of them in {}.
bool ParseConstants(Lexer& lexer, const ConstantSets* sets, ParsedConstants* constants);
// One constant that fits `bits`: a string for a string field, an integer that is not too wide for another.
bool ParseConstant(Lexer& lexer, const SymbolBits& bits, ParsedConstants* constant);

// Whether a field of `width` bits (0: a string) is what `bits` is and, if `write` is not kWriteNowhere, may be written in
// that scope. OVN's message where it is not, else an empty string.
std::string CheckFieldUse(const SymbolBits& bits, int width, WriteScope write);

}  // namespace ovnlite

#endif  // OVNLITE_LOGICAL_EXPR_PARSE_H_
