// File: flow_hash.h
// What tells flows apart without being a flow: a hash of addresses, protocol and ports of IPv4 and IPv6 (without ports
// in fragments, so that all of a datagram take one path), otherwise of MAC addresses and EtherType. Tunnels choose their
// outer source port by it (RFC 8926 section 3.3), and threads share packets out by it. The same in every process.

#ifndef OVNLITE_PACKET_FLOW_HASH_H_
#define OVNLITE_PACKET_FLOW_HASH_H_

#include "ovnlite/base/hash.h"
#include "ovnlite/packet/extract.h"
#include "ovnlite/packet/flow_key.h"
#include "ovnlite/packet/packet.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/ip_proto.h"

namespace ovnlite {

inline uint64_t FlowHash(const PacketKey& key) {
  const uint64_t ip = key.words[kWordIp];
  const auto proto = static_cast<uint8_t>(ip >> 56);
  const bool has_ports = proto == kIpProtoTcp || proto == kIpProtoUdp || proto == kIpProtoSctp;
  const bool fragment = (ip >> 32 & 0xff) != 0;
  const uint64_t l4 = uint64_t{proto} << 32 | (has_ports && !fragment ? ip & 0xffff'ffff : 0);
  const auto type = static_cast<uint16_t>(key.words[kWordEthDst]);
  if (type == kEthTypeIpv4) {
    const uint64_t words[] = {key.words[kWordIpv4], l4};
    return HashWords(words, std::size(words));
  }
  if (type == kEthTypeIpv6) {
    const uint64_t words[] = {key.words[kWordIpv6Src], key.words[kWordIpv6Src + 1], key.words[kWordIpv6Dst],
                              key.words[kWordIpv6Dst + 1], l4};
    return HashWords(words, std::size(words));
  }
  const uint64_t source = key.words[kWordEthSrc] & ~uint64_t{0xffff};
  const uint64_t words[] = {(key.words[kWordEthDst] & ~uint64_t{0xffff}) | source >> 48, source | type};
  return HashWords(words, std::size(words));
}

// The same of a frame: what its packet notes of it, or else read off its headers.
inline uint64_t FlowHash(const Packet& packet) {
  if (packet.flow_hash != 0) return packet.flow_hash;
  PacketKey key;
  ExtractFlowKey(packet, key);
  return FlowHash(key);
}

}  // namespace ovnlite

#endif  // OVNLITE_PACKET_FLOW_HASH_H_
