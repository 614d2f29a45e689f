// File: expr_flows.h
// Expressions as ovn-controller writes them into OpenFlow: one flow per alternative where one field has alternatives, and
// conjunctive matches (ovs-fields(7), "Conjunctive Match Fields") where several have. These are exactly the matches of OVN
// 23.03, for those who compare with the flow tables of a real chassis. The engine itself has sets and needs none of this:
// see clauses.h.
//
// Exactly means that OVN's faults are here too. Open vSwitch cannot mask some fields, and OVN then loses the test: ip.dscp
// and ip.ecn are not matched at all, nor are the bits of eth.type and its like that != needs. The tests that are lost are
// counted in `lost_tests`.

#ifndef OVNLITE_LOGICAL_EXPR_FLOWS_H_
#define OVNLITE_LOGICAL_EXPR_FLOWS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "ovnlite/logical/expr_transform.h"
#include "ovnlite/logical/field_test.h"

namespace ovnlite {

// "Clause `clause` (from 0) of `clauses` of the conjunction `id` holds."
struct ExprConjunction {
  uint32_t id = 0;
  uint8_t clause = 0;
  uint8_t clauses = 0;
  friend bool operator==(const ExprConjunction&, const ExprConjunction&) = default;
};

struct ExprMatch {
  std::vector<FieldTest> tests;  // By field.
  // The conjunction that must hold besides; 0: none.
  uint32_t conj_id = 0;
  // What the flow says instead of having actions; empty for a flow with the actions.
  std::vector<ExprConjunction> conjunctions;
};

struct ExprFlows {
  std::vector<ExprMatch> matches;  // All different. None: the expression is never true.
  // Conjunctions are numbered from 1 to this; the caller moves them to where they are free.
  uint32_t conjunctions = 0;
  size_t lost_tests = 0;
};

// Of an annotated expression. Ports that do not exist match nothing. ResourceExhausted as for Normalize().
absl::StatusOr<ExprFlows> ToFlows(ExprPool& pool, const Expr* e, const ExprResolver& resolver,
                                  const NormalizeLimits& limits = {});

}  // namespace ovnlite

#endif  // OVNLITE_LOGICAL_EXPR_FLOWS_H_
