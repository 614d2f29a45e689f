// File: icmpv6.h
// The ICMPv6 header (RFC 4443): type, code, checksum, and four bytes whose meaning depends on the type. Neighbor
// Discovery has its own file, nd.h, and Multicast Listener Discovery mld.h. Cost: loads and stores.

#ifndef OVNLITE_WIRE_ICMPV6_H_
#define OVNLITE_WIRE_ICMPV6_H_

#include <string>

#include "ovnlite/wire/view.h"

namespace ovnlite {

// Types (IANA "ICMPv6 Parameters").
inline constexpr uint8_t kIcmpv6Unreachable = 1;
inline constexpr uint8_t kIcmpv6PacketTooBig = 2;
inline constexpr uint8_t kIcmpv6TimeExceeded = 3;
inline constexpr uint8_t kIcmpv6ParameterProblem = 4;
inline constexpr uint8_t kIcmpv6EchoRequest = 128;
inline constexpr uint8_t kIcmpv6EchoReply = 129;
inline constexpr uint8_t kMldQuery = 130;
inline constexpr uint8_t kMldv1Report = 131;
inline constexpr uint8_t kMldv1Done = 132;
inline constexpr uint8_t kNdRouterSolicit = 133;
inline constexpr uint8_t kNdRouterAdvert = 134;
inline constexpr uint8_t kNdNeighborSolicit = 135;
inline constexpr uint8_t kNdNeighborAdvert = 136;
inline constexpr uint8_t kNdRedirect = 137;
inline constexpr uint8_t kMldv2Report = 143;
// Codes of kIcmpv6Unreachable.
inline constexpr uint8_t kIcmpv6NoRoute = 0;
inline constexpr uint8_t kIcmpv6AdminProhibited = 1;
inline constexpr uint8_t kIcmpv6AddressUnreachable = 3;
inline constexpr uint8_t kIcmpv6PortUnreachable = 4;

struct Icmpv6Layout {
  static constexpr size_t kType = 0;
  static constexpr size_t kCode = 1;
  static constexpr size_t kChecksum = 2;  // over the pseudo-header too
  static constexpr size_t kRest = 4;      // echo: id 16 | sequence 16; packet too big: MTU
  static constexpr size_t kSize = 8;
};

// Errors quote a datagram; their types are below 128 (RFC 4443 section 2.1).
constexpr bool Icmpv6IsError(uint8_t type) { return type < 128; }
constexpr bool Icmpv6IsEcho(uint8_t type) { return type == kIcmpv6EchoRequest || type == kIcmpv6EchoReply; }

template <typename Byte>
class BasicIcmpv6View : public View<Byte> {
  using L = Icmpv6Layout;

 public:
  using View<Byte>::View;
  static bool IsValid(absl::Span<const uint8_t> b) { return b.size() >= L::kSize; }
  static absl::Status Check(absl::Span<const uint8_t> b) {
    return IsValid(b) ? absl::OkStatus() : TooShort("ICMPv6 header", L::kSize, b.size());
  }
  static absl::StatusOr<BasicIcmpv6View> Parse(absl::Span<Byte> b) { return ParseView<BasicIcmpv6View>(b); }

  uint8_t type() const { return this->p_[L::kType]; }
  uint8_t code() const { return this->p_[L::kCode]; }
  uint16_t checksum() const { return Load16(this->p_ + L::kChecksum); }
  uint32_t rest() const { return Load32(this->p_ + L::kRest); }
  // Of echo messages.
  uint16_t id() const { return Load16(this->p_ + L::kRest); }
  uint16_t sequence() const { return Load16(this->p_ + L::kRest + 2); }
  // Of "packet too big".
  uint32_t mtu() const { return rest(); }
  absl::Span<Byte> payload() const { return this->From(L::kSize); }

  void set_type(uint8_t v) const requires(View<Byte>::kMutable) { this->p_[L::kType] = v; }
  void set_code(uint8_t v) const requires(View<Byte>::kMutable) { this->p_[L::kCode] = v; }
  void set_checksum(uint16_t v) const requires(View<Byte>::kMutable) { Store16(this->p_ + L::kChecksum, v); }
  void set_rest(uint32_t v) const requires(View<Byte>::kMutable) { Store32(this->p_ + L::kRest, v); }
  void set_id(uint16_t v) const requires(View<Byte>::kMutable) { Store16(this->p_ + L::kRest, v); }
  void set_sequence(uint16_t v) const requires(View<Byte>::kMutable) { Store16(this->p_ + L::kRest + 2, v); }
};
using Icmpv6View = BasicIcmpv6View<const uint8_t>;
using MutableIcmpv6View = BasicIcmpv6View<uint8_t>;

struct Icmpv6Header {
  uint8_t type = 0;
  uint8_t code = 0;
  uint16_t checksum = 0;
  uint32_t rest = 0;

  static absl::StatusOr<Icmpv6Header> Parse(absl::Span<const uint8_t> bytes) {
    if (!Icmpv6View::IsValid(bytes)) return Icmpv6View::Check(bytes);
    const Icmpv6View v(bytes);
    return Icmpv6Header{v.type(), v.code(), v.checksum(), v.rest()};
  }
  constexpr size_t size() const { return Icmpv6Layout::kSize; }
  void Emit(uint8_t* p) const {
    p[Icmpv6Layout::kType] = type;
    p[Icmpv6Layout::kCode] = code;
    Store16(p + Icmpv6Layout::kChecksum, checksum);
    Store32(p + Icmpv6Layout::kRest, rest);
  }
  // "echo request, id 7, seq 1", "no route", "packet too big, mtu 1280", "type 150 code 0"
  std::string ToString() const {
    const auto other = [this](absl::string_view name) { return absl::StrCat(name, ", code ", code); };
    switch (type) {
      case kIcmpv6Unreachable:
        switch (code) {
          case kIcmpv6NoRoute:
            return "no route";
          case kIcmpv6AdminProhibited:
            return "administratively prohibited";
          case kIcmpv6AddressUnreachable:
            return "address unreachable";
          case kIcmpv6PortUnreachable:
            return "port unreachable";
          default:
            return other("unreachable");
        }
      case kIcmpv6PacketTooBig:
        return absl::StrCat("packet too big, mtu ", rest);
      case kIcmpv6TimeExceeded:
        return code == 0 ? "hop limit exceeded in transit" : other("time exceeded");
      case kIcmpv6ParameterProblem:
        return other("parameter problem");
      case kIcmpv6EchoRequest:
      case kIcmpv6EchoReply:
        return absl::StrCat("echo ", type == kIcmpv6EchoRequest ? "request" : "reply", ", id ", rest >> 16, ", seq ",
                            rest & 0xffff);
      case kMldQuery:
        return "multicast listener query";
      case kMldv1Report:
        return "multicast listener report";
      case kMldv1Done:
        return "multicast listener done";
      case kNdRouterSolicit:
        return "router solicitation";
      case kNdRouterAdvert:
        return "router advertisement";
      case kNdNeighborSolicit:
        return "neighbor solicitation";
      case kNdNeighborAdvert:
        return "neighbor advertisement";
      case kNdRedirect:
        return "redirect";
      case kMldv2Report:
        return "multicast listener report v2";
      default:
        return absl::StrCat("type ", type, " code ", code);
    }
  }
  friend constexpr bool operator==(const Icmpv6Header&, const Icmpv6Header&) = default;
};

}  // namespace ovnlite

#endif  // OVNLITE_WIRE_ICMPV6_H_
