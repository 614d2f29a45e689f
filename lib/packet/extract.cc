#include "ovnlite/packet/extract.h"

#include <cstring>

#include "ovnlite/base/bytes.h"
#include "ovnlite/wire/arp.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/icmpv6.h"
#include "ovnlite/wire/ip_proto.h"
#include "ovnlite/wire/ipv4.h"
#include "ovnlite/wire/ipv6.h"
#include "ovnlite/wire/nd.h"
#include "ovnlite/wire/tcp.h"
#include "ovnlite/wire/udp.h"
#include "ovnlite/wire/vlan.h"

namespace ovnlite {
namespace {

constexpr size_t kFirstWord = kWordEthDst;
constexpr size_t kEndWord = kWordNdTarget + 2;
constexpr size_t kSctpHeader = 12;
constexpr size_t kIgmpHeader = 8;

// Bytes not read yet, up to the end of what may be read.
struct Cursor {
  const uint8_t* p;
  size_t n;

  void Skip(size_t k) {
    p += k;
    n -= k;
  }
};

// The EtherType behind the addresses and tags; moves the cursor behind it, and behind SNAP.
uint16_t ReadEthType(Cursor& c) {
  const uint16_t type = Load16(c.p);
  c.Skip(2);
  if (type >= kEthTypeMin) return type;
  if (c.n < LlcSnapHeader::kSize) return kEthTypeNone;
  // dsap 0xaa, ssap 0xaa, control 3, OUI 0.
  if (Load48(c.p) != 0xaaaa'0300'0000 || Load16(c.p + 6) < kEthTypeMin) return kEthTypeNone;
  const uint16_t snap_type = Load16(c.p + 6);
  c.Skip(LlcSnapHeader::kSize);
  return snap_type;
}

void ReadArp(const Cursor& c, uint64_t* w) {
  if (c.n < ArpLayout::kSize || Load48(c.p) != ArpLayout::kEthernetIpv4) return;
  const uint16_t operation = Load16(c.p + ArpLayout::kOperation);
  w[kWordIpv4] = static_cast<uint64_t>(Load32(c.p + ArpLayout::kSenderIp)) << 32 | Load32(c.p + ArpLayout::kTargetIp);
  w[kWordL4] = operation <= 0xff ? static_cast<uint64_t>(operation) << 32 : 0;
  w[kWordArpSha] = Load48(c.p + ArpLayout::kSenderMac) << 16;
  w[kWordArpTha] = Load48(c.p + ArpLayout::kTargetMac) << 16;
}

// Neighbor solicitations and advertisements: `c` is behind the ICMPv6 header.
void ReadNeighborDiscovery(Cursor c, uint64_t* w) {
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
  w[kWordNdTarget] = Load64(target);
  w[kWordNdTarget + 1] = Load64(target + 8);
  w[kWordArpSha] = source_mac << 16;
  w[kWordArpTha] = target_mac << 16;
}

// The upper half of kWordIp.
constexpr uint64_t IpWord(uint8_t proto, uint8_t tos, uint8_t ttl, uint8_t frag) {
  return static_cast<uint64_t>(proto) << 56 | static_cast<uint64_t>(tos) << 48 | static_cast<uint64_t>(ttl) << 40 |
         static_cast<uint64_t>(frag) << 32;
}

// Type and code in place of ports.
constexpr uint64_t TypeAndCode(const uint8_t* p) { return static_cast<uint64_t>(p[0]) << 16 | p[1]; }

// Completes kWordIp with ports, and what else the L4 header gives. Returns the header's length, 0 if there is none.
size_t ReadL4(const Cursor& c, uint8_t proto, uint64_t* w) {
  switch (proto) {
    case kIpProtoTcp: {
      if (c.n < TcpLayout::kSize) return 0;
      const size_t header = (c.p[TcpLayout::kOffsetAndFlags] >> 4) * size_t{4};
      if (header < TcpLayout::kSize || header > c.n) return 0;
      w[kWordIp] |= Load32(c.p);
      w[kWordL4] = static_cast<uint64_t>(Load16(c.p + TcpLayout::kOffsetAndFlags) & 0xfff) << 48;
      return header;
    }
    case kIpProtoUdp:
      if (c.n < UdpLayout::kSize) return 0;
      w[kWordIp] |= Load32(c.p);
      return UdpLayout::kSize;
    case kIpProtoSctp:
      if (c.n < kSctpHeader) return 0;
      w[kWordIp] |= Load32(c.p);
      return kSctpHeader;
    case kIpProtoIcmp:
    case kIpProtoIgmp:
      if (c.n < kIgmpHeader) return 0;
      w[kWordIp] |= TypeAndCode(c.p);
      return kIgmpHeader;
    case kIpProtoIcmpv6:
      if (c.n < Icmpv6Layout::kSize) return 0;
      w[kWordIp] |= TypeAndCode(c.p);
      if ((c.p[0] == kNdNeighborSolicit || c.p[0] == kNdNeighborAdvert) && c.p[1] == 0) {
        ReadNeighborDiscovery({c.p + Icmpv6Layout::kSize, c.n - Icmpv6Layout::kSize}, w);
      }
      return Icmpv6Layout::kSize;
    default:
      return 0;
  }
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

}  // namespace

PacketLayout ExtractFlowKey(absl::Span<const uint8_t> frame, FlowKey& key) {
  uint64_t* const w = key.words.data();
  std::memset(w + kFirstWord, 0, (kEndWord - kFirstWord) * sizeof *w);
  PacketLayout at;
  at.end = static_cast<uint32_t>(frame.size());
  if (frame.size() < EthernetLayout::kSize) return at;

  const uint8_t* const start = frame.data();
  Cursor c{start + EthernetLayout::kType, frame.size() - EthernetLayout::kType};
  uint16_t tci = 0;
  // A tag is read only with an EtherType behind it.
  if (IsVlanType(Load16(c.p)) && c.n >= VlanLayout::kSize + 2) {
    tci = Load16(c.p + VlanLayout::kTci) | 0x1000;
    c.Skip(VlanLayout::kSize);
  }
  const uint16_t type = ReadEthType(c);
  w[kWordEthDst] = (Load64(start) & ~uint64_t{0xffff}) | type;
  w[kWordEthSrc] = (Load64(start + EthernetLayout::kSource) & ~uint64_t{0xffff}) | tci;
  at.l3 = static_cast<uint32_t>(c.p - start);

  uint8_t proto;
  uint8_t frag = 0;
  if (type == kEthTypeIpv4) {
    if (c.n < Ipv4Layout::kSize) return at;
    const size_t header = (c.p[0] & 15) * size_t{4};
    const size_t total = Load16(c.p + Ipv4Layout::kTotalLength);
    if (header < Ipv4Layout::kSize || header > total || total > c.n) return at;
    const uint16_t fragment = Load16(c.p + Ipv4Layout::kFragment);
    if (fragment & (Ipv4Layout::kMoreFragments | Ipv4Layout::kOffsetMask)) {
      frag = fragment & Ipv4Layout::kOffsetMask ? kFragAny | kFragLater : kFragAny;
    }
    proto = c.p[Ipv4Layout::kProtocol];
    w[kWordIpv4] = Load64(c.p + Ipv4Layout::kSource);
    w[kWordIp] = IpWord(proto, c.p[Ipv4Layout::kTos], c.p[Ipv4Layout::kTtl], frag);
    at.end = at.l3 + static_cast<uint32_t>(total);
    c = {c.p + header, total - header};
  } else if (type == kEthTypeIpv6) {
    if (c.n < Ipv6Layout::kSize) return at;
    const uint8_t* const ip = c.p;
    const size_t payload = Load16(ip + Ipv6Layout::kPayloadLength);
    if (payload > c.n - Ipv6Layout::kSize) return at;
    w[kWordIpv6Src] = Load64(ip + Ipv6Layout::kSource);
    w[kWordIpv6Src + 1] = Load64(ip + Ipv6Layout::kSource + 8);
    w[kWordIpv6Dst] = Load64(ip + Ipv6Layout::kDestination);
    w[kWordIpv6Dst + 1] = Load64(ip + Ipv6Layout::kDestination + 8);
    at.end = at.l3 + static_cast<uint32_t>(Ipv6Layout::kSize + payload);
    c = {ip + Ipv6Layout::kSize, payload};
    proto = ip[Ipv6Layout::kNextHeader];
    if (!SkipIpv6Extensions(c, proto, frag)) return at;
    w[kWordIp] = IpWord(proto, static_cast<uint8_t>(Load16(ip) >> 4), ip[Ipv6Layout::kHopLimit], frag);
  } else {
    if (type == kEthTypeArp || type == kEthTypeRarp) ReadArp(c, w);
    return at;
  }
  at.l4 = static_cast<uint32_t>(c.p - start);
  if (frag & kFragLater) return at;
  if (const size_t header = ReadL4(c, proto, w); header != 0) at.payload = at.l4 + static_cast<uint32_t>(header);
  return at;
}

}  // namespace ovnlite
