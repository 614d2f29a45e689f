// tcp_reset{}, sctp_abort{}, and reject{} for these protocols: the connection's end in the name of the other side.
// Ports are swapped, addresses only for reject{}; a VLAN tag is not kept.
#include "lib/datapath/responder_frame.h"
#include "ovnlite/wire/checksum.h"
#include "ovnlite/wire/ip_proto.h"
#include "ovnlite/wire/sctp.h"
#include "ovnlite/wire/tcp.h"

namespace ovnlite {
namespace {

constexpr uint8_t kTtl = 63;
constexpr uint8_t kReflectedTag = 1;  // The T flag of RFC 9260 section 3.3.7: the verification tag is the packet's own.
constexpr size_t kInitTag = SctpLayout::kSize + SctpChunk::kHeaderSize;
constexpr size_t kInitChunkSize = 20;  // RFC 9260 section 3.3.2.

ReplyHeaders HeadersFor(const ReceivedFrame& frame, ReplyDirection direction, uint8_t proto) {
  ReplyHeaders headers = direction == ReplyDirection::kBack ? ReplyHeaders::Back(frame) : ReplyHeaders::Along(frame);
  headers.ip_proto = proto;
  headers.ttl = kTtl;
  return headers;
}

}  // namespace

// Sequence number 0 and the acknowledgment of one byte, whatever the segment carries: a SYN is what is refused. The
// sequence number is read wherever there is one, be it the data of a later fragment.
absl::StatusOr<Packet> BuildTcpReset(const ReceivedFrame& frame, ReplyDirection direction) {
  if (frame.ip_proto() != kIpProtoTcp) return CannotAnswer("tcp_reset", "the packet is not TCP");
  const absl::Span<const uint8_t> segment = frame.ip_payload();
  if (segment.size() < TcpLayout::kAcknowledgment) return CannotAnswer("tcp_reset", "the TCP header is cut off");
  const ReplyHeaders headers = HeadersFor(frame, direction, kIpProtoTcp);
  absl::Span<uint8_t> reset;
  Packet reply = StartReply(headers, TcpLayout::kSize, &reset);
  TcpHeader tcp;
  tcp.source_port = frame.l4_destination();
  tcp.destination_port = frame.l4_source();
  tcp.acknowledgment = Load32(&segment[TcpLayout::kSequence]) + 1;
  tcp.flags = kTcpRst | kTcpAck;
  tcp.Emit(reset.data());
  MutableTcpView(reset).set_checksum(Checksum(reset, PseudoHeaderSum(headers, reset.size())));
  return reply;
}

absl::StatusOr<Packet> BuildSctpAbort(const ReceivedFrame& frame, ReplyDirection direction) {
  if (frame.ip_proto() != kIpProtoSctp) return CannotAnswer("sctp_abort", "the packet is not SCTP");
  const absl::Span<const uint8_t> payload = frame.ip_payload();
  const absl::StatusOr<SctpView> received = SctpView::Parse(payload);
  if (!received.ok()) return CannotAnswer("sctp_abort", received.status().message());
  const bool has_chunk = !received->chunks().empty();
  const uint8_t type = has_chunk ? received->chunks()[0] : 0;
  if (has_chunk && type == kSctpAbort) return CannotAnswer("sctp_abort", "an ABORT is not answered");
  uint32_t tag = received->verification_tag();
  uint8_t flags = kReflectedTag;
  if (has_chunk && type == kSctpInit) {
    if (payload.size() < SctpLayout::kSize + kInitChunkSize) return CannotAnswer("sctp_abort", "INIT is cut short");
    // An INIT carries no verification tag yet, but says which one its sender will expect.
    if (tag == 0) {
      tag = Load32(&payload[kInitTag]);
      flags = 0;
    }
  }
  const ReplyHeaders headers = HeadersFor(frame, direction, kIpProtoSctp);
  absl::Span<uint8_t> abort;
  Packet reply = StartReply(headers, SctpLayout::kSize + SctpChunk::kHeaderSize, &abort);
  SctpHeader{frame.l4_destination(), frame.l4_source(), tag, 0}.Emit(abort.data());
  SctpChunk{kSctpAbort, flags, {}}.Emit(abort.data() + SctpLayout::kSize);
  MutableSctpView(abort).FillChecksum();
  return reply;
}

}  // namespace ovnlite
