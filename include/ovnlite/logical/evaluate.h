// File: evaluate.h
// What an expression means, in the plainest way: walk the tree, look at the packet. Everything cleverer in this room is
// tested against this.
//
//   FlowKey key;
//   ExtractFlowKey(packet, key);                 // packet/extract.h; set registers and ports as the pipeline would
//   const Expr* match = *Annotate(pool, *Expr::Parse(pool, "tcp.dst == 80"));
//   if (Evaluate(match, key, resolver)) ...

#ifndef OVNLITE_LOGICAL_EVALUATE_H_
#define OVNLITE_LOGICAL_EVALUATE_H_

#include "ovnlite/logical/expr_transform.h"
#include "ovnlite/packet/flow_key.h"

namespace ovnlite {

// Whether `e` holds for a packet. Annotate `e` first: without it neither prerequisites nor predicates are looked at, and a
// predicate counts as false.
bool Evaluate(const Expr* e, const FlowKey& key, const ExprResolver& resolver);

}  // namespace ovnlite

#endif  // OVNLITE_LOGICAL_EVALUATE_H_
