// File: expr_compare.h
// Questions about all packets at once: can a match ever hold, does one match imply another, are two the same? The
// answer is a packet that shows it, or the certainty that there is none:
//
//   // Does the new ACL match let through anything that the old one did not?
//   FindCounterexample(pool, new_match, old_match, resolver)   // -> a packet that matches new_match but not old_match
//
// All take annotated expressions (expr_transform.h) of one pool. A packet here is any FlowKey: bits that contradict
// each other in reality, such as a later fragment of no packet, are not ruled out unless the expressions do so. Bits of
// which nothing is asked are zero; describe the packet with packet/describe.h.
//
// Cost: the expressions are made into clauses (clauses.h), of which there may be exponentially many in the number of
// alternatives over different fields; sets and ranges cost linear time. Beyond the limits the answer is
// ResourceExhausted, with the limit in the message.

#ifndef OVNLITE_LOGICAL_EXPR_COMPARE_H_
#define OVNLITE_LOGICAL_EXPR_COMPARE_H_

#include <optional>

#include "absl/status/statusor.h"
#include "ovnlite/logical/clauses.h"
#include "ovnlite/packet/flow_key.h"

namespace ovnlite {

struct CompareLimits {
  ClauseLimits clauses = {.clauses = 1 << 16, .values = 1 << 20};
  // Values tried to find one for every field of a clause, where fields share bits.
  size_t steps = 1 << 20;
};

// A packet for which `e` holds; nothing when it never does.
absl::StatusOr<std::optional<FlowKey>> FindPacket(const Expr* e, const ExprResolver& resolver,
                                                  const CompareLimits& limits = {});
// A packet for which `a` holds and `b` does not; nothing when `a` implies `b`.
absl::StatusOr<std::optional<FlowKey>> FindCounterexample(ExprPool& pool, const Expr* a, const Expr* b,
                                                          const ExprResolver& resolver,
                                                          const CompareLimits& limits = {});
// A packet for which one holds and the other does not; nothing when they are equivalent.
absl::StatusOr<std::optional<FlowKey>> FindDifference(ExprPool& pool, const Expr* a, const Expr* b,
                                                      const ExprResolver& resolver, const CompareLimits& limits = {});

}  // namespace ovnlite

#endif  // OVNLITE_LOGICAL_EXPR_COMPARE_H_
