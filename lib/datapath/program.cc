#include "ovnlite/datapath/program.h"

#include <algorithm>
#include <cstring>

#include "ovnlite/wire/arp.h"
#include "ovnlite/wire/checksum.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/icmp.h"
#include "ovnlite/wire/icmpv6.h"
#include "ovnlite/wire/ip_proto.h"
#include "ovnlite/wire/ipv4.h"
#include "ovnlite/wire/ipv6.h"
#include "ovnlite/wire/nd.h"
#include "ovnlite/wire/sctp.h"
#include "ovnlite/wire/tcp.h"
#include "ovnlite/wire/udp.h"
#include "ovnlite/wire/vlan.h"

namespace ovnlite {
namespace {

constexpr uint16_t kVlanPresent = 0x1000;

// Words of the key that stand for bytes of the frame, and which of their bits.
constexpr uint64_t WritableBits(int word) {
  switch (word) {
    case kWordEthDst:
      return ~uint64_t{0xffff};  // eth.type is never written.
    case kWordEthSrc:
    case kWordIpv4:
    case kWordIpv6Src:
    case kWordIpv6Src + 1:
    case kWordIpv6Dst:
    case kWordIpv6Dst + 1:
    case kWordNdTarget:
    case kWordNdTarget + 1:
      return ~uint64_t{0};
    case kWordIp:
      return uint64_t{0x00ff'ff00} << 32 | 0xffff'ffff;  // tos, ttl, L4 ports; not proto, not frag.
    case kWordL4:
      return uint64_t{0xffff} << 32;  // The ARP operation.
    case kWordArpSha:
    case kWordArpTha:
      return ~uint64_t{0xffff};
    default:
      return 0;
  }
}

constexpr uint64_t Blend(uint64_t old, const WordTest& w) { return (old & ~w.mask) | w.value; }

// The headers of one packet, with their checksums kept right.
class Writer {
 public:
  Writer(Packet& packet, const PacketLayout& layout) : packet_(packet), layout_(layout) {
    if (layout.l3 == 0 || layout.l3 > packet.size()) return;
    type_ = Load16(packet.data() + layout.l3 - 2);
    uint8_t* l3 = packet.data() + layout.l3;
    const size_t left = packet.size() - layout.l3;
    if (type_ == kEthTypeIpv4 && left >= Ipv4Layout::kSize) {
      ip4_ = l3;
      proto_ = l3[Ipv4Layout::kProtocol];
      later_ = (Load16(l3 + Ipv4Layout::kFragment) & 0x1fff) != 0;
    } else if (type_ == kEthTypeIpv6 && left >= Ipv6Layout::kSize) {
      ip6_ = l3;
    } else if ((type_ == kEthTypeArp || type_ == kEthTypeRarp) && left >= ArpLayout::kSize) {
      arp_ = l3;
    }
    // Only a whole L4 header is written to.
    if (layout.l4 != 0 && layout.payload > layout.l4) l4_ = packet.data() + layout.l4;
  }

  void SetL6Proto(uint8_t proto) {
    if (ip6_ != nullptr) proto_ = proto;
  }

  void Set(const WordTest& w) {
    switch (w.word) {
      case kWordEthDst:
        return Ethernet(EthernetLayout::kDestination, w);
      case kWordEthSrc:
        return Ethernet(EthernetLayout::kSource, w);
      case kWordIpv4:
        return arp_ != nullptr ? ArpAddresses(w) : Ipv4Addresses(w);
      case kWordIp:
        return Ip(w);
      case kWordIpv6Src:
      case kWordIpv6Src + 1:
        return Ipv6Address(Ipv6Layout::kSource + 8 * (w.word - kWordIpv6Src), w);
      case kWordIpv6Dst:
      case kWordIpv6Dst + 1:
        return Ipv6Address(Ipv6Layout::kDestination + 8 * (w.word - kWordIpv6Dst), w);
      case kWordL4:
        if (arp_ != nullptr)
          Store16(arp_ + ArpLayout::kOperation,
                  static_cast<uint16_t>(Blend(uint64_t{Load16(arp_ + ArpLayout::kOperation)} << 32, w) >> 32));
        return;
      case kWordArpSha:
        return arp_ != nullptr ? ArpMac(ArpLayout::kSenderMac, w) : NdOption(kNdOptionSource, w);
      case kWordArpTha:
        return arp_ != nullptr ? ArpMac(ArpLayout::kTargetMac, w) : NdOption(kNdOptionTarget, w);
      case kWordNdTarget:
      case kWordNdTarget + 1:
        return NdTarget(8 * (w.word - kWordNdTarget), w);
      default:
        return;
    }
  }

 private:
  static constexpr uint8_t kNdOptionSource = 1, kNdOptionTarget = 2;  // RFC 4861 section 4.6.1

  void Ethernet(size_t offset, const WordTest& w) {
    if (packet_.size() < EthernetLayout::kSize) return;
    uint8_t* mac = packet_.data() + offset;
    Store48(mac, Blend(Load48(mac) << 16, w) >> 16);
  }

  void ArpAddresses(const WordTest& w) {
    const uint64_t both = uint64_t{Load32(arp_ + ArpLayout::kSenderIp)} << 32 | Load32(arp_ + ArpLayout::kTargetIp);
    const uint64_t now = Blend(both, w);
    Store32(arp_ + ArpLayout::kSenderIp, static_cast<uint32_t>(now >> 32));
    Store32(arp_ + ArpLayout::kTargetIp, static_cast<uint32_t>(now));
  }
  void ArpMac(size_t offset, const WordTest& w) { Store48(arp_ + offset, Blend(Load48(arp_ + offset) << 16, w) >> 16); }

  void Ipv4Addresses(const WordTest& w) {
    if (ip4_ == nullptr) return;
    const uint64_t before = Load64(ip4_ + Ipv4Layout::kSource);
    const uint64_t after = Blend(before, w);
    if (before == after) return;
    Store64(ip4_ + Ipv4Layout::kSource, after);
    UpdateIpv4Checksum(before, after);
    UpdateL4Checksum(before, after, true);
  }

  void Ipv6Address(size_t offset, const WordTest& w) {
    if (ip6_ == nullptr) return;
    const uint64_t before = Load64(ip6_ + offset);
    const uint64_t after = Blend(before, w);
    Store64(ip6_ + offset, after);
    UpdateL4Checksum(before, after, true);
  }

  void Ip(const WordTest& w) {
    const uint64_t tos_mask = w.mask >> 48 & 0xff, ttl_mask = w.mask >> 40 & 0xff;
    if (ip4_ != nullptr) {
      if (tos_mask != 0) {
        const uint16_t before = Load16(ip4_);
        const uint16_t after = static_cast<uint16_t>((before & ~tos_mask) | (w.value >> 48 & tos_mask));
        Store16(ip4_, after);
        UpdateIpv4Checksum(before, after);
      }
      if (ttl_mask != 0) {
        const uint16_t before = Load16(ip4_ + Ipv4Layout::kTtl);
        ip4_[Ipv4Layout::kTtl] =
            static_cast<uint8_t>((ip4_[Ipv4Layout::kTtl] & ~ttl_mask) | (w.value >> 40 & ttl_mask));
        UpdateIpv4Checksum(before, Load16(ip4_ + Ipv4Layout::kTtl));
      }
    } else if (ip6_ != nullptr) {
      if (tos_mask != 0) {
        const uint16_t before = Load16(ip6_);
        Store16(ip6_, static_cast<uint16_t>((before & ~(tos_mask << 4)) | (w.value >> 48 & tos_mask) << 4));
      }
      if (ttl_mask != 0)
        ip6_[Ipv6Layout::kHopLimit] =
            static_cast<uint8_t>((ip6_[Ipv6Layout::kHopLimit] & ~ttl_mask) | (w.value >> 40 & ttl_mask));
    }
    if ((w.mask & 0xffff'ffff) != 0 && l4_ != nullptr && !later_) Ports(w);
  }

  void Ports(const WordTest& w) {
    if (proto_ == kIpProtoIcmp || proto_ == kIpProtoIcmpv6) {  // One byte each, kept in the fields of ports.
      const uint16_t before = Load16(l4_);
      const uint64_t type = Blend(uint64_t{l4_[0]} << 16, w) >> 16 & 0xff;
      const uint64_t code = Blend(l4_[1], w) & 0xff;
      const uint16_t after = static_cast<uint16_t>(type << 8 | code);
      Store16(l4_, after);
      UpdateL4Checksum(before, after, false);
      return;
    }
    const uint32_t before = Load32(l4_);
    const uint32_t after = static_cast<uint32_t>(Blend(before, w));
    if (proto_ == kIpProtoSctp) return SctpPorts(after);
    Store32(l4_, after);
    UpdateL4Checksum(before, after, false);
  }

  // SCTP's checksum is a CRC of everything. A wrong one stays wrong by as much, so that its receiver notices.
  void SctpPorts(uint32_t ports) {
    const size_t end = std::min<size_t>(layout_.end, packet_.size());
    if (end < layout_.l4 + SctpLayout::kSize) return;
    const absl::Span<const uint8_t> chunk(l4_, end - layout_.l4);
    const uint32_t right_before = SctpChecksum(chunk);
    Store32(l4_, ports);
    uint8_t* at = l4_ + SctpLayout::kChecksum;
    Store32(at, Load32(at) ^ right_before ^ SctpChecksum(chunk));
  }

  void NdTarget(size_t offset, const WordTest& w) {
    uint8_t* at = NdHeader();
    if (at == nullptr) return;
    at += NdNeighborLayout::kTarget + offset;
    const uint64_t before = Load64(at);
    const uint64_t after = Blend(before, w);
    Store64(at, after);
    UpdateL4Checksum(before, after, false);
  }

  void NdOption(uint8_t type, const WordTest& w) {
    uint8_t* at = NdHeader();
    if (at == nullptr) return;
    uint8_t* end = packet_.data() + layout_.end;
    for (uint8_t* option = at + NdNeighborLayout::kSize; end - option >= 8; option += 8 * option[1]) {
      if (option[1] == 0 || 8 * option[1] > end - option) return;
      if (option[0] != type || option[1] != 1) continue;
      const uint64_t before = Load48(option + 2);
      const uint64_t after = Blend(before << 16, w) >> 16;
      Store48(option + 2, after);
      UpdateL4Checksum(before, after, false);
      return;
    }
  }

  uint8_t* NdHeader() const {
    const bool fits = l4_ != nullptr && ip6_ != nullptr && layout_.end >= layout_.l4 + NdNeighborLayout::kSize &&
                      layout_.end <= packet_.size();
    return fits ? l4_ : nullptr;
  }

  void UpdateIpv4Checksum(uint64_t before, uint64_t after) {
    uint8_t* at = ip4_ + Ipv4Layout::kChecksum;
    Store16(at, ChecksumUpdate(Load16(at), before, after));
  }

  // `pseudo`: the change is in the pseudo-header, which ICMP and SCTP do not cover.
  void UpdateL4Checksum(uint64_t before, uint64_t after, bool pseudo) {
    if (l4_ == nullptr || later_) return;
    if (proto_ == kIpProtoTcp) {
      uint8_t* at = l4_ + TcpLayout::kChecksum;
      Store16(at, ChecksumUpdate(Load16(at), before, after));
    } else if (proto_ == kIpProtoUdp) {
      uint8_t* at = l4_ + UdpLayout::kChecksum;
      Store16(at, UdpChecksumUpdate(Load16(at), before, after));
    } else if (proto_ == kIpProtoIcmpv6 || (proto_ == kIpProtoIcmp && !pseudo)) {
      uint8_t* at = l4_ + IcmpLayout::kChecksum;
      Store16(at, ChecksumUpdate(Load16(at), before, after));
    }
  }

  Packet& packet_;
  const PacketLayout& layout_;
  uint16_t type_ = 0;
  uint8_t* ip4_ = nullptr;
  uint8_t* ip6_ = nullptr;
  uint8_t* arp_ = nullptr;
  uint8_t* l4_ = nullptr;
  uint8_t proto_ = 0;
  bool later_ = false;
};

// Makes the frame's tag what `tci` says. Moves the headers behind it.
void SetVlan(Packet& packet, uint16_t tci) {
  if (packet.size() < EthernetLayout::kSize) return;
  uint8_t addresses[12];
  std::memcpy(addresses, packet.data(), sizeof addresses);
  const bool tagged = IsVlanType(Load16(packet.data() + EthernetLayout::kType)) &&
                      packet.size() >= EthernetLayout::kSize + VlanLayout::kSize;
  if (tci & kVlanPresent) {
    if (!tagged) {
      std::memcpy(packet.Prepend(VlanLayout::kSize), addresses, sizeof addresses);
      Store16(packet.data() + EthernetLayout::kType, kEthTypeVlan);
    }
    // The bit that says "there is a tag" is the wire's drop eligible indicator; Open vSwitch sends it as 0.
    Store16(packet.data() + EthernetLayout::kType + VlanLayout::kTci, tci & ~kVlanPresent);
  } else if (tagged) {
    packet.Consume(VlanLayout::kSize);
    std::memcpy(packet.data(), addresses, sizeof addresses);
  }
}

}  // namespace

FlowKey Effect::KeyOf(const Packet& packet, const FlowKey& arrived) const {
  FlowKey key;
  for (int w = 0; w < kKeyWords; ++w) {
    const uint64_t constant = state->constant.words[w];
    key.words[w] = (state->key.words[w] & constant) | (arrived.words[w] & ~constant);
  }
  ExtractFlowKey(packet, key);
  key.Set(field::kFrameLength, packet.size());
  return key;
}

Rewrite::Rewrite(const FlowKey& key, const FlowKey& written) {
  bool other = false;
  for (uint8_t w = 0; w < kPacketWords; ++w) {
    const uint64_t mask = written.words[w] & WritableBits(w);
    if (mask == 0) continue;
    words_.push_back({w, key.words[w] & mask, mask});
    constexpr uint64_t kWholeMac = ~uint64_t{0xffff};
    constexpr uint64_t kWholeTtl = uint64_t{0xff} << 40;
    other |= !(((w == kWordEthDst || w == kWordEthSrc) && mask == kWholeMac) || (w == kWordIp && mask == kWholeTtl));
  }
  routed_only_ = !other && words_.size() == 3 && key.Get64(field::kEthType) == kEthTypeIpv4;
  if (routed_only_) {
    Store48(addresses_, key.Get64(field::kEthDst));
    Store48(addresses_ + 6, key.Get64(field::kEthSrc));
    ttl_ = static_cast<uint8_t>(key.Get64(field::kIpTtl));
  }
}

void Rewrite::Apply(Packet& packet, const PacketLayout& layout) const {
  if (words_.empty()) return;
  if (routed_only_ && layout.l3 >= EthernetLayout::kSize && packet.size() >= layout.l3 + Ipv4Layout::kSize) {
    std::memcpy(packet.data(), addresses_, sizeof addresses_);
    uint8_t* ip = packet.data() + layout.l3;
    const uint16_t before = Load16(ip + Ipv4Layout::kTtl);
    ip[Ipv4Layout::kTtl] = ttl_;
    Store16(ip + Ipv4Layout::kChecksum,
            ChecksumUpdate(Load16(ip + Ipv4Layout::kChecksum), before, Load16(ip + Ipv4Layout::kTtl)));
    return;
  }
  ApplySlow(packet, layout);
}

void Rewrite::ApplySlow(Packet& packet, const PacketLayout& layout) const {
  Writer writer(packet, layout);
  bool retag = false;
  uint16_t tci = 0;
  if (layout.l4 != 0) {
    FlowKey key;
    ExtractFlowKey(packet, key);
    writer.SetL6Proto(static_cast<uint8_t>(key.Get64(field::kIpProto)));
  }
  for (const WordTest& w : words_) {
    writer.Set({w.word, w.value, w.mask});
    if (w.word == kWordEthSrc && (w.mask & 0xffff) != 0) {
      retag = true;
      tci = static_cast<uint16_t>(w.value);
    }
  }
  if (retag) SetVlan(packet, tci);  // Last: it moves everything else.
}

}  // namespace ovnlite
