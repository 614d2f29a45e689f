#include "ovnlite/flow/value_set.h"

#include <algorithm>
#include <bit>
#include <tuple>

#include "ovnlite/base/ip.h"

namespace ovnlite {
namespace {

// Position of the highest set bit; v must not be 0.
int HighestBit(u128 v) { return High64(v) != 0 ? 127 - std::countl_zero(High64(v)) : 63 - std::countl_zero(Low64(v)); }

}  // namespace

ValueSet::ValueSet(int width, absl::Span<const Entry> entries) : width_(width) {
  const u128 all = LowMask(width);
  std::vector<Range> ranges;
  for (const Entry& entry : entries) {
    const u128 mask = entry.mask & all;
    const u128 value = entry.value & mask;
    if (PrefixLengthOfMask(mask, width) >= 0) {
      ranges.push_back({value, value | (all ^ mask)});
    } else {
      holed_.push_back({value, mask});
    }
  }
  std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) { return a.first < b.first; });
  for (const Range& range : ranges) {
    const bool joins =
        !ranges_.empty() && (range.first <= ranges_.back().last || range.first - ranges_.back().last == 1);
    if (joins) {
      ranges_.back().last = std::max(ranges_.back().last, range.last);
    } else {
      ranges_.push_back(range);
    }
  }
  std::sort(holed_.begin(), holed_.end(),
            [](const Entry& a, const Entry& b) { return std::tie(a.mask, a.value) < std::tie(b.mask, b.value); });
  holed_.erase(std::unique(holed_.begin(), holed_.end()), holed_.end());
}

std::vector<ValueSet::Range>::const_iterator ValueSet::Find(u128 v) const {
  return std::lower_bound(ranges_.begin(), ranges_.end(), v, [](const Range& r, u128 x) { return r.last < x; });
}

bool ValueSet::Contains(u128 v) const {
  const auto range = Find(v);
  if (range != ranges_.end() && range->first <= v) return true;
  return std::any_of(holed_.begin(), holed_.end(), [v](const Entry& e) { return (v & e.mask) == e.value; });
}

u128 ValueSet::DecidingBits(u128 v) const {
  const u128 all = LowMask(width_);
  const auto range = Find(v);
  const bool inside = range != ranges_.end() && range->first <= v;
  if (!inside) {
    for (const Entry& e : holed_) {
      if ((v & e.mask) == e.value) return e.mask;
    }
  }
  // A block of 2^k values around v gives one answer as long as it reaches neither neighbour of v's range or gap: it
  // reaches x exactly when v and x agree above bit k.
  int free_bits = width_;
  const auto must_not_reach = [&](u128 x) { free_bits = std::min(free_bits, HighestBit(v ^ x)); };
  if (inside) {
    if (range->first > 0) must_not_reach(range->first - 1);
    if (range->last < all) must_not_reach(range->last + 1);
  } else {
    if (range != ranges_.begin()) must_not_reach(std::prev(range)->last);
    if (range != ranges_.end()) must_not_reach(range->first);
  }
  u128 bits = all ^ LowMask(free_bits);
  if (!inside) {
    for (const Entry& e : holed_) bits |= e.mask;
  }
  return bits;
}

}  // namespace ovnlite
