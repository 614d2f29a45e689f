// File: checksum.h
// The Internet checksum: the 16-bit ones' complement sum of RFC 1071, its incremental update of RFC 1624, and the
// pseudo-headers of IPv4 (RFC 768, RFC 9293) and IPv6 (RFC 8200 section 8.1).
//
// Cost: about 0.05 ns per byte, 32 bytes per step. The sum does not depend on byte order (RFC 1071 section 2 (B)), so
// words are added as the machine loads them and swapped once, at the end.

#ifndef OVNLITE_WIRE_CHECKSUM_H_
#define OVNLITE_WIRE_CHECKSUM_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "absl/types/span.h"
#include "ovnlite/base/bytes.h"
#include "ovnlite/base/ip.h"

namespace ovnlite {

namespace internal_checksum {

template <typename T>
inline T LoadNative(const uint8_t* p) {
  T v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

// The sum of 32-bit words in native order: 64 bits hold the sum of 2^32 of them. An odd rest is padded with zeros.
inline uint64_t NativeSum(const uint8_t* p, size_t n) {
  uint64_t sum = 0;
  if (n >= 64) {
    // Pairs of 64-bit lanes, each split into its halves; the compiler makes vector instructions of any machine of it.
    typedef uint64_t Lanes __attribute__((vector_size(16)));
    Lanes low[2] = {}, high[2] = {};
    for (; n >= 32; n -= 32, p += 32) {
      const Lanes a = LoadNative<Lanes>(p);
      const Lanes b = LoadNative<Lanes>(p + 16);
      low[0] += a & 0xffff'ffff;
      low[1] += b & 0xffff'ffff;
      high[0] += a >> 32;
      high[1] += b >> 32;
    }
    const Lanes all = low[0] + low[1] + high[0] + high[1];
    sum = all[0] + all[1];
  }
  for (; n >= 8; n -= 8, p += 8) sum += uint64_t{LoadNative<uint32_t>(p)} + LoadNative<uint32_t>(p + 4);
  if (n >= 4) {
    sum += LoadNative<uint32_t>(p);
    n -= 4, p += 4;
  }
  if (n >= 2) {
    sum += LoadNative<uint16_t>(p);
    n -= 2, p += 2;
  }
  if (n > 0) sum += std::endian::native == std::endian::little ? *p : static_cast<uint64_t>(*p) << 8;
  return sum;
}

// The same of bytes that are copied on the way.
inline uint64_t NativeCopySum(uint8_t* to, const uint8_t* p, size_t n) {
  if (n < 8) {
    std::memmove(to, p, n);
    return NativeSum(to, n);
  }
  typedef uint64_t Lanes __attribute__((vector_size(16)));
  Lanes low[2] = {}, high[2] = {};
  for (; n >= 32; n -= 32, p += 32, to += 32) {
    const Lanes a = LoadNative<Lanes>(p);
    const Lanes b = LoadNative<Lanes>(p + 16);
    std::memcpy(to, &a, sizeof a);
    std::memcpy(to + 16, &b, sizeof b);
    low[0] += a & 0xffff'ffff;
    low[1] += b & 0xffff'ffff;
    high[0] += a >> 32;
    high[1] += b >> 32;
  }
  const Lanes all = low[0] + low[1] + high[0] + high[1];
  uint64_t sum = all[0] + all[1];
  for (; n >= 8; n -= 8, p += 8, to += 8) {
    const auto word = LoadNative<uint64_t>(p);
    std::memcpy(to, &word, sizeof word);
    sum += (word & 0xffff'ffff) + (word >> 32);
  }
  if (n > 0) {  // The last eight bytes once more, of which those that are new count.
    auto word = LoadNative<uint64_t>(p + n - 8);
    std::memcpy(to + n - 8, &word, sizeof word);
    word = std::endian::native == std::endian::little ? word >> 8 * (8 - n) : word << 8 * (8 - n);
    sum += (word & 0xffff'ffff) + (word >> 32);
  }
  return sum;
}

constexpr uint16_t FromNative(uint16_t sum) {
  return std::endian::native == std::endian::little ? internal_bytes::ByteSwap(sum) : sum;
}

}  // namespace internal_checksum

// Folds a sum of 16-bit words to 16 bits.
constexpr uint16_t ChecksumFold(uint64_t sum) {
  sum = (sum & 0xffffffff) + (sum >> 32);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>((sum & 0xffff) + (sum >> 16));
}

// The same of a sum below 2^32.
constexpr uint16_t ChecksumFold32(uint32_t sum) {
  sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>((sum & 0xffff) + (sum >> 16));
}

// The ones' complement sum of big-endian 16-bit words, not yet complemented. Sums add: the sum of a message is
// ChecksumFold() of the sums of its parts, provided that every part but the last has an even number of bytes.
inline uint16_t ChecksumSum(absl::Span<const uint8_t> bytes) {
  return internal_checksum::FromNative(ChecksumFold(internal_checksum::NativeSum(bytes.data(), bytes.size())));
}

// ChecksumSum(bytes) of bytes that are copied to `to`, where there is room for them, in one go.
inline uint16_t ChecksumCopy(uint8_t* to, absl::Span<const uint8_t> bytes) {
  return internal_checksum::FromNative(ChecksumFold(internal_checksum::NativeCopySum(to, bytes.data(), bytes.size())));
}

// The checksum field for `bytes` whose own checksum field holds zero; `sum` is that of whatever goes before, such as a
// pseudo-header. Over bytes with a correct checksum in place the result is 0.
inline uint16_t Checksum(absl::Span<const uint8_t> bytes, uint64_t sum = 0) {
  return static_cast<uint16_t>(~ChecksumFold(sum + ChecksumSum(bytes)));
}

// Sums of the pseudo-headers. `length` counts the transport header and its payload.
constexpr uint64_t PseudoHeaderSum(Ipv4Address source, Ipv4Address destination, uint8_t proto, uint32_t length) {
  return uint64_t{source.bits()} + destination.bits() + proto + length;  // ChecksumFold() adds the halves of each.
}
constexpr uint64_t PseudoHeaderSum(const Ipv6Address& source, const Ipv6Address& destination, uint8_t proto,
                                   uint32_t length) {
  uint64_t sum = proto;
  for (const uint64_t w : {source.high(), source.low(), destination.high(), destination.low(), uint64_t{length}}) {
    sum += (w >> 32) + (w & 0xffffffff);
  }
  return sum;
}

// The checksum `checksum` after a field that it covers changed from `before` to `after`: HC' = ~(~HC + ~m + m'), RFC
// 1624 equation 3. The field lies at an even offset. Not for an IPv4 UDP checksum of 0, which means that there is none,
// and which a computed 0 must not become: see UdpChecksumUpdate().
constexpr uint16_t ChecksumUpdate(uint16_t checksum, uint64_t before, uint64_t after) {
  const uint64_t sum = uint64_t{static_cast<uint16_t>(~checksum)} + ChecksumFold(~before) + ChecksumFold(after);
  return static_cast<uint16_t>(~ChecksumFold(sum));
}
constexpr uint16_t ChecksumUpdate128(uint16_t checksum, u128 before, u128 after) {
  return ChecksumUpdate(ChecksumUpdate(checksum, High64(before), High64(after)), Low64(before), Low64(after));
}

// A computed UDP checksum of zero is sent as all ones (RFC 768).
constexpr uint16_t UdpChecksumNonZero(uint16_t checksum) { return checksum == 0 ? 0xffff : checksum; }
// As ChecksumUpdate(), for UDP: no checksum stays none.
constexpr uint16_t UdpChecksumUpdate(uint16_t checksum, uint64_t before, uint64_t after) {
  return checksum == 0 ? uint16_t{0} : UdpChecksumNonZero(ChecksumUpdate(checksum, before, after));
}

}  // namespace ovnlite

#endif  // OVNLITE_WIRE_CHECKSUM_H_
