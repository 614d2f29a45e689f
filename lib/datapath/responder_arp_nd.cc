// arp{}, nd_ns{}, nd_na{} and nd_na_router{}: the questions asked in a waiting packet's place, and the answers to
// solicitations.
#include "lib/datapath/responder_frame.h"
#include "ovnlite/wire/arp.h"
#include "ovnlite/wire/checksum.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/ip_proto.h"
#include "ovnlite/wire/nd.h"

namespace ovnlite {
namespace {

constexpr uint8_t kNdHopLimit = 255;  // RFC 4861 section 7.1.
constexpr size_t kLinkLayerOptionSize = 8;

// A neighbor message with one link-layer option.
Packet BuildNeighborMessage(ReplyHeaders headers, uint8_t type, uint32_t flags, const Ipv6Address& target,
                            uint8_t option_type, MacAddress option) {
  headers.ip_proto = kIpProtoIcmpv6;
  headers.ttl = kNdHopLimit;
  absl::Span<uint8_t> message;
  Packet reply = StartReply(headers, NdNeighborLayout::kSize + kLinkLayerOptionSize, &message);
  uint8_t mac[6];
  option.Store(mac);
  uint8_t options[kLinkLayerOptionSize];
  NdOption{option_type, mac}.Emit(options);
  NdNeighborHeader{type, 0, 0, flags, target, options}.Emit(message.data());
  const uint16_t checksum = Checksum(message, PseudoHeaderSum(headers, message.size()));
  MutableNdNeighborView(message).set_checksum(checksum);
  return reply;
}

}  // namespace

// Asks for the packet's destination in the name of its source; the nested operations replace both by the next hop and
// the router's own addresses. The destination MAC stays the packet's, for them to replace too.
absl::StatusOr<Packet> BuildArpRequest(const ReceivedFrame& frame) {
  if (frame.eth_type() != kEthTypeIpv4) return CannotAnswer("arp", "the packet is not IPv4");
  const MacAddress source = frame.eth_source();
  absl::Span<uint8_t> arp;
  Packet reply = StartReply(frame.eth_destination(), source, frame.vlan(), kEthTypeArp, ArpLayout::kSize, &arp);
  ArpHeader{kArpRequest, source, frame.ip_source().v4(), MacAddress(), frame.ip_destination().v4()}.Emit(arp.data());
  return reply;
}

// From the link-local address of the packet's source MAC to the solicited-node group of its destination.
absl::StatusOr<Packet> BuildNeighborSolicitation(const ReceivedFrame& frame) {
  if (!frame.is_v6()) return CannotAnswer("nd_ns", "the packet is not IPv6");
  const Ipv6Address target = frame.ip_destination().v6();
  ReplyHeaders headers;
  headers.eth_source = frame.eth_source();
  headers.eth_destination = target.SolicitedNode().MulticastMac();
  headers.ip_source = Ipv6Address::LinkLocalOf(frame.eth_source());
  headers.ip_destination = target.SolicitedNode();
  return BuildNeighborMessage(headers, kNdNeighborSolicit, 0, target, kNdOptionSourceLinkLayer, frame.eth_source());
}

// Solicited and override, even where the solicitation came from :: and the answer thus goes to ::; the link-layer
// address is where the solicitation was sent. The nested operations put the right ones in.
absl::StatusOr<Packet> BuildNeighborAdvertisement(const ReceivedFrame& frame, bool is_router) {
  const absl::string_view action = is_router ? "nd_na_router" : "nd_na";
  const uint16_t type = frame.l4_source();
  if (frame.ip_proto() != kIpProtoIcmpv6 || !frame.is_v6() ||
      (type != kNdNeighborSolicit && type != kNdNeighborAdvert) || frame.l4_destination() != 0) {
    return CannotAnswer(action, "the packet is not a neighbor solicitation");
  }
  const Ipv6Address target(frame.key().Get(field::kNdTarget));
  ReplyHeaders headers = ReplyHeaders::Back(frame);
  headers.ip_source = target;
  const uint32_t flags = kNdSolicitedFlag | kNdOverrideFlag | (is_router ? kNdRouterFlag : 0);
  return BuildNeighborMessage(headers, kNdNeighborAdvert, flags, target, kNdOptionTargetLinkLayer,
                              frame.eth_destination());
}

}  // namespace ovnlite
