// File: inner_ecn.h
// The ECN bits of the IP packet in an Ethernet frame, for taking them across a tunnel (wire/ecn.h). A frame without IP,
// or too short for it, has none. One VLAN tag is looked behind. Cost: a few loads.

#ifndef OVNLITE_LIB_PORT_INNER_ECN_H_
#define OVNLITE_LIB_PORT_INNER_ECN_H_

#include <cstdint>

#include "absl/types/span.h"
#include "ovnlite/base/bytes.h"
#include "ovnlite/wire/checksum.h"
#include "ovnlite/wire/ecn.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/ipv4.h"
#include "ovnlite/wire/ipv6.h"
#include "ovnlite/wire/vlan.h"

namespace ovnlite {

// Where the IP header begins, and its EtherType: 0 where there is none.
struct InnerIp {
  uint16_t eth_type = 0;
  size_t at = 0;
};

inline InnerIp FindInnerIp(absl::Span<const uint8_t> frame) {
  size_t at = EthernetLayout::kSize;
  if (frame.size() < at + Ipv4Layout::kSize) return {};
  uint16_t type = Load16(&frame[EthernetLayout::kType]);
  if (IsVlanType(type)) {
    type = Load16(&frame[at + 2]);
    at += VlanLayout::kSize;
  }
  if (type == kEthTypeIpv4 && frame.size() >= at + Ipv4Layout::kSize) return {type, at};
  if (type == kEthTypeIpv6 && frame.size() >= at + Ipv6Layout::kSize) return {type, at};
  return {};
}

inline uint8_t InnerEcn(absl::Span<const uint8_t> frame) {
  const InnerIp ip = FindInnerIp(frame);
  if (ip.eth_type == 0) return kEcnNotCapable;
  return ip.eth_type == kEthTypeIpv4 ? frame[ip.at + Ipv4Layout::kTos] & 3 : Load16(&frame[ip.at]) >> 4 & 3;
}

// Sets them, and the IPv4 header checksum with them. Only for a frame that has IP.
inline void SetInnerEcn(absl::Span<uint8_t> frame, uint8_t ecn) {
  const InnerIp ip = FindInnerIp(frame);
  uint8_t* const p = frame.data() + ip.at;
  const uint16_t before = Load16(p);
  if (ip.eth_type == kEthTypeIpv4) {
    const auto after = static_cast<uint16_t>((before & ~3) | ecn);
    Store16(p, after);
    Store16(p + Ipv4Layout::kChecksum, ChecksumUpdate(Load16(p + Ipv4Layout::kChecksum), before, after));
  } else if (ip.eth_type == kEthTypeIpv6) {
    Store16(p, static_cast<uint16_t>((before & ~0x30) | ecn << 4));
  }
}

}  // namespace ovnlite

#endif  // OVNLITE_LIB_PORT_INNER_ECN_H_
