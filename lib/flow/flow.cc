#include "ovnlite/flow/flow.h"

#include <algorithm>
#include <tuple>

namespace ovnlite {

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
