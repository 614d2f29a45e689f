// File: small_world_testutil.h
// A world so small that an expression can be tried on every packet there is: fields n0 and n1 of two bits, m of two
// bits that is never made conjunctive, s0 and s1 for the ports a = 0 and b = 1, a predicate p. n1 has a prerequisite on
// m.

#ifndef OVNLITE_LIB_LOGICAL_SMALL_WORLD_TESTUTIL_H_
#define OVNLITE_LIB_LOGICAL_SMALL_WORLD_TESTUTIL_H_

#include <vector>

#include "ovnlite/base/random.h"
#include "ovnlite/logical/expr_transform.h"
#include "ovnlite/packet/flow_key.h"

namespace ovnlite {

const SymbolTable& SmallSymbols();

// All ports but "absent" exist, and only "a" is resident.
class SmallWorld : public ExprResolver {
 public:
  bool FindPort(absl::string_view name, uint32_t* key) const override;
  bool IsChassisResident(absl::string_view name) const override { return name == "a"; }
};

// All 64 packets, or 256 with the ports.
std::vector<FlowKey> SmallPackets(bool with_strings);

// The expression; fails the test when it does not parse.
const Expr* Parsed(ExprPool& pool, absl::string_view text);
// Every comparison of the small fields, and its negation.
std::vector<const Expr*> AllTerms(ExprPool& pool, bool with_strings);
// A tree of at most this depth over the terms.
const Expr* RandomTree(ExprPool& pool, const std::vector<const Expr*>& terms, Random& random, int depth);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_LOGICAL_SMALL_WORLD_TESTUTIL_H_
