// File: match.h
// What a flow matches: a conjunction of masked words of the FlowKey, and of "field in set" tests. An OVN match with
// alternatives over different fields becomes several flows that share everything else.

#ifndef OVNLITE_FLOW_MATCH_H_
#define OVNLITE_FLOW_MATCH_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "ovnlite/flow/value_set.h"
#include "ovnlite/packet/flow_key.h"

namespace ovnlite {

// key.words[word] & mask == value.
struct WordTest {
  uint8_t word;
  uint64_t value;
  uint64_t mask;
  friend bool operator==(const WordTest&, const WordTest&) = default;
};

// A field whose value is in a set.
struct SetTest {
  FieldRef field;
  std::shared_ptr<const ValueSet> set;
  friend bool operator==(const SetTest& a, const SetTest& b) { return a.field == b.field && *a.set == *b.set; }
};

class Match {
 public:
  // Requires the bits of `field` in `mask` to equal `value`. Returns false when an earlier test says otherwise: the
  // match can never hold then, and is left unusable.
  bool Add(FieldRef field, u128 value, u128 mask = ~u128{0});
  void AddSet(SetTest test) { sets_.push_back(std::move(test)); }

  bool Matches(const FlowKey& key) const;

  const std::vector<WordTest>& words() const { return words_; }  // By word; masks are not zero.
  const std::vector<SetTest>& sets() const { return sets_; }
  // The value and mask of a word, zeros where it is not tested.
  WordTest word(int w) const;
  // What is required of a field's bits.
  u128 ValueOf(FieldRef field) const;
  u128 MaskOf(FieldRef field) const;

  friend bool operator==(const Match&, const Match&) = default;

 private:
  std::vector<WordTest> words_;
  std::vector<SetTest> sets_;
};

}  // namespace ovnlite

#endif  // OVNLITE_FLOW_MATCH_H_
