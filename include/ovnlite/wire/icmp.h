// File: icmp.h
// The ICMP header (RFC 792): type, code, checksum, and four bytes whose meaning depends on the type. Errors quote the
// datagram they are about behind it. Cost: loads and stores.

#ifndef OVNLITE_WIRE_ICMP_H_
#define OVNLITE_WIRE_ICMP_H_

#include <string>

#include "ovnlite/base/ip.h"
#include "ovnlite/wire/view.h"

namespace ovnlite {

// Types (IANA "ICMP Type Numbers").
inline constexpr uint8_t kIcmpEchoReply = 0;
inline constexpr uint8_t kIcmpUnreachable = 3;
inline constexpr uint8_t kIcmpRedirect = 5;
inline constexpr uint8_t kIcmpEchoRequest = 8;
inline constexpr uint8_t kIcmpTimeExceeded = 11;
inline constexpr uint8_t kIcmpParameterProblem = 12;
// Codes of kIcmpUnreachable.
inline constexpr uint8_t kIcmpNetUnreachable = 0;
inline constexpr uint8_t kIcmpHostUnreachable = 1;
inline constexpr uint8_t kIcmpProtocolUnreachable = 2;
inline constexpr uint8_t kIcmpPortUnreachable = 3;
inline constexpr uint8_t kIcmpFragmentationNeeded = 4;
inline constexpr uint8_t kIcmpAdminProhibited = 13;

struct IcmpLayout {
  static constexpr size_t kType = 0;
  static constexpr size_t kCode = 1;
  static constexpr size_t kChecksum = 2;
  static constexpr size_t kRest =
      4;  // echo: id 16 | sequence 16; fragmentation needed: unused 16 | MTU 16; redirect: gateway
  static constexpr size_t kSize = 8;
};

// True for the types that quote a datagram.
constexpr bool IcmpIsError(uint8_t type) {
  return type == kIcmpUnreachable || type == 4 || type == kIcmpRedirect || type == kIcmpTimeExceeded ||
         type == kIcmpParameterProblem;
}
constexpr bool IcmpIsEcho(uint8_t type) { return type == kIcmpEchoRequest || type == kIcmpEchoReply; }

template <typename Byte>
class BasicIcmpView : public View<Byte> {
  using L = IcmpLayout;

 public:
  using View<Byte>::View;
  static bool IsValid(absl::Span<const uint8_t> b) { return b.size() >= L::kSize; }
  static absl::Status Check(absl::Span<const uint8_t> b) {
    return IsValid(b) ? absl::OkStatus() : TooShort("ICMP header", L::kSize, b.size());
  }
  static absl::StatusOr<BasicIcmpView> Parse(absl::Span<Byte> b) { return ParseView<BasicIcmpView>(b); }

  uint8_t type() const { return this->p_[L::kType]; }
  uint8_t code() const { return this->p_[L::kCode]; }
  uint16_t checksum() const { return Load16(this->p_ + L::kChecksum); }
  uint32_t rest() const { return Load32(this->p_ + L::kRest); }
  // Of echo messages.
  uint16_t id() const { return Load16(this->p_ + L::kRest); }
  uint16_t sequence() const { return Load16(this->p_ + L::kRest + 2); }
  // Of "fragmentation needed" (RFC 1191 section 4): the MTU of the next hop, 0 from old routers.
  uint16_t mtu() const { return Load16(this->p_ + L::kRest + 2); }
  absl::Span<Byte> payload() const { return this->From(L::kSize); }

  void set_type(uint8_t v) const requires(View<Byte>::kMutable) { this->p_[L::kType] = v; }
  void set_code(uint8_t v) const requires(View<Byte>::kMutable) { this->p_[L::kCode] = v; }
  void set_checksum(uint16_t v) const requires(View<Byte>::kMutable) { Store16(this->p_ + L::kChecksum, v); }
  void set_rest(uint32_t v) const requires(View<Byte>::kMutable) { Store32(this->p_ + L::kRest, v); }
  void set_id(uint16_t v) const requires(View<Byte>::kMutable) { Store16(this->p_ + L::kRest, v); }
  void set_sequence(uint16_t v) const requires(View<Byte>::kMutable) { Store16(this->p_ + L::kRest + 2, v); }
};
using IcmpView = BasicIcmpView<const uint8_t>;
using MutableIcmpView = BasicIcmpView<uint8_t>;

struct IcmpHeader {
  uint8_t type = 0;
  uint8_t code = 0;
  uint16_t checksum = 0;
  uint32_t rest = 0;

  static absl::StatusOr<IcmpHeader> Parse(absl::Span<const uint8_t> bytes) {
    if (!IcmpView::IsValid(bytes)) return IcmpView::Check(bytes);
    const IcmpView v(bytes);
    return IcmpHeader{v.type(), v.code(), v.checksum(), v.rest()};
  }
  constexpr size_t size() const { return IcmpLayout::kSize; }
  void Emit(uint8_t* p) const {
    p[IcmpLayout::kType] = type;
    p[IcmpLayout::kCode] = code;
    Store16(p + IcmpLayout::kChecksum, checksum);
    Store32(p + IcmpLayout::kRest, rest);
  }
  // "echo request, id 7, seq 1", "port unreachable", "fragmentation needed, mtu 1400", "type 17 code 0"
  std::string ToString() const {
    const auto other = [this](absl::string_view name) { return absl::StrCat(name, ", code ", code); };
    switch (type) {
      case kIcmpEchoReply:
      case kIcmpEchoRequest:
        return absl::StrCat("echo ", type == kIcmpEchoRequest ? "request" : "reply", ", id ", rest >> 16, ", seq ",
                            rest & 0xffff);
      case kIcmpUnreachable:
        switch (code) {
          case kIcmpNetUnreachable:
            return "net unreachable";
          case kIcmpHostUnreachable:
            return "host unreachable";
          case kIcmpProtocolUnreachable:
            return "protocol unreachable";
          case kIcmpPortUnreachable:
            return "port unreachable";
          case kIcmpFragmentationNeeded:
            return absl::StrCat("fragmentation needed, mtu ", rest & 0xffff);
          case kIcmpAdminProhibited:
            return "administratively prohibited";
          default:
            return other("unreachable");
        }
      case kIcmpRedirect:
        return absl::StrCat("redirect to ", Ipv4Address(rest).ToString(), ", code ", code);
      case kIcmpTimeExceeded:
        return code == 0 ? "time exceeded in transit" : other("time exceeded");
      case kIcmpParameterProblem:
        return other("parameter problem");
      default:
        return absl::StrCat("type ", type, " code ", code);
    }
  }
  friend constexpr bool operator==(const IcmpHeader&, const IcmpHeader&) = default;
};

}  // namespace ovnlite

#endif  // OVNLITE_WIRE_ICMP_H_
