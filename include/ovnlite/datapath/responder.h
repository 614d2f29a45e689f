// File: responder.h
// What OVN's controller is asked to do with packets handed to it, by opcode; and those answers that need nothing but
// the packet: ARP requests, neighbour discovery, ICMP errors, TCP resets. They are pure functions of packet and key;
// what becomes of the answer (the operations nested in the action: `icmp4 { eth.dst <-> eth.src; …; output; }`) is
// onward.h's business.
//
// Bytes equal those of a real ovn-controller 23.03: lib/datapath/testdata/responder.txt is what it answered.

#ifndef OVNLITE_DATAPATH_RESPONDER_H_
#define OVNLITE_DATAPATH_RESPONDER_H_

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/flow/op.h"
#include "ovnlite/flow/opcode.h"
#include "ovnlite/packet/flow_key.h"
#include "ovnlite/packet/packet.h"

namespace ovnlite {

class ReceivedFrame;

// One opcode of OVN's controller.
struct ControllerOpcode {
  enum class Kind : uint8_t {
    kReply,     // A packet is made that takes the packet's place: BuildReply().
    kInPlace,   // The packet is changed and goes on where it was: AnswerInPlace().
    kElsewhere  // Needs rows, time or state: a host's business.
  };
  uint32_t number;
  absl::string_view action;  // As the logical action is called: "arp".
  Kind kind = Kind::kElsewhere;
  // kReply: the answer asks for a neighbour, and the packet may wait for it.
  bool asks_for_neighbor = false;
  absl::StatusOr<Packet> (*reply)(const ReceivedFrame&) = nullptr;
  absl::Status (*in_place)(const ControllerOp&, Packet&, FlowKey&) = nullptr;
};
// Of an opcode that nobody knows: kElsewhere, without a name.
const ControllerOpcode& OpcodeInfo(uint32_t number);

// Builds the packet that takes `packet`'s place for arp{}, nd_ns{}, nd_na{}, nd_na_router{}, icmp4{}, icmp4_error{},
// icmp6{}, icmp6_error{}, tcp_reset{}, sctp_abort{} and reject{}. `packet` is as the flow's operations have left it so
// far. In short:
//
//   arp, nd_ns            Asks for the packet's destination in the name of its source MAC.
//   nd_na, nd_na_router   Solicited, override; the router flag; the target is the source.
//   icmp4, icmp6          "Destination unreachable" in the packet's own direction, port unreachable for UDP, otherwise
//                         code 1; TTL 255; quotes the datagram until the frame has 576 (IPv6: 1280) bytes.
//   icmp4_error, …6_error The same with code 1 always.
//   tcp_reset, sctp_abort TTL 63, ports swapped; a reset acknowledges one byte, an ABORT reflects the packet's tag.
//   reject                One of these three, turned round, unless the packet is itself a reset, an ABORT or a
//                         "destination unreachable".
// arp and the ICMP errors keep a VLAN tag. Between icmp4 and icmp6 the packet's family decides, not the action's name.
// The key of the answer on its way through the nested operations has the registers and the metadata of `packet`, but no
// connection, no tunnel, no packet mark, and in_port is CONTROLLER (0xfffffffd), so that it may leave by the port
// `packet` came from. Of the packet's own notes only `time` is kept.
//
// InvalidArgument when `packet` is not what the action needs (a tcp_reset{} on UDP, a reject{} of a reset …): there is
// no answer then, and the message says why; also for an action of another kind. Of a packet cut short ovn-controller
// quotes whatever follows in its memory; here that is an error.
absl::StatusOr<Packet> BuildReply(const ControllerOp& op, const Packet& packet);

// What pausing actions do to the packet before it goes on where it was:
//   put_nd_ra_opts(…)    The router solicitation becomes the advertisement that the action brings, hop limit 255,
//                        between the same addresses, VLAN tag included: the flows behind turn it round. The action's
//                        result bit in `key` is set when there is an answer, otherwise cleared.
//   icmp4.frag_mtu = …   Nested in the ICMP errors of gateways with an MTU: writes the MTU into the ICMP message,
//   icmp6.frag_mtu = …   or ICMPv6 message, checksum included.
// The packet's own words of `key` are the caller's to read anew. InvalidArgument leaves the packet as it is, for it to
// go on; also for an action of another kind.
absl::Status AnswerInPlace(const ControllerOp& op, Packet& packet, FlowKey& key);
// Writes the result bit of put_dhcp_opts(), put_dhcpv6_opts(), put_nd_ra_opts() or dns_lookup() into `key`; false when
// the action names none.
bool SetResult(const ControllerOp& op, bool value, FlowKey& key);

// An address learned from put_arp, put_nd or put_fdb: what OVN writes to the Southbound MAC_Binding or FDB table.
struct LearnedNeighbor {
  uint32_t datapath = 0;  // tunnel key
  uint32_t port = 0;      // tunnel key of the logical port it was learned on
  IpAddress ip;           // Of put_fdb: 0.0.0.0.
  MacAddress mac;
  bool is_fdb = false;
};

// Reads what is to be learned off the key of a put_arp, put_nd or put_fdb action. Anything is learned, be it a group's
// address or 0.0.0.0; an IPv6 address that stands for an IPv4 one (::ffff:10.0.0.1) counts as that. Nothing for other
// opcodes.
std::optional<LearnedNeighbor> ReadLearned(const ControllerOp& op, const FlowKey& key);

}  // namespace ovnlite

#endif  // OVNLITE_DATAPATH_RESPONDER_H_
