#include "lib/logical/small_world_testutil.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "ovnlite/logical/expr_parse.h"

namespace ovnlite {
namespace {

constexpr FieldRef kN0{kWordRegs, 32, 2}, kN1{kWordRegs, 0, 2}, kM{kWordRegs + 1, 32, 2};
constexpr FieldRef kS0 = RegField(4), kS1 = RegField(5);

}  // namespace

const SymbolTable& SmallSymbols() {
  static const SymbolTable& table = *[] {
    auto* t = new SymbolTable;
    const auto add = [t](absl::string_view name, FieldRef field, bool crossproduct, absl::string_view prerequisites) {
      FieldSpec spec;
      spec.field = field;
      spec.must_crossproduct = crossproduct;
      spec.prerequisites = prerequisites;
      EXPECT_TRUE(t->AddField(name, spec).ok());
    };
    add("n0", kN0, false, "");
    add("n1", kN1, false, "m == {1, 2}");
    add("m", kM, true, "");
    FieldSpec spec;
    spec.field = kS0;
    EXPECT_TRUE(t->AddString("s0", spec).ok());
    spec.field = kS1;
    EXPECT_TRUE(t->AddString("s1", spec).ok());
    EXPECT_TRUE(t->AddPredicate("p", "n0 == 2 || m == 3").ok());
    return t;
  }();
  return table;
}

bool SmallWorld::FindPort(absl::string_view name, uint32_t* key) const {
  if (name == "absent") return false;
  *key = name == "a" ? 0 : 1;
  return true;
}

std::vector<FlowKey> SmallPackets(bool with_strings) {
  std::vector<FlowKey> packets;
  for (uint32_t bits = 0; bits < (with_strings ? 256u : 64u); ++bits) {
    FlowKey key;
    key.Set(kN0, bits & 3);
    key.Set(kN1, bits >> 2 & 3);
    key.Set(kM, bits >> 4 & 3);
    key.Set(kS0, bits >> 6 & 1);
    key.Set(kS1, bits >> 7 & 1);
    packets.push_back(key);
  }
  return packets;
}

const Expr* Parsed(ExprPool& pool, absl::string_view text) {
  absl::StatusOr<const Expr*> e = ParseExpr(pool, text);
  EXPECT_TRUE(e.ok()) << text << ": " << e.status();
  return e.ok() ? *e : pool.Boolean(false);
}

std::vector<const Expr*> AllTerms(ExprPool& pool, bool with_strings) {
  std::vector<const Expr*> terms;
  for (const absl::string_view symbol : {"n0", "n1", "m"}) {
    for (const absl::string_view op : {"==", "!=", "<", "<=", ">", ">="}) {
      for (int value = 0; value < 4; ++value) terms.push_back(Parsed(pool, absl::StrCat(symbol, " ", op, " ", value)));
    }
    terms.push_back(Parsed(pool, absl::StrCat(symbol, "[0] != 0")));
    terms.push_back(Parsed(pool, absl::StrCat(symbol, " == 2/2")));
    terms.push_back(Parsed(pool, absl::StrCat(symbol, " != {0, 3}")));
    terms.push_back(Parsed(pool, absl::StrCat(symbol, " == {1/3, 2/2}")));
  }
  for (const absl::string_view text :
       {"p", "!p", "0", "1", "is_chassis_resident(\"a\")", "!is_chassis_resident(\"a\")"}) {
    terms.push_back(Parsed(pool, text));
  }
  if (with_strings) {
    for (const absl::string_view text :
         {"s0 == \"a\"", "s0 == {\"a\", \"b\"}", "s1 == \"b\"", "s1 == \"absent\"", "s1 == {\"b\", \"absent\"}"}) {
      terms.push_back(Parsed(pool, text));
    }
  }
  return terms;
}

const Expr* RandomTree(ExprPool& pool, const std::vector<const Expr*>& terms, Random& random, int depth) {
  const Expr* e;
  if (depth == 0 || random.Below(4) == 0) {
    e = terms[random.Below(terms.size())];
  } else {
    std::vector<const Expr*> children;
    for (uint64_t n = 2 + random.Below(3); n > 0; --n) children.push_back(RandomTree(pool, terms, random, depth - 1));
    e = random.Below(2) ? pool.And(children) : pool.Or(children);
  }
  return e;
}

}  // namespace ovnlite
