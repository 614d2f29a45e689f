// File: megaflow_cache.h
// The fast path's memory: for packets seen before, or like one seen before, the program to run.
//
// A megaflow is a program and the mask of key bits that it depends on; it covers every packet that agrees on those
// bits. Megaflows with the same mask form a subtable, a hash table of the masked words. A packet is first held against
// the megaflow found last. A batch is then looked up subtable by subtable, most used first: hash every unresolved
// packet, prefetch, then compare, so that the waits for memory overlap. Nothing is allocated and nothing locked.
//
// Subtables grow by one bucket at a time (linear hashing), so that no insertion takes longer than another, however many
// megaflows there are; and sweeping goes through all of them a few at a time.

#ifndef OVNLITE_LIB_DATAPATH_MEGAFLOW_CACHE_H_
#define OVNLITE_LIB_DATAPATH_MEGAFLOW_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "ovnlite/base/clock.h"
#include "ovnlite/datapath/program.h"
#include "ovnlite/packet/flow_key.h"

namespace ovnlite {

class MegaflowSubtable;

// What packets seldom touch of a megaflow.
struct MegaflowDetail {
  Program program;
  MegaflowSubtable* subtable = nullptr;
  // What had been credited to flows of the counters when the program was replaced last.
  uint64_t credited_packets = 0;
  uint64_t credited_bytes = 0;
};

// What every packet touches: with a mask of up to 9 words, two cache lines.
struct alignas(64) Megaflow {
  uint64_t packets = 0;
  uint64_t bytes = 0;
  Instant used = 0;
  // The generation of the flow tables in which the program was found right last.
  uint64_t checked = 0;
  // Those of detail->program.
  Effect* effects = nullptr;
  std::unique_ptr<MegaflowDetail> detail;
  uint32_t hash = 0;
  uint16_t effect_count = 0;
  // The program only sends, to a few ports: packets of a batch can be taken through it together.
  bool only_sends : 1 = false;
  // No longer in the cache; kept until Reclaim() for a batch that has found it already.
  bool removed : 1 = false;
  // Which group of a batch its packets are. Means something to whoever is sorting one.
  uint8_t group = 0;
  void SetProgram(Program program);

  // The masked words of the key follow, as many as the mask has.
  static constexpr size_t kWordsAt = 56;
  uint64_t* words() { return reinterpret_cast<uint64_t*>(reinterpret_cast<std::byte*>(this) + kWordsAt); }
  const uint64_t* words() const {
    return reinterpret_cast<const uint64_t*>(reinterpret_cast<const std::byte*>(this) + kWordsAt);
  }
};
static_assert(sizeof(Megaflow) == 64 && Megaflow::kWordsAt + 9 * sizeof(uint64_t) == 128);

class MegaflowCache {
 public:
  MegaflowCache();
  ~MegaflowCache();

  // Finds the megaflow of each of `n` <= kBatchSize keys; null where there is none.
  void Lookup(const PacketKey* keys, int n, Megaflow** found);

  // Adds a megaflow for `key` under program.mask. There must be none covering it. The address stays valid until it is
  // removed and reclaimed.
  Megaflow* Insert(const PacketKey& key, Program program, Instant now, uint64_t generation);
  void Remove(Megaflow* megaflow);
  // Gives a megaflow another program, under the same mask.
  void Replace(Megaflow* megaflow, Program program);
  // Frees what was removed or replaced.
  void Reclaim();

  template <typename F>
  void ForEach(F visit) const {
    std::vector<Megaflow*> all;
    AppendAll(all);
    for (const Megaflow* megaflow : all) visit(*megaflow);
  }

  // The masked key: it stands for all packets of the megaflow.
  static PacketKey KeyOf(const Megaflow& megaflow);

  // Visits megaflows, going on where the last call stopped, until `visit`, which may remove what it is given, has said
  // often enough what its visits cost: `budget` in all. True when this call has come to the end; the next one begins
  // anew. What is inserted meanwhile may or may not be visited.
  template <typename F>
  bool Sweep(int64_t budget, F visit) {
    while (budget > 0) {
      const int n = NextBucket();
      if (n < 0) return true;
      --budget;
      for (int i = 0; i < n; ++i) budget -= visit(visited_[static_cast<size_t>(i)]);
    }
    return false;
  }

  size_t size() const { return size_; }
  size_t subtable_count() const { return subtables_.size(); }

 private:
  void AppendAll(std::vector<Megaflow*>& to) const;
  // Puts the megaflows of the next bucket into visited_; -1 at the end.
  int NextBucket();

  std::vector<std::unique_ptr<MegaflowSubtable>> subtables_;  // By age.
  std::vector<MegaflowSubtable*> ranked_;                     // By use.
  size_t size_ = 0;
  uint64_t lookups_ = 0;
  Megaflow* last_ = nullptr;  // Found last.
  std::vector<Megaflow*> removed_;
  std::vector<Program> replaced_;
  std::vector<Megaflow*> visited_;
  size_t cursor_subtable_ = 0, cursor_bucket_ = 0;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_DATAPATH_MEGAFLOW_CACHE_H_
