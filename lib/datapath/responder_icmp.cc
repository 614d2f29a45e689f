// icmp4{}, icmp6{}, icmp4_error{}, icmp6_error{}, and what reject{} sends for anything but TCP and SCTP: an error that
// quotes the packet, "destination unreachable" unless the nested operations say otherwise.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/datapath/responder_frame.h"
#include "ovnlite/wire/checksum.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/icmp.h"
#include "ovnlite/wire/icmpv6.h"
#include "ovnlite/wire/ip_proto.h"
#include "ovnlite/wire/ipv4.h"
#include "ovnlite/wire/ipv6.h"

namespace ovnlite {
namespace {

constexpr uint8_t kTtl = 255;
// The longest frames, not counting a tag. RFC 1812 section 4.3.2.3 and RFC 4443 section 2.4 (c) mean the datagram; OVN
// counts Ethernet in.
constexpr size_t kLongestIpv4 = 576;
constexpr size_t kLongestIpv6 = 1280;
constexpr size_t kIpv4Quote = kLongestIpv4 - EthernetLayout::kSize - Ipv4Layout::kSize - IcmpLayout::kSize;
constexpr size_t kIpv6Quote = kLongestIpv6 - EthernetLayout::kSize - Ipv6Layout::kSize - Icmpv6Layout::kSize;

}  // namespace

absl::StatusOr<Packet> BuildIcmpError(const ReceivedFrame& frame, ReplyDirection direction, bool code_from_proto) {
  if (frame.eth_type() != kEthTypeIpv4 && frame.eth_type() != kEthTypeIpv6) {
    return CannotAnswer("icmp", "the packet is not IP");
  }
  if (frame.datagram_size() == 0) return CannotAnswer("icmp", "the IP header is cut off, or its length too small");
  const bool v6 = frame.is_v6();
  const size_t size = std::min(frame.datagram_size(), v6 ? kIpv6Quote : kIpv4Quote);
  // ovn-controller reads on, beyond the packet's end.
  if (size > frame.l3().size()) return CannotAnswer("icmp", "the packet is cut short");
  const absl::Span<const uint8_t> quote = frame.l3().subspan(0, size);
  ReplyHeaders headers = direction == ReplyDirection::kBack ? ReplyHeaders::Back(frame) : ReplyHeaders::Along(frame);
  headers.vlan = frame.vlan();
  headers.ip_proto = v6 ? kIpProtoIcmpv6 : kIpProtoIcmp;
  headers.ttl = kTtl;
  // The protocol of the IPv6 header itself: UDP behind an extension header does not count.
  const uint8_t proto = quote[v6 ? Ipv6Layout::kNextHeader : Ipv4Layout::kProtocol];
  const bool port = code_from_proto && proto == kIpProtoUdp;
  absl::Span<uint8_t> message;
  Packet reply = StartReply(headers, IcmpLayout::kSize + quote.size(), &message);
  if (v6) {
    const uint8_t code = port ? kIcmpv6PortUnreachable : kIcmpv6AdminProhibited;
    Icmpv6Header{kIcmpv6Unreachable, code, 0, 0}.Emit(message.data());
  } else {
    const uint8_t code = port ? kIcmpPortUnreachable : kIcmpHostUnreachable;
    IcmpHeader{kIcmpUnreachable, code, 0, 0}.Emit(message.data());
  }
  std::copy(quote.begin(), quote.end(), message.begin() + IcmpLayout::kSize);
  MutableIcmpView(message).set_checksum(Checksum(message, v6 ? PseudoHeaderSum(headers, message.size()) : 0));
  return reply;
}

}  // namespace ovnlite
