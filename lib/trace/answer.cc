#include "lib/trace/answer.h"

#include "absl/strings/str_split.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/base/mac.h"
#include "ovnlite/packet/field.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/icmp.h"
#include "ovnlite/wire/icmpv6.h"
#include "ovnlite/wire/ip_proto.h"
#include "ovnlite/wire/tcp.h"

namespace ovnlite {
namespace {

constexpr uint64_t kHostTtl = 64, kNdTtl = 255;

// The MAC address of the line that `ip` stands in.
std::optional<uint64_t> MacOf(const IpAddress& ip, const std::vector<std::string>& addresses) {
  for (const std::string& line : addresses) {
    const std::vector<absl::string_view> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
    if (words.empty()) continue;
    const absl::StatusOr<MacAddress> mac = MacAddress::Parse(words[0]);
    if (!mac.ok()) continue;
    for (size_t i = 1; i < words.size(); ++i) {
      const absl::StatusOr<IpAddress> own = IpAddress::Parse(words[i].substr(0, words[i].find('/')));
      if (own.ok() && *own == ip) return mac->bits();
    }
  }
  return std::nullopt;
}

class Answer {
 public:
  explicit Answer(const FlowKey& packet) : packet_(packet) {
    for (int w = kWordEthDst; w < kWordCtOrigV4; ++w) key.words[w] = packet.words[w];
  }
  void Exchange(FieldRef a, FieldRef b) {
    key.Set(a, packet_.Get(b));
    key.Set(b, packet_.Get(a));
  }

  FlowKey key;

 private:
  const FlowKey& packet_;
};

std::optional<FlowKey> AnswerToArp(const FlowKey& packet, const std::vector<std::string>& addresses) {
  const auto asked = static_cast<uint32_t>(packet.Get64(field::kArpTpa));
  const std::optional<uint64_t> mac = MacOf(IpAddress(Ipv4Address(asked)), addresses);
  if (packet.Get64(field::kArpOp) != 1 || !mac.has_value()) return std::nullopt;
  Answer answer(packet);
  answer.Exchange(field::kArpSpa, field::kArpTpa);
  answer.key.Set(field::kArpOp, 2);
  answer.key.Set(field::kArpTha, packet.Get(field::kArpSha));
  answer.key.Set(field::kArpSha, *mac);
  answer.key.Set(field::kEthDst, packet.Get(field::kEthSrc));
  answer.key.Set(field::kEthSrc, *mac);
  return answer.key;
}

std::optional<FlowKey> AnswerToSolicitation(const FlowKey& packet, const std::vector<std::string>& addresses) {
  const u128 target = packet.Get(field::kNdTarget);
  const std::optional<uint64_t> mac = MacOf(IpAddress(Ipv6Address(target)), addresses);
  if (!mac.has_value() || packet.Get(field::kIp6Src) == 0) return std::nullopt;
  Answer answer(packet);
  answer.key.Set(field::kL4Src, kNdNeighborAdvert);
  answer.key.Set(field::kIp6Dst, packet.Get(field::kIp6Src));
  answer.key.Set(field::kIp6Src, target);
  answer.key.Set(field::kNdSll, 0);
  answer.key.Set(field::kNdTll, *mac);
  answer.key.Set(field::kEthDst, packet.Get(field::kEthSrc));
  answer.key.Set(field::kEthSrc, *mac);
  answer.key.Set(field::kIpTtl, kNdTtl);
  return answer.key;
}

bool IsToGroup(const FlowKey& packet, bool v6) {
  return MacAddress(packet.Get64(field::kEthDst)).IsMulticast() ||
         (v6 ? packet.Get(field::kIp6Dst) >> 120 == 0xff : packet.Get64(field::kIp4Dst) >> 28 >= 0xe);
}

}  // namespace

std::optional<FlowKey> AnswerTo(const FlowKey& packet, const std::vector<std::string>& addresses) {
  const uint64_t type = packet.Get64(field::kEthType), proto = packet.Get64(field::kIpProto);
  if (type == kEthTypeArp) return AnswerToArp(packet, addresses);
  const bool v6 = type == kEthTypeIpv6;
  if (!v6 && type != kEthTypeIpv4) return std::nullopt;
  const uint64_t icmp_type = packet.Get64(field::kL4Src);
  if (v6 && proto == kIpProtoIcmpv6 && icmp_type == kNdNeighborSolicit) return AnswerToSolicitation(packet, addresses);
  if (IsToGroup(packet, v6)) return std::nullopt;
  Answer answer(packet);
  answer.Exchange(field::kEthSrc, field::kEthDst);
  v6 ? answer.Exchange(field::kIp6Src, field::kIp6Dst) : answer.Exchange(field::kIp4Src, field::kIp4Dst);
  answer.key.Set(field::kIpTtl, kHostTtl);
  if (proto == kIpProtoIcmp || proto == kIpProtoIcmpv6) {
    if (icmp_type != (v6 ? kIcmpv6EchoRequest : kIcmpEchoRequest)) return std::nullopt;
    answer.key.Set(field::kL4Src, v6 ? kIcmpv6EchoReply : kIcmpEchoReply);
  } else if (proto == kIpProtoTcp || proto == kIpProtoUdp || proto == kIpProtoSctp) {
    answer.Exchange(field::kL4Src, field::kL4Dst);
  }
  if (proto == kIpProtoTcp) {
    const uint64_t flags = packet.Get64(field::kTcpFlags);
    if (flags & kTcpRst) return std::nullopt;
    answer.key.Set(field::kTcpFlags, kTcpAck | (flags & kTcpAck ? 0 : flags & kTcpSyn));
  }
  return answer.key;
}

}  // namespace ovnlite
