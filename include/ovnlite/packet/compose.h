// File: compose.h
// From a FlowKey to bytes: a frame whose extraction gives the key's packet fields back, with right lengths and
// checksums. This is how a trace that starts from a microflow gets the packet it follows; Open vSwitch's word is
// flow_compose.
//
// Law: for every key that ExtractFlowKey() gives for some frame of 14 bytes or more,
//     ExtractFlowKey(ComposePacket(key)) == key     in the words kWordEthDst to kWordNdTarget + 1.
// Other keys contradict themselves (ports without a protocol that has them, eth.type 0, an ARP operation above 255 …);
// composing them is safe, and gives a frame that agrees with the key as far as a frame can.
//
// What a key does not say is chosen plainly: one VLAN tag of type 0x8100, no IP options, identification 0, sequence
// numbers 0, the smallest first or later fragment. Cost: one allocation and a few tens of nanoseconds.

#ifndef OVNLITE_PACKET_COMPOSE_H_
#define OVNLITE_PACKET_COMPOSE_H_

#include <cstdint>

#include "absl/types/span.h"
#include "ovnlite/packet/flow_key.h"
#include "ovnlite/packet/packet.h"

namespace ovnlite {

// `payload` follows the L4 header (or the last one there is) and makes the packet longer; all lengths and checksums
// cover it. It is left out where a header takes up the rest of the packet: ARP, neighbor discovery. At most 65,000
// bytes of it are taken. in_port and tunnel of the packet are the key's.
Packet ComposePacket(const FlowKey& key, absl::Span<const uint8_t> payload = {});

}  // namespace ovnlite

#endif  // OVNLITE_PACKET_COMPOSE_H_
