// File: ip_proto.h
// IP protocol numbers (IANA "Protocol Numbers"): the protocol field of IPv4 and the next-header field of IPv6.

#ifndef OVNLITE_WIRE_IP_PROTO_H_
#define OVNLITE_WIRE_IP_PROTO_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace ovnlite {

inline constexpr uint8_t kIpProtoHopByHop = 0;  // IPv6 extension header
inline constexpr uint8_t kIpProtoIcmp = 1;
inline constexpr uint8_t kIpProtoIgmp = 2;
inline constexpr uint8_t kIpProtoTcp = 6;
inline constexpr uint8_t kIpProtoUdp = 17;
inline constexpr uint8_t kIpProtoRouting = 43;   // IPv6 extension header
inline constexpr uint8_t kIpProtoFragment = 44;  // IPv6 extension header
inline constexpr uint8_t kIpProtoGre = 47;
inline constexpr uint8_t kIpProtoEsp = 50;
inline constexpr uint8_t kIpProtoAh = 51;  // IPv6 extension header
inline constexpr uint8_t kIpProtoIcmpv6 = 58;
inline constexpr uint8_t kIpProtoNone = 59;         // Nothing follows (RFC 8200 section 4.7).
inline constexpr uint8_t kIpProtoDestination = 60;  // IPv6 extension header
inline constexpr uint8_t kIpProtoSctp = 132;

// "UDP", or nothing for a number without a name here.
constexpr absl::string_view IpProtoName(uint8_t proto) {
  switch (proto) {
    case kIpProtoHopByHop:
      return "hop-by-hop";
    case kIpProtoIcmp:
      return "ICMP";
    case kIpProtoIgmp:
      return "IGMP";
    case kIpProtoTcp:
      return "TCP";
    case kIpProtoUdp:
      return "UDP";
    case kIpProtoRouting:
      return "routing";
    case kIpProtoFragment:
      return "fragment";
    case kIpProtoGre:
      return "GRE";
    case kIpProtoEsp:
      return "ESP";
    case kIpProtoAh:
      return "AH";
    case kIpProtoIcmpv6:
      return "ICMPv6";
    case kIpProtoNone:
      return "no next header";
    case kIpProtoDestination:
      return "destination options";
    case kIpProtoSctp:
      return "SCTP";
    default:
      return "";
  }
}

}  // namespace ovnlite

#endif  // OVNLITE_WIRE_IP_PROTO_H_
