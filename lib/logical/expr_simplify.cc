#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "lib/logical/expr_limits.h"
#include "ovnlite/base/status.h"
#include "ovnlite/logical/expr_transform.h"

namespace ovnlite {
namespace {

constexpr u128 kOne = 1;

int LowestBit(u128 v) { return Low64(v) != 0 ? std::countr_zero(Low64(v)) : 64 + std::countr_zero(High64(v)); }

class Simplifier {
 public:
  Simplifier(ExprPool& pool, const NormalizeLimits& limits) : pool_(pool), budget_(limits) {}

  absl::StatusOr<const Expr*> Simplify(const Expr* e) {
    switch (e->kind()) {
      case Expr::Kind::kBoolean:
      case Expr::Kind::kCondition:
        return e;
      case Expr::Kind::kCompare:
        if (!e->symbol()->is_string()) return Number(e->symbol(), e->op(), e->masked());
        if (e->op() == RelOp::kEq) return e;
        return NotAString(*e);
      case Expr::Kind::kSet:
        return Set(e);
      case Expr::Kind::kAnd:
      case Expr::Kind::kOr:
        break;
    }
    absl::InlinedVector<const Expr*, 16> children;
    for (const Expr* child : e->children()) {
      OVNLITE_ASSIGN_OR_RETURN(const Expr* simple, Simplify(child));
      if (simple->kind() == Expr::Kind::kBoolean) {
        if (simple->value() == (e->kind() == Expr::Kind::kOr)) return simple;
        continue;
      }
      children.push_back(simple);
    }
    return e->kind() == Expr::Kind::kAnd ? pool_.And(children) : pool_.Or(children);
  }

 private:
  absl::Status NotAString(const Expr& e) {
    return absl::InvalidArgumentError(
        absl::StrCat("String field ", e.symbol()->name, " may only be tested for equality."));
  }

  absl::StatusOr<const Expr*> Number(const Symbol* symbol, RelOp op, MaskedValue m) {
    switch (op) {
      case RelOp::kEq:
        return m.mask == 0 ? pool_.Boolean(true) : pool_.Compare(symbol, op, m);
      case RelOp::kNe:
        return Different(symbol, m);
      default:
        return Ordered(symbol, op, m);
    }
  }

  // One alternative per bit that may differ.
  absl::StatusOr<const Expr*> Different(const Symbol* symbol, MaskedValue m) {
    absl::InlinedVector<MaskedValue, 32> bits;
    for (u128 rest = m.mask; rest != 0; rest &= rest - 1) {
      const u128 bit = kOne << LowestBit(rest);
      bits.push_back({~m.value & bit, bit});
    }
    if (bits.empty()) return pool_.Boolean(false);
    OVNLITE_RETURN_IF_ERROR(budget_.Spend(bits.size()));
    return pool_.Set(symbol, RelOp::kEq, bits);
  }

  // Prefixes. Every bit that could go up (for >) or down (for <) gives one: that bit turned, those above it as they are,
  // those below it anything.
  absl::StatusOr<const Expr*> Ordered(const Symbol* symbol, RelOp op, MaskedValue m) {
    const bool less = op == RelOp::kLt || op == RelOp::kLe;
    const bool or_equal = op == RelOp::kLe || op == RelOp::kGe;
    const u128 movable = less ? m.value & m.mask : ~m.value & m.mask;
    // At the end of the range the answer is simpler than prefixes: x >= 0 always, x > 0 is x != 0.
    if ((less ? ~m.value & m.mask : m.value & m.mask) == 0) {
      if (or_equal) return pool_.Boolean(true);
      return Different(symbol, m);
    }
    absl::InlinedVector<MaskedValue, 32> alternatives;
    if (or_equal) alternatives.push_back(m);
    for (u128 rest = movable; rest != 0; rest &= rest - 1) {
      const u128 bit = kOne << LowestBit(rest);
      const u128 mask = m.mask & ~(bit - 1);
      alternatives.push_back({(m.value ^ bit) & mask, mask});
    }
    if (alternatives.empty()) return pool_.Boolean(false);
    OVNLITE_RETURN_IF_ERROR(budget_.Spend(alternatives.size()));
    return pool_.Set(symbol, RelOp::kEq, alternatives);
  }

  absl::StatusOr<const Expr*> Set(const Expr* e) {
    if (e->symbol()->is_string()) {
      if (e->op() == RelOp::kEq) return e;
      return NotAString(*e);
    }
    if (e->op() == RelOp::kEq) {
      for (size_t i = 0; i < e->set().size(); ++i) {
        if (e->masked(i).mask == 0) return pool_.Boolean(true);
      }
      return e;
    }
    absl::InlinedVector<const Expr*, 16> all;
    for (size_t i = 0; i < e->set().size(); ++i) {
      OVNLITE_ASSIGN_OR_RETURN(const Expr* one, Different(e->symbol(), e->masked(i)));
      if (one->IsFalse()) return one;
      all.push_back(one);
    }
    return pool_.And(all);
  }

  ExprPool& pool_;
  ComparisonBudget budget_;
};

}  // namespace

absl::StatusOr<const Expr*> Simplify(ExprPool& pool, const Expr* e, const NormalizeLimits& limits) {
  return Simplifier(pool, limits).Simplify(e);
}

const Expr* EvaluateConditions(ExprPool& pool, const Expr* e, const ExprResolver& resolver) {
  if (e->kind() == Expr::Kind::kCondition) {
    return pool.Boolean(resolver.IsChassisResident(e->port()) != e->negated());
  }
  if (e->kind() != Expr::Kind::kAnd && e->kind() != Expr::Kind::kOr) return e;
  absl::InlinedVector<const Expr*, 16> children;
  for (const Expr* child : e->children()) {
    const Expr* known = EvaluateConditions(pool, child, resolver);
    if (known->kind() == Expr::Kind::kBoolean) {
      if (known->value() == (e->kind() == Expr::Kind::kOr)) return known;
      continue;
    }
    children.push_back(known);
  }
  return e->kind() == Expr::Kind::kAnd ? pool.And(children) : pool.Or(children);
}

}  // namespace ovnlite
