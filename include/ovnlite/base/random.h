// File: random.h
// Randomness as something the caller hands in: a seed makes every run the same, byte for byte.

#ifndef OVNLITE_BASE_RANDOM_H_
#define OVNLITE_BASE_RANDOM_H_

#include <cstdint>

#include "ovnlite/base/bytes.h"

namespace ovnlite {

// SplitMix64: one multiply-xor chain per draw, full period, good enough for identifiers, jitter and tests; not for secrets.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }
  // Uniform in [0, bound); 0 when bound is 0.
  uint64_t Below(uint64_t bound) {
    return static_cast<uint64_t>((static_cast<u128>(Next()) * bound) >> 64);
  }
  // True once in `n` draws on average.
  bool OneIn(uint64_t n) { return Below(n) == 0; }

 private:
  uint64_t state_;
};

}  // namespace ovnlite

#endif  // OVNLITE_BASE_RANDOM_H_
