#include "ovnlite/datapath/megaflow_cache.h"

#include <algorithm>
#include <bit>

#include "ovnlite/base/hash.h"
#include "ovnlite/packet/packet.h"

namespace ovnlite {
namespace {

// Subtables are put in order of use each time this many batches have been looked up.
constexpr uint64_t kRankEvery = 1024;

}  // namespace

class MegaflowCache::Subtable {
 public:
  explicit Subtable(const FlowKey& mask) : mask_(mask) {
    for (uint8_t w = 0; w < kPacketWords; ++w) {
      if (mask.words[w] != 0) words_.push_back({w, mask.words[w]});
    }
    Resize(16);
  }

  const FlowKey& mask() const { return mask_; }
  uint64_t hits() const { return hits_; }
  void Age() { hits_ /= 2; }
  bool empty() const { return megaflows_.empty(); }

  uint64_t Hash(const FlowKey& key) const {
    uint64_t h = 0;
    for (const MaskedWord& m : words_) h = HashMix(h, key.words[m.word] & m.mask);
    return h;
  }
  void Prefetch(uint64_t hash) const { __builtin_prefetch(&slots_[hash & slot_mask_]); }
  // Brings in the candidate that Find() will compare.
  void PrefetchEntry(uint64_t hash) const {
    const Slot& slot = slots_[hash & slot_mask_];
    if (slot.megaflow != nullptr) __builtin_prefetch(&slot.megaflow->key);
  }

  // Whether `megaflow`, one of this subtable, covers the packet.
  bool Covers(const Megaflow& megaflow, const FlowKey& key) const { return Equal(key, megaflow.key); }
  void CountHit() { ++hits_; }

  Megaflow* Find(const FlowKey& key, uint64_t hash) {
    for (uint64_t i = hash & slot_mask_; slots_[i].megaflow != nullptr; i = (i + 1) & slot_mask_) {
      if (slots_[i].tag == Tag(hash) && Equal(key, slots_[i].megaflow->key)) {
        ++hits_;
        return slots_[i].megaflow;
      }
    }
    return nullptr;
  }

  Megaflow* Insert(const FlowKey& key, Program program, Instant now) {
    if ((megaflows_.size() + 1) * 2 > slots_.size()) Resize(slots_.size() * 2);
    auto megaflow = std::make_unique<Megaflow>();
    for (const MaskedWord& m : words_) megaflow->key.words[m.word] = key.words[m.word] & m.mask;
    megaflow->program = std::move(program);
    megaflow->used = now;
    Megaflow* raw = megaflow.get();
    megaflows_.push_back(std::move(megaflow));
    Place(raw);
    return raw;
  }

  // Returns how many were removed.
  size_t Sweep(const std::function<bool(Megaflow&)>& visit) {
    const size_t before = megaflows_.size();
    std::erase_if(megaflows_, [&](const std::unique_ptr<Megaflow>& m) { return !visit(*m); });
    if (megaflows_.size() != before) Resize(slots_.size());
    return before - megaflows_.size();
  }

 private:
  struct MaskedWord {
    uint8_t word;
    uint64_t mask;
  };
  struct Slot {
    Megaflow* megaflow = nullptr;
    uint64_t tag = 0;
  };

  static uint64_t Tag(uint64_t hash) { return hash >> 16; }

  bool Equal(const FlowKey& key, const FlowKey& masked) const {
    uint64_t difference = 0;
    for (const MaskedWord& m : words_) difference |= (key.words[m.word] ^ masked.words[m.word]) & m.mask;
    return difference == 0;
  }

  void Place(Megaflow* megaflow) {
    const uint64_t hash = Hash(megaflow->key);
    uint64_t i = hash & slot_mask_;
    while (slots_[i].megaflow != nullptr) i = (i + 1) & slot_mask_;
    slots_[i] = {megaflow, Tag(hash)};
  }

  void Resize(size_t n) {
    slots_.assign(n, Slot());
    slot_mask_ = n - 1;
    for (const auto& m : megaflows_) Place(m.get());
  }

  FlowKey mask_;
  std::vector<MaskedWord> words_;
  std::vector<Slot> slots_;  // A power of two, at most half full.
  uint64_t slot_mask_ = 0;
  std::vector<std::unique_ptr<Megaflow>> megaflows_;  // In order of insertion.
  uint64_t hits_ = 0;
};

MegaflowCache::MegaflowCache() = default;
MegaflowCache::~MegaflowCache() = default;

void MegaflowCache::Lookup(const FlowKey* keys, int n, Megaflow** found) {
  int unresolved[kBatchSize];
  uint64_t hashes[kBatchSize];
  int left = 0;
  // Packets come in trains: what covered the last one often covers the next, and a comparison costs less than a hash.
  for (int i = 0; i < n; ++i) {
    if (last_ != nullptr && last_subtable_->Covers(*last_, keys[i])) {
      found[i] = last_;
      last_subtable_->CountHit();
    } else {
      found[i] = nullptr;
      unresolved[left++] = i;
    }
  }
  for (const auto& subtable : subtables_) {
    if (left == 0) break;
    for (int j = 0; j < left; ++j) {
      hashes[j] = subtable->Hash(keys[unresolved[j]]);
      subtable->Prefetch(hashes[j]);
    }
    for (int j = 0; j < left; ++j) subtable->PrefetchEntry(hashes[j]);
    int still = 0;
    for (int j = 0; j < left; ++j) {
      const int i = unresolved[j];
      found[i] = subtable->Find(keys[i], hashes[j]);
      if (found[i] == nullptr) {
        unresolved[still++] = i;
      } else {
        last_ = found[i];
        last_subtable_ = subtable.get();
      }
    }
    left = still;
  }
  if (++lookups_ % kRankEvery == 0 && subtables_.size() > 1) {
    std::stable_sort(subtables_.begin(), subtables_.end(),
                     [](const auto& a, const auto& b) { return a->hits() > b->hits(); });
    for (const auto& subtable : subtables_) subtable->Age();
  }
}

Megaflow* MegaflowCache::Insert(const FlowKey& key, Program program, Instant now) {
  auto fitting = std::find_if(subtables_.begin(), subtables_.end(),
                              [&program](const auto& s) { return s->mask() == program.mask; });
  if (fitting == subtables_.end())
    fitting = subtables_.insert(subtables_.end(), std::make_unique<Subtable>(program.mask));
  ++size_;
  return (*fitting)->Insert(key, std::move(program), now);
}

void MegaflowCache::Sweep(const std::function<bool(Megaflow&)>& visit) {
  last_ = nullptr;
  for (const auto& subtable : subtables_) size_ -= subtable->Sweep(visit);
  std::erase_if(subtables_, [](const auto& s) { return s->empty(); });
}

void MegaflowCache::Clear() {
  subtables_.clear();
  size_ = 0;
  last_ = nullptr;
}

size_t MegaflowCache::subtable_count() const { return subtables_.size(); }

}  // namespace ovnlite
