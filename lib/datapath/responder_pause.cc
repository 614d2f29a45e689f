// Actions that only hold a packet up: it goes on where it was, with its answer in it, or with a bit that says whether
// there is one.
#include <algorithm>

#include "absl/status/status.h"
#include "lib/datapath/responder_frame.h"
#include "ovnlite/datapath/responder.h"
#include "ovnlite/flow/openflow_field.h"
#include "ovnlite/wire/checksum.h"
#include "ovnlite/wire/icmpv6.h"
#include "ovnlite/wire/ip_proto.h"
#include "ovnlite/wire/nd.h"

namespace ovnlite {
namespace {

// The payload of put_dhcp_opts(), put_nd_ra_opts(), dns_lookup() and their kin begins with an OXM header (class, field,
// size in bytes) and the number of the bit that takes the answer.
constexpr size_t kResultSize = 8;

// The advertisement's message comes with the action, checksum 0. Its addresses stay those of the solicitation: the
// flows behind the action turn them round.
absl::StatusOr<Packet> BuildRouterAdvertisement(const ControllerOp& op, const Packet& packet) {
  constexpr absl::string_view kAction = "put_nd_ra_opts";
  const ReceivedFrame frame(packet.bytes());
  if (!frame.is_v6() || frame.ip_proto() != kIpProtoIcmpv6 || frame.l4_source() != kNdRouterSolicit ||
      frame.l4_destination() != 0) {
    return CannotAnswer(kAction, "the packet is not a router solicitation");
  }
  if (op.payload.size() < kResultSize + NdRouterAdvertLayout::kSize) {
    return CannotAnswer(kAction, "the advertisement is missing");
  }
  ReplyHeaders headers = ReplyHeaders::Along(frame);
  headers.ip_proto = kIpProtoIcmpv6;
  headers.ttl = 255;  // RFC 4861 section 6.1.2.
  absl::Span<uint8_t> message;
  Packet reply = StartReply(headers, op.payload.size() - kResultSize, &message);
  std::copy(op.payload.begin() + kResultSize, op.payload.end(), message.begin());
  Store16(&message[NdRouterAdvertLayout::kChecksum], Checksum(message, PseudoHeaderSum(headers, message.size())));
  return reply;
}

}  // namespace

bool SetResult(const ControllerOp& op, bool value, FlowKey& key) {
  if (op.payload.size() < kResultSize) return false;
  const auto* const p = reinterpret_cast<const uint8_t*>(op.payload.data());
  const uint32_t bit = Load32(p + 4);
  for (int i = 1; i < static_cast<int>(OfField::kCount); ++i) {
    const OfFieldInfo& info = Info(static_cast<OfField>(i));
    if (info.oxm_class != Load16(p) || info.oxm_field != p[2] >> 1) continue;
    if (bit >= info.ref.width) return false;
    key.SetMasked(info.ref, u128{value} << bit, u128{1} << bit);
    return true;
  }
  return false;
}

absl::Status PutRouterAdvertisement(const ControllerOp& op, Packet& packet, FlowKey& key) {
  absl::StatusOr<Packet> reply = BuildRouterAdvertisement(op, packet);
  SetResult(op, reply.ok(), key);
  if (!reply.ok()) return reply.status();
  reply->in_port = packet.in_port;
  reply->tunnel = packet.tunnel;
  reply->time = packet.time;
  packet = *std::move(reply);
  return absl::OkStatus();
}

}  // namespace ovnlite
