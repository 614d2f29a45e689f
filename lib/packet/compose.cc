#include "ovnlite/packet/compose.h"

#include <algorithm>
#include <cstring>

#include "ovnlite/base/ip.h"
#include "ovnlite/base/mac.h"
#include "ovnlite/wire/arp.h"
#include "ovnlite/wire/checksum.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/icmp.h"
#include "ovnlite/wire/icmpv6.h"
#include "ovnlite/wire/igmp.h"
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

constexpr size_t kMaxPayload = 65'000;

class Composer {
 public:
  Composer(const FlowKey& key, absl::Span<const uint8_t> payload)
      : key_(key), payload_(payload.subspan(0, std::min(payload.size(), kMaxPayload))) {}

  Packet Compose() {
    packet_.Reserve(payload_.size() + 160);  // More than all headers together take.
    packet_.in_port = static_cast<uint32_t>(key_.Get64(field::kInPort));
    packet_.tunnel = key_.words[kWordTunnel];
    EthernetHeader ethernet{MacAddress(Get(field::kEthDst)), MacAddress(Get(field::kEthSrc)), type_};
    const auto tci = static_cast<uint16_t>(Get(field::kVlanTci));
    if (type_ == kEthTypeNone) ethernet.type = sizeof kSpanningTree;  // A length.
    if (tci == 0) {
      Emit(ethernet);
    } else {
      const uint16_t inner_type = ethernet.type;
      ethernet.type = kEthTypeVlan;
      Emit(ethernet);
      Store16(packet_.Append(2), tci & ~0x1000);  // Bit 12 of a key's TCI says that there is a tag.
      Store16(packet_.Append(2), inner_type);
    }
    switch (type_) {
      case kEthTypeNone:
        Append(kSpanningTree);
        break;
      case kEthTypeArp:
      case kEthTypeRarp:
        ComposeArp();
        break;
      case kEthTypeIpv4:
        ComposeIpv4();
        break;
      case kEthTypeIpv6:
        ComposeIpv6();
        break;
      case kEthTypeVlan:
      case kEthTypeQinq:
        // Without a tag that was read, the type alone, with nothing behind it that could be one.
        if (tci != 0) Append(payload_);
        break;
      default:
        Append(payload_);
        break;
    }
    return std::move(packet_);
  }

 private:
  // LLC of the spanning tree protocol: the commonest 802.3 frame that has no EtherType.
  static constexpr uint8_t kSpanningTree[3] = {0x42, 0x42, 0x03};

  uint64_t Get(FieldRef f) const { return key_.Get64(f); }

  template <typename Header>
  void Emit(const Header& header) {
    header.Emit(packet_.Append(header.size()));
  }
  void Append(absl::Span<const uint8_t> bytes) {
    if (!bytes.empty()) std::memcpy(packet_.Append(bytes.size()), bytes.data(), bytes.size());
  }
  void AppendZeros(size_t n) {
    if (n > 0) std::memset(packet_.Append(n), 0, n);
  }

  void ComposeArp() {
    ArpHeader arp;
    arp.operation = static_cast<uint16_t>(Get(field::kArpOp));
    arp.sender_mac = MacAddress(Get(field::kArpSha));
    arp.sender_ip = Ipv4Address(static_cast<uint32_t>(Get(field::kArpSpa)));
    arp.target_mac = MacAddress(Get(field::kArpTha));
    arp.target_ip = Ipv4Address(static_cast<uint32_t>(Get(field::kArpTpa)));
    Emit(arp);
  }

  void ComposeIpv4() {
    const size_t start = packet_.size();
    Ipv4Header ip;
    ip.tos = static_cast<uint8_t>(Get(field::kIpTos));
    ip.ttl = static_cast<uint8_t>(Get(field::kIpTtl));
    ip.protocol = proto_;
    // The smallest offset, 8 bytes, for a later fragment; as the last one, so that it may have any length.
    ip.fragment = is_later() ? 1 : is_fragment() ? Ipv4Layout::kMoreFragments : 0;
    ip.source = Ipv4Address(static_cast<uint32_t>(Get(field::kIp4Src)));
    ip.destination = Ipv4Address(static_cast<uint32_t>(Get(field::kIp4Dst)));
    Emit(ip);
    const size_t l4 = packet_.size();
    ComposeL4(PseudoHeaderSum(ip.source, ip.destination, proto_, 0));
    PadFirstFragment(l4);
    const MutableIpv4View view(packet_.mutable_bytes().subspan(start));
    view.set_total_length(static_cast<uint16_t>(packet_.size() - start));
    view.FillChecksum();
  }

  void ComposeIpv6() {
    const size_t start = packet_.size();
    Ipv6Header ip;
    ip.traffic_class = static_cast<uint8_t>(Get(field::kIpTos));
    ip.flow_label = static_cast<uint32_t>(Get(field::kIp6Label));
    ip.hop_limit = static_cast<uint8_t>(Get(field::kIpTtl));
    ip.next_header = is_fragment() ? kIpProtoFragment : proto_;
    ip.source = Ipv6Address(key_.Get(field::kIp6Src));
    ip.destination = Ipv6Address(key_.Get(field::kIp6Dst));
    Emit(ip);
    if (is_fragment()) {
      Ipv6FragmentHeader fragment;
      // A later fragment reads as protocol 44; the number it really has is not in the key.
      fragment.next_header = is_later() && proto_ == kIpProtoFragment ? kIpProtoNone : proto_;
      fragment.offset_and_flags = is_later() ? 8 : 1;
      Emit(fragment);
    }
    const size_t l4 = packet_.size();
    // Protocol 0 is a chain of extension headers that breaks off, which leaves nothing of the packet but its addresses.
    if (!IsIpv6Extension(proto_) || is_later()) {
      ComposeL4(PseudoHeaderSum(ip.source, ip.destination, proto_, 0));
      PadFirstFragment(l4);
    }
    const MutableIpv6View view(packet_.mutable_bytes().subspan(start));
    view.set_payload_length(static_cast<uint16_t>(packet_.size() - start - Ipv6Layout::kSize));
  }

  // All fragments but the last hold a multiple of eight bytes.
  void PadFirstFragment(size_t l4) {
    if (is_fragment() && !is_later()) AppendZeros((8 - (packet_.size() - l4) % 8) % 8);
  }

  // `pseudo` is the sum of a pseudo-header of length 0. Checksums end where the L4 header and the payload do.
  void ComposeL4(uint64_t pseudo) {
    if (is_later()) {
      Append(payload_);
      return;
    }
    const size_t start = packet_.size();
    const auto source = static_cast<uint16_t>(Get(field::kL4Src));
    const auto destination = static_cast<uint16_t>(Get(field::kL4Dst));
    const auto type = static_cast<uint8_t>(source);
    const auto code = static_cast<uint8_t>(destination);
    const auto bytes = [this, start] { return packet_.mutable_bytes().subspan(start); };
    const auto sum = [&] { return Checksum(bytes(), pseudo + bytes().size()); };
    switch (proto_) {
      case kIpProtoTcp: {
        TcpHeader tcp;
        tcp.source_port = source;
        tcp.destination_port = destination;
        tcp.flags = static_cast<uint16_t>(Get(field::kTcpFlags));
        Emit(tcp);
        Append(payload_);
        MutableTcpView(bytes()).set_checksum(sum());
        return;
      }
      case kIpProtoUdp:
        Emit(UdpHeader{source, destination, static_cast<uint16_t>(UdpLayout::kSize + payload_.size()), 0});
        Append(payload_);
        MutableUdpView(bytes()).set_checksum(UdpChecksumNonZero(sum()));
        return;
      case kIpProtoSctp:
        Emit(SctpHeader{source, destination, 0, 0});
        Append(payload_);
        MutableSctpView(bytes()).FillChecksum();
        return;
      case kIpProtoIcmp:
        Emit(IcmpHeader{type, code, 0, 0});
        Append(payload_);
        MutableIcmpView(bytes()).set_checksum(Checksum(bytes()));
        return;
      case kIpProtoIgmp:
        Emit(IgmpHeader{type, code, 0, {}});
        Append(payload_);
        MutableIgmpView(bytes()).FillChecksum();
        return;
      case kIpProtoIcmpv6:
        if ((type == kNdNeighborSolicit || type == kNdNeighborAdvert) && code == 0) {
          ComposeNeighborDiscovery(type);
        } else {
          Emit(Icmpv6Header{type, code, 0, 0});
          Append(payload_);
        }
        MutableIcmpv6View(bytes()).set_checksum(sum());
        return;
      default:
        Append(payload_);
        return;
    }
  }

  void ComposeNeighborDiscovery(uint8_t type) {
    NdNeighborHeader nd;
    nd.type = type;
    nd.target = Ipv6Address(key_.Get(field::kNdTarget));
    Emit(nd);
    AppendLinkLayerOption(kNdOptionSourceLinkLayer, MacAddress(Get(field::kNdSll)));
    AppendLinkLayerOption(kNdOptionTargetLinkLayer, MacAddress(Get(field::kNdTll)));
  }
  void AppendLinkLayerOption(uint8_t type, MacAddress mac) {
    if (mac.IsZero()) return;  // As good as absent: extraction reads both the same.
    uint8_t octets[6];
    mac.Store(octets);
    Emit(NdOption{type, octets});
  }

  bool is_fragment() const { return Get(field::kIpFrag) != 0; }
  bool is_later() const { return Get(field::kIpFrag) & kFragLater; }

  const FlowKey& key_;
  const absl::Span<const uint8_t> payload_;
  const uint16_t type_ = static_cast<uint16_t>(key_.Get64(field::kEthType));
  const uint8_t proto_ = static_cast<uint8_t>(key_.Get64(field::kIpProto));
  Packet packet_;
};

}  // namespace

Packet ComposePacket(const FlowKey& key, absl::Span<const uint8_t> payload) { return Composer(key, payload).Compose(); }

}  // namespace ovnlite
