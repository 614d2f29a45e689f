// Expressions as OpenFlow, against what a real ovn-controller made of them.
#include "ovnlite/logical/expr_flows.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "lib/logical/expr_testutil.h"
#include "lib/logical/openflow_testutil.h"
#include "ovnlite/logical/expr_parse.h"

namespace ovnlite {
namespace {

TEST(ExprFlowsTest, AreAsAChassisHasThem) {
  const TestWorld world;
  const std::vector<RecordedFlows> recorded = ParseRecordedFlows(TestData("flows.txt"));
  EXPECT_GE(recorded.size(), 150u);
  for (const RecordedFlows& r : recorded) {
    SCOPED_TRACE("line " + std::to_string(r.line) + ": " + r.expression);
    ExprPool pool;
    absl::StatusOr<const Expr*> e = ParseExpr(pool, {r.expression.data(), r.expression.size()}, &world);
    if (e.ok()) e = Annotate(pool, *e);
    if (!r.error.empty()) {
      EXPECT_EQ(std::string(e.status().message()), r.error);
      continue;
    }
    ASSERT_TRUE(e.ok()) << e.status();
    const absl::StatusOr<ExprFlows> flows = ToFlows(pool, *e, world);
    ASSERT_TRUE(flows.ok()) << flows.status();
    std::vector<std::string> ours, theirs;
    for (const ExprMatch& match : flows->matches) ours.push_back(CanonicalFlow(match));
    for (const std::string& line : r.flows) {
      const absl::StatusOr<std::string> flow = CanonicalFlow({line.data(), line.size()});
      ASSERT_TRUE(flow.ok()) << flow.status();
      theirs.push_back(*flow);
    }
    std::sort(ours.begin(), ours.end());
    std::sort(theirs.begin(), theirs.end());
    EXPECT_EQ(ours, theirs);
  }
}

}  // namespace
}  // namespace ovnlite
