#include <algorithm>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "ovnlite/logical/expr_parse.h"
#include "ovnlite/logical/expr_transform.h"

namespace ovnlite {

// Expands one expression. A symbol's own expansion does not depend on where it is met, so that it is kept in the pool once
// it is known to be free of recursion; a faulty one is worked out anew each time, because OVN's message tells the way.
class Annotator {
 public:
  Annotator(ExprPool& pool, AnnotateForm form) : pool_(pool), form_(form) { pool_.expansions_.resize(pool_.symbols().symbols().size()); }

  // nullptr after an error.
  const Expr* Annotate(const Expr* e, bool with_prerequisites) {
    switch (e->kind()) {
      case Expr::Kind::kBoolean:
      case Expr::Kind::kCondition:
        return e;
      case Expr::Kind::kCompare:
      case Expr::Kind::kSet:
        return Comparison(e, with_prerequisites);
      case Expr::Kind::kAnd:
      case Expr::Kind::kOr:
        break;
    }
    // Where everything is about one symbol, its prerequisites are needed only once.
    const Symbol* unique = with_prerequisites ? UniqueSymbol(e) : nullptr;
    if (unique != nullptr && unique->prerequisites.empty()) unique = nullptr;
    absl::InlinedVector<const Expr*, 16> children;
    for (const Expr* child : e->children()) {
      const bool own_prerequisites = with_prerequisites && unique == nullptr;
      const Expr* annotated = own_prerequisites && IsWrittenOut(*e, *child) ? WriteOut(child)
                                                                            : Annotate(child, own_prerequisites);
      if (annotated == nullptr) return nullptr;
      children.push_back(annotated);
    }
    const Expr* result = e->kind() == Expr::Kind::kAnd ? pool_.And(children) : pool_.Or(children);
    if (unique == nullptr) return result;
    const Expr* prerequisites = Prerequisites(unique);
    return prerequisites == nullptr ? nullptr : pool_.And(result, prerequisites);
  }

  const std::string& error() const { return error_; }

 private:
  ExprPool::Expansion& Known(const Symbol* symbol) { return pool_.expansions_[static_cast<size_t>(symbol->index)]; }

  // Inside the expansion of `symbol`; false when it is being expanded already.
  bool Enter(const Symbol* symbol) {
    if (std::find(nesting_.begin(), nesting_.end(), symbol) != nesting_.end()) {
      error_ = absl::StrCat("Recursive expansion of symbol `", symbol->name, "'.");
      return false;
    }
    nesting_.push_back(symbol);
    return true;
  }

  const Expr* ParseAndAnnotate(const std::string& text) {
    const Expr* result = nullptr;
    const absl::StatusOr<const Expr*> parsed = ParseExpr(pool_, {text.data(), text.size()});
    if (parsed.ok()) {
      result = Annotate(*parsed, true);
    } else {
      error_ = std::string(parsed.status().message());
    }
    if (result == nullptr) {
      error_ = absl::StrCat("Error parsing expression `", text,
                            "' encountered as prerequisite or predicate of initial expression: ", error_);
    }
    return result;
  }

  const Expr* Prerequisites(const Symbol* symbol) {
    if (Known(symbol).prerequisites != nullptr) return Known(symbol).prerequisites;
    if (!Enter(symbol)) return nullptr;
    const Expr* e = ParseAndAnnotate(symbol->prerequisites);
    nesting_.pop_back();
    if (e != nullptr) Known(symbol).prerequisites = e;
    return e;
  }

  const Expr* Predicate(const Symbol* symbol, bool positive) {
    if (Known(symbol).predicate == nullptr) {
      if (!Enter(symbol)) return nullptr;
      const Expr* e = ParseAndAnnotate(symbol->predicate);
      nesting_.pop_back();
      if (e == nullptr) return nullptr;
      Known(symbol).predicate = e;
    }
    if (positive) return Known(symbol).predicate;
    const Expr*& negated = Known(symbol).negated_predicate;
    if (negated == nullptr) negated = pool_.Not(Known(symbol).predicate);
    return negated;
  }

  const Expr* Comparison(const Expr* e, bool with_prerequisites) {
    const Symbol* symbol = e->symbol();
    if (std::find(nesting_.begin(), nesting_.end(), symbol) != nesting_.end()) {
      error_ = absl::StrCat("Recursive expansion of symbol `", symbol->name, "'.");
      return nullptr;
    }
    const Expr* prerequisites = nullptr;
    if (with_prerequisites && !symbol->prerequisites.empty()) {
      prerequisites = Prerequisites(symbol);
      if (prerequisites == nullptr) return nullptr;
    }
    const Expr* expanded = symbol->is_subfield() ? OnParent(e) : symbol->is_predicate() ? OnPredicate(e) : e;
    if (expanded == nullptr) return nullptr;
    return prerequisites == nullptr ? expanded : pool_.And(expanded, prerequisites);
  }

  // OVN writes a set out when it parses it, so that the constants of one that stands among the operands of its own operator
  // get their prerequisites one by one.
  bool IsWrittenOut(const Expr& parent, const Expr& child) const {
    return form_ == AnnotateForm::kOvn && child.kind() == Expr::Kind::kSet && parent.IsOr() == child.IsOr() &&
           !child.symbol()->prerequisites.empty();
  }
  const Expr* WriteOut(const Expr* set) {
    absl::InlinedVector<const Expr*, 16> all;
    for (size_t i = 0; i < set->set().size(); ++i) {
      const Expr* one = Comparison(pool_.Element(set, i), true);
      if (one == nullptr) return nullptr;
      all.push_back(one);
    }
    return set->IsOr() ? pool_.Or(all) : pool_.And(all);
  }

  const Expr* OnParent(const Expr* e) {
    if (e->kind() == Expr::Kind::kCompare) {
      const SymbolBits place = ResolveParent({e->symbol(), 0, 1});
      const MaskedValue own = e->masked();
      return pool_.Compare(place.symbol, e->op(), MaskedValue{own.value << place.offset, own.mask << place.offset});
    }
    return pool_.MoveSet(e, ResolveParent({e->symbol(), e->set_offset(), e->set_bits()}));
  }

  const Expr* OnPredicate(const Expr* e) {
    const Symbol* symbol = e->symbol();
    if (e->kind() == Expr::Kind::kCompare) {
      return Predicate(symbol, ((e->masked().value & 1) != 0) == (e->op() == RelOp::kEq));
    }
    absl::InlinedVector<const Expr*, 4> all;
    for (size_t i = 0; i < e->set().size(); ++i) {
      const Expr* one = Predicate(symbol, ((e->masked(i).value & 1) != 0) == (e->op() == RelOp::kEq));
      if (one == nullptr) return nullptr;
      all.push_back(one);
    }
    return e->op() == RelOp::kEq ? pool_.Or(all) : pool_.And(all);
  }

  ExprPool& pool_;
  AnnotateForm form_;
  std::vector<const Symbol*> nesting_;
  std::string error_;
};

absl::StatusOr<const Expr*> Annotate(ExprPool& pool, const Expr* e, AnnotateForm form) {
  Annotator annotator(pool, form);
  const Expr* annotated = annotator.Annotate(e, true);
  if (annotated == nullptr) return absl::InvalidArgumentError(annotator.error());
  return annotated;
}

}  // namespace ovnlite
