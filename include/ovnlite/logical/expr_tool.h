// File: expr_tool.h
// The language by lines of text: what a command-line tool does with a line that a person types, and what OVN's own
// tests of its language compare.
//
//   ExprLine(ExprStep::kAnnotate, "tcp.dst == 80", {})
//       == "tcp.dst == 80 && ip.proto == 6 && (eth.type == 0x800 || eth.type == 0x86dd)"   // In OVN's spelling.
//
// Every call is a whole run from text to text; to work with expressions, use expr_parse.h and expr_transform.h.

#ifndef OVNLITE_LOGICAL_EXPR_TOOL_H_
#define OVNLITE_LOGICAL_EXPR_TOOL_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ovnlite/logical/expr_flows.h"
#include "ovnlite/logical/expr_transform.h"

namespace ovnlite {

// The line's tokens in normal form, with one blank between them.
std::string LexLine(absl::string_view line);

// How far to take an expression, each step after those before it: as read; with prerequisites; without <, > and != and
// with is_chassis_resident() decided; in OVN's normal form (expr_transform.h).
enum class ExprStep { kParse, kAnnotate, kSimplify, kNormalize };

// What names mean. Without `sets` there are none; without `resolver` no port exists and none is resident.
struct ExprToolWorld {
  const SymbolTable* symbols = nullptr;  // nullptr: OvnSymbols().
  const ConstantSets* sets = nullptr;
  const ExprResolver* resolver = nullptr;
};

// The expression in `line` after that step, or the message of what is wrong with it.
std::string ExprLine(ExprStep step, absl::string_view line, const ExprToolWorld& world);
// The flows that ovn-controller makes of it, or the error.
absl::StatusOr<ExprFlows> ExprLineFlows(absl::string_view line, const ExprToolWorld& world);

}  // namespace ovnlite

#endif  // OVNLITE_LOGICAL_EXPR_TOOL_H_
