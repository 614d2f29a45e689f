#include "lib/logical/clause_cube.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/logical/value_algebra.h"

namespace ovnlite {
namespace {

// A test's part in one word of the FlowKey.
struct WordBits {
  uint64_t value = 0;
  uint64_t mask = 0;
};
WordBits BitsIn(const FieldTest& t, int word) {
  if (t.field.width > 64) {
    if (word == t.field.word) return {High64(t.value), High64(t.mask)};
    if (word == t.field.word + 1) return {Low64(t.value), Low64(t.mask)};
    return {};
  }
  if (word != t.field.word) return {};
  return {Low64(t.value) << t.field.shift, Low64(t.mask) << t.field.shift};
}

bool Overlap(FieldRef a, FieldRef b) {
  const int a_end = a.word + (a.width > 64 ? 1 : 0), b_end = b.word + (b.width > 64 ? 1 : 0);
  return a.word <= b_end && b.word <= a_end;
}

bool Contradict(const FieldTest& a, const FieldTest& b) {
  if (!Overlap(a.field, b.field)) return false;
  for (int word = a.field.word; word <= a.field.word + 1; ++word) {
    const WordBits x = BitsIn(a, word), y = BitsIn(b, word);
    if (((x.value ^ y.value) & x.mask & y.mask) != 0) return true;
  }
  return false;
}

// What `tests` require of a field's bits.
template <typename Tests>
MaskedValue RequiredBy(const Tests& tests, FieldRef field) {
  FlowKey value, mask;
  bool any = false;
  for (const FieldTest& t : tests) {
    if (t.field == field) return {t.value, t.mask};
    if (!Overlap(t.field, field)) continue;
    any = true;
    value.SetMasked(t.field, t.value, t.mask);
    mask.Include(t.field, t.mask);
  }
  if (!any) return {};
  return {value.Get(field) & mask.Get(field), mask.Get(field)};
}

}  // namespace

Truth TestOf(const Symbol& symbol, MaskedValue masked, FieldTest* test) {
  const u128 there = LowMask(symbol.field.width);
  if ((masked.value & ~there) != 0) return Truth::kFalse;
  masked.mask &= there;
  if (masked.mask == 0) return Truth::kTrue;
  *test = {symbol.field, masked.value, masked.mask};
  return Truth::kOpen;
}

bool Cube::Add(const FieldTest& test) {
  for (FieldTest& t : tests_) {
    if (t.field != test.field) continue;
    if (((t.value ^ test.value) & t.mask & test.mask) != 0) return false;
    t.value |= test.value;
    t.mask |= test.mask;
    return true;
  }
  tests_.push_back(test);
  return true;
}

absl::Status Cube::AddSet(FieldSet set, size_t limit, bool* possible) {
  *possible = true;
  if (set.values->empty()) {
    *possible = false;
    return absl::OkStatus();
  }
  if (set.values->size() == 1) {
    const MaskedValue only = (*set.values)[0];
    if (only.mask != 0) *possible = Add({set.field, only.value, only.mask});
    return absl::OkStatus();
  }
  for (FieldSet& s : sets_) {
    if (s.field != set.field) continue;
    if (s.values == set.values) return absl::OkStatus();
    auto both = std::make_shared<FieldValues>();
    if (!IntersectValues(*s.values, *set.values, set.field.width, limit, both.get())) {
      return absl::ResourceExhaustedError(absl::StrCat("a set of values in the expression has more than ", limit, " members"));
    }
    sets_.erase(sets_.begin() + (&s - sets_.data()));
    return AddSet({set.field, std::move(both)}, limit, possible);
  }
  sets_.push_back(std::move(set));
  return absl::OkStatus();
}

Truth Cube::Judge(const FieldTest& test) const {
  for (const FieldTest& t : tests_) {
    if (t.field != test.field) continue;
    if (((t.value ^ test.value) & t.mask & test.mask) != 0) return Truth::kFalse;
    if ((test.mask & ~t.mask) == 0) return Truth::kTrue;
  }
  return Truth::kOpen;
}

bool Cube::Finish(Clause* clause) {
  // A set with one member left is a test, which may in turn narrow another set.
  for (size_t i = 0; i < sets_.size();) {
    const FieldSet& set = sets_[i];
    const MaskedValue required = RequiredBy(tests_, set.field);
    if (required.mask == 0) {
      ++i;
      continue;
    }
    FieldValues left;
    bool satisfied = false;
    for (const MaskedValue& v : *set.values) {
      if (((v.value ^ required.value) & v.mask & required.mask) != 0) continue;
      satisfied = satisfied || (v.mask & ~required.mask) == 0;
      left.push_back(v);
    }
    if (left.empty()) return false;
    if (satisfied || left.size() == 1) {
      const FieldTest test = {set.field, left[0].value, left[0].mask};
      sets_.erase(sets_.begin() + static_cast<ptrdiff_t>(i));
      if (!satisfied) {
        if (!Add(test)) return false;
        i = 0;
      }
      continue;
    }
    if (left.size() < set.values->size()) sets_[i].values = std::make_shared<const FieldValues>(std::move(left));
    ++i;
  }
  for (size_t i = 0; i < tests_.size(); ++i) {
    for (size_t j = i + 1; j < tests_.size(); ++j) {
      if (Contradict(tests_[i], tests_[j])) return false;
    }
  }
  const auto less = [](const auto& a, const auto& b) { return FieldLess(a.field, b.field); };
  std::sort(tests_.begin(), tests_.end(), less);
  if (sets_.size() > 1) std::sort(sets_.begin(), sets_.end(), less);
  clause->tests.assign(tests_.begin(), tests_.end());
  clause->sets.assign(std::make_move_iterator(sets_.begin()), std::make_move_iterator(sets_.end()));
  return true;
}

bool FieldSet::Matches(const FlowKey& key) const {
  const u128 v = key.Get(field);
  for (const MaskedValue& m : *values) {
    if ((v & m.mask) == m.value) return true;
  }
  return false;
}

bool Clause::Matches(const FlowKey& key) const {
  for (const FieldTest& t : tests) {
    if (!t.Matches(key)) return false;
  }
  for (const FieldSet& s : sets) {
    if (!s.Matches(key)) return false;
  }
  return true;
}

MaskedValue Clause::Required(FieldRef field) const { return RequiredBy(tests, field); }

std::string ToString(const Clause& clause) {
  std::string out;
  const auto append_field = [&out](FieldRef f) {
    absl::StrAppend(&out, out.empty() ? "" : " & ", "word", f.word, "[", f.shift, "+", f.width, "]");
  };
  const auto append_value = [&out](MaskedValue m, FieldRef f) {
    AppendHex(out, m.value);
    if (m.mask == LowMask(f.width)) return;
    out += '/';
    AppendHex(out, m.mask);
  };
  for (const FieldTest& t : clause.tests) {
    append_field(t.field);
    out += '=';
    append_value({t.value, t.mask}, t.field);
  }
  for (const FieldSet& s : clause.sets) {
    append_field(s.field);
    out += " in {";
    for (size_t i = 0; i < s.values->size(); ++i) {
      if (i > 0) out += ", ";
      append_value((*s.values)[i], s.field);
    }
    out += '}';
  }
  return out.empty() ? "always" : out;
}

}  // namespace ovnlite
