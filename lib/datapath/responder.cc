#include "ovnlite/datapath/responder.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
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

absl::StatusOr<Packet> Build(uint32_t code, const ReceivedFrame& frame) {
  switch (code) {
    case opcode::kArp:
      return BuildArpRequest(frame);
    case opcode::kNdNs:
      return BuildNeighborSolicitation(frame);
    case opcode::kNdNa:
      return BuildNeighborAdvertisement(frame, /*is_router=*/false);
    case opcode::kNdNaRouter:
      return BuildNeighborAdvertisement(frame, /*is_router=*/true);
    case opcode::kIcmp:
      return BuildIcmpError(frame, ReplyDirection::kAlong, /*code_from_proto=*/true);
    case opcode::kIcmp4Error:
    case opcode::kIcmp6Error:
      return BuildIcmpError(frame, ReplyDirection::kAlong, /*code_from_proto=*/false);
    case opcode::kTcpReset:
      return BuildTcpReset(frame, ReplyDirection::kAlong);
    case opcode::kSctpAbort:
      return BuildSctpAbort(frame, ReplyDirection::kAlong);
    case opcode::kReject:
      return BuildReject(frame);
    default:
      return absl::UnimplementedError(absl::StrCat("opcode ", code, " is not answered with a packet of its own"));
  }
}

}  // namespace

absl::StatusOr<Packet> BuildReply(const ControllerOp& op, const Packet& packet, const FlowKey& /*key*/) {
  const ReceivedFrame frame(packet.bytes());
  absl::StatusOr<Packet> reply = Build(op.opcode, frame);
  if (reply.ok()) reply->time = packet.time;
  return reply;
}

absl::StatusOr<LearnedNeighbor> ReadLearned(const ControllerOp& op, const FlowKey& key) {
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
      return absl::UnimplementedError(absl::StrCat("opcode ", op.opcode, " teaches no address"));
  }
  learned.datapath = static_cast<uint32_t>(key.Get64(field::kMetadata));
  learned.port = static_cast<uint32_t>(key.Get64(field::kLogicalInPort));
  learned.mac = MacAddress(key.Get64(field::kEthSrc));
  return learned;
}

}  // namespace ovnlite
