#include "lib/trace/simplified_reply.h"

#include "ovnlite/base/ip.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/icmpv6.h"
#include "ovnlite/wire/ip_proto.h"

namespace ovnlite {
namespace {

constexpr uint64_t kTcpRst = 4;
constexpr uint64_t kUnreachable4 = 3, kUnreachable6 = 1, kCode = 1;

bool IsV4(const FlowKey& key) { return key.Get64(field::kEthType) == kEthTypeIpv4; }

// Which action reject{} is.
ActionKind Refusal(const FlowKey& key) {
  switch (key.Get64(field::kIpProto)) {
    case kIpProtoTcp:
      return ActionKind::kTcpReset;
    case kIpProtoSctp:
      return ActionKind::kSctpAbort;
    default:
      return IsV4(key) ? ActionKind::kIcmp4 : ActionKind::kIcmp6;
  }
}

// The type is looked at whatever the protocol is: a port of this number passes for one.
bool IsRefusal(ActionKind refusal, const FlowKey& key) {
  // An SCTP packet has no flags: only a simplified answer has some.
  if (refusal == ActionKind::kTcpReset || refusal == ActionKind::kSctpAbort) {
    return key.Get64(field::kTcpFlags) == kTcpRst;
  }
  return key.Get64(field::kL4Src) == (refusal == ActionKind::kIcmp4 ? kUnreachable4 : kUnreachable6);
}

void Exchange(FlowKey& key, FieldRef a, FieldRef b) {
  const u128 value = key.Get(a);
  key.Set(a, key.Get(b));
  key.Set(b, value);
}

void TurnRound(FlowKey& key) {
  Exchange(key, field::kEthSrc, field::kEthDst);
  if (IsV4(key)) Exchange(key, field::kIp4Src, field::kIp4Dst);
  if (key.Get64(field::kEthType) == kEthTypeIpv6) Exchange(key, field::kIp6Src, field::kIp6Dst);
}

void BecomeUnreachable(FlowKey& key, uint8_t proto, uint64_t type) {
  const uint64_t eth_type = key.Get64(field::kEthType);
  const bool arp = eth_type == kEthTypeArp || eth_type == kEthTypeRarp;
  key.Set(arp ? field::kArpOp : field::kIpProto, proto);  // In Open vSwitch one field is both.
  key.Set(field::kL4Src, type);
  key.Set(field::kL4Dst, kCode);
  if (arp) return;
  for (const FieldRef nd : {field::kNdTarget, field::kNdSll, field::kNdTll}) key.Set(nd, 0);
}

}  // namespace

bool IsSimplified(ActionKind kind) {
  switch (kind) {
    case ActionKind::kIcmp4:
    case ActionKind::kIcmp4Error:
    case ActionKind::kIcmp6:
    case ActionKind::kIcmp6Error:
    case ActionKind::kTcpReset:
    case ActionKind::kSctpAbort:
    case ActionKind::kReject:
    case ActionKind::kNdNs:
      return true;
    default:
      return false;
  }
}

std::string SimplifiedTitle(ActionKind kind, const FlowKey& key) {
  if (kind == ActionKind::kReject) kind = Refusal(key);
  if (kind == ActionKind::kIcmp4Error) kind = ActionKind::kIcmp4;
  if (kind == ActionKind::kIcmp6Error) kind = ActionKind::kIcmp6;
  return std::string(ActionName(kind));
}

bool SimplifyReply(ActionKind kind, FlowKey& key) {
  if (kind == ActionKind::kReject) {
    kind = Refusal(key);
    if (IsRefusal(kind, key)) return false;
    TurnRound(key);
  }
  const bool v6 = key.Get64(field::kEthType) == kEthTypeIpv6;
  switch (kind) {
    case ActionKind::kNdNs:
      key.Set(field::kEthDst, Ipv6Address(key.Get(field::kIp6Dst)).SolicitedNode().MulticastMac().bits());
      key.Set(field::kL4Src, kNdNeighborSolicit);
      return true;
    case ActionKind::kTcpReset:
    case ActionKind::kSctpAbort:
      key.Set(field::kIpProto, kind == ActionKind::kTcpReset || v6 ? kIpProtoTcp : kIpProtoSctp);
      key.Set(field::kTcpFlags, kTcpRst);
      break;
    case ActionKind::kIcmp4:
    case ActionKind::kIcmp4Error:
      BecomeUnreachable(key, kIpProtoIcmp, kUnreachable4);
      break;
    default:
      BecomeUnreachable(key, kIpProtoIcmpv6, kUnreachable6);
      break;
  }
  key.Set(field::kIpTtl, 255);
  return true;
}

}  // namespace ovnlite
