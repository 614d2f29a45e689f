// File: classifier.h
// Finds, among the flows of one table and one logical datapath, the first one that matches a key, and tells how little
// of the key it had to look at.
//
// What? A handful of flows is scanned in order of preference. More are grouped into subtables, one per combination of
// masked words ("tuple space search"): within a subtable all flows test the same bits, so one hash of those bits finds
// the candidates. Subtables are visited by their highest priority and the search stops as soon as none left can win.
// "Field in set" tests are no part of the combination; they are checked on the candidates.
//
// Un-wildcarding. The caller caches the answer for every packet that agrees on the bits reported as looked at, so fewer
// bits mean fewer cache entries. Four devices keep them few:
//   - bits that are `constant` on this path (registers, fields the pipeline has written) cost nothing;
//   - a flow that fails in a scan charges one field only, of the first word that differs, and of an IP address or a port
//     only the prefix down to the first differing bit;
//   - a subtable first asks an ordered list of its address prefixes, which can rule it out by a few leading bits: a
//     route to a /24 does not make one cache entry per address;
//   - a subtable is next asked about its words without L4 ports, so that a flow on ports of some other address does not
//     charge ports, and then about prefixes of ports: a flow on port 80 makes at most 16 cache entries for all others.
// Without these devices the answer would be the same; classifier_test.cc checks it against a linear search and flips
// every bit not charged.
//
// Cost: scan of at most kScanLimit flows, or one hash probe per visited subtable. Insert and Remove are O(log n) on
// average.

#ifndef OVNLITE_FLOW_CLASSIFIER_H_
#define OVNLITE_FLOW_CLASSIFIER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "ovnlite/flow/flow.h"
#include "ovnlite/packet/flow_key.h"

namespace ovnlite {

// Of two flows of equal priority that match a packet: whether the first is to be taken. A strict order.
using TieOrder = std::function<bool(const Flow&, const Flow&)>;

// A search and its findings.
struct LookupContext {
  const FlowKey& key;
  // Bits known to be the same for every packet that takes this path.
  const FlowKey& constant;
  // Gets the bits of `key` that the answer depends on, without the constant ones; null when nobody asks.
  FlowKey* looked_at;
  // OpenFlow leaves open which of several flows of equal priority a packet takes; null: Precedes() decides.
  const TieOrder* ties = nullptr;

  bool Prefers(const Flow& a, const Flow& b) const {
    return ties == nullptr || a.priority != b.priority ? Precedes(a, b) : (*ties)(a, b);
  }
};

class Classifier {
 public:
  // Up to this many flows a scan is faster than hashing.
  static constexpr size_t kScanLimit = 10;

  Classifier();
  ~Classifier();
  Classifier(Classifier&&) noexcept;
  Classifier& operator=(Classifier&&) noexcept;

  // Both by address: the flow must stay put while it is in the classifier.
  void Insert(const Flow* flow);
  void Remove(const Flow* flow);

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // In order of preference. O(n log n).
  std::vector<const Flow*> flows() const;

  // The preferred flow that matches, or null.
  const Flow* Lookup(const LookupContext& context) const;

 private:
  class Subtable;
  struct Ranked {
    int max_priority;
    std::unique_ptr<Subtable> subtable;
  };

  const Flow* Scan(const LookupContext& context) const;
  void InsertIntoSubtable(const Flow* flow);
  std::vector<Ranked>::iterator SubtableOf(const Flow& flow);
  // The highest priority of a subtable may have changed.
  void Rank(Ranked& changed);
  void PackFew();

  size_t size_ = 0;
  std::vector<const Flow*> few_;  // By Precedes(); empty once there are subtables.
  // What a scan looks at, in one piece of memory: the word tests of few_, one flow after the other, and where each
  // ends.
  std::vector<WordTest> few_words_;
  std::vector<uint32_t> few_ends_;
  std::vector<Ranked> subtables_;  // By highest priority; empty while scanning suffices.
};

}  // namespace ovnlite

#endif  // OVNLITE_FLOW_CLASSIFIER_H_
