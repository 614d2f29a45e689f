#include "lib/trace/ties.h"

#include <cstdint>

namespace ovnlite {

// A row hangs in the bucket of its UUID's first word; there are as many buckets as makes two rows for each, rounded up
// to a power of two.
TieOrder TiesAsInOvnTrace(size_t rows) {
  uint32_t mask = 3;
  while (rows / 2 > mask) mask = mask << 1 | 1;
  return [mask](const Flow& a, const Flow& b) {
    const uint32_t bucket_a = a.cookie & mask, bucket_b = b.cookie & mask;
    const bool logical = !a.source.IsZero() && !b.source.IsZero();
    return logical && bucket_a != bucket_b ? bucket_a < bucket_b : Precedes(a, b);
  };
}

}  // namespace ovnlite
