#include "ovnlite/logical/clauses.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/logical/clause_cube.h"
#include "lib/logical/value_algebra.h"
#include "ovnlite/base/hash.h"
#include "ovnlite/base/status.h"

namespace ovnlite {
namespace {

// The run of ones that `mask` is, as bits of `symbol`; the whole symbol if it is no run.
SymbolBits RunOf(const Symbol* symbol, u128 mask) {
  if (mask == 0) return {symbol, 0, symbol->width};
  const int offset = Low64(mask) != 0 ? std::countr_zero(Low64(mask)) : 64 + std::countr_zero(High64(mask));
  const u128 low = mask >> offset;
  if ((low & (low + 1)) != 0) return {symbol, 0, symbol->width};
  return {symbol, offset, BitWidth(low)};
}

// The bits that an expression is about, if it is about one field; symbol nullptr otherwise. Where parts of it are about
// different bits, that is the whole field.
SymbolBits BitsOf(const Expr* e) {
  switch (e->kind()) {
    case Expr::Kind::kBoolean:
    case Expr::Kind::kCondition:
      return {};
    case Expr::Kind::kCompare:
      return e->symbol()->is_string() ? SymbolBits{e->symbol(), 0, 0} : RunOf(e->symbol(), e->masked().mask);
    case Expr::Kind::kSet:
      return {e->symbol(), e->set_offset(), e->set_bits()};
    case Expr::Kind::kAnd:
    case Expr::Kind::kOr:
      break;
  }
  SymbolBits bits;
  for (const Expr* child : e->children()) {
    const SymbolBits other = BitsOf(child);
    if (other.symbol == nullptr || (bits.symbol != nullptr && bits.symbol != other.symbol)) return {};
    if (bits.symbol == nullptr) {
      bits = other;
    } else if (bits != other) {
      bits = {bits.symbol, 0, bits.symbol->width};
    }
  }
  return bits;
}

}  // namespace

class ClauseMaker {
 public:
  ClauseMaker(const ExprResolver& resolver, const ClauseLimits& limits, ClauseCache* cache)
      : resolver_(resolver), limits_(limits), cache_(cache != nullptr ? cache : &own_cache_) {}

  absl::StatusOr<std::vector<Clause>> Make(const Expr* e) {
    Cubes cubes(1);
    OVNLITE_RETURN_IF_ERROR(Multiply(e, &cubes));
    std::vector<Clause> clauses;
    clauses.reserve(cubes.size());
    absl::flat_hash_map<uint64_t, absl::InlinedVector<size_t, 1>> seen;
    for (Cube& cube : cubes) {
      Clause clause;
      if (!cube.Finish(&clause)) continue;
      if (clause.tests.empty() && clause.sets.empty()) return std::vector<Clause>(1);
      if (cubes.size() > 1) {
        auto& alike = seen[HashOf(clause)];
        const auto same = [&](size_t i) { return clauses[i] == clause; };
        if (std::any_of(alike.begin(), alike.end(), same)) continue;
        alike.push_back(clauses.size());
      }
      clauses.push_back(std::move(clause));
    }
    return clauses;
  }

 private:
  using Cubes = absl::InlinedVector<Cube, 1>;

  static uint64_t HashOf(const Clause& clause) {
    uint64_t h = clause.sets.size();
    for (const FieldTest& t : clause.tests) {
      const uint64_t words[] = {High64(t.value), Low64(t.value), High64(t.mask), Low64(t.mask), t.field.word};
      h = HashWords(words, std::size(words), h);
    }
    for (const FieldSet& s : clause.sets) h = HashMix(h, s.values->size() << 8 | s.field.word);
    return h;
  }

  // Requires `e` besides in every cube; cubes that contradict it go, and alternatives split them.
  absl::Status Multiply(const Expr* e, Cubes* cubes) {
    switch (e->kind()) {
      case Expr::Kind::kBoolean:
      case Expr::Kind::kCondition:
        if (!Fixed(e)) cubes->clear();
        return absl::OkStatus();
      case Expr::Kind::kCompare:
        if (e->op() == RelOp::kEq) {
          FieldTest test;
          const Truth truth = TestOf(e, &test);
          if (truth == Truth::kFalse) cubes->clear();
          if (truth == Truth::kOpen) EraseIf(cubes, [&test](Cube& cube) { return !cube.Add(test); });
          return absl::OkStatus();
        }
        return MultiplySet(BitsOf(e), {&e, 1}, cubes);
      case Expr::Kind::kSet:
        return MultiplySet(BitsOf(e), {&e, 1}, cubes);
      case Expr::Kind::kAnd: {
        // What decides most comes first: comparisons, then sets, then alternatives.
        for (const auto wanted : {&ClauseMaker::IsTest, &ClauseMaker::IsSet, &ClauseMaker::IsRest}) {
          for (const Expr* child : e->children()) {
            if (!wanted(child)) continue;
            OVNLITE_RETURN_IF_ERROR(Multiply(child, cubes));
            if (cubes->empty()) return absl::OkStatus();
          }
        }
        return absl::OkStatus();
      }
      case Expr::Kind::kOr:
        break;
    }
    if (cubes->size() == 1) return MultiplyOne(*e, cubes);
    Cubes all;
    for (Cube& cube : *cubes) {
      Cubes one(1, std::move(cube));
      OVNLITE_RETURN_IF_ERROR(MultiplyOne(*e, &one));
      std::move(one.begin(), one.end(), std::back_inserter(all));
      OVNLITE_RETURN_IF_ERROR(CheckCount(all.size()));
    }
    *cubes = std::move(all);
    return absl::OkStatus();
  }

  static bool IsTest(const Expr* e) {
    return (e->kind() == Expr::Kind::kCompare && e->op() == RelOp::kEq) || e->kind() == Expr::Kind::kCondition ||
           e->kind() == Expr::Kind::kBoolean;
  }
  static bool IsRest(const Expr* e) { return e->kind() == Expr::Kind::kOr || e->kind() == Expr::Kind::kAnd; }
  static bool IsSet(const Expr* e) { return !IsTest(e) && !IsRest(e); }

  template <typename Predicate>
  static void EraseIf(Cubes* cubes, Predicate predicate) {
    cubes->erase(std::remove_if(cubes->begin(), cubes->end(), predicate), cubes->end());
  }

  absl::Status CheckCount(size_t cubes) const {
    if (cubes <= limits_.clauses) return absl::OkStatus();
    return absl::ResourceExhaustedError(
        absl::StrCat("the expression comes to more than ", limits_.clauses, " clauses"));
  }

  // An OR, in the one cube there is. What the cube decides already is left out; what is about the same bits becomes one
  // set.
  absl::Status MultiplyOne(const Expr& e, Cubes* cubes) {
    struct Group {
      SymbolBits bits;
      absl::InlinedVector<const Expr*, 4> members;
    };
    absl::InlinedVector<Group, 2> groups;
    for (const Expr* child : e.children()) {
      const Truth truth = Judge(child, (*cubes)[0]);
      if (truth == Truth::kTrue) return absl::OkStatus();
      if (truth == Truth::kFalse) continue;
      const SymbolBits bits = BitsOf(child);
      auto group = bits.symbol == nullptr
                       ? groups.end()
                       : std::find_if(groups.begin(), groups.end(), [&bits](const Group& g) { return g.bits == bits; });
      if (group == groups.end()) group = groups.insert(group, Group{bits, {}});
      group->members.push_back(child);
    }
    Cubes all;
    for (size_t i = 0; i < groups.size(); ++i) {
      Cubes one(1, i + 1 == groups.size() ? std::move((*cubes)[0]) : (*cubes)[0]);
      const Group& group = groups[i];
      if (group.members.size() == 1) {
        OVNLITE_RETURN_IF_ERROR(Multiply(group.members[0], &one));
      } else {
        OVNLITE_RETURN_IF_ERROR(MultiplySet(group.bits, group.members, &one));
      }
      std::move(one.begin(), one.end(), std::back_inserter(all));
      OVNLITE_RETURN_IF_ERROR(CheckCount(all.size()));
    }
    *cubes = std::move(all);
    return absl::OkStatus();
  }

  // Whether `e` holds as far as the cube knows.
  Truth Judge(const Expr* e, const Cube& cube) const {
    switch (e->kind()) {
      case Expr::Kind::kBoolean:
      case Expr::Kind::kCondition:
        return Fixed(e) ? Truth::kTrue : Truth::kFalse;
      case Expr::Kind::kCompare: {
        FieldTest test;
        if (e->op() != RelOp::kEq) return Truth::kOpen;
        const Truth truth = TestOf(e, &test);
        return truth == Truth::kOpen ? cube.Judge(test) : truth;
      }
      case Expr::Kind::kSet:
        return Truth::kOpen;
      case Expr::Kind::kAnd:
      case Expr::Kind::kOr:
        break;
    }
    const Truth decisive = e->IsAnd() ? Truth::kFalse : Truth::kTrue;
    Truth all = e->IsAnd() ? Truth::kTrue : Truth::kFalse;
    for (const Expr* child : e->children()) {
      const Truth truth = Judge(child, cube);
      if (truth == decisive) return truth;
      if (truth == Truth::kOpen) all = truth;
    }
    return all;
  }

  bool Fixed(const Expr* e) const {
    return e->kind() == Expr::Kind::kBoolean ? e->value() : resolver_.IsChassisResident(e->port()) != e->negated();
  }

  Truth TestOf(const Expr* e, FieldTest* test) const {
    if (!e->symbol()->is_string()) return ovnlite::TestOf(*e->symbol(), e->masked(), test);
    uint32_t key;
    if (!resolver_.FindPort(e->string(), &key)) return Truth::kFalse;
    *test = {e->symbol()->field, key, LowMask(e->symbol()->field.width)};
    return Truth::kOpen;
  }

  // Requires the field to have one of the values that any of `members` admits.
  absl::Status MultiplySet(SymbolBits bits, absl::Span<const Expr* const> members, Cubes* cubes) {
    FieldSet set;
    set.field = FieldRefOf(bits);
    if (set.field.width == 0) {
      bits = {bits.symbol, 0, bits.symbol->width};
      set.field = bits.symbol->field;
    }
    const bool cached =
        members.size() == 1 && (members[0]->kind() == Expr::Kind::kSet || members[0]->kind() == Expr::Kind::kCompare);
    ClauseCache::Sets* sets = !cached ? nullptr : bits.symbol->is_string() ? &cache_->ports_ : &cache_->numbers_;
    if (cached) {
      if (const auto found = sets->find(members[0]); found != sets->end()) set.values = found->second;
    }
    if (set.values == nullptr) {
      MaskedValues values;
      for (const Expr* member : members) {
        OVNLITE_ASSIGN_OR_RETURN(MaskedValues more, ValuesOf(member, bits));
        if (values.empty()) {
          values = std::move(more);
        } else {
          values.insert(values.end(), more.begin(), more.end());
        }
      }
      if (members.size() > 1) Canonicalize(values, WidthOf(bits));
      ClipTo(set.field, &values);
      OVNLITE_RETURN_IF_ERROR(Spend(values.size()));
      set.values = std::make_shared<const FieldValues>(std::move(values));
      if (cached) sets->emplace(members[0], set.values);
    }
    for (size_t i = 0; i < cubes->size();) {
      bool possible;
      OVNLITE_RETURN_IF_ERROR((*cubes)[i].AddSet(set, limits_.values, &possible));
      if (possible) {
        ++i;
      } else {
        cubes->erase(cubes->begin() + static_cast<ptrdiff_t>(i));
      }
    }
    return absl::OkStatus();
  }

  absl::Status Spend(size_t values) {
    values_ += values;
    if (values_ <= limits_.values) return absl::OkStatus();
    return TooManyValues();
  }
  absl::Status TooManyValues() const {
    return absl::ResourceExhaustedError(
        absl::StrCat("the sets of values in the expression have more than ", limits_.values, " members"));
  }

  static int WidthOf(const SymbolBits& bits) {
    return bits.symbol->is_string() ? bits.symbol->field.width : bits.width;
  }

  // OVN counts more bits than packets have of one field: those are zero.
  static void ClipTo(FieldRef field, MaskedValues* values) {
    const u128 there = LowMask(field.width);
    values->erase(std::remove_if(values->begin(), values->end(),
                                 [there](const MaskedValue& v) { return (v.value & ~there) != 0; }),
                  values->end());
    for (MaskedValue& v : *values) {
      v.mask &= there;
      if (v.mask != 0) continue;
      *values = {v};
      return;
    }
  }

  // The values of `bits` that `e`, which is about nothing else, admits; sorted.
  absl::StatusOr<MaskedValues> ValuesOf(const Expr* e, const SymbolBits& bits) {
    const int width = WidthOf(bits);
    MaskedValues values;
    switch (e->kind()) {
      case Expr::Kind::kCompare:
        if (!e->symbol()->is_string()) return CompareValues(*e, bits);
        AddPort(e->string(), width, &values);
        return e->op() == RelOp::kEq ? values : Complement(values, width);
      case Expr::Kind::kSet:
        values.reserve(e->set().size());
        for (size_t i = 0; i < e->set().size(); ++i) {
          if (e->symbol()->is_string()) {
            AddPort(e->string(i), width, &values);
          } else {
            values.push_back({e->masked(i).value >> bits.offset, e->masked(i).mask >> bits.offset});
          }
        }
        Canonicalize(values, width);
        return e->op() == RelOp::kEq ? values : Complement(values, width);
      case Expr::Kind::kAnd: {
        values.push_back({0, 0});
        for (const Expr* child : e->children()) {
          OVNLITE_ASSIGN_OR_RETURN(const MaskedValues more, ValuesOf(child, bits));
          MaskedValues both;
          if (!IntersectValues(values, more, width, limits_.values, &both)) return TooManyValues();
          values = std::move(both);
        }
        return values;
      }
      case Expr::Kind::kOr:
        for (const Expr* child : e->children()) {
          OVNLITE_ASSIGN_OR_RETURN(const MaskedValues more, ValuesOf(child, bits));
          values.insert(values.end(), more.begin(), more.end());
          if (values.size() > limits_.values) return TooManyValues();
        }
        Canonicalize(values, width);
        return values;
      case Expr::Kind::kBoolean:
      case Expr::Kind::kCondition:
        break;
    }
    return values;
  }

  absl::StatusOr<MaskedValues> CompareValues(const Expr& e, const SymbolBits& bits) {
    const MaskedValue m = {e.masked().value >> bits.offset, e.masked().mask >> bits.offset};
    if (e.op() == RelOp::kEq) return MaskedValues{m};
    const SymbolBits run = RunOf(e.symbol(), e.masked().mask);
    const int shift = run.offset - bits.offset;
    const bool is_run = m.mask != 0 && shift >= 0 && m.mask == LowMask(run.width) << shift;
    if (!is_run) return Complement({m}, bits.width);  // A != with holes in its mask.
    MaskedValues values = OrderedValues(e.op(), m.value >> shift, run.width);
    for (MaskedValue& v : values) v = {v.value << shift, v.mask << shift};
    return values;
  }

  absl::StatusOr<MaskedValues> Complement(const MaskedValues& values, int width) {
    MaskedValues others;
    if (!ComplementValues(values, width, limits_.values, &others)) return TooManyValues();
    return others;
  }

  void AddPort(absl::string_view name, int width, MaskedValues* values) const {
    uint32_t key;
    if (resolver_.FindPort(name, &key)) values->push_back({key & LowMask(width), LowMask(width)});
  }

  const ExprResolver& resolver_;
  const ClauseLimits limits_;
  ClauseCache own_cache_;  // Within one expression a set is made once anyway.
  ClauseCache* cache_;
  size_t values_ = 0;
};

absl::StatusOr<std::vector<Clause>> ToClauses(const Expr* e, const ExprResolver& resolver, const ClauseLimits& limits,
                                              ClauseCache* cache) {
  return ClauseMaker(resolver, limits, cache).Make(e);
}

}  // namespace ovnlite
