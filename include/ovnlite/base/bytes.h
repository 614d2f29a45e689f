// File: bytes.h
// Big-endian loads and stores on raw memory, and 128-bit integers: the alphabet of every codec.
// All functions are constexpr and never allocate; the caller guarantees that the bytes exist.

#ifndef OVNLITE_BASE_BYTES_H_
#define OVNLITE_BASE_BYTES_H_

#include <cstddef>
#include <cstdint>

namespace ovnlite {

// The widest value a single OVN field holds (ct_label, IPv6 addresses, xxreg0).
__extension__ using u128 = unsigned __int128;

constexpr u128 MakeU128(uint64_t high, uint64_t low) { return (static_cast<u128>(high) << 64) | low; }
constexpr uint64_t High64(u128 v) { return static_cast<uint64_t>(v >> 64); }
constexpr uint64_t Low64(u128 v) { return static_cast<uint64_t>(v); }

// The lowest `bits` bits set, for 0 <= bits <= 128.
constexpr u128 LowMask(int bits) { return bits >= 128 ? ~u128{0} : (u128{1} << bits) - 1; }

// Reads N bytes in network order, 1 <= N <= 16.
template <size_t N, typename T>
constexpr T LoadBe(const uint8_t* p) {
  static_assert(N <= sizeof(T));
  T v = 0;
  for (size_t i = 0; i < N; ++i) v = static_cast<T>((v << 8) | p[i]);
  return v;
}

// Writes the low N bytes of v in network order.
template <size_t N, typename T>
constexpr void StoreBe(uint8_t* p, T v) {
  static_assert(N <= sizeof(T));
  for (size_t i = N; i-- > 0; v = static_cast<T>(N == 1 ? 0 : v >> 8)) p[i] = static_cast<uint8_t>(v);
}

constexpr uint8_t Load8(const uint8_t* p) { return *p; }
constexpr uint16_t Load16(const uint8_t* p) { return static_cast<uint16_t>(p[0] << 8 | p[1]); }
constexpr uint32_t Load24(const uint8_t* p) { return static_cast<uint32_t>(p[0]) << 16 | Load16(p + 1); }
constexpr uint32_t Load32(const uint8_t* p) { return LoadBe<4, uint32_t>(p); }
constexpr uint64_t Load48(const uint8_t* p) { return LoadBe<6, uint64_t>(p); }
constexpr uint64_t Load64(const uint8_t* p) { return LoadBe<8, uint64_t>(p); }
constexpr u128 Load128(const uint8_t* p) { return MakeU128(Load64(p), Load64(p + 8)); }

constexpr void Store8(uint8_t* p, uint8_t v) { *p = v; }
constexpr void Store16(uint8_t* p, uint16_t v) { StoreBe<2>(p, v); }
constexpr void Store24(uint8_t* p, uint32_t v) { StoreBe<3>(p, v); }
constexpr void Store32(uint8_t* p, uint32_t v) { StoreBe<4>(p, v); }
constexpr void Store48(uint8_t* p, uint64_t v) { StoreBe<6>(p, v); }
constexpr void Store64(uint8_t* p, uint64_t v) { StoreBe<8>(p, v); }
constexpr void Store128(uint8_t* p, u128 v) {
  Store64(p, High64(v));
  Store64(p + 8, Low64(v));
}

}  // namespace ovnlite

#endif  // OVNLITE_BASE_BYTES_H_
