// File: hash.h
// A fast 64-bit hash that is the same in every process and run (absl's is salted), for tables whose order must not
// leak into output but whose behaviour must repeat. Not for hostile keys where collisions would cost more than time.

#ifndef OVNLITE_BASE_HASH_H_
#define OVNLITE_BASE_HASH_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "ovnlite/base/bytes.h"

namespace ovnlite {

// Folds a 64x64->128-bit product: one multiply per word.
constexpr uint64_t HashMix(uint64_t a, uint64_t b) {
  const u128 product = static_cast<u128>(a ^ 0x9e3779b97f4a7c15) * (b ^ 0xd6e8feb86659fd93);
  return High64(product) ^ Low64(product);
}

constexpr uint64_t HashWords(const uint64_t* words, size_t n, uint64_t seed = 0) {
  uint64_t h = seed;
  for (size_t i = 0; i < n; ++i) h = HashMix(h, words[i]);
  return h;
}

uint64_t HashBytes(absl::string_view bytes, uint64_t seed = 0);

}  // namespace ovnlite

#endif  // OVNLITE_BASE_HASH_H_
