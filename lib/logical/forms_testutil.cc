#include "lib/logical/forms_testutil.h"

#include <gtest/gtest.h>

#include "absl/strings/str_join.h"
#include "ovnlite/logical/evaluate.h"

namespace ovnlite {
namespace {

bool MatchesTests(const ExprMatch& m, const FlowKey& key) {
  for (const FieldTest& t : m.tests) {
    if (!t.Matches(key)) return false;
  }
  return true;
}

}  // namespace

bool MatchesFlows(const ExprFlows& flows, const FlowKey& key) {
  std::vector<uint64_t> satisfied(flows.conjunctions + 1, 0);
  std::vector<uint8_t> clauses(flows.conjunctions + 1, 0);
  for (const ExprMatch& m : flows.matches) {
    if (m.conjunctions.empty() || !MatchesTests(m, key)) continue;
    for (const ExprConjunction& c : m.conjunctions) {
      satisfied[c.id] |= uint64_t{1} << c.clause;
      clauses[c.id] = c.clauses;
    }
  }
  for (const ExprMatch& m : flows.matches) {
    if (!m.conjunctions.empty() || !MatchesTests(m, key)) continue;
    if (m.conj_id == 0) return true;
    const uint8_t n = clauses[m.conj_id];
    if (n > 0 && satisfied[m.conj_id] == (uint64_t{1} << n) - 1) return true;
  }
  return false;
}

bool MatchesClauses(const std::vector<Clause>& clauses, const FlowKey& key) {
  for (const Clause& c : clauses) {
    if (c.Matches(key)) return true;
  }
  return false;
}

void FormChecker::Check(ExprPool& pool, const Expr* parsed) {
  ++checked_;
  absl::StatusOr<const Expr*> ovn = Annotate(pool, parsed);
  absl::StatusOr<const Expr*> compact = Annotate(pool, parsed, AnnotateForm::kCompact);
  ASSERT_TRUE(ovn.ok() && compact.ok()) << ToString(parsed) << ": " << ovn.status() << compact.status();
  absl::StatusOr<const Expr*> simple = Simplify(pool, *ovn);
  ASSERT_TRUE(simple.ok()) << simple.status();
  const Expr* unconditional = EvaluateConditions(pool, *simple, resolver_);
  absl::StatusOr<const Expr*> normal = Normalize(pool, unconditional);
  ASSERT_TRUE(normal.ok()) << normal.status();
  absl::StatusOr<std::vector<Clause>> clauses = ToClauses(*ovn, resolver_);
  absl::StatusOr<std::vector<Clause>> compact_clauses = ToClauses(*compact, resolver_);
  ASSERT_TRUE(clauses.ok() && compact_clauses.ok()) << clauses.status() << compact_clauses.status();
  absl::StatusOr<ExprFlows> flows = ToFlows(pool, *ovn, resolver_);
  ASSERT_TRUE(flows.ok()) << flows.status();
  ASSERT_EQ(flows->lost_tests, 0u);
  for (const FlowKey& key : packets_) {
    const bool truth = Evaluate(*ovn, key, resolver_);
    if (Evaluate(*compact, key, resolver_) == truth && Evaluate(*simple, key, resolver_) == truth &&
        Evaluate(unconditional, key, resolver_) == truth && Evaluate(*normal, key, resolver_) == truth &&
        MatchesClauses(*clauses, key) == truth && MatchesClauses(*compact_clauses, key) == truth &&
        MatchesFlows(*flows, key) == truth) {
      continue;
    }
    FAIL() << ToString(parsed) << " is " << truth << " for a packet\nsimplified " << ToString(*simple) << "\nnormal "
           << ToString(*normal) << "\nclauses "
           << absl::StrJoin(*clauses, " | ", [](std::string* out, const Clause& c) { *out += ToString(c); });
  }
}

}  // namespace ovnlite
