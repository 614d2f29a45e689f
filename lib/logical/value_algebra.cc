#include "lib/logical/value_algebra.h"

#include <algorithm>

namespace ovnlite {
namespace {

struct Interval {  // Inclusive.
  u128 first;
  u128 last;
};
using Intervals = std::vector<Interval>;

bool IsPrefix(u128 mask, int width) {
  const u128 rest = ~mask & LowMask(width);
  return (rest & (rest + 1)) == 0;
}

bool ArePrefixes(const MaskedValues& values, int width) {
  return std::all_of(values.begin(), values.end(), [width](const MaskedValue& v) { return IsPrefix(v.mask, width); });
}

Intervals IntervalsOf(const MaskedValues& prefixes, int width) {
  Intervals intervals;
  intervals.reserve(prefixes.size());
  for (const MaskedValue& v : prefixes) intervals.push_back({v.value, v.value | (~v.mask & LowMask(width))});
  std::sort(intervals.begin(), intervals.end(), [](const Interval& a, const Interval& b) { return a.first < b.first; });
  size_t n = 0;
  for (const Interval& i : intervals) {
    if (n > 0 && (i.first <= intervals[n - 1].last || i.first == intervals[n - 1].last + 1)) {
      intervals[n - 1].last = std::max(intervals[n - 1].last, i.last);
    } else {
      intervals[n++] = i;
    }
  }
  intervals.resize(n);
  return intervals;
}

// The fewest prefixes that make up an interval, in order.
void AppendPrefixes(Interval interval, int width, MaskedValues* out) {
  const u128 all = LowMask(width);
  u128 at = interval.first;
  for (;;) {
    // The largest block that begins here and ends in time.
    u128 block = 0;  // Its size less one.
    while (block != all && (at & (block << 1 | 1)) == 0 && interval.last - at >= (block << 1 | 1)) block = block << 1 | 1;
    out->push_back({at, all & ~block});
    if (interval.last - at == block) return;
    at += block + 1;
  }
}

MaskedValues PrefixesOf(const Intervals& intervals, int width) {
  MaskedValues values;
  values.reserve(intervals.size());
  for (const Interval& i : intervals) AppendPrefixes(i, width, &values);
  return values;
}

bool Less(const MaskedValue& a, const MaskedValue& b) { return a.value != b.value ? a.value < b.value : a.mask < b.mask; }

u128 LowestBit(u128 v) { return v & (~v + 1); }

}  // namespace

void Canonicalize(MaskedValues& values, int width) {
  if (values.size() < 2) return;
  if (ArePrefixes(values, width)) {
    values = PrefixesOf(IntervalsOf(values, width), width);
    return;
  }
  std::sort(values.begin(), values.end(), Less);
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

bool IntersectValues(const MaskedValues& a, const MaskedValues& b, int width, size_t limit, MaskedValues* both) {
  both->clear();
  if (ArePrefixes(a, width) && ArePrefixes(b, width)) {
    const Intervals x = IntervalsOf(a, width), y = IntervalsOf(b, width);
    for (size_t i = 0, j = 0; i < x.size() && j < y.size();) {
      const Interval overlap = {std::max(x[i].first, y[j].first), std::min(x[i].last, y[j].last)};
      if (overlap.first <= overlap.last) AppendPrefixes(overlap, width, both);
      if (both->size() > limit) return false;
      if (x[i].last < y[j].last) {
        ++i;
      } else {
        ++j;
      }
    }
    return true;
  }
  for (const MaskedValue& x : a) {
    for (const MaskedValue& y : b) {
      if (((x.value ^ y.value) & x.mask & y.mask) != 0) continue;
      both->push_back({x.value | y.value, x.mask | y.mask});
      if (both->size() > limit) return false;
    }
  }
  Canonicalize(*both, width);
  return true;
}

bool ComplementValues(const MaskedValues& values, int width, size_t limit, MaskedValues* others) {
  others->clear();
  if (ArePrefixes(values, width)) {
    u128 next = 0;
    for (const Interval& i : IntervalsOf(values, width)) {
      if (i.first > next) AppendPrefixes({next, i.first - 1}, width, others);
      if (others->size() > limit) return false;
      if (i.last == LowMask(width)) return true;
      next = i.last + 1;
    }
    AppendPrefixes({next, LowMask(width)}, width, others);
    return others->size() <= limit;
  }
  // Take one masked value after the other away: from each piece that overlaps it, the parts that differ in the first bit,
  // that agree in the first and differ in the second, and so on.
  MaskedValues left = {{0, 0}};
  for (const MaskedValue& v : values) {
    MaskedValues pieces;
    for (MaskedValue piece : left) {
      if (((piece.value ^ v.value) & piece.mask & v.mask) != 0) {
        pieces.push_back(piece);
      } else {
        for (u128 rest = v.mask & ~piece.mask; rest != 0; rest &= rest - 1) {
          const u128 bit = LowestBit(rest);
          pieces.push_back({piece.value | (~v.value & bit), piece.mask | bit});
          piece = {piece.value | (v.value & bit), piece.mask | bit};
        }
      }
      if (pieces.size() > limit) return false;
    }
    left = std::move(pieces);
  }
  *others = std::move(left);
  Canonicalize(*others, width);
  return true;
}

MaskedValues OrderedValues(RelOp op, u128 x, int width) {
  const u128 last = LowMask(width);
  MaskedValues values;
  switch (op) {
    case RelOp::kLe:
      AppendPrefixes({0, x}, width, &values);
      break;
    case RelOp::kGe:
      AppendPrefixes({x, last}, width, &values);
      break;
    case RelOp::kLt:
      if (x > 0) AppendPrefixes({0, x - 1}, width, &values);
      break;
    case RelOp::kGt:
      if (x < last) AppendPrefixes({x + 1, last}, width, &values);
      break;
    case RelOp::kEq:
      values.push_back({x, last});
      break;
    case RelOp::kNe:
      if (x > 0) AppendPrefixes({0, x - 1}, width, &values);
      if (x < last) AppendPrefixes({x + 1, last}, width, &values);
      break;
  }
  return values;
}

}  // namespace ovnlite
