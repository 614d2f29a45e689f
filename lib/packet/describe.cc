#include "ovnlite/packet/describe.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "ovnlite/wire/arp.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/geneve.h"
#include "ovnlite/wire/icmp.h"
#include "ovnlite/wire/icmpv6.h"
#include "ovnlite/wire/igmp.h"
#include "ovnlite/wire/ip_proto.h"
#include "ovnlite/wire/ipv4.h"
#include "ovnlite/wire/ipv6.h"
#include "ovnlite/wire/mld.h"
#include "ovnlite/wire/nd.h"
#include "ovnlite/wire/sctp.h"
#include "ovnlite/wire/tcp.h"
#include "ovnlite/wire/udp.h"
#include "ovnlite/wire/vlan.h"

namespace ovnlite {
namespace {

using Bytes = absl::Span<const uint8_t>;

// How often a packet may be shown inside a packet: tunnels in tunnels, errors about errors.
constexpr int kMaxDepth = 3;
// How many VLAN tags are shown.
constexpr int kMaxTags = 4;

std::string DescribeFrame(Bytes frame, int depth);
std::string DescribeIp(uint16_t eth_type, Bytes datagram, int depth);

// What an IP header leads to.
struct IpParts {
  std::string source;
  std::string destination;
  std::string suffix;  // ", ttl 64", fragment, traffic class
  uint8_t proto = 0;
  Bytes payload;
  bool is_later_fragment = false;
};

// "10.0.0.10.4000 > 10.0.1.20.80"
std::string Endpoints(const IpParts& ip, uint16_t source_port, uint16_t destination_port) {
  return absl::StrCat(ip.source, ".", source_port, " > ", ip.destination, ".", destination_port);
}

// The message of a failed check, or what `text` makes of the header.
template <typename Header, typename F>
std::string Text(const absl::StatusOr<Header>& header, F text) {
  return header.ok() ? text(*header) : std::string(header.status().message());
}
template <typename Header>
std::string Text(const absl::StatusOr<Header>& header) {
  return Text(header, [](const Header& h) { return h.ToString(); });
}

// "10.0.0.10 > 10.0.1.20: "
std::string Addresses(const IpParts& ip) { return absl::StrCat(ip.source, " > ", ip.destination, ": "); }

// `inner` gets the frame inside a tunnel.
std::string DescribeUdp(const IpParts& ip, int depth, std::string* inner) {
  const absl::StatusOr<UdpHeader> udp = UdpHeader::Parse(ip.payload);
  if (!udp.ok()) return absl::StrCat(Addresses(ip), udp.status().message());
  const std::string endpoints = Endpoints(ip, udp->source_port, udp->destination_port);
  const Bytes payload = UdpView(ip.payload).payload();
  if (udp->destination_port != kGenevePort || depth == kMaxDepth) {
    return absl::StrCat(endpoints, ": UDP, payload ", udp->length - UdpLayout::kSize);
  }
  const absl::StatusOr<GeneveHeader> geneve = GeneveHeader::Parse(payload);
  if (!geneve.ok()) return absl::StrCat(endpoints, ": ", geneve.status().message());
  if (geneve->protocol == kEthTypeTeb && !geneve->is_control()) {
    *inner = DescribeFrame(payload.subspan(geneve->size()), depth + 1);
  }
  return absl::StrCat(endpoints, ": ", geneve->ToString());
}

std::string DescribeTcp(const IpParts& ip) {
  const absl::StatusOr<TcpHeader> tcp = TcpHeader::Parse(ip.payload);
  if (!tcp.ok()) return absl::StrCat(Addresses(ip), tcp.status().message());
  return absl::StrCat(Endpoints(ip, tcp->source_port, tcp->destination_port), ": TCP [",
                      TcpHeader::FlagsText(tcp->flags), "], seq ", tcp->sequence,
                      tcp->flags & kTcpAck ? absl::StrCat(", ack ", tcp->acknowledgment) : "", ", win ", tcp->window,
                      TcpHeader::OptionsText(tcp->options), ", payload ", ip.payload.size() - tcp->size());
}

std::string DescribeSctp(const IpParts& ip) {
  const absl::StatusOr<SctpHeader> sctp = SctpHeader::Parse(ip.payload);
  if (!sctp.ok()) return absl::StrCat(Addresses(ip), sctp.status().message());
  return absl::StrCat(Endpoints(ip, sctp->source_port, sctp->destination_port), ": SCTP [",
                      SctpChunksText(ip.payload.subspan(sctp->size())), "]");
}

std::string DescribeIcmp(const IpParts& ip, int depth) {
  return Text(IcmpHeader::Parse(ip.payload), [&](const IcmpHeader& icmp) {
    std::string text = absl::StrCat("ICMP ", icmp.ToString());
    if (IcmpIsError(icmp.type) && depth < kMaxDepth) {
      absl::StrAppend(&text, ", about (", DescribeIp(kEthTypeIpv4, ip.payload.subspan(icmp.size()), depth + 1), ")");
    }
    return text;
  });
}

std::string DescribeIcmpv6(const IpParts& ip, int depth) {
  if (ip.payload.empty()) return std::string(Icmpv6View::Check(ip.payload).message());
  switch (ip.payload[0]) {
    case kNdNeighborSolicit:
    case kNdNeighborAdvert:
      return Text(NdNeighborHeader::Parse(ip.payload));
    case kNdRouterSolicit:
      return Text(NdRouterSolicitHeader::Parse(ip.payload));
    case kNdRouterAdvert:
      return Text(NdRouterAdvertHeader::Parse(ip.payload));
    case kMldQuery:
    case kMldv1Report:
    case kMldv1Done:
      return Text(MldHeader::Parse(ip.payload));
    default:
      break;
  }
  return Text(Icmpv6Header::Parse(ip.payload), [&](const Icmpv6Header& icmp) {
    std::string text = icmp.ToString();
    if (Icmpv6IsError(icmp.type) && depth < kMaxDepth) {
      absl::StrAppend(&text, ", about (", DescribeIp(kEthTypeIpv6, ip.payload.subspan(icmp.size()), depth + 1), ")");
    }
    return text;
  });
}

// "A > B: ICMP echo request, id 7, seq 1, ttl 64"
std::string DescribeL4(const IpParts& ip, int depth, std::string* inner) {
  const absl::string_view name = IpProtoName(ip.proto);
  const std::string protocol = name.empty() ? absl::StrCat("protocol ", ip.proto) : std::string(name);
  if (ip.is_later_fragment) return absl::StrCat(Addresses(ip), protocol, ip.suffix);
  switch (ip.proto) {
    case kIpProtoUdp:
      return absl::StrCat(DescribeUdp(ip, depth, inner), ip.suffix);
    case kIpProtoTcp:
      return absl::StrCat(DescribeTcp(ip), ip.suffix);
    case kIpProtoSctp:
      return absl::StrCat(DescribeSctp(ip), ip.suffix);
    case kIpProtoIcmp:
      return absl::StrCat(Addresses(ip), DescribeIcmp(ip, depth), ip.suffix);
    case kIpProtoIcmpv6:
      return absl::StrCat(Addresses(ip), "ICMPv6 ", DescribeIcmpv6(ip, depth), ip.suffix);
    case kIpProtoIgmp:
      return absl::StrCat(Addresses(ip), "IGMP ", Text(IgmpHeader::Parse(ip.payload)), ip.suffix);
    default:
      return absl::StrCat(Addresses(ip), protocol, ", payload ", ip.payload.size(), ip.suffix);
  }
}

// The addresses and what follows them; an error's words where there is no header.
absl::StatusOr<IpParts> ReadIp(uint16_t eth_type, Bytes datagram) {
  IpParts parts;
  if (eth_type == kEthTypeIpv4) {
    const absl::StatusOr<Ipv4View> ip = Ipv4View::Parse(datagram);
    if (!ip.ok()) return ip.status();
    const std::string tos = ip->tos() != 0 ? absl::StrCat(", tos ", ip->tos()) : "";
    parts.suffix =
        absl::StrCat(", ttl ", ip->ttl(), tos, Ipv4Header::FragmentText(ip->fragment() & ~Ipv4Layout::kDontFragment),
                     ip->is_truncated() ? ", truncated" : "");
    parts.source = ip->source().ToString();
    parts.destination = ip->destination().ToString();
    parts.proto = ip->protocol();
    parts.payload = ip->payload();
    parts.is_later_fragment = ip->fragment_offset() != 0;
    return parts;
  }
  const absl::StatusOr<Ipv6View> ip = Ipv6View::Parse(datagram);
  if (!ip.ok()) return ip.status();
  Ipv6ExtensionWalker walker(ip->next_header(), ip->payload());
  if (!walker.Finish().ok()) return walker.status();
  const std::string tclass = ip->traffic_class() != 0 ? absl::StrCat(", class ", ip->traffic_class()) : "";
  parts.suffix = absl::StrCat(", hop limit ", ip->hop_limit(), tclass,
                              walker.fragment() ? absl::StrCat(", ", walker.fragment()->ToString()) : "",
                              ip->is_truncated() ? ", truncated" : "");
  parts.source = ip->source().ToString();
  parts.destination = ip->destination().ToString();
  parts.proto = walker.protocol();
  parts.payload = walker.rest();
  parts.is_later_fragment = walker.is_later_fragment();
  return parts;
}

std::string DescribeIp(uint16_t eth_type, Bytes datagram, int depth) {
  std::string inner;
  const std::string text =
      Text(ReadIp(eth_type, datagram), [&](const IpParts& ip) { return DescribeL4(ip, depth, &inner); });
  return inner.empty() ? text : absl::StrCat(text, ": ", inner);
}

std::string DescribeFrame(Bytes frame, int depth) {
  const absl::StatusOr<EthernetHeader> ethernet = EthernetHeader::Parse(frame);
  if (!ethernet.ok()) return std::string(ethernet.status().message());
  std::string text = absl::StrCat(ethernet->source.ToString(), " > ", ethernet->destination.ToString());
  Bytes rest = frame.subspan(EthernetLayout::kType);
  for (int tags = 0; tags < kMaxTags && VlanView::IsValid(rest) && rest.size() >= VlanLayout::kSize + 2; ++tags) {
    absl::StrAppend(&text, ", ", VlanTag::Parse(rest)->ToString());
    rest.remove_prefix(VlanLayout::kSize);
  }
  uint16_t type = Load16(rest.data());
  rest.remove_prefix(2);
  if (type < kEthTypeMin) {
    absl::StrAppend(&text, ", 802.3");
    const absl::StatusOr<LlcSnapHeader> llc = LlcSnapHeader::Parse(rest);
    if (!llc.ok() || !llc->is_ethertype()) return absl::StrCat(text, " without EtherType, length ", frame.size());
    type = llc->type;
    rest.remove_prefix(LlcSnapHeader::kSize);
  }
  std::string inner;
  switch (type) {
    case kEthTypeIpv4:
    case kEthTypeIpv6:
      absl::StrAppend(&text, ", ",
                      Text(ReadIp(type, rest), [&](const IpParts& ip) { return DescribeL4(ip, depth, &inner); }));
      break;
    case kEthTypeArp:
      absl::StrAppend(&text, ", ARP ", Text(ArpHeader::Parse(rest)));
      break;
    case kEthTypeRarp:
      absl::StrAppend(&text, ", RARP ", Text(ArpHeader::Parse(rest)));
      break;
    default:
      absl::StrAppend(&text, absl::StrFormat(", type 0x%04x", type));
      break;
  }
  absl::StrAppend(&text, ", length ", frame.size());
  return inner.empty() ? text : absl::StrCat(text, ": ", inner);
}

}  // namespace

std::string Describe(absl::Span<const uint8_t> frame) { return DescribeFrame(frame, 0); }

std::string DescribeIp(uint16_t eth_type, absl::Span<const uint8_t> datagram) {
  return DescribeIp(eth_type, datagram, 0);
}

}  // namespace ovnlite
