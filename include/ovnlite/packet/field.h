// File: field.h
// The fields a flow can match and set, and where each lies in a FlowKey. OVN's symbols (ip4.src, reg0, flags.loopback)
// and OpenFlow's names (nw_src, NXM_NX_REG0) are both views of these; each room keeps its own names, none its own
// layout.
//
// A FlowKey is an array of 64-bit words in host order. A field of at most 64 bits lies inside one word; a 128-bit field
// fills two, most significant first. OVN's wide registers need no copies: xxreg0 is reg0..reg3 side by side, xreg0 is
// reg0 and reg1, the lower-numbered register being the more significant, as in ovn-sb(5).

#ifndef OVNLITE_PACKET_FIELD_H_
#define OVNLITE_PACKET_FIELD_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace ovnlite {

// The words of a FlowKey. Up to kPacketWords come from the packet, its port, its tunnel and its connection: what a
// megaflow is keyed by. The rest is what the pipeline computes as it goes.
enum KeyWord : uint8_t {
  kWordInPort = 0,     // in_port 32 | recirc_id 32
  kWordTunnel = 1,     // tun_id 32 | tun_metadata0 32 (the body of OVN's Geneve option)
  kWordCt = 2,         // ct_state 16 | ct_zone 16 | ct_mark 32
  kWordCtLabel = 3,    // 2 words
  kWordEthDst = 5,     // eth.dst 48 | eth.type 16
  kWordEthSrc = 6,     // eth.src 48 | vlan.tci 16 (0 without a tag; with one, bit 12 is set)
  kWordIpv4 = 7,       // source 32 | destination 32; in ARP and RARP the sender and target protocol address
  kWordIp = 8,         // proto 8 | tos 8 | ttl 8 | frag 8 | L4 source 16 | L4 destination 16
  kWordIpv6Src = 9,    // 2 words
  kWordIpv6Dst = 11,   // 2 words
  kWordL4 = 13,        // TCP flags 16 | ARP operation 16, or IPv6 flow label 20 | frame length 28 (set by the datapath)
  kWordArpSha = 14,    // ARP sender hardware address or ND source link-layer address 48 | zero 16
  kWordArpTha = 15,    // ARP target hardware address or ND target link-layer address 48 | zero 16
  kWordNdTarget = 16,  // 2 words
  kWordCtOrigV4 = 18,  // original direction of the connection: source 32 | destination 32
  kWordCtOrigTp = 19,  // L4 source 16 | L4 destination 16 | zero 24 | proto 8
  kWordCtOrigSrc6 = 20,  // 2 words
  kWordCtOrigDst6 = 22,  // 2 words
  kPacketWords = 24,
  kWordMetadata = 24,  // metadata (the DatapathBinding's tunnel key) 32 | pkt.mark 32
  kWordRegs = 25,      // 8 words: reg0 | reg1, reg2 | reg3, …, reg14 | reg15
  kKeyWords = 33,
};

// A run of bits in a FlowKey. For width > 64, `word` holds the upper half and shift is 0.
struct FieldRef {
  uint8_t word = 0;
  uint8_t shift = 0;
  uint8_t width = 0;  // 1..128; 0 means no field.

  friend constexpr bool operator==(const FieldRef&, const FieldRef&) = default;
};

constexpr FieldRef RegField(int i) {
  return {static_cast<uint8_t>(kWordRegs + i / 2), static_cast<uint8_t>(i % 2 ? 0 : 32), 32};
}
constexpr FieldRef XregField(int i) { return {static_cast<uint8_t>(kWordRegs + i), 0, 64}; }
constexpr FieldRef XxregField(int i) { return {static_cast<uint8_t>(kWordRegs + 2 * i), 0, 128}; }

namespace field {
inline constexpr FieldRef kInPort{kWordInPort, 32, 32};
inline constexpr FieldRef kRecircId{kWordInPort, 0, 32};
inline constexpr FieldRef kTunId{kWordTunnel, 32, 32};
inline constexpr FieldRef kTunMetadata0{kWordTunnel, 0, 32};
inline constexpr FieldRef kCtState{kWordCt, 48, 16};
inline constexpr FieldRef kCtZone{kWordCt, 32, 16};
inline constexpr FieldRef kCtMark{kWordCt, 0, 32};
inline constexpr FieldRef kCtLabel{kWordCtLabel, 0, 128};
inline constexpr FieldRef kEthDst{kWordEthDst, 16, 48};
inline constexpr FieldRef kEthType{kWordEthDst, 0, 16};
inline constexpr FieldRef kEthSrc{kWordEthSrc, 16, 48};
inline constexpr FieldRef kVlanTci{kWordEthSrc, 0, 16};
inline constexpr FieldRef kIp4Src{kWordIpv4, 32, 32};
inline constexpr FieldRef kIp4Dst{kWordIpv4, 0, 32};
inline constexpr FieldRef kArpSpa = kIp4Src;
inline constexpr FieldRef kArpTpa = kIp4Dst;
inline constexpr FieldRef kIpProto{kWordIp, 56, 8};
inline constexpr FieldRef kIpTos{kWordIp, 48, 8};
inline constexpr FieldRef kIpDscp{kWordIp, 50, 6};
inline constexpr FieldRef kIpEcn{kWordIp, 48, 2};
inline constexpr FieldRef kIpTtl{kWordIp, 40, 8};
inline constexpr FieldRef kIpFrag{kWordIp, 32, 8};  // kFragAny | kFragLater
inline constexpr FieldRef kL4Src{kWordIp, 16, 16};  // TCP, UDP, SCTP source port; ICMP, ICMPv6, IGMP type
inline constexpr FieldRef kL4Dst{kWordIp, 0, 16};   // TCP, UDP, SCTP destination port; ICMP, ICMPv6 code
inline constexpr FieldRef kIp6Src{kWordIpv6Src, 0, 128};
inline constexpr FieldRef kIp6Dst{kWordIpv6Dst, 0, 128};
inline constexpr FieldRef kTcpFlags{kWordL4, 48, 16};
inline constexpr FieldRef kArpOp{kWordL4, 32, 16};
inline constexpr FieldRef kIp6Label{kWordL4, 28, 20};    // Where ARP has its operation: no packet has both.
inline constexpr FieldRef kFrameLength{kWordL4, 0, 28};  // Bytes, for check_pkt_larger.
inline constexpr FieldRef kArpSha{kWordArpSha, 16, 48};
inline constexpr FieldRef kArpTha{kWordArpTha, 16, 48};
inline constexpr FieldRef kNdSll = kArpSha;
inline constexpr FieldRef kNdTll = kArpTha;
inline constexpr FieldRef kNdTarget{kWordNdTarget, 0, 128};
inline constexpr FieldRef kCtOrigSrc4{kWordCtOrigV4, 32, 32};
inline constexpr FieldRef kCtOrigDst4{kWordCtOrigV4, 0, 32};
inline constexpr FieldRef kCtOrigL4Src{kWordCtOrigTp, 48, 16};
inline constexpr FieldRef kCtOrigL4Dst{kWordCtOrigTp, 32, 16};
inline constexpr FieldRef kCtOrigProto{kWordCtOrigTp, 0, 8};
inline constexpr FieldRef kCtOrigSrc6{kWordCtOrigSrc6, 0, 128};
inline constexpr FieldRef kCtOrigDst6{kWordCtOrigDst6, 0, 128};
inline constexpr FieldRef kMetadata{kWordMetadata, 32, 32};
inline constexpr FieldRef kPktMark{kWordMetadata, 0, 32};

// The registers OVN gives a meaning (ovn-architecture(7), "Architectural Physical Life Cycle of a Packet").
inline constexpr FieldRef kFlags = RegField(10);
inline constexpr FieldRef kDnatZone = RegField(11);
inline constexpr FieldRef kSnatZone = RegField(12);
inline constexpr FieldRef kLportZone = RegField(13);
inline constexpr FieldRef kLogicalInPort = RegField(14);
inline constexpr FieldRef kLogicalOutPort = RegField(15);
}  // namespace field

// Values of field::kIpFrag.
inline constexpr uint8_t kFragAny = 1;    // A fragment.
inline constexpr uint8_t kFragLater = 2;  // Not the first one: its L4 header is elsewhere.

// Bits of field::kCtState, as in ovs-fields(7).
// Names of the bits of kTcpFlags from bit 0 on, as Open vSwitch has them.
inline constexpr absl::string_view kTcpFlagNames[] = {"fin", "syn", "rst", "psh",   "ack",   "urg",
                                                      "ece", "cwr", "ns",  "[200]", "[400]", "[800]"};

inline constexpr uint16_t kCtNew = 0x01;
inline constexpr uint16_t kCtEst = 0x02;
inline constexpr uint16_t kCtRel = 0x04;
inline constexpr uint16_t kCtRpl = 0x08;
inline constexpr uint16_t kCtInv = 0x10;
inline constexpr uint16_t kCtTrk = 0x20;
inline constexpr uint16_t kCtSnat = 0x40;
inline constexpr uint16_t kCtDnat = 0x80;

}  // namespace ovnlite

#endif  // OVNLITE_PACKET_FIELD_H_
