// File: forms_testutil.h
// Every form of an expression must mean the same: as written, simplified, normal, as the engine's clauses, and as
// OpenFlow matches with their conjunctions.

#ifndef OVNLITE_LIB_LOGICAL_FORMS_TESTUTIL_H_
#define OVNLITE_LIB_LOGICAL_FORMS_TESTUTIL_H_

#include <vector>

#include "ovnlite/logical/clauses.h"
#include "ovnlite/logical/expr_flows.h"

namespace ovnlite {

// What a flow table with conjunctive matches does.
bool MatchesFlows(const ExprFlows& flows, const FlowKey& key);
bool MatchesClauses(const std::vector<Clause>& clauses, const FlowKey& key);

// Takes expressions through all forms, on all of the packets, and counts them. Fails the test where two forms differ.
class FormChecker {
 public:
  FormChecker(const ExprResolver& resolver, std::vector<FlowKey> packets)
      : resolver_(resolver), packets_(std::move(packets)) {}

  int checked() const { return checked_; }
  void Check(ExprPool& pool, const Expr* parsed);

 private:
  const ExprResolver& resolver_;
  std::vector<FlowKey> packets_;
  int checked_ = 0;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_LOGICAL_FORMS_TESTUTIL_H_
