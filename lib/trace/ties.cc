#include "lib/trace/ties.h"

namespace ovnlite {
namespace {

uint64_t PlaceOf(const Flow& flow) {
  return uint64_t{flow.table} << 56 | uint64_t{flow.priority} << 32 |
         static_cast<uint32_t>(static_cast<uint64_t>(flow.match.ValueOf(field::kMetadata)));
}

}  // namespace

void Ties::Build(const FlowTables& tables, size_t rows) {
  // A row hangs in the bucket of its UUID's first word; there are as many buckets as makes two rows for each, rounded
  // up to a power of two.
  mask_ = 3;
  while (rows / 2 > mask_) mask_ = mask_ << 1 | 1;
  alike_.clear();
  tables.ForEach([this](const Flow& flow) {
    if (flow.source != 0) alike_[PlaceOf(flow)].push_back(flow.id);
  });
}

const Flow* Ties::First(const FlowTables& tables, const Flow& found, const FlowKey& key) const {
  const auto alike = alike_.find(PlaceOf(found));
  const Flow* first = &found;
  if (found.source == 0 || alike == alike_.end() || alike->second.size() < 2) return first;
  for (FlowId id : alike->second) {
    const Flow* flow = tables.Find(id);
    if (flow == nullptr || (flow->cookie & mask_) >= (first->cookie & mask_)) continue;
    if (flow->match.Matches(key)) first = flow;
  }
  return first;
}

}  // namespace ovnlite
