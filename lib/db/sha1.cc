#include "lib/db/sha1.h"

#include <bit>
#include <cstring>

#include "absl/strings/escaping.h"
#include "ovnlite/base/bytes.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace ovnlite {
namespace internal_sha1 {

void UpdatePortably(State& state, const uint8_t* blocks, size_t count) {
  for (; count > 0; --count, blocks += 64) {
    uint32_t w[80];
    for (int i = 0; i < 16; ++i) w[i] = Load32(blocks + 4 * i);
    for (int i = 16; i < 80; ++i) w[i] = std::rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    const auto rounds = [&](int begin, uint32_t k, auto f) {
      for (int i = begin; i < begin + 20; ++i) {
        const uint32_t next = std::rotl(a, 5) + f(b, c, d) + e + k + w[i];
        e = d;
        d = c;
        c = std::rotl(b, 30);
        b = a;
        a = next;
      }
    };
    const auto parity = [](uint32_t x, uint32_t y, uint32_t z) { return x ^ y ^ z; };
    rounds(0, 0x5a827999, [](uint32_t x, uint32_t y, uint32_t z) { return (x & y) | (~x & z); });
    rounds(20, 0x6ed9eba1, parity);
    rounds(40, 0x8f1bbcdc, [](uint32_t x, uint32_t y, uint32_t z) { return (x & y) | (x & z) | (y & z); });
    rounds(60, 0xca62c1d6, parity);
    state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d, state[4] + e};
  }
}

#if defined(__x86_64__)
namespace {

// SHA extensions and SSE 4.1, CPUID leaves 7 and 1.
bool HasInstructions() {
  unsigned a, b, c, d;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 || (b & 1u << 29) == 0) return false;
  return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & 1u << 19) != 0;
}

// Five groups of four rounds, of which the first is number `kFirst` of 20. w[] holds the next sixteen words of the
// message schedule, four to a register; `abcd` the state; `before` the state four rounds ago, whose `a` becomes `e`.
template <int kFirst>
__attribute__((target("sha,sse4.1"))) inline void FiveGroups(__m128i& abcd, __m128i& before, __m128i (&w)[4]) {
#pragma GCC unroll 5
  for (int group = kFirst; group < kFirst + 5; ++group) {
    __m128i& words = w[group & 3];
    const __m128i e = group == 0 ? _mm_add_epi32(before, words) : _mm_sha1nexte_epu32(before, words);
    before = abcd;
    abcd = _mm_sha1rnds4_epu32(abcd, e, kFirst / 5);
    if (group < 16) {
      const __m128i mixed = _mm_xor_si128(_mm_sha1msg1_epu32(words, w[(group + 1) & 3]), w[(group + 2) & 3]);
      words = _mm_sha1msg2_epu32(mixed, w[(group + 3) & 3]);
    }
  }
}

__attribute__((target("sha,sse4.1"))) void UpdateBySha(State& state, const uint8_t* blocks, size_t count) {
  const __m128i reverse = _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f);
  __m128i abcd = _mm_shuffle_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(state.data())), 0x1b);
  __m128i e = _mm_set_epi32(static_cast<int>(state[4]), 0, 0, 0);
  for (; count > 0; --count, blocks += 64) {
    const __m128i abcd_before = abcd, e_before = e;
    __m128i w[4];
    for (int i = 0; i < 4; ++i) {
      w[i] = _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(blocks) + i), reverse);
    }
    FiveGroups<0>(abcd, e, w);
    FiveGroups<5>(abcd, e, w);
    FiveGroups<10>(abcd, e, w);
    FiveGroups<15>(abcd, e, w);
    e = _mm_sha1nexte_epu32(e, e_before);
    abcd = _mm_add_epi32(abcd, abcd_before);
  }
  _mm_storeu_si128(reinterpret_cast<__m128i*>(state.data()), _mm_shuffle_epi32(abcd, 0x1b));
  state[4] = static_cast<uint32_t>(_mm_extract_epi32(e, 3));
}

}  // namespace

bool UpdateByInstructions(State& state, const uint8_t* blocks, size_t count) {
  static const bool available = HasInstructions();
  if (available) UpdateBySha(state, blocks, count);
  return available;
}
#else
bool UpdateByInstructions(State&, const uint8_t*, size_t) { return false; }
#endif

}  // namespace internal_sha1

Sha1Digest Sha1(absl::string_view bytes) {
  using internal_sha1::State;
  State state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  const auto update = [&state](const uint8_t* blocks, size_t count) {
    if (!internal_sha1::UpdateByInstructions(state, blocks, count)) internal_sha1::UpdatePortably(state, blocks, count);
  };
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  const size_t whole = bytes.size() / 64, left = bytes.size() % 64;
  update(data, whole);
  // Padding: a one bit, zeros, and the length in bits.
  uint8_t tail[128] = {};
  if (left > 0) std::memcpy(tail, data + 64 * whole, left);
  tail[left] = 0x80;
  const size_t tail_blocks = left < 56 ? 1 : 2;
  Store64(tail + 64 * tail_blocks - 8, uint64_t{bytes.size()} * 8);
  update(tail, tail_blocks);
  Sha1Digest digest;
  for (size_t i = 0; i < state.size(); ++i) Store32(digest.data() + 4 * i, state[i]);
  return digest;
}

std::string Sha1Hex(absl::string_view bytes) {
  const Sha1Digest digest = Sha1(bytes);
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

}  // namespace ovnlite
