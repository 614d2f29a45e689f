#include "ovnlite/packet/extract.h"

#include "ovnlite/base/bytes.h"
#include "ovnlite/wire/arp.h"
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

constexpr size_t kSmallestL4Header = 8;

// Inlined without choice: the layout then stays in registers. Through memory it is written in halves and read whole,
// which the processor makes wait for.
#define OVNLITE_INLINE [[gnu::always_inline]] inline

// Bytes not read yet, up to the end of what may be read.
struct Cursor {
  const uint8_t* p;
  size_t n;

  void Skip(size_t k) {
    p += k;
    n -= k;
  }
};

// The EtherType of an 802.3 frame, whose type field is a length: SNAP's, behind which it moves the cursor, or none.
uint16_t ReadSnapType(Cursor& c) {
  if (c.n < LlcSnapHeader::kSize) return kEthTypeNone;
  const uint16_t type = Load16(c.p + 6);
  // dsap 0xaa, ssap 0xaa, control 3, OUI 0.
  if (Load48(c.p) != 0xaaaa'0300'0000 || type < kEthTypeMin) return kEthTypeNone;
  c.Skip(LlcSnapHeader::kSize);
  return type;
}

// Zeros the words from ARP's to the ND target. Store by store: what the compiler makes of a loop or of memset() takes
// longer than all the rest of extraction.
inline void ClearArpAndNd(uint64_t* k) {
  static_assert(kWordArpSha == 14 && kWordNdTarget == 16);
  k[14] = k[15] = k[16] = k[17] = 0;
}
inline void ClearIpv6(uint64_t* k) {
  static_assert(kWordIpv6Src == 9 && kWordIpv6Dst == 11);
  k[9] = k[10] = k[11] = k[12] = 0;
}

void ReadArp(const Cursor& c, uint64_t* k) {
  if (c.n < ArpLayout::kSize || Load48(c.p) != ArpLayout::kEthernetIpv4) return;
  const uint16_t operation = Load16(c.p + ArpLayout::kOperation);
  k[kWordIpv4] = static_cast<uint64_t>(Load32(c.p + ArpLayout::kSenderIp)) << 32 | Load32(c.p + ArpLayout::kTargetIp);
  k[kWordL4] = operation <= 0xff ? static_cast<uint64_t>(operation) << 32 : 0;
  k[kWordArpSha] = Load48(c.p + ArpLayout::kSenderMac) << 16;
  k[kWordArpTha] = Load48(c.p + ArpLayout::kTargetMac) << 16;
}

// Neighbor solicitations and advertisements: `c` is behind the ICMPv6 header.
void ReadNeighborDiscovery(Cursor c, uint64_t* k) {
  if (c.n < 16) return;
  const uint8_t* const target = c.p;
  uint64_t source_mac = 0, target_mac = 0;
  c.Skip(16);
  while (c.n >= 8) {
    const size_t length = c.p[1] * size_t{8};
    if (length == 0 || length > c.n) break;
    if (length == 8 && (c.p[0] == kNdOptionSourceLinkLayer || c.p[0] == kNdOptionTargetLinkLayer)) {
      uint64_t& mac = c.p[0] == kNdOptionSourceLinkLayer ? source_mac : target_mac;
      if (mac != 0) return;  // Given twice: nothing of it can be trusted.
      mac = Load48(c.p + 2);
    }
    c.Skip(length);
  }
  k[kWordArpSha] = source_mac << 16;
  k[kWordArpTha] = target_mac << 16;
  k[kWordNdTarget] = Load64(target);
  k[kWordNdTarget + 1] = Load64(target + 8);
}

constexpr uint64_t IpWord(uint8_t proto, uint8_t tos, uint8_t ttl, uint8_t frag) {
  return static_cast<uint64_t>(proto) << 56 | static_cast<uint64_t>(tos) << 48 | static_cast<uint64_t>(ttl) << 40 |
         static_cast<uint64_t>(frag) << 32;
}

// What the L4 header says.
struct L4 {
  uint64_t ports = 0;   // The lower half of kWordIp.
  uint64_t flags = 0;   // kWordL4.
  uint32_t header = 0;  // The header's length; 0 when it is not there, or not known.
};

// `is_nd` is set for a message whose rest ReadNeighborDiscovery() reads.
OVNLITE_INLINE L4 ReadL4(const Cursor& c, uint8_t proto, bool& is_nd) {
  if (c.n < kSmallestL4Header) return {};
  if (proto == kIpProtoUdp) return {Load32(c.p), 0, UdpLayout::kSize};
  if (proto == kIpProtoTcp) {
    if (c.n < TcpLayout::kSize) return {};
    const uint32_t header = (c.p[TcpLayout::kOffsetAndFlags] >> 4) * 4u;
    if (header < TcpLayout::kSize || header > c.n) return {};
    return {Load32(c.p), static_cast<uint64_t>(Load16(c.p + TcpLayout::kOffsetAndFlags) & 0xfff) << 48, header};
  }
  const uint64_t type_and_code = static_cast<uint64_t>(c.p[0]) << 16 | c.p[1];
  if (proto == kIpProtoIcmp || proto == kIpProtoIgmp) return {type_and_code, 0, IcmpLayout::kSize};
  if (proto == kIpProtoIcmpv6) {
    is_nd = type_and_code == kNdNeighborSolicit << 16 || type_and_code == kNdNeighborAdvert << 16;
    return {type_and_code, 0, Icmpv6Layout::kSize};
  }
  if (proto == kIpProtoSctp && c.n >= SctpLayout::kSize) return {Load32(c.p), 0, SctpLayout::kSize};
  return {};
}

// Where the extension headers lead: moves the cursor there. False when one of them is cut off.
bool SkipIpv6Extensions(Cursor& c, uint8_t& proto, uint8_t& frag) {
  while (IsIpv6Extension(proto)) {
    if (c.n < 8) return false;
    size_t length = (c.p[1] + size_t{1}) * 8;
    if (proto == kIpProtoAh) {
      length = (c.p[1] + size_t{2}) * 4;
    } else if (proto == kIpProtoFragment) {
      const uint16_t offset_and_flags = Load16(c.p + 2);
      length = Ipv6FragmentHeader::kSize;
      if (offset_and_flags != 0) frag = kFragAny;  // Reserved bits count, as in Open vSwitch.
      if (offset_and_flags & 0xfff8) {
        frag = kFragAny | kFragLater;
        c.Skip(length);
        return true;  // With proto 44: what the whole datagram holds is not here.
      }
    }
    if (length > c.n) return false;
    proto = c.p[0];
    c.Skip(length);
  }
  return true;
}

// Stores kWordIp and kWordL4, and what ND has; `c` is behind IP's headers.
OVNLITE_INLINE void FinishIp(const Cursor& c, uint64_t ip_word, uint8_t proto, PacketLayout& at, uint64_t* k) {
  bool is_nd = false;
  const bool has_l4 = !(ip_word & static_cast<uint64_t>(kFragLater) << 32);
  const L4 l4 = has_l4 ? ReadL4(c, proto, is_nd) : L4{};
  k[kWordIp] = ip_word | l4.ports;
  k[kWordL4] = l4.flags;
  ClearArpAndNd(k);
  at.payload = l4.header == 0 ? 0 : at.l4 + l4.header;
  if (is_nd) ReadNeighborDiscovery({c.p + Icmpv6Layout::kSize, c.n - Icmpv6Layout::kSize}, k);
}

// Reads IPv4 and what it carries. False when there is no valid header; nothing is stored then.
OVNLITE_INLINE bool ReadIpv4(const Cursor& c, PacketLayout& at, uint64_t* k) {
  if (c.n < Ipv4Layout::kSize) return false;
  const size_t header = (c.p[0] & 15) * size_t{4};
  const size_t total = Load16(c.p + Ipv4Layout::kTotalLength);
  if (header < Ipv4Layout::kSize || header > total || total > c.n) return false;
  const uint16_t fragment = Load16(c.p + Ipv4Layout::kFragment);
  uint8_t frag = 0;
  if (fragment & (Ipv4Layout::kMoreFragments | Ipv4Layout::kOffsetMask)) {
    frag = fragment & Ipv4Layout::kOffsetMask ? kFragAny | kFragLater : kFragAny;
  }
  const uint8_t proto = c.p[Ipv4Layout::kProtocol];
  k[kWordIpv4] = Load64(c.p + Ipv4Layout::kSource);
  ClearIpv6(k);
  at.end = at.l3 + static_cast<uint32_t>(total);
  at.l4 = at.l3 + static_cast<uint32_t>(header);
  FinishIp({c.p + header, total - header}, IpWord(proto, c.p[Ipv4Layout::kTos], c.p[Ipv4Layout::kTtl], frag), proto, at,
           k);
  return true;
}

// The same for IPv6.
OVNLITE_INLINE bool ReadIpv6(Cursor c, PacketLayout& at, uint64_t* k) {
  if (c.n < Ipv6Layout::kSize) return false;
  const uint8_t* const ip = c.p;
  const size_t payload = Load16(ip + Ipv6Layout::kPayloadLength);
  if (payload > c.n - Ipv6Layout::kSize) return false;
  k[kWordIpv4] = 0;
  k[kWordIpv6Src] = Load64(ip + Ipv6Layout::kSource);
  k[kWordIpv6Src + 1] = Load64(ip + Ipv6Layout::kSource + 8);
  k[kWordIpv6Dst] = Load64(ip + Ipv6Layout::kDestination);
  k[kWordIpv6Dst + 1] = Load64(ip + Ipv6Layout::kDestination + 8);
  at.end = at.l3 + static_cast<uint32_t>(Ipv6Layout::kSize + payload);
  c = {ip + Ipv6Layout::kSize, payload};
  uint8_t proto = ip[Ipv6Layout::kNextHeader];
  uint8_t frag = 0;
  if (!SkipIpv6Extensions(c, proto, frag)) {
    k[kWordIp] = k[kWordL4] = 0;
    ClearArpAndNd(k);
    return true;
  }
  at.l4 = at.l3 + static_cast<uint32_t>(c.p - ip);
  FinishIp(c, IpWord(proto, static_cast<uint8_t>(Load16(ip) >> 4), ip[Ipv6Layout::kHopLimit], frag), proto, at, k);
  k[kWordL4] |= static_cast<uint64_t>(Load32(ip) & 0xfffff) << field::kIp6Label.shift;
  return true;
}

#undef OVNLITE_INLINE

PacketLayout Extract(absl::Span<const uint8_t> frame, uint64_t* k) {
  PacketLayout at;
  at.end = static_cast<uint32_t>(frame.size());
  const uint8_t* const start = frame.data();
  uint16_t type = 0;
  Cursor c{start, frame.size()};
  if (frame.size() < EthernetLayout::kSize) {
    k[kWordEthDst] = k[kWordEthSrc] = 0;
  } else {
    c.Skip(EthernetLayout::kSize);
    type = Load16(start + EthernetLayout::kType);
    uint16_t tci = 0;
    // A tag is read only with an EtherType behind it.
    if (IsVlanType(type) && c.n >= VlanLayout::kSize) {
      tci = Load16(c.p) | 0x1000;
      type = Load16(c.p + 2);
      c.Skip(VlanLayout::kSize);
    }
    if (type < kEthTypeMin) type = ReadSnapType(c);
    k[kWordEthDst] = (Load64(start) & ~uint64_t{0xffff}) | type;
    k[kWordEthSrc] = (Load64(start + EthernetLayout::kSource) & ~uint64_t{0xffff}) | tci;
    at.l3 = static_cast<uint32_t>(c.p - start);
    if (type == kEthTypeIpv4 && ReadIpv4(c, at, k)) return at;
    if (type == kEthTypeIpv6 && ReadIpv6(c, at, k)) return at;
  }
  k[kWordIpv4] = k[kWordIp] = k[kWordL4] = 0;
  ClearIpv6(k);
  ClearArpAndNd(k);
  if (type == kEthTypeArp || type == kEthTypeRarp) ReadArp(c, k);
  return at;
}

}  // namespace

PacketLayout ExtractFlowKey(absl::Span<const uint8_t> frame, PacketKey& key) { return Extract(frame, key.words.data()); }
PacketLayout ExtractFlowKey(absl::Span<const uint8_t> frame, FlowKey& key) { return Extract(frame, key.words.data()); }

}  // namespace ovnlite
