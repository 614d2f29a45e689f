// File: arp.h
// ARP (RFC 826) and RARP (RFC 903) for IPv4 over Ethernet, the only kind OVN speaks. Cost: loads and stores.

#ifndef OVNLITE_WIRE_ARP_H_
#define OVNLITE_WIRE_ARP_H_

#include <string>

#include "ovnlite/base/ip.h"
#include "ovnlite/base/mac.h"
#include "ovnlite/wire/view.h"

namespace ovnlite {

inline constexpr uint16_t kArpRequest = 1;
inline constexpr uint16_t kArpReply = 2;
inline constexpr uint16_t kRarpRequest = 3;
inline constexpr uint16_t kRarpReply = 4;

struct ArpLayout {
  static constexpr size_t kHardwareType = 0;
  static constexpr size_t kProtocolType = 2;
  static constexpr size_t kHardwareLength = 4;
  static constexpr size_t kProtocolLength = 5;
  static constexpr size_t kOperation = 6;
  static constexpr size_t kSenderMac = 8;
  static constexpr size_t kSenderIp = 14;
  static constexpr size_t kTargetMac = 18;
  static constexpr size_t kTargetIp = 24;
  static constexpr size_t kSize = 28;
  // The first six bytes of every packet this codec accepts: Ethernet 1, IPv4 0x0800, lengths 6 and 4.
  static constexpr uint64_t kEthernetIpv4 = 0x0001'0800'0604;
};

template <typename Byte>
class BasicArpView : public View<Byte> {
  using L = ArpLayout;

 public:
  using View<Byte>::View;
  static bool IsValid(absl::Span<const uint8_t> b) {
    return b.size() >= L::kSize && Load48(b.data()) == L::kEthernetIpv4;
  }
  static absl::Status Check(absl::Span<const uint8_t> b) {
    if (IsValid(b)) return absl::OkStatus();
    if (b.size() < L::kSize) return TooShort("ARP packet", L::kSize, b.size());
    return Malformed("ARP packet for hardware type ", Load16(&b[L::kHardwareType]), " (address length ",
                     b[L::kHardwareLength], ") and protocol ", Load16(&b[L::kProtocolType]), " (address length ",
                     b[L::kProtocolLength], ") is not for Ethernet 1 (6) and IPv4 2048 (4)");
  }
  static absl::StatusOr<BasicArpView> Parse(absl::Span<Byte> b) { return ParseView<BasicArpView>(b); }

  uint16_t operation() const { return Load16(this->p_ + L::kOperation); }
  MacAddress sender_mac() const { return MacAddress::Load(this->p_ + L::kSenderMac); }
  Ipv4Address sender_ip() const { return Ipv4Address::Load(this->p_ + L::kSenderIp); }
  MacAddress target_mac() const { return MacAddress::Load(this->p_ + L::kTargetMac); }
  Ipv4Address target_ip() const { return Ipv4Address::Load(this->p_ + L::kTargetIp); }

  void set_operation(uint16_t v) const requires(View<Byte>::kMutable) { Store16(this->p_ + L::kOperation, v); }
  void set_sender_mac(MacAddress v) const requires(View<Byte>::kMutable) { v.Store(this->p_ + L::kSenderMac); }
  void set_sender_ip(Ipv4Address v) const requires(View<Byte>::kMutable) { v.Store(this->p_ + L::kSenderIp); }
  void set_target_mac(MacAddress v) const requires(View<Byte>::kMutable) { v.Store(this->p_ + L::kTargetMac); }
  void set_target_ip(Ipv4Address v) const requires(View<Byte>::kMutable) { v.Store(this->p_ + L::kTargetIp); }
};
using ArpView = BasicArpView<const uint8_t>;
using MutableArpView = BasicArpView<uint8_t>;

struct ArpHeader {
  uint16_t operation = kArpRequest;
  MacAddress sender_mac{};
  Ipv4Address sender_ip{};
  MacAddress target_mac{};
  Ipv4Address target_ip{};

  static absl::StatusOr<ArpHeader> Parse(absl::Span<const uint8_t> bytes) {
    if (!ArpView::IsValid(bytes)) return ArpView::Check(bytes);
    const ArpView v(bytes);
    return ArpHeader{v.operation(), v.sender_mac(), v.sender_ip(), v.target_mac(), v.target_ip()};
  }
  constexpr size_t size() const { return ArpLayout::kSize; }
  void Emit(uint8_t* p) const {
    Store48(p, ArpLayout::kEthernetIpv4);
    Store16(p + ArpLayout::kOperation, operation);
    sender_mac.Store(p + ArpLayout::kSenderMac);
    sender_ip.Store(p + ArpLayout::kSenderIp);
    target_mac.Store(p + ArpLayout::kTargetMac);
    target_ip.Store(p + ArpLayout::kTargetIp);
  }
  // "request who-has 10.0.0.1 tell 10.0.0.10", "reply 10.0.0.1 is-at 00:00:00:00:ff:01", "operation 9, …"
  std::string ToString() const {
    switch (operation) {
      case kArpRequest:
        return absl::StrCat("request who-has ", target_ip.ToString(),
                            target_mac.IsZero() ? "" : absl::StrCat(" (", target_mac.ToString(), ")"), " tell ",
                            sender_ip.ToString());
      case kArpReply:
        return absl::StrCat("reply ", sender_ip.ToString(), " is-at ", sender_mac.ToString());
      case kRarpRequest:
        return absl::StrCat("reverse request who-is ", target_mac.ToString(), " tell ", sender_mac.ToString());
      case kRarpReply:
        return absl::StrCat("reverse reply ", target_mac.ToString(), " at ", target_ip.ToString());
      default:
        return absl::StrCat("operation ", operation, ", ", sender_ip.ToString(), " at ", sender_mac.ToString(), " to ",
                            target_ip.ToString(), " at ", target_mac.ToString());
    }
  }
  friend constexpr bool operator==(const ArpHeader&, const ArpHeader&) = default;
};

}  // namespace ovnlite

#endif  // OVNLITE_WIRE_ARP_H_
