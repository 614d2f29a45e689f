// File: responder.h
// The packets that OVN's controller sends in answer to, or in place of, a packet handed to it: ARP requests, neighbour
// discovery, ICMP errors, TCP resets. Pure functions of packet and key; what becomes of the answer (the operations
// nested in the action: `icmp4 { eth.dst <-> eth.src; …; output; }`) is the datapath's business.
//
// Bytes equal those of a real ovn-controller 23.03; tests/ compares recordings.

#ifndef OVNLITE_DATAPATH_RESPONDER_H_
#define OVNLITE_DATAPATH_RESPONDER_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/flow/op.h"
#include "ovnlite/packet/flow_key.h"
#include "ovnlite/packet/packet.h"

namespace ovnlite {

// The first word of a controller action's userdata: which responder is meant.
namespace opcode {
inline constexpr uint32_t kArp = 0;
inline constexpr uint32_t kPutArp = 1;
inline constexpr uint32_t kPutDhcpOpts = 2;
inline constexpr uint32_t kNdNa = 3;
inline constexpr uint32_t kPutNd = 4;
inline constexpr uint32_t kPutDhcpv6Opts = 5;
inline constexpr uint32_t kDnsLookup = 6;
inline constexpr uint32_t kLog = 7;
inline constexpr uint32_t kPutNdRaOpts = 8;
inline constexpr uint32_t kNdNs = 9;
inline constexpr uint32_t kIcmp = 10;
inline constexpr uint32_t kTcpReset = 11;
inline constexpr uint32_t kNdNaRouter = 12;
inline constexpr uint32_t kPutIcmp4FragMtu = 13;
inline constexpr uint32_t kIcmp4Error = 14;
inline constexpr uint32_t kEvent = 15;
inline constexpr uint32_t kIgmp = 16;
inline constexpr uint32_t kBindVport = 17;
inline constexpr uint32_t kHandleSvcCheck = 18;
inline constexpr uint32_t kHandleDhcpv6Reply = 19;
inline constexpr uint32_t kIcmp6Error = 20;
inline constexpr uint32_t kPutIcmp6FragMtu = 21;
inline constexpr uint32_t kReject = 22;
inline constexpr uint32_t kHandleBfdMsg = 23;
inline constexpr uint32_t kSctpAbort = 24;
inline constexpr uint32_t kPutFdb = 25;
}  // namespace opcode

// Builds the packet that takes `packet`'s place for arp{}, nd_ns{}, nd_na{}, nd_na_router{}, icmp4{}, icmp4_error{},
// icmp6{}, icmp6_error{}, tcp_reset{}, sctp_abort{} and reject{}. `packet` is as the flow's operations have left it so
// far, and `key` is its key at that point (pipeline words included). Errors: InvalidArgument when `packet` is not what
// the action needs (an icmp6{} on IPv4, a reset for a reset …): there is no answer then, and the message says why;
// Unimplemented for an opcode that is not one of these.
absl::StatusOr<Packet> BuildReply(const ControllerOp& op, const Packet& packet, const FlowKey& key);

// An address learned from put_arp, put_nd or put_fdb: what OVN writes to the Southbound MAC_Binding or FDB table.
struct LearnedNeighbor {
  uint32_t datapath = 0;  // tunnel key
  uint32_t port = 0;      // tunnel key of the logical port it was learned on
  IpAddress ip;           // Of put_fdb: 0.0.0.0.
  MacAddress mac;
  bool is_fdb = false;
};

// Reads what is to be learned off the key of a put_arp, put_nd or put_fdb action. Unimplemented for other opcodes.
absl::StatusOr<LearnedNeighbor> ReadLearned(const ControllerOp& op, const FlowKey& key);

}  // namespace ovnlite

#endif  // OVNLITE_DATAPATH_RESPONDER_H_
