// File: mac.h
// A 48-bit Ethernet address as a plain value: eight bytes, no allocation, ordered as its text is.

#ifndef OVNLITE_BASE_MAC_H_
#define OVNLITE_BASE_MAC_H_

#include <compare>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ovnlite/base/bytes.h"

namespace ovnlite {

class MacAddress {
 public:
  constexpr MacAddress() = default;
  // The low 48 bits of `bits`, first octet in bits 40..47.
  constexpr explicit MacAddress(uint64_t bits) : bits_(bits & 0xffff'ffff'ffff) {}

  // Reads six octets in wire order.
  static constexpr MacAddress Load(const uint8_t* octets) { return MacAddress(Load48(octets)); }
  constexpr void Store(uint8_t* octets) const { Store48(octets, bits_); }

  // Parses "aa:bb:cc:dd:ee:ff"; one or two hex digits per octet, either case. InvalidArgument otherwise.
  static absl::StatusOr<MacAddress> Parse(absl::string_view text);
  // Lower case, two digits per octet.
  std::string ToString() const;

  static constexpr MacAddress Broadcast() { return MacAddress(0xffff'ffff'ffff); }

  constexpr uint64_t bits() const { return bits_; }
  constexpr bool IsZero() const { return bits_ == 0; }
  constexpr bool IsBroadcast() const { return bits_ == 0xffff'ffff'ffff; }
  // The group bit (IEEE 802), which broadcast has too.
  constexpr bool IsMulticast() const { return bits_ >> 40 & 1; }

  friend constexpr auto operator<=>(MacAddress, MacAddress) = default;
  template <typename H>
  friend H AbslHashValue(H h, MacAddress m) {
    return H::combine(std::move(h), m.bits_);
  }

 private:
  uint64_t bits_ = 0;
};

}  // namespace ovnlite

#endif  // OVNLITE_BASE_MAC_H_
