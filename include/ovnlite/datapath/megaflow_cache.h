// File: megaflow_cache.h
// The fast path's memory: for packets seen before, or like one seen before, the program to run.
//
// A megaflow is a program and the mask of key bits that it depends on; it covers every packet that agrees on those
// bits. Megaflows with the same mask form a subtable, an open-addressing hash table of the masked words laid out one
// after the other. A packet is first held against the megaflow found last. A batch is then looked up subtable by
// subtable, most used first: hash every unresolved packet, prefetch, then compare, so that the waits for memory
// overlap. Nothing is allocated and nothing locked.
//
// Cost of a hit: one hash over the mask's words (5 or 6 for routed IPv4) and one comparison, about 5 ns when in cache.

#ifndef OVNLITE_DATAPATH_MEGAFLOW_CACHE_H_
#define OVNLITE_DATAPATH_MEGAFLOW_CACHE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "ovnlite/base/clock.h"
#include "ovnlite/datapath/program.h"
#include "ovnlite/packet/flow_key.h"

namespace ovnlite {

struct Megaflow {
  FlowKey key;  // Masked: the packet words only.
  Program program;
  uint64_t packets = 0;
  uint64_t bytes = 0;
  Instant used = 0;
  // What had been reported of the counters above when statistics were last collected.
  uint64_t reported_packets = 0;
  uint64_t reported_bytes = 0;
};

class MegaflowCache {
 public:
  MegaflowCache();
  ~MegaflowCache();

  // Finds the megaflow of each of `n` <= kBatchSize keys; null where there is none.
  void Lookup(const FlowKey* keys, int n, Megaflow** found);

  // Adds a megaflow for `key` under program.mask. There must be none covering it. The address stays valid until it is
  // removed.
  Megaflow* Insert(const FlowKey& key, Program program, Instant now);

  // Calls `visit` for every megaflow, by mask and then age; removes those for which it returns false.
  void Sweep(const std::function<bool(Megaflow&)>& visit);
  void Clear();

  size_t size() const { return size_; }
  size_t subtable_count() const;

 private:
  class Subtable;

  std::vector<std::unique_ptr<Subtable>> subtables_;
  size_t size_ = 0;
  uint64_t lookups_ = 0;
  Megaflow* last_ = nullptr;  // Found last, and where; null after removals.
  Subtable* last_subtable_ = nullptr;
};

}  // namespace ovnlite

#endif  // OVNLITE_DATAPATH_MEGAFLOW_CACHE_H_
