#include "lib/trace/ties.h"

namespace ovnlite {

// A row hangs in the bucket of its UUID's first word; there are as many buckets as makes two rows for each, rounded up
// to a power of two.
Ties::Ties(size_t rows) : mask_(3) {
  while (rows / 2 > mask_) mask_ = mask_ << 1 | 1;
}

const Flow* Ties::First(const FlowTables& tables, const Flow& found, const FlowKey& key) const {
  const Flow* first = &found;
  if (found.source == 0) return first;
  tables.ForEachMatch(found.table, key, found.priority, [&](const Flow& flow) {
    if (flow.source != 0 && (flow.cookie & mask_) < (first->cookie & mask_)) first = &flow;
  });
  return first;
}

}  // namespace ovnlite
