#include "ovnlite/base/hash.h"

#include <cstring>

namespace ovnlite {

uint64_t HashBytes(absl::string_view bytes, uint64_t seed) {
  uint64_t h = HashMix(seed, bytes.size());
  size_t i = 0;
  for (uint64_t word; i + 8 <= bytes.size(); i += 8) {
    std::memcpy(&word, bytes.data() + i, 8);
    h = HashMix(h, word);
  }
  if (i < bytes.size()) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data() + i, bytes.size() - i);
    h = HashMix(h, word);
  }
  return h;
}

}  // namespace ovnlite
