// File: ethernet.h
// The Ethernet II header and, for frames whose type field is a length, the LLC and SNAP header behind it (IEEE 802.3,
// 802.2; RFC 1042). Cost: loads and stores.

#ifndef OVNLITE_WIRE_ETHERNET_H_
#define OVNLITE_WIRE_ETHERNET_H_

#include <string>

#include "absl/strings/str_format.h"
#include "ovnlite/base/mac.h"
#include "ovnlite/wire/view.h"

namespace ovnlite {

// EtherTypes (IANA "IEEE 802 Numbers").
inline constexpr uint16_t kEthTypeIpv4 = 0x0800;
inline constexpr uint16_t kEthTypeArp = 0x0806;
inline constexpr uint16_t kEthTypeTeb =
    0x6558;  // Transparent Ethernet bridging: an Ethernet frame inside Geneve or GRE.
inline constexpr uint16_t kEthTypeRarp = 0x8035;
inline constexpr uint16_t kEthTypeVlan = 0x8100;  // IEEE 802.1Q customer tag
inline constexpr uint16_t kEthTypeIpv6 = 0x86dd;
inline constexpr uint16_t kEthTypeMpls = 0x8847;
inline constexpr uint16_t kEthTypeMplsMulticast = 0x8848;
inline constexpr uint16_t kEthTypeQinq = 0x88a8;  // IEEE 802.1ad service tag
// The smallest type; anything below is the length of an IEEE 802.3 frame.
inline constexpr uint16_t kEthTypeMin = 0x0600;
// What OpenFlow says for a frame without a type: 802.3 that is not SNAP, or cut off before it.
inline constexpr uint16_t kEthTypeNone = 0x05ff;

struct EthernetLayout {
  static constexpr size_t kDestination = 0;
  static constexpr size_t kSource = 6;
  static constexpr size_t kType = 12;
  static constexpr size_t kSize = 14;
};

template <typename Byte>
class BasicEthernetView : public View<Byte> {
  using L = EthernetLayout;

 public:
  using View<Byte>::View;
  static bool IsValid(absl::Span<const uint8_t> b) { return b.size() >= L::kSize; }
  static absl::Status Check(absl::Span<const uint8_t> b) {
    return IsValid(b) ? absl::OkStatus() : TooShort("Ethernet header", L::kSize, b.size());
  }
  static absl::StatusOr<BasicEthernetView> Parse(absl::Span<Byte> b) { return ParseView<BasicEthernetView>(b); }

  MacAddress destination() const { return MacAddress::Load(this->p_ + L::kDestination); }
  MacAddress source() const { return MacAddress::Load(this->p_ + L::kSource); }
  // The type or, below kEthTypeMin, the length.
  uint16_t type() const { return Load16(this->p_ + L::kType); }
  absl::Span<Byte> payload() const { return this->From(L::kSize); }

  void set_destination(MacAddress v) const requires(View<Byte>::kMutable) { v.Store(this->p_ + L::kDestination); }
  void set_source(MacAddress v) const requires(View<Byte>::kMutable) { v.Store(this->p_ + L::kSource); }
  void set_type(uint16_t v) const requires(View<Byte>::kMutable) { Store16(this->p_ + L::kType, v); }
};
using EthernetView = BasicEthernetView<const uint8_t>;
using MutableEthernetView = BasicEthernetView<uint8_t>;

struct EthernetHeader {
  MacAddress destination{};
  MacAddress source{};
  uint16_t type = 0;

  static absl::StatusOr<EthernetHeader> Parse(absl::Span<const uint8_t> bytes) {
    if (!EthernetView::IsValid(bytes)) return EthernetView::Check(bytes);
    const EthernetView v(bytes);
    return EthernetHeader{v.destination(), v.source(), v.type()};
  }
  constexpr size_t size() const { return EthernetLayout::kSize; }
  void Emit(uint8_t* p) const {
    destination.Store(p + EthernetLayout::kDestination);
    source.Store(p + EthernetLayout::kSource);
    Store16(p + EthernetLayout::kType, type);
  }
  // "00:00:00:00:00:0a > 00:00:00:00:ff:01, type 0x0800"
  std::string ToString() const {
    return absl::StrCat(source.ToString(), " > ", destination.ToString(),
                        type < kEthTypeMin ? absl::StrCat(", length ", type) : absl::StrFormat(", type 0x%04x", type));
  }
  friend constexpr bool operator==(const EthernetHeader&, const EthernetHeader&) = default;
};

// The eight bytes that follow an 802.3 length: LLC with SNAP. Any eight bytes are one; is_ethertype() tells whether
// they lead to an EtherType.
struct LlcSnapHeader {
  static constexpr size_t kSize = 8;

  uint8_t dsap = 0xaa;
  uint8_t ssap = 0xaa;
  uint8_t control = 3;  // Unnumbered information.
  uint32_t oui = 0;     // 24 bits; zero means that `type` is an EtherType.
  uint16_t type = 0;

  static absl::StatusOr<LlcSnapHeader> Parse(absl::Span<const uint8_t> b) {
    if (b.size() < kSize) return TooShort("LLC and SNAP header", kSize, b.size());
    return LlcSnapHeader{b[0], b[1], b[2], Load24(&b[3]), Load16(&b[6])};
  }
  constexpr bool is_ethertype() const {
    return dsap == 0xaa && ssap == 0xaa && control == 3 && oui == 0 && type >= kEthTypeMin;
  }
  constexpr size_t size() const { return kSize; }
  void Emit(uint8_t* p) const {
    p[0] = dsap;
    p[1] = ssap;
    p[2] = control;
    Store24(p + 3, oui);
    Store16(p + 6, type);
  }
  // "LLC dsap 0xaa ssap 0xaa control 0x03, SNAP oui 0x000000 type 0x0800"
  std::string ToString() const {
    return absl::StrFormat("LLC dsap 0x%02x ssap 0x%02x control 0x%02x, SNAP oui 0x%06x type 0x%04x", dsap, ssap,
                           control, oui, type);
  }
  friend constexpr bool operator==(const LlcSnapHeader&, const LlcSnapHeader&) = default;
};

}  // namespace ovnlite

#endif  // OVNLITE_WIRE_ETHERNET_H_
