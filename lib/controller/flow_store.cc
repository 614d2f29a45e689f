#include "lib/controller/flow_store.h"

#include <algorithm>

#include "ovnlite/base/hash.h"

namespace ovnlite {
namespace {

uint64_t Hash(const Flow& flow) {
  uint64_t h = HashMix(uint64_t{flow.table} << 16 | flow.priority, uint64_t{flow.cookie} << 32 | flow.source);
  for (const WordTest& t : flow.match.words()) h = HashMix(HashMix(HashMix(h, t.word), t.value), t.mask);
  for (const SetTest& t : flow.match.sets()) h = HashMix(h, uint64_t{t.field.word} << 8 | t.field.shift);
  h = HashMix(h, flow.ops->size());
  for (const Op& op : *flow.ops) {
    h = HashMix(h, static_cast<uint64_t>(op.kind) << 32 | op.table << 16 | op.action);
    h = HashMix(h, Low64(op.value) ^ op.number);
    h = HashMix(h, static_cast<uint64_t>(op.dst.field) << 16 | op.dst.low << 8 | op.dst.bits);
  }
  return h;
}

bool Same(const Flow& a, const Flow& b) {
  return a.table == b.table && a.priority == b.priority && a.cookie == b.cookie && a.source == b.source &&
         a.match == b.match && (a.ops == b.ops || *a.ops == *b.ops);
}

}  // namespace

uint32_t FlowStore::Intern(Flow flow) {
  const uint64_t hash = Hash(flow);
  auto& candidates = by_hash_[hash];
  for (uint32_t number : candidates) {
    if (Same(flows_[number].flow, flow)) return number;
  }
  uint32_t number;
  if (free_.empty()) {
    number = static_cast<uint32_t>(flows_.size());
    flows_.emplace_back();
  } else {
    number = free_.back();
    free_.pop_back();
  }
  flows_[number] = {std::move(flow), hash, false, true};
  candidates.push_back(number);
  fresh_.push_back(number);
  return number;
}

void FlowStore::Forget(uint32_t number) {
  Entry& entry = flows_[number];
  const auto found = by_hash_.find(entry.hash);
  found->second.erase(std::find(found->second.begin(), found->second.end(), number));
  if (found->second.empty()) by_hash_.erase(found);
  entry = Entry();
  free_.push_back(number);
}

void FlowStore::ForgetUnused() {
  for (uint32_t number : fresh_) {
    if (flows_[number].live && !flows_[number].used) Forget(number);
  }
  fresh_.clear();
}

}  // namespace ovnlite
