#include "ovnlite/logical/expr_flows.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "ovnlite/base/hash.h"
#include "ovnlite/base/status.h"

namespace ovnlite {
namespace {

// Whether Open vSwitch keeps a test of these bits. Nominal fields are those it cannot mask: there all bits must be tested,
// and by its count a field that does not fill its bytes (ip.dscp: 6 bits) is never tested wholly.
bool Survives(const Symbol& symbol, u128 mask) {
  return symbol.level != Level::kNominal || (symbol.width % 8 == 0 && mask == LowMask(symbol.width));
}

class FlowMaker {
 public:
  explicit FlowMaker(const ExprResolver& resolver) : resolver_(resolver) {}

  ExprFlows Make(const Expr* e) {
    if (e->kind() == Expr::Kind::kOr) {
      for (const Expr* child : e->children()) Alternative(child);
    } else {
      Alternative(e);
    }
    return std::move(flows_);
  }

 private:
  void Alternative(const Expr* e) {
    ExprMatch match;
    switch (e->kind()) {
      case Expr::Kind::kBoolean:
        if (e->value()) Add(std::move(match));
        break;
      case Expr::Kind::kCompare:
        if (Constrain(*e, &match)) Add(std::move(match));
        break;
      case Expr::Kind::kSet:
        Disjunction(*e, match, {});
        break;
      case Expr::Kind::kAnd:
        Conjunction(*e);
        break;
      case Expr::Kind::kOr:
      case Expr::Kind::kCondition:
        break;  // Not in a normal form whose conditions are evaluated.
    }
  }

  void Conjunction(const Expr& e) {
    ExprMatch match;
    int clauses = 0;
    for (const Expr* term : e.children()) {
      if (term->kind() == Expr::Kind::kCompare) {
        if (!Constrain(*term, &match)) return;
      } else {
        ++clauses;
      }
    }
    if (clauses == 0) return Add(std::move(match));
    uint32_t id = 0;
    if (clauses > 1) id = ++flows_.conjunctions;
    uint8_t clause = 0;
    for (const Expr* term : e.children()) {
      if (term->kind() != Expr::Kind::kSet) continue;
      const ExprConjunction said = {id, clause++, static_cast<uint8_t>(clauses)};
      // A clause that nothing satisfies: the others need not be added. (OVN leaves those before it, harmlessly.)
      if (!Disjunction(*term, match, said) && clauses > 1) return;
    }
    if (clauses == 1) return;
    match.conj_id = id;
    Add(std::move(match));
  }

  // One match per constant of a set, on top of `base`. False if there is none.
  bool Disjunction(const Expr& set, const ExprMatch& base, ExprConjunction said) {
    bool any = false;
    for (size_t i = 0; i < set.set().size(); ++i) {
      ExprMatch match = base;
      const bool fits = set.symbol()->is_string()
                            ? ConstrainPort(*set.symbol(), set.string(i), &match)
                            : (ConstrainBits(*set.symbol(), set.masked(i), &match), true);
      if (!fits) continue;
      if (said.id != 0) match.conjunctions.push_back(said);
      Add(std::move(match));
      any = true;
    }
    return any;
  }

  bool Constrain(const Expr& e, ExprMatch* match) {
    if (e.symbol()->is_string()) return ConstrainPort(*e.symbol(), e.string(), match);
    ConstrainBits(*e.symbol(), e.masked(), match);
    return true;
  }

  bool ConstrainPort(const Symbol& symbol, absl::string_view name, ExprMatch* match) {
    uint32_t key;
    if (!resolver_.FindPort(name, &key)) return false;
    AddTest({symbol.field, key, LowMask(symbol.field.width)}, match);
    return true;
  }

  void ConstrainBits(const Symbol& symbol, MaskedValue m, ExprMatch* match) {
    if (!Survives(symbol, m.mask)) {
      ++flows_.lost_tests;
      return;
    }
    // Open vSwitch keeps 8 bits of an ARP operation.
    if (symbol.field == field::kArpOp) m.value &= 0xff;
    const u128 mask = m.mask & LowMask(symbol.field.width);
    if (mask != 0) AddTest({symbol.field, m.value & mask, mask}, match);
  }

  static void AddTest(const FieldTest& test, ExprMatch* match) {
    const auto at = std::lower_bound(match->tests.begin(), match->tests.end(), test,
                                     [](const FieldTest& a, const FieldTest& b) { return FieldLess(a.field, b.field); });
    match->tests.insert(at, test);
  }

  // Equal matches become one: their conjunctions add up, except that a flow with actions needs no others beside it.
  void Add(ExprMatch match) {
    std::vector<size_t>& same_hash = by_hash_[HashOf(match)];
    for (const size_t i : same_hash) {
      ExprMatch& known = flows_.matches[i];
      if (known.tests != match.tests || known.conj_id != match.conj_id) continue;
      if (known.conjunctions.empty() || match.conjunctions.empty()) {
        known.conjunctions.clear();
      } else {
        known.conjunctions.push_back(match.conjunctions[0]);
      }
      return;
    }
    same_hash.push_back(flows_.matches.size());
    flows_.matches.push_back(std::move(match));
  }

  static uint64_t HashOf(const ExprMatch& match) {
    uint64_t h = match.conj_id;
    for (const FieldTest& t : match.tests) {
      const uint64_t words[] = {High64(t.value), Low64(t.value), High64(t.mask), Low64(t.mask),
                                static_cast<uint64_t>(t.field.word) << 16 | static_cast<uint64_t>(t.field.shift) << 8 | t.field.width};
      h = HashWords(words, std::size(words), h);
    }
    return h;
  }

  const ExprResolver& resolver_;
  ExprFlows flows_;
  absl::flat_hash_map<uint64_t, std::vector<size_t>> by_hash_;
};

}  // namespace

absl::StatusOr<ExprFlows> ToFlows(ExprPool& pool, const Expr* e, const ExprResolver& resolver,
                                  const NormalizeLimits& limits) {
  OVNLITE_ASSIGN_OR_RETURN(const Expr* simple, Simplify(pool, e, limits));
  OVNLITE_ASSIGN_OR_RETURN(const Expr* normal, Normalize(pool, EvaluateConditions(pool, simple, resolver), limits));
  return FlowMaker(resolver).Make(normal);
}

}  // namespace ovnlite
