#include "lib/datapath/megaflow_cache.h"

#include <algorithm>
#include <utility>

#include "lib/datapath/megaflow_subtable.h"
#include "ovnlite/packet/packet.h"

namespace ovnlite {
namespace {

// Subtables are put in order of use each time this many batches have been looked up.
constexpr uint64_t kRankEvery = 1024;

// Programs with more effects take packets one by one: they make many copies.
constexpr size_t kFewEffects = 8;

}  // namespace

void Megaflow::SetProgram(Program program) {
  detail->program = std::move(program);
  std::vector<Effect>& all = detail->program.effects;
  effects = all.data();
  effect_count = static_cast<uint16_t>(all.size());
  only_sends = all.size() <= kFewEffects && std::all_of(all.begin(), all.end(), [](const Effect& effect) {
                 return effect.kind == Effect::Kind::kOutput;
               });
}

MegaflowCache::MegaflowCache() = default;
MegaflowCache::~MegaflowCache() { Reclaim(); }

void MegaflowCache::Lookup(const PacketKey* keys, int n, Megaflow** found) {
  int unresolved[kBatchSize];
  uint32_t hashes[kBatchSize];
  int left = 0;
  // Packets come in trains: what covered the last one often covers the next, and a comparison costs less than a hash.
  if (last_ != nullptr) {
    MegaflowSubtable& subtable = *last_->detail->subtable;
    for (int i = 0; i < n; ++i) {
      const bool covers = subtable.Covers(*last_, keys[i]);
      found[i] = covers ? last_ : nullptr;
      unresolved[left] = i;
      left += !covers;
    }
    subtable.CountHits(static_cast<uint64_t>(n - left));
  } else {
    for (; left < n; ++left) unresolved[left] = left;
  }
  for (MegaflowSubtable* const subtable : ranked_) {
    if (left == 0) break;
    if (subtable->size() == 0) continue;
    for (int j = 0; j < left; ++j) {
      hashes[j] = subtable->Hash(keys[unresolved[j]]);
      subtable->Prefetch(hashes[j]);
    }
    for (int j = 0; j < left; ++j) subtable->PrefetchCandidate(hashes[j]);
    int still = 0;
    for (int j = 0; j < left; ++j) {
      const int i = unresolved[j];
      found[i] = subtable->Find(keys[i], hashes[j]);
      if (found[i] == nullptr) {
        unresolved[still++] = i;
      } else {
        last_ = found[i];
      }
    }
    left = still;
  }
  for (int j = 0; j < left; ++j) found[unresolved[j]] = nullptr;
  if (++lookups_ % kRankEvery == 0 && ranked_.size() > 1) {
    std::stable_sort(ranked_.begin(), ranked_.end(),
                     [](const auto& a, const auto& b) { return a->hits() > b->hits(); });
    for (MegaflowSubtable* subtable : ranked_) subtable->Age();
  }
}

Megaflow* MegaflowCache::Insert(const PacketKey& key, Program program, Instant now, uint64_t generation) {
  auto fitting = std::find_if(ranked_.begin(), ranked_.end(),
                              [&program](const MegaflowSubtable* s) { return s->mask() == program.mask; });
  if (fitting == ranked_.end()) {
    subtables_.push_back(std::make_unique<MegaflowSubtable>(program.mask));
    fitting = ranked_.insert(ranked_.end(), subtables_.back().get());
  }
  ++size_;
  Megaflow* const megaflow = (*fitting)->Insert(key);
  megaflow->detail = std::make_unique<MegaflowDetail>();
  megaflow->detail->subtable = *fitting;
  megaflow->SetProgram(std::move(program));
  megaflow->used = now;
  megaflow->checked = generation;
  return megaflow;
}

void MegaflowCache::Remove(Megaflow* megaflow) {
  if (last_ == megaflow) last_ = nullptr;
  --size_;
  megaflow->removed = true;
  megaflow->detail->subtable->Remove(megaflow);
  removed_.push_back(megaflow);
}

void MegaflowCache::Replace(Megaflow* megaflow, Program program) {
  replaced_.push_back(std::move(megaflow->detail->program));
  megaflow->SetProgram(std::move(program));
}

void MegaflowCache::Reclaim() {
  for (Megaflow* megaflow : removed_) megaflow->detail->subtable->Free(megaflow);
  removed_.clear();
  replaced_.clear();
}

PacketKey MegaflowCache::KeyOf(const Megaflow& megaflow) { return megaflow.detail->subtable->KeyOf(megaflow); }

void MegaflowCache::AppendAll(std::vector<Megaflow*>& to) const {
  for (const auto& subtable : subtables_) {
    for (size_t i = 0; i < subtable->bucket_count(); ++i) subtable->AppendBucket(i, to);
  }
}

int MegaflowCache::NextBucket() {
  while (cursor_subtable_ < subtables_.size() && cursor_bucket_ == subtables_[cursor_subtable_]->bucket_count()) {
    const auto at = subtables_.begin() + static_cast<std::ptrdiff_t>(cursor_subtable_);
    cursor_bucket_ = 0;
    if ((*at)->size() > 0 || !removed_.empty()) {
      ++cursor_subtable_;
      continue;
    }
    std::erase(ranked_, at->get());
    subtables_.erase(at);
  }
  if (cursor_subtable_ >= subtables_.size()) {
    cursor_subtable_ = cursor_bucket_ = 0;
    return -1;
  }
  visited_.clear();
  subtables_[cursor_subtable_]->AppendBucket(cursor_bucket_++, visited_);
  return static_cast<int>(visited_.size());
}

}  // namespace ovnlite
