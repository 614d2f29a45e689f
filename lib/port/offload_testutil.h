// File: offload_testutil.h
// Super-frames as the kernel gives them, for tests of segmenter.h and coalescer.h.

#ifndef OVNLITE_LIB_PORT_OFFLOAD_TESTUTIL_H_
#define OVNLITE_LIB_PORT_OFFLOAD_TESTUTIL_H_

#include <cstdint>

#include "lib/port/vnet_header.h"
#include "lib/wire/wire_testutil.h"
#include "ovnlite/base/random.h"
#include "ovnlite/wire/checksum.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/ip_proto.h"
#include "ovnlite/wire/ipv4.h"
#include "ovnlite/wire/ipv6.h"
#include "ovnlite/wire/tcp.h"
#include "ovnlite/wire/udp.h"
#include "ovnlite/wire/vlan.h"

namespace ovnlite {

struct SuperFrame {
  VnetHeader notes;
  Bytes frame;
};

struct SuperFrameShape {
  bool is_v6 = false;
  bool is_udp = false;
  int vlan_tags = 0;
  size_t payload = 5'000;
  uint16_t gso_size = 1'448;
  uint16_t flags = kTcpAck | kTcpPsh;
  bool timestamps = true;
};

// With a pseudo-header sum where the checksum belongs, a payload of noise, and every field different from its default.
inline SuperFrame MakeSuperFrame(const SuperFrameShape& shape, Random& random) {
  static constexpr uint8_t kOptions[12] = {1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8};
  const size_t l3 = 14 + 4 * static_cast<size_t>(shape.vlan_tags);
  const size_t l4 = l3 + (shape.is_v6 ? 40 : 20);
  const size_t payload_at = l4 + (shape.is_udp ? 8 : shape.timestamps ? 32 : 20);
  SuperFrame s;
  s.frame.resize(payload_at + shape.payload);
  uint8_t* const p = s.frame.data();
  const uint16_t type = shape.is_v6 ? kEthTypeIpv6 : kEthTypeIpv4;
  EthernetHeader{MacAddress(0x0200'0000'0002), MacAddress(0x0200'0000'0001), shape.vlan_tags > 0 ? kEthTypeVlan : type}
      .Emit(p);
  for (int i = 0; i < shape.vlan_tags; ++i) {
    Store16(p + 14 + 4 * i, static_cast<uint16_t>(0x2000 + i));
    Store16(p + 16 + 4 * i, i + 1 < shape.vlan_tags ? kEthTypeVlan : type);
  }
  const uint8_t proto = shape.is_udp ? kIpProtoUdp : kIpProtoTcp;
  const size_t l4_length = s.frame.size() - l4;
  uint64_t pseudo;
  if (shape.is_v6) {
    const Ipv6Header ip{0x28,
                        0x12345,
                        static_cast<uint16_t>(l4_length),
                        proto,
                        63,
                        Ipv6Address(0xfd00ull << 48, 1),
                        Ipv6Address(0xfd00ull << 48, random.Next())};
    ip.Emit(p + l3);
    pseudo = PseudoHeaderSum(ip.source, ip.destination, proto, static_cast<uint32_t>(l4_length));
  } else {
    Ipv4Header ip;
    ip.tos = 0x28;
    ip.total_length = static_cast<uint16_t>(s.frame.size() - l3);
    ip.id = static_cast<uint16_t>(random.Next());
    ip.fragment = Ipv4Layout::kDontFragment;
    ip.ttl = 63;
    ip.protocol = proto;
    ip.source = Ipv4Address(0x0a000001);
    ip.destination = Ipv4Address(static_cast<uint32_t>(random.Next()));
    ip.EmitWithChecksum(p + l3);
    pseudo = PseudoHeaderSum(ip.source, ip.destination, proto, static_cast<uint32_t>(l4_length));
  }
  const uint16_t partial = ChecksumFold(pseudo);
  if (shape.is_udp) {
    UdpHeader{5'000, 53, static_cast<uint16_t>(l4_length), partial}.Emit(p + l4);
  } else {
    TcpHeader tcp{5'000, 80, static_cast<uint32_t>(random.Next()), 77, shape.flags, 500, partial, 0, {}};
    if (shape.timestamps) tcp.options = kOptions;
    tcp.Emit(p + l4);
  }
  for (size_t i = payload_at; i < s.frame.size(); ++i) p[i] = static_cast<uint8_t>(random.Next());
  s.notes.flags = VnetHeader::kNeedsChecksum;
  s.notes.gso_type = shape.is_udp ? VnetHeader::kGsoUdp : shape.is_v6 ? VnetHeader::kGsoTcp6 : VnetHeader::kGsoTcp4;
  s.notes.header_length = static_cast<uint16_t>(payload_at);
  s.notes.gso_size = shape.gso_size;
  s.notes.checksum_start = static_cast<uint16_t>(l4);
  s.notes.checksum_offset = shape.is_udp ? 6 : 16;
  return s;
}

}  // namespace ovnlite

#endif  // OVNLITE_LIB_PORT_OFFLOAD_TESTUTIL_H_
