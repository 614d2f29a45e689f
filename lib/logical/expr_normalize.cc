// OVN's normal form, by OVN's steps: the set of matches that come out of it, and the order of the alternatives, are what
// ovn-controller's flows show.
#include <algorithm>

#include "absl/container/inlined_vector.h"
#include "lib/logical/expr_limits.h"
#include "ovnlite/base/status.h"
#include "ovnlite/logical/expr_transform.h"

namespace ovnlite {
namespace {

using Terms = absl::InlinedVector<const Expr*, 8>;
using Values = std::vector<MaskedValue>;
using Strings = std::vector<absl::string_view>;

bool Less(const MaskedValue& a, const MaskedValue& b) { return a.value != b.value ? a.value < b.value : a.mask < b.mask; }

void SortUnique(Values& values) {
  std::sort(values.begin(), values.end(), Less);
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

// a && b, if they do not contradict each other.
bool Intersect(const MaskedValue& a, const MaskedValue& b, MaskedValue* both) {
  if (((a.value ^ b.value) & a.mask & b.mask) != 0) return false;
  *both = {a.value | b.value, a.mask | b.mask};
  return true;
}

// How many alternatives an OR has once its sets are written out.
size_t CountAlternatives(const Expr* e) {
  if (e->kind() == Expr::Kind::kSet) return e->set().size();
  size_t n = 0;
  for (const Expr* child : e->children()) n += child->kind() == Expr::Kind::kSet ? child->set().size() : 1;
  return n;
}

class Normalizer {
 public:
  Normalizer(ExprPool& pool, const NormalizeLimits& limits) : pool_(pool), budget_(limits) {}

  absl::StatusOr<const Expr*> Normalize(const Expr* e) {
    Terms alternatives;
    bool always = false;
    switch (e->kind()) {
      case Expr::Kind::kAnd:
        OVNLITE_RETURN_IF_ERROR(And(Terms(e->children().begin(), e->children().end()), &alternatives, &always));
        break;
      case Expr::Kind::kOr:
        OVNLITE_RETURN_IF_ERROR(Or(e->children(), &alternatives, &always));
        break;
      default:
        return e;
    }
    return always ? pool_.Boolean(true) : pool_.Or(alternatives);
  }

 private:
  // Appends the alternatives of an OR of `terms`, or sets `always`.
  absl::Status Or(absl::Span<const Expr* const> terms, Terms* alternatives, bool* always) {
    for (const Expr* term : terms) {
      if (term->kind() == Expr::Kind::kAnd) {
        OVNLITE_RETURN_IF_ERROR(And(Terms(term->children().begin(), term->children().end()), alternatives, always));
        if (*always) return absl::OkStatus();
      } else if (term->IsTrue()) {
        *always = true;
        return absl::OkStatus();
      } else if (!term->IsFalse()) {
        alternatives->push_back(term);
      }
    }
    return absl::OkStatus();
  }

  // The same for an AND of `terms`.
  absl::Status And(Terms terms, Terms* alternatives, bool* always) {
    bool never = false;
    OVNLITE_RETURN_IF_ERROR(SortAndCrush(&terms, &never));
    if (never) return absl::OkStatus();
    if (terms.empty()) {
      *always = true;
      return absl::OkStatus();
    }
    OVNLITE_RETURN_IF_ERROR(budget_.Spend(terms.size()));
    if (terms.size() == 1) {
      if (terms[0]->kind() == Expr::Kind::kOr) return Or(terms[0]->children(), alternatives, always);
      alternatives->push_back(terms[0]);
      return absl::OkStatus();
    }
    for (size_t i = 0; i < terms.size(); ++i) {
      if (!terms[i]->IsOr()) continue;
      const Symbol* symbol = UniqueSymbol(terms[i]);
      if (symbol == nullptr || symbol->must_crossproduct) return Distribute(terms, i, alternatives, always);
    }
    alternatives->push_back(pool_.And(terms));
    return absl::OkStatus();
  }

  // (a || b) && rest  =>  a && rest || b && rest, each normalized in turn.
  absl::Status Distribute(const Terms& terms, size_t at, Terms* alternatives, bool* always) {
    Terms choices;
    Flatten(terms[at], &choices);
    for (const Expr* choice : choices) {
      OVNLITE_RETURN_IF_ERROR(budget_.Spend(terms.size()));
      Terms chosen(terms.begin(), terms.begin() + at);
      if (choice->kind() == Expr::Kind::kAnd) {
        chosen.insert(chosen.end(), choice->children().begin(), choice->children().end());
      } else {
        chosen.push_back(choice);
      }
      chosen.insert(chosen.end(), terms.begin() + at + 1, terms.end());
      OVNLITE_RETURN_IF_ERROR(And(std::move(chosen), alternatives, always));
      if (*always) return absl::OkStatus();
    }
    return absl::OkStatus();
  }

  // The alternatives of an OR, one by one.
  void Flatten(const Expr* e, Terms* out) {
    if (e->kind() == Expr::Kind::kSet) {
      for (size_t i = 0; i < e->set().size(); ++i) out->push_back(pool_.Element(e, i));
    } else if (e->kind() == Expr::Kind::kOr) {
      for (const Expr* child : e->children()) Flatten(child, out);
    } else {
      out->push_back(e);
    }
  }

  // Brings what is about one symbol together, in the order of the symbols' names, and makes one comparison or one set of
  // alternatives out of it. ORs over several symbols follow, the shorter first; conditions last.
  absl::Status SortAndCrush(Terms* terms, bool* never) {
    struct Key {
      const Expr* term;
      const Symbol* symbol;
      size_t rank;
    };
    absl::InlinedVector<Key, 8> keys;
    for (const Expr* term : *terms) {
      if (term->IsTrue()) continue;
      if (term->IsFalse()) {
        *never = true;
        return absl::OkStatus();
      }
      const Symbol* symbol = UniqueSymbol(term);
      const size_t rank = symbol != nullptr                         ? 0
                          : term->kind() == Expr::Kind::kCondition ? ~size_t{0}
                                                                    : CountAlternatives(term);
      keys.push_back({term, symbol, rank});
    }
    std::stable_sort(keys.begin(), keys.end(), [](const Key& a, const Key& b) {
      if ((a.symbol != nullptr) != (b.symbol != nullptr)) return a.symbol != nullptr;
      return a.symbol != nullptr ? a.symbol->name < b.symbol->name : a.rank < b.rank;
    });
    terms->clear();
    for (size_t i = 0; i < keys.size();) {
      if (keys[i].symbol == nullptr) {
        terms->push_back(keys[i++].term);
        continue;
      }
      Terms same;
      const Symbol* symbol = keys[i].symbol;
      for (; i < keys.size() && keys[i].symbol == symbol; ++i) same.push_back(keys[i].term);
      OVNLITE_ASSIGN_OR_RETURN(const Expr* crushed, Crush(symbol, same));
      if (crushed->IsFalse()) {
        *never = true;
        return absl::OkStatus();
      }
      if (!crushed->IsTrue()) terms->push_back(crushed);
    }
    return absl::OkStatus();
  }

  // An AND of terms about one symbol, as a comparison, a set of alternatives in order without duplicates, or a Boolean.
  absl::StatusOr<const Expr*> Crush(const Symbol* symbol, absl::Span<const Expr* const> terms) {
    if (terms.size() == 1 && terms[0]->kind() == Expr::Kind::kCompare) return terms[0];
    if (symbol->is_string()) {
      OVNLITE_ASSIGN_OR_RETURN(const Strings strings, CrushStringsAnd(terms));
      return pool_.Set(symbol, RelOp::kEq, strings);
    }
    OVNLITE_ASSIGN_OR_RETURN(const Values values, CrushAnd(terms));
    if (values.size() == 1 && values[0].mask == 0) return pool_.Boolean(true);
    return pool_.Set(symbol, RelOp::kEq, values);
  }

  // As alternatives: none is false, one without a mask is true.
  absl::StatusOr<Values> CrushAnd(absl::Span<const Expr* const> terms) {
    MaskedValue fixed;
    std::vector<Values> sets;
    for (const Expr* term : terms) {
      if (term->kind() == Expr::Kind::kCompare) {
        if (!Intersect(fixed, term->masked(), &fixed)) return Values();
        continue;
      }
      OVNLITE_ASSIGN_OR_RETURN(Values values, CrushOne(term));
      if (values.empty()) return values;
      if (values.size() > 1) {
        sets.push_back(std::move(values));
      } else if (!Intersect(fixed, values[0], &fixed)) {
        return Values();
      }
    }
    Values result = {fixed};
    for (const Values& set : sets) {
      Values product;
      for (const MaskedValue& a : result) {
        OVNLITE_RETURN_IF_ERROR(budget_.Spend(set.size()));
        for (const MaskedValue& b : set) {
          MaskedValue both;
          if (Intersect(a, b, &both)) product.push_back(both);
        }
      }
      SortUnique(product);
      result = std::move(product);
    }
    return result;
  }

  absl::StatusOr<Values> CrushOne(const Expr* e) {
    Values values;
    switch (e->kind()) {
      case Expr::Kind::kCompare:
        return Values{e->masked()};
      case Expr::Kind::kSet:
        OVNLITE_RETURN_IF_ERROR(budget_.Spend(e->set().size()));
        for (size_t i = 0; i < e->set().size(); ++i) values.push_back(e->masked(i));
        break;
      case Expr::Kind::kAnd:
        return CrushAnd(e->children());
      default:
        for (const Expr* child : e->children()) {
          OVNLITE_ASSIGN_OR_RETURN(const Values more, CrushOne(child));
          values.insert(values.end(), more.begin(), more.end());
        }
        for (const MaskedValue& v : values) {
          if (v.mask == 0) return Values{v};
        }
    }
    SortUnique(values);
    return values;
  }

  absl::StatusOr<Strings> CrushStringsAnd(absl::Span<const Expr* const> terms) {
    Strings result;
    bool first = true;
    for (const Expr* term : terms) {
      OVNLITE_ASSIGN_OR_RETURN(Strings strings, CrushStrings(term));
      if (first) {
        result = std::move(strings);
      } else {
        Strings both;
        std::set_intersection(result.begin(), result.end(), strings.begin(), strings.end(), std::back_inserter(both));
        result = std::move(both);
      }
      first = false;
    }
    return result;
  }

  absl::StatusOr<Strings> CrushStrings(const Expr* e) {
    Strings strings;
    switch (e->kind()) {
      case Expr::Kind::kCompare:
        return Strings{e->string()};
      case Expr::Kind::kSet:
        OVNLITE_RETURN_IF_ERROR(budget_.Spend(e->set().size()));
        for (size_t i = 0; i < e->set().size(); ++i) strings.push_back(e->string(i));
        break;
      case Expr::Kind::kAnd:
        return CrushStringsAnd(e->children());
      default:
        for (const Expr* child : e->children()) {
          OVNLITE_ASSIGN_OR_RETURN(const Strings more, CrushStrings(child));
          strings.insert(strings.end(), more.begin(), more.end());
        }
    }
    std::sort(strings.begin(), strings.end());
    strings.erase(std::unique(strings.begin(), strings.end()), strings.end());
    return strings;
  }

  ExprPool& pool_;
  ComparisonBudget budget_;
};

}  // namespace

absl::StatusOr<const Expr*> Normalize(ExprPool& pool, const Expr* e, const NormalizeLimits& limits) {
  OVNLITE_ASSIGN_OR_RETURN(const Expr* simple, Simplify(pool, e, limits));
  return Normalizer(pool, limits).Normalize(simple);
}

}  // namespace ovnlite
