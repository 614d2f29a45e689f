// All expressions of three comparisons, in all four shapes, on all packets of a small world, in the manner of OVN's own
// exhaustive tests. Millions of expressions: run by hand, e.g. `./bazelw test
// //tests/conformance:expr_exhaustive_test`. What runs with all other tests is lib/logical/expr_semantics_test.cc.
#include <gtest/gtest.h>

#include <iostream>

#include "lib/logical/forms_testutil.h"
#include "lib/logical/small_world_testutil.h"

namespace ovnlite {
namespace {

TEST(ExprExhaustiveTest, AllOfThreeTerms) {
  const SmallWorld world;
  FormChecker checker(world, SmallPackets(false));
  const size_t terms = [] {
    ExprPool pool(SmallSymbols());
    return AllTerms(pool, false).size();
  }();
  for (size_t i = 0; i < terms; ++i) {
    ExprPool pool(SmallSymbols());  // Its memory is given back after each first term.
    const std::vector<const Expr*> all = AllTerms(pool, false);
    const Expr* a = all[i];
    for (const Expr* b : all) {
      for (const Expr* c : all) {
        const Expr* const three[] = {a, b, c};
        checker.Check(pool, pool.And(three));
        checker.Check(pool, pool.Or(three));
        checker.Check(pool, pool.And(a, pool.Or(b, c)));
        checker.Check(pool, pool.Or(pool.And(a, b), c));
        if (HasFatalFailure()) return;
      }
    }
  }
  EXPECT_EQ(checker.checked(), static_cast<int>(4 * terms * terms * terms));
  std::cout << checker.checked() << " expressions\n";
}

}  // namespace
}  // namespace ovnlite
