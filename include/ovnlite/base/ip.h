// File: ip.h
// IPv4 and IPv6 addresses and prefixes as plain values, with the text forms of inet_pton(3) and inet_ntop(3), which
// are the forms OVN reads and writes. Nothing here allocates but the strings that ToString() returns.

#ifndef OVNLITE_BASE_IP_H_
#define OVNLITE_BASE_IP_H_

#include <bit>
#include <compare>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ovnlite/base/bytes.h"
#include "ovnlite/base/mac.h"

namespace ovnlite {

class Ipv4Address {
 public:
  constexpr Ipv4Address() = default;
  // Host order: 0x0a000001 is 10.0.0.1.
  constexpr explicit Ipv4Address(uint32_t bits) : bits_(bits) {}
  static constexpr Ipv4Address Load(const uint8_t* octets) { return Ipv4Address(Load32(octets)); }
  constexpr void Store(uint8_t* octets) const { Store32(octets, bits_); }

  // Parses exactly four decimal octets without leading zeros.
  static absl::StatusOr<Ipv4Address> Parse(absl::string_view text);
  std::string ToString() const;

  constexpr uint32_t bits() const { return bits_; }
  constexpr bool IsZero() const { return bits_ == 0; }
  constexpr bool IsMulticast() const { return bits_ >> 28 == 0xe; }       // 224.0.0.0/4, RFC 5771
  constexpr bool IsLinkLocal() const { return bits_ >> 16 == 0xa9fe; }    // 169.254.0.0/16, RFC 3927
  constexpr bool IsLoopback() const { return bits_ >> 24 == 127; }        // 127.0.0.0/8, RFC 1122

  friend constexpr auto operator<=>(Ipv4Address, Ipv4Address) = default;
  template <typename H>
  friend H AbslHashValue(H h, Ipv4Address a) {
    return H::combine(std::move(h), a.bits_);
  }

 private:
  uint32_t bits_ = 0;
};

class Ipv6Address {
 public:
  constexpr Ipv6Address() = default;
  constexpr Ipv6Address(uint64_t high, uint64_t low) : high_(high), low_(low) {}
  constexpr explicit Ipv6Address(u128 bits) : high_(High64(bits)), low_(Low64(bits)) {}
  static constexpr Ipv6Address Load(const uint8_t* octets) { return Ipv6Address(Load64(octets), Load64(octets + 8)); }
  constexpr void Store(uint8_t* octets) const {
    Store64(octets, high_);
    Store64(octets + 8, low_);
  }
  // ::ffff:a.b.c.d, RFC 4291 section 2.5.5.2.
  static constexpr Ipv6Address Mapped(Ipv4Address v4) { return Ipv6Address(0, 0xffff'0000'0000ull | v4.bits()); }
  // fe80:: with the modified EUI-64 of `mac`, RFC 4291 section 2.5.1.
  static constexpr Ipv6Address LinkLocalOf(MacAddress mac) { return WithEui64(0xfe80ull << 48, mac); }
  // The upper 64 bits given, the modified EUI-64 of `mac` below (RFC 4862 address formation).
  static constexpr Ipv6Address WithEui64(uint64_t high, MacAddress mac) {
    const uint64_t m = mac.bits() ^ (2ull << 40);
    return Ipv6Address(high, (m >> 24) << 40 | 0xfffeull << 24 | (m & 0xffffff));
  }

  static absl::StatusOr<Ipv6Address> Parse(absl::string_view text);
  std::string ToString() const;

  // ff02::1:ffXX:XXXX, RFC 4291 section 2.7.1.
  constexpr Ipv6Address SolicitedNode() const { return Ipv6Address(0xff02ull << 48, 0x1'ff00'0000 | (low_ & 0xffffff)); }
  // 33:33 and the low 32 bits, RFC 2464 section 7.
  constexpr MacAddress MulticastMac() const { return MacAddress(0x3333ull << 32 | (low_ & 0xffffffff)); }

  constexpr uint64_t high() const { return high_; }
  constexpr uint64_t low() const { return low_; }
  constexpr u128 bits() const { return MakeU128(high_, low_); }
  constexpr bool IsZero() const { return (high_ | low_) == 0; }
  constexpr bool IsMulticast() const { return high_ >> 56 == 0xff; }
  constexpr bool IsLinkLocal() const { return high_ >> 54 == 0xfe80 >> 6; }  // fe80::/10
  constexpr bool IsMappedIpv4() const { return high_ == 0 && low_ >> 32 == 0xffff; }
  constexpr Ipv4Address MappedIpv4() const { return Ipv4Address(static_cast<uint32_t>(low_)); }

  friend constexpr auto operator<=>(Ipv6Address, Ipv6Address) = default;
  template <typename H>
  friend H AbslHashValue(H h, Ipv6Address a) {
    return H::combine(std::move(h), a.high_, a.low_);
  }

 private:
  uint64_t high_ = 0;
  uint64_t low_ = 0;
};

// Either family, told apart by a flag: 0.0.0.0 and :: are different addresses.
class IpAddress {
 public:
  constexpr IpAddress() = default;
  constexpr IpAddress(Ipv4Address v4) : low_(v4.bits()), is_v6_(false) {}                    // NOLINT: a family is an address
  constexpr IpAddress(Ipv6Address v6) : high_(v6.high()), low_(v6.low()), is_v6_(true) {}  // NOLINT

  static absl::StatusOr<IpAddress> Parse(absl::string_view text);
  std::string ToString() const { return is_v6_ ? v6().ToString() : v4().ToString(); }

  constexpr bool is_v6() const { return is_v6_; }
  constexpr bool is_v4() const { return !is_v6_; }
  constexpr Ipv4Address v4() const { return Ipv4Address(static_cast<uint32_t>(low_)); }
  constexpr Ipv6Address v6() const { return Ipv6Address(high_, low_); }
  constexpr int width() const { return is_v6_ ? 128 : 32; }
  constexpr u128 bits() const { return MakeU128(high_, low_); }
  constexpr bool IsZero() const { return (high_ | low_) == 0; }
  constexpr bool IsMulticast() const { return is_v6_ ? v6().IsMulticast() : v4().IsMulticast(); }
  constexpr bool IsLinkLocal() const { return is_v6_ ? v6().IsLinkLocal() : v4().IsLinkLocal(); }

  friend constexpr auto operator<=>(const IpAddress&, const IpAddress&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const IpAddress& a) {
    return H::combine(std::move(h), a.is_v6_, a.high_, a.low_);
  }

 private:
  uint64_t high_ = 0;
  uint64_t low_ = 0;
  bool is_v6_ = false;
};

// An address and a prefix length. The address keeps its host bits ("10.0.0.1/24" is an interface address as OVN's
// `networks` columns hold it); network() drops them.
class IpPrefix {
 public:
  constexpr IpPrefix() = default;
  // `length` is clamped to the address's width.
  constexpr IpPrefix(IpAddress address, int length)
      : address_(address), length_(static_cast<uint8_t>(length < 0 ? 0 : length > address.width() ? address.width() : length)) {}

  // "10.0.0.1/24", "10.0.0.1" (a host), "10.0.0.0/255.255.255.0", "fd00::1/64". InvalidArgument for anything else,
  // a mask that is no prefix included.
  static absl::StatusOr<IpPrefix> Parse(absl::string_view text);
  // Address and length as they are; a host prefix keeps its "/32" or "/128".
  std::string ToString() const;
  // As OVN writes route destinations: without the length where it is the whole address.
  std::string ToShortString() const { return length_ == width() ? address_.ToString() : ToString(); }

  constexpr bool is_v6() const { return address_.is_v6(); }
  constexpr int width() const { return address_.width(); }
  constexpr int length() const { return length_; }
  constexpr IpAddress address() const { return address_; }
  constexpr u128 mask() const { return LowMask(width()) ^ LowMask(width() - length_); }
  constexpr IpAddress network_address() const { return Make(address_.bits() & mask()); }
  constexpr IpPrefix network() const { return IpPrefix(network_address(), length_); }
  // All host bits set: the subnet broadcast of an IPv4 prefix.
  constexpr IpAddress last_address() const { return Make(address_.bits() | (LowMask(width()) ^ mask())); }
  constexpr bool Contains(const IpAddress& a) const {
    return a.is_v6() == is_v6() && ((a.bits() ^ address_.bits()) & mask()) == 0;
  }
  constexpr bool Overlaps(const IpPrefix& o) const {
    return o.length_ < length_ ? o.Contains(address_) : Contains(o.address_);
  }

  friend constexpr auto operator<=>(const IpPrefix&, const IpPrefix&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const IpPrefix& p) {
    return H::combine(std::move(h), p.address_, p.length_);
  }

 private:
  constexpr IpAddress Make(u128 bits) const {
    return is_v6() ? IpAddress(Ipv6Address(bits)) : IpAddress(Ipv4Address(static_cast<uint32_t>(bits)));
  }

  IpAddress address_;
  uint8_t length_ = 0;
};

// The length of a contiguous mask of `width` bits, or -1 when the mask has holes.
constexpr int PrefixLengthOfMask(u128 mask, int width) {
  int length = 0;
  while (length < width && (mask >> (width - 1 - length) & 1)) ++length;
  return mask == (LowMask(width) ^ LowMask(width - length)) ? length : -1;
}

}  // namespace ovnlite

#endif  // OVNLITE_BASE_IP_H_
