// File: action_parse.h
// From text to actions, with OVN's grammar and OVN's words for what is wrong (ovn-sb(5), Logical_Flow, "actions").
// About 200 ns per action.
//
// Total: actions nest at most 31 deep, and memory is proportional to the text.

#ifndef OVNLITE_LOGICAL_ACTION_PARSE_H_
#define OVNLITE_LOGICAL_ACTION_PARSE_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ovnlite/logical/action.h"
#include "ovnlite/logical/expr.h"
#include "ovnlite/logical/option_table.h"

namespace ovnlite {

// The table of a pipeline that a flow is in, and what can be named there.
struct ActionContext {
  Pipeline pipeline = Pipeline::kIngress;
  int table = 0;
  // How many tables a pipeline has: `next` and its kin must stay below. 0: they are not allowed at all.
  int tables = 29;
  // Not owned. nullptr: no options.
  const OptionTable* dhcp_options = &StandardDhcpOptions();
  const OptionTable* dhcpv6_options = &StandardDhcpv6Options();
};

struct ParsedActions {
  ActionList actions;
  // What a packet must be for these actions to make sense, to be ANDed to the flow's match and annotated with it (part
  // of it may be, already). nullptr: anything. Belongs to the pool.
  const Expr* prerequisites = nullptr;
};

// Parses a whole text with the symbols of `pool`. InvalidArgument with exactly OVN's message; ExplainError(status,
// text) shows where. ^templates must have been expanded (lexer.h).
absl::StatusOr<ParsedActions> ParseActions(ExprPool& pool, absl::string_view text, const ActionContext& context);

}  // namespace ovnlite

#endif  // OVNLITE_LOGICAL_ACTION_PARSE_H_
