// File: bytes.h
// Big-endian loads and stores on raw memory, and 128-bit integers: the alphabet of every codec.
// All functions are constexpr and never allocate; the caller guarantees that the bytes exist.

#ifndef OVNLITE_BASE_BYTES_H_
#define OVNLITE_BASE_BYTES_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace ovnlite {

// The widest value a single OVN field holds (ct_label, IPv6 addresses, xxreg0).
__extension__ using u128 = unsigned __int128;

constexpr u128 MakeU128(uint64_t high, uint64_t low) { return (static_cast<u128>(high) << 64) | low; }
constexpr uint64_t High64(u128 v) { return static_cast<uint64_t>(v >> 64); }
constexpr uint64_t Low64(u128 v) { return static_cast<uint64_t>(v); }

// The lowest `bits` bits set, for 0 <= bits <= 128.
constexpr u128 LowMask(int bits) { return bits >= 128 ? ~u128{0} : (u128{1} << bits) - 1; }

namespace internal_bytes {

constexpr uint16_t ByteSwap(uint16_t v) { return __builtin_bswap16(v); }
constexpr uint32_t ByteSwap(uint32_t v) { return __builtin_bswap32(v); }
constexpr uint64_t ByteSwap(uint64_t v) { return __builtin_bswap64(v); }

// One load and one byte swap when running; byte by byte where the compiler evaluates. (Left to itself, it turns the loop
// into a single instruction in some contexts and not in others.)
template <typename T>
constexpr T Load(const uint8_t* p) {
  T v = 0;
  if (std::is_constant_evaluated()) {
    for (size_t i = 0; i < sizeof v; ++i) v = static_cast<T>(v << 8 | p[i]);
    return v;
  }
  std::memcpy(&v, p, sizeof v);
  return std::endian::native == std::endian::big ? v : ByteSwap(v);
}

template <typename T>
constexpr void Store(uint8_t* p, T v) {
  if (std::is_constant_evaluated()) {
    for (size_t i = 0; i < sizeof v; ++i) p[i] = static_cast<uint8_t>(v >> 8 * (sizeof v - 1 - i));
    return;
  }
  if (std::endian::native != std::endian::big) v = ByteSwap(v);
  std::memcpy(p, &v, sizeof v);
}

}  // namespace internal_bytes

constexpr uint8_t Load8(const uint8_t* p) { return *p; }
constexpr uint16_t Load16(const uint8_t* p) { return internal_bytes::Load<uint16_t>(p); }
constexpr uint32_t Load24(const uint8_t* p) { return static_cast<uint32_t>(p[0]) << 16 | Load16(p + 1); }
constexpr uint32_t Load32(const uint8_t* p) { return internal_bytes::Load<uint32_t>(p); }
constexpr uint64_t Load48(const uint8_t* p) { return static_cast<uint64_t>(Load32(p)) << 16 | Load16(p + 4); }
constexpr uint64_t Load64(const uint8_t* p) { return internal_bytes::Load<uint64_t>(p); }
constexpr u128 Load128(const uint8_t* p) { return MakeU128(Load64(p), Load64(p + 8)); }

// The 24- and 48-bit forms store the low bits of their argument.
constexpr void Store8(uint8_t* p, uint8_t v) { *p = v; }
constexpr void Store16(uint8_t* p, uint16_t v) { internal_bytes::Store(p, v); }
constexpr void Store24(uint8_t* p, uint32_t v) {
  p[0] = static_cast<uint8_t>(v >> 16);
  Store16(p + 1, static_cast<uint16_t>(v));
}
constexpr void Store32(uint8_t* p, uint32_t v) { internal_bytes::Store(p, v); }
constexpr void Store48(uint8_t* p, uint64_t v) {
  Store32(p, static_cast<uint32_t>(v >> 16));
  Store16(p + 4, static_cast<uint16_t>(v));
}
constexpr void Store64(uint8_t* p, uint64_t v) { internal_bytes::Store(p, v); }
constexpr void Store128(uint8_t* p, u128 v) {
  Store64(p, High64(v));
  Store64(p + 8, Low64(v));
}

}  // namespace ovnlite

#endif  // OVNLITE_BASE_BYTES_H_
