// File: traced_flow.h
// A logical flow's row, taken apart for traces: where it stands, what it does, and the lines that tell of it.

#ifndef OVNLITE_LIB_TRACE_TRACED_FLOW_H_
#define OVNLITE_LIB_TRACE_TRACED_FLOW_H_

#include <functional>
#include <string>
#include <vector>

#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/logical/action.h"
#include "ovnlite/logical/expr.h"

namespace ovnlite {

struct TracedFlow {
  Uuid uuid;
  Pipeline pipeline = Pipeline::kIngress;
  int table = 0;
  std::string match;
  int priority = 0;
  std::string stage;   // external_ids:stage-name
  std::string source;  // external_ids:source
  std::string hint;    // external_ids:stage-hint
  // Where Op::action - 1 points into: the actions in the order of their appearance, and for each the number after its
  // own nested ones.
  struct Place {
    const Action* action = nullptr;
    int end = 0;
    std::string text;
  };
  ActionList actions;
  std::vector<Place> places;
  // Matches everything and does nothing but go on: not worth a line.
  bool is_trivial = false;
  // What becomes of packets that come to it.
  enum class Ending : uint8_t { kGoesOn, kAnswers, kDrops };
  Ending ending = Ending::kGoesOn;
  // " 0. ls_in_check_port_sec (northd.c:8432): 1, priority 50, uuid ff098720"
  std::string title;
};

// Takes a row apart; expressions in its actions live in `pool`. With `friendly`, texts go through it, which puts short
// names for long ones into quotes, and lose what ovn-trace loses then.
TracedFlow MakeTracedFlow(ExprPool& pool, const Uuid& uuid, sb::Logical_Flow_View row,
                          const std::function<std::string(std::string)>& friendly);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_TRACE_TRACED_FLOW_H_
