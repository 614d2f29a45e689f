// File: known_frames.h
// Frames that those who tell of a laboratory know: ARP, Neighbor Discovery, echo requests.

#ifndef OVNLITE_LIB_LAB_KNOWN_FRAMES_H_
#define OVNLITE_LIB_LAB_KNOWN_FRAMES_H_

#include <cstdint>
#include <string>

#include "absl/types/span.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/base/mac.h"
#include "ovnlite/packet/extract.h"
#include "ovnlite/packet/flow_key.h"
#include "ovnlite/wire/arp.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/icmp.h"
#include "ovnlite/wire/icmpv6.h"
#include "ovnlite/wire/ip_proto.h"

namespace ovnlite {

inline FlowKey KeyOf(absl::Span<const uint8_t> frame) {
  FlowKey key;
  ExtractFlowKey(frame, key);
  return key;
}

inline bool IsArp(const FlowKey& key) { return key.Get64(field::kEthType) == kEthTypeArp; }
inline bool IsNd(const FlowKey& key) {
  const uint64_t type = key.Get64(field::kL4Src);
  return key.Get64(field::kEthType) == kEthTypeIpv6 && key.Get64(field::kIpProto) == kIpProtoIcmpv6 &&
         type >= kNdRouterSolicit && type <= kNdRedirect;
}
inline bool IsQuestion(const FlowKey& key) {
  return IsArp(key) ? key.Get64(field::kArpOp) == kArpRequest
                    : IsNd(key) && key.Get64(field::kL4Src) == kNdNeighborSolicit;
}
inline bool IsAnswer(const FlowKey& key) {
  return IsArp(key) ? key.Get64(field::kArpOp) == kArpReply
                    : IsNd(key) && key.Get64(field::kL4Src) == kNdNeighborAdvert;
}
// Of a question or an answer: the address asked for.
inline std::string Wanted(const FlowKey& key) {
  if (IsArp(key)) return Ipv4Address(static_cast<uint32_t>(key.Get64(field::kArpTpa))).ToString();
  return Ipv6Address(key.Get(field::kNdTarget)).ToString();
}
// What an answer says.
inline MacAddress AnswerOf(const FlowKey& key) {
  return MacAddress(key.Get64(IsArp(key) ? field::kArpSha : field::kNdTll));
}

inline bool IsEchoRequest(const FlowKey& key) {
  const uint64_t proto = key.Get64(field::kIpProto), type = key.Get64(field::kL4Src);
  return (proto == kIpProtoIcmp && type == kIcmpEchoRequest) || (proto == kIpProtoIcmpv6 && type == kIcmpv6EchoRequest);
}

}  // namespace ovnlite

#endif  // OVNLITE_LIB_LAB_KNOWN_FRAMES_H_
