// File: value_set.h
// A set of values of one field, as it comes from {1, 2}, 1 <= f <= 9, $address_set and @port_group: asked "is v in
// it?", it also says how few bits of v decide the answer. That is what keeps one cached megaflow wide: a packet to port
// 8042 tested against 8000..8100 need not pin all 16 bits.
//
// Prefixes and ranges are kept as sorted disjoint intervals (binary search, O(log n)); masks with holes as a list.

#ifndef OVNLITE_FLOW_VALUE_SET_H_
#define OVNLITE_FLOW_VALUE_SET_H_

#include <vector>

#include "absl/types/span.h"
#include "ovnlite/base/bytes.h"

namespace ovnlite {

class ValueSet {
 public:
  struct Entry {
    u128 value;
    u128 mask;
    friend bool operator==(const Entry&, const Entry&) = default;
  };

  // A set of values of a field `width` bits wide. Bits outside an entry's mask are ignored.
  ValueSet(int width, absl::Span<const Entry> entries);

  bool Contains(u128 v) const;
  // A mask such that every value equal to `v` under it has the same answer as `v`. A prefix where the set is made of
  // prefixes; never wider than it must be for intervals.
  u128 DecidingBits(u128 v) const;

  bool empty() const { return ranges_.empty() && holed_.empty(); }
  int width() const { return width_; }

  friend bool operator==(const ValueSet&, const ValueSet&) = default;

 private:
  struct Range {  // Inclusive.
    u128 first;
    u128 last;
    friend bool operator==(const Range&, const Range&) = default;
  };
  // The first range that ends at or after v.
  std::vector<Range>::const_iterator Find(u128 v) const;

  int width_;
  std::vector<Range> ranges_;  // Sorted, disjoint, not touching.
  std::vector<Entry> holed_;   // Masks with holes; sorted.
};

}  // namespace ovnlite

#endif  // OVNLITE_FLOW_VALUE_SET_H_
