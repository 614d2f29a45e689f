#include "ovnlite/flow/flow.h"

#include <algorithm>
#include <tuple>

#include "ovnlite/base/hash.h"

namespace ovnlite {

uint64_t HashOf(const Flow& flow) {
  uint64_t h = HashMix(uint64_t{flow.table} << 16 | flow.priority, flow.cookie ^ flow.source.low());
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

bool Precedes(const Flow& a, const Flow& b) {
  if (a.priority != b.priority) return a.priority > b.priority;
  if (a.cookie != b.cookie) return a.cookie < b.cookie;
  const auto& x = a.match.words();
  const auto& y = b.match.words();
  return std::lexicographical_compare(x.begin(), x.end(), y.begin(), y.end(), [](const WordTest& s, const WordTest& t) {
    return std::tie(s.word, s.mask, s.value) < std::tie(t.word, t.mask, t.value);
  });
}

}  // namespace ovnlite
