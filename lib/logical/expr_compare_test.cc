#include "ovnlite/logical/expr_compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "lib/logical/expr_testutil.h"
#include "lib/logical/small_world_testutil.h"
#include "ovnlite/logical/evaluate.h"
#include "ovnlite/logical/expr_parse.h"

namespace ovnlite {
namespace {

using ::testing::HasSubstr;
using Answer = absl::StatusOr<std::optional<FlowKey>>;

class ExprCompareTest : public ::testing::Test {
 protected:
  const Expr* Match(absl::string_view text) {
    absl::StatusOr<const Expr*> e = ParseExpr(pool_, text, &world_);
    EXPECT_TRUE(e.ok()) << text << e.status();
    e = Annotate(pool_, *e);
    EXPECT_TRUE(e.ok()) << text << e.status();
    return *e;
  }
  // Whether `a` implies `b`; a packet that is offered as an exception must be one.
  bool Implies(absl::string_view a, absl::string_view b) {
    const Expr *x = Match(a), *y = Match(b);
    const Answer answer = FindCounterexample(pool_, x, y, world_);
    EXPECT_TRUE(answer.ok()) << answer.status();
    if (!answer.ok() || !answer->has_value()) return true;
    EXPECT_TRUE(Evaluate(x, **answer, world_)) << a;
    EXPECT_FALSE(Evaluate(y, **answer, world_)) << b;
    return false;
  }
  bool Equivalent(absl::string_view a, absl::string_view b) {
    const Expr *x = Match(a), *y = Match(b);
    const Answer answer = FindDifference(pool_, x, y, world_);
    EXPECT_TRUE(answer.ok()) << answer.status();
    if (!answer.ok() || !answer->has_value()) return true;
    EXPECT_NE(Evaluate(x, **answer, world_), Evaluate(y, **answer, world_)) << a << " and " << b;
    return false;
  }

  const TestWorld world_;
  ExprPool pool_{TestSymbols()};
};

TEST_F(ExprCompareTest, MatchesAsPeopleWriteThem) {
  EXPECT_TRUE(Implies("tcp.dst == 80", "tcp"));
  EXPECT_TRUE(Implies("tcp.dst == 80", "ip"));
  EXPECT_FALSE(Implies("tcp", "tcp.dst == 80"));
  EXPECT_FALSE(Implies("tcp", "ip4"));
  EXPECT_TRUE(Implies("ip4.src == 10.1.2.0/24", "ip4.src == 10.0.0.0/8"));
  EXPECT_FALSE(Implies("ip4.src == 10.0.0.0/8", "ip4.src == 10.1.2.0/24"));
  EXPECT_TRUE(Implies("inport == \"lsp1\"", "inport == @pg1"));
  EXPECT_FALSE(Implies("inport == @pg1", "inport == \"lsp1\""));
  EXPECT_TRUE(Implies("inport == \"gone\"", "0"));
  EXPECT_TRUE(Implies("ip4.src == $set1 && tcp.dst == {80, 443}", "ip4 && 80 <= tcp.dst <= 443"));
  EXPECT_FALSE(Implies("ip4 && 80 <= tcp.dst <= 443", "ip4.src == $set1 && tcp.dst == {80, 443}"));
  EXPECT_TRUE(Equivalent("tcp.dst >= 0x8000", "tcp.dst[15] == 1"));
  EXPECT_TRUE(Equivalent("ip4.src != {0.0.0.0/1, 128.0.0.0/1}", "0"));
  EXPECT_TRUE(Equivalent("reg0[0..15] == 5 && reg0[16..31] == 7", "reg0 == 0x70005"));
  EXPECT_TRUE(Equivalent("!(tcp.dst == 80) && ip4", "ip4 && tcp.dst != 80"));
  EXPECT_TRUE(Equivalent("!(tcp.dst == 80 || udp.dst == 53)", "0"))
      << "each keeps its prerequisite, and no packet is both";
  EXPECT_TRUE(Equivalent("ct_state[0..3] == 5 && ct.new", "ct_state[0..3] == 5 && ct.new && ct.rel"));
  EXPECT_FALSE(Equivalent("ip4 && ip.ttl == 1", "ip && ip.ttl == 1"));
  EXPECT_TRUE(Equivalent("is_chassis_resident(\"lsp1\")", "1"));
}

TEST_F(ExprCompareTest, FindsPackets) {
  const auto possible = [this](absl::string_view text) {
    const Expr* e = Match(text);
    const Answer answer = FindPacket(e, world_);
    EXPECT_TRUE(answer.ok());
    EXPECT_TRUE(!answer->has_value() || Evaluate(e, **answer, world_)) << text;
    return answer->has_value();
  };
  EXPECT_TRUE(possible("1"));
  EXPECT_FALSE(possible("0"));
  EXPECT_TRUE(possible("ip6.dst == ff02::/16 && udp.dst == {67, 547}"));
  EXPECT_FALSE(possible("ip4 && ip6"));
  EXPECT_FALSE(possible("tcp && udp.dst == 5"));
  // Sets that share bits: the first value of one is not among those of the other.
  EXPECT_TRUE(possible("reg0[0..15] == {1, 2, 3} && reg0[8..23] == {0x500, 0x600, 0} && reg0[4..11] == {0, 0xff}"));
  EXPECT_FALSE(possible("reg0[0..15] == {0x101, 0x202, 0x303} && reg0[8..23] == {0x500, 0x604, 0}"));
}

TEST_F(ExprCompareTest, LimitsAreNamed) {
  std::string product;
  for (int i = 0; i < 10; ++i) {
    absl::StrAppend(&product, i > 0 ? " && " : "", "(reg", i, " == 1 || xxreg0[", i, "] == 1 || pkt.mark == ", i, ")");
  }
  const Answer many = FindPacket(Match(product), world_, {.clauses = {.clauses = 100}});
  EXPECT_EQ(many.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(many.status().message()), HasSubstr("more than 100 clauses"));
  const Answer slow =
      FindPacket(Match("reg0[0..15] == {1, 2, 3} && reg0[8..23] == {0x500, 0x600, 9}"), world_, {.steps = 2});
  EXPECT_EQ(slow.status().code(), absl::StatusCode::kResourceExhausted);
}

// Every pair of two-term expressions out of a choice, and all packets.
TEST(ExprCompareSmallTest, AgreesWithTryingAllPackets) {
  const SmallWorld world;
  ExprPool pool(SmallSymbols());
  const std::vector<FlowKey> packets = SmallPackets(false);  // Ports have more values than these packets.
  const std::vector<const Expr*> terms = AllTerms(pool, false);
  const char* seed_text = std::getenv("OVNLITE_TEST_SEED");
  const uint64_t seed = seed_text != nullptr ? std::strtoull(seed_text, nullptr, 0) : 20230303;
  SCOPED_TRACE(absl::StrCat("OVNLITE_TEST_SEED=", seed));
  Random random(seed);
  int implied = 0, refuted = 0;
  for (int i = 0; i < 20000; ++i) {
    const Expr* a = Annotate(pool, RandomTree(pool, terms, random, i % 3)).value();
    const Expr* b = Annotate(pool, RandomTree(pool, terms, random, i % 3)).value();
    if (i % 4 == 0) b = pool.Or(a, b);
    bool implies = true, equivalent = true;
    for (const FlowKey& key : packets) {
      const bool x = Evaluate(a, key, world), y = Evaluate(b, key, world);
      implies = implies && (!x || y);
      equivalent = equivalent && x == y;
    }
    const Answer exception = FindCounterexample(pool, a, b, world);
    ASSERT_TRUE(exception.ok()) << exception.status();
    ASSERT_EQ(!exception->has_value(), implies) << ToString(a) << "  =>  " << ToString(b);
    if (exception->has_value()) {
      ASSERT_TRUE(Evaluate(a, **exception, world) && !Evaluate(b, **exception, world));
    }
    const Answer difference = FindDifference(pool, a, b, world);
    ASSERT_TRUE(difference.ok()) << difference.status();
    ASSERT_EQ(!difference->has_value(), equivalent) << ToString(a) << "  <=>  " << ToString(b);
    ++(implies ? implied : refuted);
  }
  EXPECT_GT(implied, 2000);
  EXPECT_GT(refuted, 2000);
}

}  // namespace
}  // namespace ovnlite
