#include "lib/datapath/responder_testutil.h"

#include "absl/strings/str_cat.h"
#include "ovnlite/packet/extract.h"
#include "ovnlite/wire/arp.h"
#include "ovnlite/wire/checksum.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/ip_proto.h"
#include "ovnlite/wire/ipv4.h"
#include "ovnlite/wire/ipv6.h"
#include "ovnlite/wire/sctp.h"

namespace ovnlite {
namespace {

std::string L4Fault(uint8_t proto, absl::Span<const uint8_t> l4, uint64_t pseudo_header) {
  switch (proto) {
    case kIpProtoTcp:
    case kIpProtoIcmpv6:
      return Checksum(l4, pseudo_header) == 0 ? "" : "wrong TCP or ICMPv6 checksum";
    case kIpProtoIcmp:
      return Checksum(l4) == 0 ? "" : "wrong ICMP checksum";
    case kIpProtoSctp:
      return SctpView::Check(l4).ok() && SctpView(l4).ChecksumIsValid() ? "" : "wrong SCTP checksum";
    default:
      return absl::StrCat("protocol ", proto);
  }
}

}  // namespace

std::string ReplyFault(const Packet& reply) {
  if (reply.size() > 1284) return absl::StrCat("of ", reply.size(), " bytes");
  FlowKey key;
  const PacketLayout layout = ExtractFlowKey(reply, key);
  if (layout.end != reply.size()) return "padded or cut short";
  const absl::Span<const uint8_t> l3 = reply.bytes().subspan(layout.l3);
  const auto proto = static_cast<uint8_t>(key.Get64(field::kIpProto));
  switch (key.Get64(field::kEthType)) {
    case kEthTypeArp:
      return ArpView::Check(l3).ok() && l3.size() == ArpLayout::kSize ? "" : "malformed ARP";
    case kEthTypeIpv4: {
      if (layout.payload == 0 || !Ipv4View::Check(l3).ok()) return "malformed IPv4";
      const Ipv4View ip(l3);
      if (!ip.ChecksumIsValid()) return "wrong IPv4 checksum";
      const absl::Span<const uint8_t> l4 = ip.payload();
      const auto size = static_cast<uint32_t>(l4.size());
      return L4Fault(proto, l4, PseudoHeaderSum(ip.source(), ip.destination(), proto, size));
    }
    case kEthTypeIpv6: {
      if (layout.payload == 0 || !Ipv6View::Check(l3).ok()) return "malformed IPv6";
      const Ipv6View ip(l3);
      const absl::Span<const uint8_t> l4 = ip.payload();
      const auto size = static_cast<uint32_t>(l4.size());
      return L4Fault(proto, l4, PseudoHeaderSum(ip.source(), ip.destination(), proto, size));
    }
    default:
      return absl::StrCat("EtherType ", key.Get64(field::kEthType));
  }
}

}  // namespace ovnlite
