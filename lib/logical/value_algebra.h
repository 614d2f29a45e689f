// File: value_algebra.h
// Sets of values of one field as lists of masked values: their union, intersection and complement. Lists of prefixes, which
// is what nearly all are, go by intervals and stay linear; masks with holes are multiplied out, within a limit.

#ifndef OVNLITE_LIB_LOGICAL_VALUE_ALGEBRA_H_
#define OVNLITE_LIB_LOGICAL_VALUE_ALGEBRA_H_

#include <cstddef>
#include <vector>

#include "ovnlite/logical/expr.h"

namespace ovnlite {

// A value is in the list if it matches any of them: none for no values, all for one with mask 0.
using MaskedValues = std::vector<MaskedValue>;

// All masks must lie within the lowest `width` bits.
// Sorts; drops what is there twice; of prefixes, drops those inside others and joins neighbours.
void Canonicalize(MaskedValues& values, int width);
// Both sorted by Canonicalize(). False when the result would have more than `limit` values.
bool IntersectValues(const MaskedValues& a, const MaskedValues& b, int width, size_t limit, MaskedValues* both);
// The values not in the list. False as above.
bool ComplementValues(const MaskedValues& values, int width, size_t limit, MaskedValues* others);
// The values v with v `op` x, for an order on `width` bits; sorted.
MaskedValues OrderedValues(RelOp op, u128 x, int width);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_LOGICAL_VALUE_ALGEBRA_H_
