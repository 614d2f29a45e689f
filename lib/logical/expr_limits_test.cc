// What would explode in ovn-controller stays linear here, or ends in an error that names the limit, at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/logical/expr_testutil.h"
#include "ovnlite/logical/clauses.h"
#include "ovnlite/logical/expr_compare.h"
#include "ovnlite/logical/expr_flows.h"
#include "ovnlite/logical/expr_parse.h"

namespace ovnlite {
namespace {

using ::testing::HasSubstr;

class ExprLimitsTest : public ::testing::Test {
 protected:
  const Expr* Match(absl::string_view text) {
    const absl::StatusOr<const Expr*> e = Expr::Parse(pool_, text, &world_);
    EXPECT_TRUE(e.ok()) << e.status();
    return Annotate(pool_, *e, AnnotateForm::kCompact).value();
  }

  TestWorld world_;
  ExprPool pool_;
};

TEST_F(ExprLimitsTest, NotInALargeSetIsOneSet) {
  std::vector<std::string> addresses;
  for (int i = 0; i < 10000; ++i) addresses.push_back(absl::StrCat("10.", i % 7, ".", i / 256, ".", i % 256));
  world_.address_sets["large"] = ConstantSet::OfAddresses(addresses);
  const Expr* e = Match("ip4.src != $large && tcp.dst != {80, 443} && ip4.dst != 10.0.0.1");
  const absl::StatusOr<std::vector<Clause>> clauses = ToClauses(e, world_);
  ASSERT_TRUE(clauses.ok()) << clauses.status();
  ASSERT_EQ(clauses->size(), 1u);
  ASSERT_EQ((*clauses)[0].sets.size(), 3u);
  // The addresses between n others are at most 2 * 32 prefixes for each of them.
  for (const FieldSet& s : (*clauses)[0].sets) EXPECT_LT(s.values->size(), 64u * 10000);
  // OVN multiplies the bits out.
  const absl::StatusOr<const Expr*> normal = Normalize(pool_, e);
  EXPECT_EQ(normal.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(normal.status().message()), HasSubstr("1048576"));
  EXPECT_EQ(ToFlows(pool_, e, world_).status().code(), absl::StatusCode::kResourceExhausted);
  // And a packet is found all the same.
  const absl::StatusOr<std::optional<FlowKey>> packet = FindPacket(e, world_);
  ASSERT_TRUE(packet.ok() && packet->has_value());
}

TEST_F(ExprLimitsTest, RangesArePrefixes) {
  const absl::StatusOr<std::vector<Clause>> clauses =
      ToClauses(Match("1 <= ip6.src <= 0xfffffffffffffffffffffffffffffffe"), world_);
  ASSERT_TRUE(clauses.ok());
  ASSERT_EQ(clauses->size(), 1u);
  EXPECT_EQ((*clauses)[0].sets[0].values->size(), 254u);
}

TEST_F(ExprLimitsTest, ProductsOfAlternativesEndInAnError) {
  std::vector<std::string> factors;
  for (int i = 0; i < 10; ++i)
    factors.push_back(absl::StrCat("(reg", i, " == 1 || eth.src[", i, "] == 1 || eth.dst[", i, "] == 1)"));
  const absl::StatusOr<std::vector<Clause>> clauses =
      ToClauses(Match(absl::StrJoin(factors, " && ")), world_, {.clauses = 1000});
  EXPECT_EQ(clauses.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(clauses.status().message()), HasSubstr("more than 1000 clauses"));
}

TEST_F(ExprLimitsTest, DeepTextsEndInAnError) {
  const std::string deep = std::string(5000, '(') + "1" + std::string(5000, ')');
  const absl::StatusOr<const Expr*> e = ParseExpr(pool_, deep);
  EXPECT_EQ(e.status().message(), "Parentheses nested too deeply.");
  EXPECT_FALSE(ParseExpr(pool_, std::string(100000, '!') + "ip").ok());
}

}  // namespace
}  // namespace ovnlite
