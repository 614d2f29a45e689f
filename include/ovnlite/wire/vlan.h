// File: vlan.h
// The four bytes of a VLAN tag (IEEE 802.1Q section 9.6). A tag stands between the source address and the EtherType:
// pushing one opens four bytes at offset 12 of the frame, popping one closes them. Cost: loads and stores.

#ifndef OVNLITE_WIRE_VLAN_H_
#define OVNLITE_WIRE_VLAN_H_

#include <string>

#include "absl/strings/str_format.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/view.h"

namespace ovnlite {

struct VlanLayout {
  static constexpr size_t kTpid = 0;
  static constexpr size_t kTci = 2;
  static constexpr size_t kSize = 4;
};

// True for the two tag types that Open vSwitch understands.
constexpr bool IsVlanType(uint16_t eth_type) { return eth_type == kEthTypeVlan || eth_type == kEthTypeQinq; }

template <typename Byte>
class BasicVlanView : public View<Byte> {
  using L = VlanLayout;

 public:
  using View<Byte>::View;
  static bool IsValid(absl::Span<const uint8_t> b) { return b.size() >= L::kSize && IsVlanType(Load16(b.data())); }
  static absl::Status Check(absl::Span<const uint8_t> b) {
    if (IsValid(b)) return absl::OkStatus();
    if (b.size() < L::kSize) return TooShort("VLAN tag", L::kSize, b.size());
    return Malformed("VLAN tag type ", absl::StrFormat("0x%04x", Load16(b.data())), " is neither 0x8100 nor 0x88a8");
  }
  static absl::StatusOr<BasicVlanView> Parse(absl::Span<Byte> b) { return ParseView<BasicVlanView>(b); }

  uint16_t tpid() const { return Load16(this->p_ + L::kTpid); }
  uint16_t tci() const { return Load16(this->p_ + L::kTci); }
  // What follows the tag: the next EtherType, and the payload.
  absl::Span<Byte> rest() const { return this->From(L::kSize); }

  void set_tpid(uint16_t v) const requires(View<Byte>::kMutable) { Store16(this->p_ + L::kTpid, v); }
  void set_tci(uint16_t v) const requires(View<Byte>::kMutable) { Store16(this->p_ + L::kTci, v); }
};
using VlanView = BasicVlanView<const uint8_t>;
using MutableVlanView = BasicVlanView<uint8_t>;

struct VlanTag {
  uint16_t tpid = kEthTypeVlan;
  uint16_t tci = 0;  // priority 3 | drop eligible 1 | VLAN id 12

  static constexpr VlanTag Of(uint16_t vid, uint8_t pcp = 0, uint16_t tpid = kEthTypeVlan) {
    return {tpid, static_cast<uint16_t>(pcp << 13 | (vid & 0xfff))};
  }
  constexpr uint16_t vid() const { return tci & 0xfff; }
  constexpr bool drop_eligible() const { return tci & 0x1000; }
  constexpr uint8_t pcp() const { return static_cast<uint8_t>(tci >> 13); }

  static absl::StatusOr<VlanTag> Parse(absl::Span<const uint8_t> bytes) {
    if (!VlanView::IsValid(bytes)) return VlanView::Check(bytes);
    return VlanTag{VlanView(bytes).tpid(), VlanView(bytes).tci()};
  }
  constexpr size_t size() const { return VlanLayout::kSize; }
  void Emit(uint8_t* p) const {
    Store16(p + VlanLayout::kTpid, tpid);
    Store16(p + VlanLayout::kTci, tci);
  }
  // "vlan 7", "vlan 7 p 3 DEI", "qinq 100"
  std::string ToString() const {
    return absl::StrCat(tpid == kEthTypeQinq ? "qinq " : "vlan ", vid(), pcp() != 0 ? absl::StrCat(" p ", pcp()) : "",
                        drop_eligible() ? " DEI" : "");
  }
  friend constexpr bool operator==(const VlanTag&, const VlanTag&) = default;
};

}  // namespace ovnlite

#endif  // OVNLITE_WIRE_VLAN_H_
