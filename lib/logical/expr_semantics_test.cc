// Every form of an expression means the same: what was written, what Simplify() and Normalize() make of it, the clauses
// of the engine, and the OpenFlow matches with their conjunctions. All expressions of a few terms are tried on all
// packets, in the manner of OVN's own tests, and random larger ones on random packets.
#include <gtest/gtest.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/base/shared_testutil.h"
#include "lib/logical/expr_testutil.h"
#include "lib/logical/forms_testutil.h"
#include "lib/logical/small_world_testutil.h"
#include "ovnlite/base/random.h"
#include "ovnlite/logical/clauses.h"
#include "ovnlite/logical/evaluate.h"
#include "ovnlite/logical/expr_flows.h"

namespace ovnlite {
namespace {

TEST(ExprSemanticsTest, AllOfOneTerm) {
  const SmallWorld world;
  ExprPool pool(SmallSymbols());
  FormChecker checker(world, SmallPackets(true));
  for (const Expr* term : AllTerms(pool, true)) {
    checker.Check(pool, term);
    if (HasFatalFailure()) return;
  }
  EXPECT_EQ(checker.checked(), 95);
}

TEST(ExprSemanticsTest, AllOfTwoTerms) {
  const SmallWorld world;
  ExprPool pool(SmallSymbols());
  FormChecker checker(world, SmallPackets(true));
  const std::vector<const Expr*> terms = AllTerms(pool, true);
  for (const Expr* a : terms) {
    for (const Expr* b : terms) {
      checker.Check(pool, pool.And(a, b));
      checker.Check(pool, pool.Or(a, b));
      if (HasFatalFailure()) return;
    }
  }
  EXPECT_EQ(checker.checked(), 2 * 95 * 95);
}

// All trees of three terms out of a choice that has every kind: a && b && c, a && (b || c), and so on.
TEST(ExprSemanticsTest, AllOfThreeTerms) {
  const SmallWorld world;
  ExprPool pool(SmallSymbols());
  FormChecker checker(world, SmallPackets(true));
  std::vector<const Expr*> terms;
  for (const absl::string_view text : {"n0 == 1",
                                       "n0 != 2",
                                       "n0 >= 2",
                                       "n0 == {0, 3}",
                                       "n0 != {0, 3}",
                                       "n1 == 3",
                                       "n1 != {1, 2}",
                                       "n1 == {0, 1}",
                                       "n1 < 2",
                                       "m == 1",
                                       "m == {1, 3}",
                                       "m != 2",
                                       "m <= 2",
                                       "m[1] != 0",
                                       "s0 == \"a\"",
                                       "s0 == {\"a\", \"b\"}",
                                       "s1 == {\"b\", \"absent\"}",
                                       "p",
                                       "!p",
                                       "!is_chassis_resident(\"a\")"}) {
    terms.push_back(Parsed(pool, text));
  }
  for (const Expr* a : terms) {
    for (const Expr* b : terms) {
      for (const Expr* c : terms) {
        const Expr* const all[] = {a, b, c};
        checker.Check(pool, pool.And(all));
        checker.Check(pool, pool.Or(all));
        checker.Check(pool, pool.And(a, pool.Or(b, c)));
        checker.Check(pool, pool.Or(pool.And(a, b), c));
        if (HasFatalFailure()) return;
      }
    }
  }
  EXPECT_EQ(checker.checked(), 4 * 20 * 20 * 20);
}

uint64_t Seed() {
  const char* seed = std::getenv("OVNLITE_TEST_SEED");
  return seed != nullptr ? std::strtoull(seed, nullptr, 0) : 20230301;
}

TEST(ExprSemanticsTest, RandomTreesOfSmallFields) {
  const uint64_t seed = Seed();
  SCOPED_TRACE(absl::StrCat("OVNLITE_TEST_SEED=", seed));
  Random random(seed);
  const SmallWorld world;
  ExprPool pool(SmallSymbols());
  FormChecker checker(world, SmallPackets(true));
  std::vector<const Expr*> terms = AllTerms(pool, true);
  for (int i = 0; i < 4000 && !HasFatalFailure(); ++i) checker.Check(pool, RandomTree(pool, terms, random, 3));
}

// Matches as OVN writes them, on packets that are near to what they speak of.
TEST(ExprSemanticsTest, RandomMatchesOfRealFields) {
  const uint64_t seed = Seed();
  SCOPED_TRACE(absl::StrCat("OVNLITE_TEST_SEED=", seed));
  Random random(seed);
  const TestWorld world;
  ExprPool pool(TestSymbols());
  std::vector<const Expr*> terms;
  for (const absl::string_view text : {"ip4",
                                       "ip6",
                                       "ip",
                                       "tcp",
                                       "udp",
                                       "icmp",
                                       "arp",
                                       "nd_ns",
                                       "inport == \"lsp1\"",
                                       "outport == @pg1",
                                       "inport == \"gone\"",
                                       "ip4.src == 10.0.0.0/8",
                                       "ip4.src == $set1",
                                       "ip4.dst != 10.0.0.2",
                                       "ip4.dst == {10.0.0.1, 10.0.0.2}",
                                       "ip4.src != {10.0.0.1, 10.0.0.3}",
                                       "tcp.dst == 80",
                                       "1 <= tcp.dst < 9",
                                       "udp.dst == {53, 67, 68}",
                                       "tcp.dst != {80, 443}",
                                       "ip6.dst == ff02::1",
                                       "ip6.src == fe80::/10",
                                       "ip6.mcast",
                                       "ip4.mcast",
                                       "eth.mcast",
                                       "eth.dst == 33:33:00:00:00:01",
                                       "reg0 == 5",
                                       "reg0[0..3] > 4",
                                       "reg1 != 2",
                                       "xreg0 == 0x500000002",
                                       "xxreg0[32..95] == {7, 8}",
                                       "reg8[7] != 0",
                                       "ct.new",
                                       "ct.est && !ct.rel",
                                       "ct_label.blocked == 1",
                                       "ct_label.label == {1, 2}",
                                       "ct_state[20] == 1",
                                       "ct_state < 0x30",
                                       "vlan.present",
                                       "!vlan.present",
                                       "vlan.vid == {5, 6}",
                                       "vlan.pcp > 4",
                                       "arp.op == {1, 2}",
                                       "arp.spa == 10.0.0.1",
                                       "ip.frag == 1",
                                       "ip.first_frag",
                                       "icmp4.type == 8 && icmp4.code == 0",
                                       "icmp6.type == {135, 136}",
                                       "tcp.flags == 2/2",
                                       "is_chassis_resident(\"lsp1\")",
                                       "flags.loopback",
                                       "pkt.mark > 3"}) {
    absl::StatusOr<const Expr*> e = ParseExpr(pool, text, &world);
    ASSERT_TRUE(e.ok()) << text << e.status();
    terms.push_back(*e);
  }
  constexpr FieldRef kPorts[] = {field::kLogicalInPort, field::kLogicalOutPort};
  for (int i = 0; i < 1500; ++i) {
    const Expr* parsed = RandomTree(pool, terms, random, 2);
    absl::StatusOr<const Expr*> ovn = Annotate(pool, parsed);
    absl::StatusOr<const Expr*> compact = Annotate(pool, parsed, AnnotateForm::kCompact);
    ASSERT_TRUE(ovn.ok() && compact.ok());
    absl::StatusOr<std::vector<Clause>> clauses = ToClauses(*compact, world);
    ASSERT_TRUE(clauses.ok()) << ToString(parsed) << clauses.status();
    absl::StatusOr<ExprFlows> flows = ToFlows(pool, *ovn, world);
    const bool has_flows = flows.ok() && flows->lost_tests == 0;
    if (!flows.ok()) {
      ASSERT_EQ(flows.status().code(), absl::StatusCode::kResourceExhausted) << flows.status();
    }
    for (int j = 0; j < 60; ++j) {
      FlowKey key;
      // A packet that some clause wants, spoiled in places, is likely to be near the edge.
      if (!clauses->empty()) {
        const Clause& c = (*clauses)[random.Below(clauses->size())];
        for (const FieldTest& t : c.tests) key.SetMasked(t.field, t.value, t.mask);
        for (const FieldSet& s : c.sets) {
          const MaskedValue& v = (*s.values)[random.Below(s.values->size())];
          key.SetMasked(s.field, v.value, v.mask);
        }
      }
      for (uint64_t n = random.Below(4); n > 0; --n) {
        const uint64_t word = random.Below(kKeyWords);
        key.words[word] ^= uint64_t{1} << random.Below(64);
      }
      for (const FieldRef port : kPorts) {
        if (random.Below(8) == 0) key.Set(port, 0x10 + random.Below(5));
      }
      const bool truth = Evaluate(*ovn, key, world);
      ASSERT_EQ(Evaluate(*compact, key, world), truth) << ToString(parsed);
      ASSERT_EQ(MatchesClauses(*clauses, key), truth) << ToString(parsed);
      // OVN forgets the bits of ct_state above those that exist.
      if (has_flows && ToString(parsed).find("ct_state") == std::string::npos) {
        ASSERT_EQ(MatchesFlows(*flows, key), truth) << ToString(parsed);
      }
    }
  }
}

}  // namespace
}  // namespace ovnlite
