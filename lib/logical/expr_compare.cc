#include "ovnlite/logical/expr_compare.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "ovnlite/base/status.h"

namespace ovnlite {
namespace {

// Looks for a packet that a clause matches. Sets over different bits do not depend on each other, so that the first
// value does; only where sets share bits with each other is there a choice to go back on.
class Witness {
 public:
  explicit Witness(size_t steps) : steps_(steps) {}

  absl::StatusOr<bool> Find(const Clause& clause) {
    known_ = {};
    value_ = {};
    for (const FieldTest& t : clause.tests) {
      if (!Assume(t.field, {t.value, t.mask})) return false;
    }
    // Small sets first: they leave the least to choose.
    std::vector<const FieldSet*> sets;
    for (const FieldSet& s : clause.sets) sets.push_back(&s);
    std::stable_sort(sets.begin(), sets.end(),
                     [](const FieldSet* a, const FieldSet* b) { return a->values->size() < b->values->size(); });
    return Choose(sets, 0);
  }
  const FlowKey& key() const { return value_; }

 private:
  // Requires bits of a field to be so. False: they are known to be otherwise.
  bool Assume(FieldRef field, MaskedValue m) {
    if (((value_.Get(field) ^ m.value) & known_.Get(field) & m.mask) != 0) return false;
    value_.SetMasked(field, m.value, m.mask);
    known_.Include(field, m.mask);
    return true;
  }

  absl::StatusOr<bool> Choose(absl::Span<const FieldSet* const> sets, size_t i) {
    if (i == sets.size()) return true;
    const FieldSet& set = *sets[i];
    const FlowKey known = known_, value = value_;
    for (const MaskedValue& m : *set.values) {
      if (steps_ == 0) return absl::ResourceExhaustedError("sets over shared bits take too many steps to satisfy");
      --steps_;
      if (!Assume(set.field, m)) continue;
      OVNLITE_ASSIGN_OR_RETURN(const bool found, Choose(sets, i + 1));
      if (found) return true;
      // Where no set behind this one shares bits with it, another value would not help.
      if (!SharesBits(set.field, sets.subspan(i + 1))) return false;
      known_ = known;
      value_ = value;
    }
    return false;
  }

  static bool SharesBits(FieldRef field, absl::Span<const FieldSet* const> sets) {
    FlowKey mask;
    mask.Include(field, LowMask(field.width));
    return std::any_of(sets.begin(), sets.end(), [&mask](const FieldSet* s) { return mask.Get(s->field) != 0; });
  }

  size_t steps_;
  FlowKey known_, value_;  // Bits of `value_` outside `known_` are zero and may change.
};

}  // namespace

absl::StatusOr<std::optional<FlowKey>> FindPacket(const Expr* e, const ExprResolver& resolver,
                                                  const CompareLimits& limits) {
  OVNLITE_ASSIGN_OR_RETURN(const std::vector<Clause> clauses, ToClauses(e, resolver, limits.clauses));
  Witness witness(limits.steps);
  for (const Clause& clause : clauses) {
    OVNLITE_ASSIGN_OR_RETURN(const bool found, witness.Find(clause));
    if (found) return witness.key();
  }
  return std::nullopt;
}

absl::StatusOr<std::optional<FlowKey>> FindCounterexample(ExprPool& pool, const Expr* a, const Expr* b,
                                                          const ExprResolver& resolver, const CompareLimits& limits) {
  if (a == b) return std::nullopt;
  return FindPacket(pool.And(a, pool.Not(b)), resolver, limits);
}

absl::StatusOr<std::optional<FlowKey>> FindDifference(ExprPool& pool, const Expr* a, const Expr* b,
                                                      const ExprResolver& resolver, const CompareLimits& limits) {
  OVNLITE_ASSIGN_OR_RETURN(std::optional<FlowKey> key, FindCounterexample(pool, a, b, resolver, limits));
  if (key.has_value()) return key;
  return FindCounterexample(pool, b, a, resolver, limits);
}

}  // namespace ovnlite
