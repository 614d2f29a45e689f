#include "ovnlite/flow/match.h"

#include <algorithm>

namespace ovnlite {
namespace {

FlowKey AsKey(const std::vector<WordTest>& words, uint64_t WordTest::*part) {
  FlowKey key;
  for (const WordTest& t : words) key.words[t.word] = t.*part;
  return key;
}

}  // namespace

bool Match::Add(FieldRef field, u128 value, u128 mask) {
  FlowKey values, masks;
  masks.Include(field, mask);
  values.SetMasked(field, value, mask);
  for (int w = field.word; w <= field.word + (field.width > 64); ++w) {
    if (masks.words[w] == 0) continue;
    auto at = std::lower_bound(words_.begin(), words_.end(), w, [](const WordTest& t, int x) { return t.word < x; });
    if (at == words_.end() || at->word != w) {
      words_.insert(at, {static_cast<uint8_t>(w), values.words[w], masks.words[w]});
      continue;
    }
    if ((at->value ^ values.words[w]) & at->mask & masks.words[w]) return false;
    at->value |= values.words[w];
    at->mask |= masks.words[w];
  }
  return true;
}

bool Match::Matches(const FlowKey& key) const {
  for (const WordTest& t : words_) {
    if ((key.words[t.word] & t.mask) != t.value) return false;
  }
  for (const SetTest& t : sets_) {
    if (!t.set->Contains(key.Get(t.field))) return false;
  }
  return true;
}

WordTest Match::word(int w) const {
  for (const WordTest& t : words_) {
    if (t.word == w) return t;
  }
  return {static_cast<uint8_t>(w), 0, 0};
}

u128 Match::ValueOf(FieldRef field) const { return AsKey(words_, &WordTest::value).Get(field); }

u128 Match::MaskOf(FieldRef field) const { return AsKey(words_, &WordTest::mask).Get(field); }

}  // namespace ovnlite
