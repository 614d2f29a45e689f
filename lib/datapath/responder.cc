#include "ovnlite/datapath/responder.h"

#include <iterator>

#include "absl/status/status.h"
#include "lib/datapath/responder_frame.h"
#include "ovnlite/wire/icmp.h"
#include "ovnlite/wire/icmpv6.h"
#include "ovnlite/wire/ip_proto.h"
#include "ovnlite/wire/tcp.h"

namespace ovnlite {
namespace {

// The nested operations of reject{} do not turn the answer round, so it is built on its way back. What is itself a
// refusal is not answered: a reset, an ABORT, "destination unreachable". That is read off the bytes where an L4 header
// should be, in later fragments too.
absl::StatusOr<Packet> BuildReject(const ReceivedFrame& frame) {
  const absl::Span<const uint8_t> l4 = frame.ip_payload();
  const uint8_t proto = frame.ip_proto();
  if (proto == kIpProtoTcp) {
    constexpr size_t kFlags = TcpLayout::kOffsetAndFlags + 1;
    if (l4.size() <= kFlags) return CannotAnswer("reject", "the TCP header is cut off");
    if (l4[kFlags] & kTcpRst) return CannotAnswer("reject", "a TCP reset is not answered");
    return BuildTcpReset(frame, ReplyDirection::kBack);
  }
  if (proto == kIpProtoSctp) return BuildSctpAbort(frame, ReplyDirection::kBack);
  if (!l4.empty() && ((!frame.is_v6() && proto == kIpProtoIcmp && l4[0] == kIcmpUnreachable) ||
                      (frame.is_v6() && proto == kIpProtoIcmpv6 && l4[0] == kIcmpv6Unreachable))) {
    return CannotAnswer("reject", "an ICMP error is not answered");
  }
  return BuildIcmpError(frame, ReplyDirection::kBack, /*code_from_proto=*/true);
}

IpAddress Learnable(const Ipv6Address& ip) {
  if (ip.IsMappedIpv4()) return ip.MappedIpv4();
  return ip;
}

absl::StatusOr<Packet> BuildPlainAdvertisement(const ReceivedFrame& frame) {
  return BuildNeighborAdvertisement(frame, /*is_router=*/false);
}
absl::StatusOr<Packet> BuildRoutersAdvertisement(const ReceivedFrame& frame) {
  return BuildNeighborAdvertisement(frame, /*is_router=*/true);
}
absl::StatusOr<Packet> BuildIcmp(const ReceivedFrame& frame) {
  return BuildIcmpError(frame, ReplyDirection::kAlong, /*code_from_proto=*/true);
}
absl::StatusOr<Packet> BuildPlainIcmpError(const ReceivedFrame& frame) {
  return BuildIcmpError(frame, ReplyDirection::kAlong, /*code_from_proto=*/false);
}
absl::StatusOr<Packet> BuildReset(const ReceivedFrame& frame) { return BuildTcpReset(frame, ReplyDirection::kAlong); }
absl::StatusOr<Packet> BuildAbort(const ReceivedFrame& frame) { return BuildSctpAbort(frame, ReplyDirection::kAlong); }

using Kind = ControllerOpcode::Kind;

// By number.
constexpr ControllerOpcode kOpcodes[] = {
    {opcode::kArp, "arp", Kind::kReply, true, BuildArpRequest, nullptr},
    {opcode::kPutArp, "put_arp"},
    {opcode::kPutDhcpOpts, "put_dhcp_opts"},
    {opcode::kNdNa, "nd_na", Kind::kReply, false, BuildPlainAdvertisement, nullptr},
    {opcode::kPutNd, "put_nd"},
    {opcode::kPutDhcpv6Opts, "put_dhcpv6_opts"},
    {opcode::kDnsLookup, "dns_lookup"},
    {opcode::kLog, "log"},
    {opcode::kPutNdRaOpts, "put_nd_ra_opts", Kind::kInPlace, false, nullptr, PutRouterAdvertisement},
    {opcode::kNdNs, "nd_ns", Kind::kReply, true, BuildNeighborSolicitation, nullptr},
    {opcode::kIcmp, "icmp4", Kind::kReply, false, BuildIcmp, nullptr},
    {opcode::kTcpReset, "tcp_reset", Kind::kReply, false, BuildReset, nullptr},
    {opcode::kNdNaRouter, "nd_na_router", Kind::kReply, false, BuildRoutersAdvertisement, nullptr},
    {opcode::kPutIcmp4FragMtu, "icmp4.frag_mtu", Kind::kInPlace, false, nullptr, PutFragMtu},
    {opcode::kIcmp4Error, "icmp4_error", Kind::kReply, false, BuildPlainIcmpError, nullptr},
    {opcode::kEvent, "trigger_event"},
    {opcode::kIgmp, "igmp"},
    {opcode::kBindVport, "bind_vport"},
    {opcode::kHandleSvcCheck, "handle_svc_check"},
    {opcode::kHandleDhcpv6Reply, "handle_dhcpv6_reply"},
    {opcode::kIcmp6Error, "icmp6_error", Kind::kReply, false, BuildPlainIcmpError, nullptr},
    {opcode::kPutIcmp6FragMtu, "icmp6.frag_mtu", Kind::kInPlace, false, nullptr, PutFragMtu},
    {opcode::kReject, "reject", Kind::kReply, false, BuildReject, nullptr},
    {opcode::kHandleBfdMsg, "handle_bfd_msg"},
    {opcode::kSctpAbort, "sctp_abort", Kind::kReply, false, BuildAbort, nullptr},
    {opcode::kPutFdb, "put_fdb"},
    {opcode::kActivatePort, ""},
};
constexpr bool IsByNumber() {
  for (size_t i = 0; i < std::size(kOpcodes); ++i) {
    if (kOpcodes[i].number != i) return false;
  }
  return true;
}
static_assert(IsByNumber());
constexpr ControllerOpcode kUnknown = {~uint32_t{0}, ""};

}  // namespace

const ControllerOpcode& OpcodeInfo(uint32_t number) {
  return number < std::size(kOpcodes) ? kOpcodes[number] : kUnknown;
}

absl::StatusOr<Packet> BuildReply(const ControllerOp& op, const Packet& packet) {
  const ControllerOpcode& info = OpcodeInfo(op.opcode);
  if (info.reply == nullptr)
    return CannotAnswer(info.action, "not an action that is answered with a packet of its own");
  absl::StatusOr<Packet> reply = info.reply(ReceivedFrame(packet.bytes()));
  if (reply.ok()) reply->time = packet.time;
  return reply;
}

absl::Status AnswerInPlace(const ControllerOp& op, Packet& packet, FlowKey& key) {
  const ControllerOpcode& info = OpcodeInfo(op.opcode);
  if (info.in_place == nullptr) return CannotAnswer(info.action, "not an action that is answered in place");
  return info.in_place(op, packet, key);
}

std::optional<LearnedNeighbor> ReadLearned(const ControllerOp& op, const FlowKey& key) {
  LearnedNeighbor learned;
  switch (op.opcode) {
    case opcode::kPutArp:
      learned.ip = Ipv4Address(key.reg(0));
      break;
    case opcode::kPutNd:
      learned.ip = Learnable(Ipv6Address(key.Get(XxregField(0))));
      break;
    case opcode::kPutFdb:
      learned.is_fdb = true;
      break;
    default:
      return std::nullopt;
  }
  learned.datapath = static_cast<uint32_t>(key.Get64(field::kMetadata));
  learned.port = static_cast<uint32_t>(key.Get64(field::kLogicalInPort));
  learned.mac = MacAddress(key.Get64(field::kEthSrc));
  return learned;
}

}  // namespace ovnlite
