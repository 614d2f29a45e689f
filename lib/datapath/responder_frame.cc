#include "lib/datapath/responder_frame.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "ovnlite/packet/field.h"
#include "ovnlite/wire/checksum.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/ipv4.h"
#include "ovnlite/wire/ipv6.h"
#include "ovnlite/wire/vlan.h"

namespace ovnlite {
namespace {

constexpr size_t kBehindTag = EthernetLayout::kSize + VlanLayout::kSize;

// Whether two tags follow each other, with an EtherType behind them.
bool HasTwoTags(absl::Span<const uint8_t> frame) {
  return frame.size() >= kBehindTag + VlanLayout::kSize && IsVlanType(Load16(&frame[EthernetLayout::kType])) &&
         IsVlanType(Load16(&frame[kBehindTag - 2]));
}

std::optional<uint16_t> TagOf(const FlowKey& key) {
  const auto tci = static_cast<uint16_t>(key.Get64(field::kVlanTci));
  if (tci == 0) return std::nullopt;
  return tci;
}

}  // namespace

ReceivedFrame::ReceivedFrame(absl::Span<const uint8_t> frame) : bytes_(frame) {
  if (HasTwoTags(frame)) {
    vlan_ = Load16(&frame[EthernetLayout::kSize]);
    untagged_.assign(frame.begin(), frame.end());
    untagged_.erase(untagged_.begin() + EthernetLayout::kType,
                    untagged_.begin() + EthernetLayout::kType + VlanLayout::kSize);
    bytes_ = untagged_;
  }
  layout_ = ExtractFlowKey(bytes_, key_);
  if (!vlan_) vlan_ = TagOf(key_);
  const absl::Span<const uint8_t> ip = l3();
  if (eth_type() == kEthTypeIpv4 && ip.size() >= Ipv4Layout::kSize) {
    const size_t size = Load16(&ip[Ipv4Layout::kTotalLength]);
    if (size >= Ipv4Layout::kSize) datagram_size_ = size;
  } else if (is_v6() && ip.size() >= Ipv6Layout::kSize) {
    datagram_size_ = Ipv6Layout::kSize + Load16(&ip[Ipv6Layout::kPayloadLength]);
  }
}

IpAddress ReceivedFrame::ip_source() const {
  if (is_v6()) return Ipv6Address(key_.Get(field::kIp6Src));
  return Ipv4Address(static_cast<uint32_t>(key_.Get64(field::kIp4Src)));
}

IpAddress ReceivedFrame::ip_destination() const {
  if (is_v6()) return Ipv6Address(key_.Get(field::kIp6Dst));
  return Ipv4Address(static_cast<uint32_t>(key_.Get64(field::kIp4Dst)));
}

absl::Span<const uint8_t> ReceivedFrame::ip_payload() const {
  if (layout_.l4 == 0) return {};
  return bytes_.subspan(layout_.l4, layout_.end - layout_.l4);
}

ReplyHeaders ReplyHeaders::Along(const ReceivedFrame& frame) {
  ReplyHeaders h;
  h.eth_source = frame.eth_source();
  h.eth_destination = frame.eth_destination();
  h.ip_source = frame.ip_source();
  h.ip_destination = frame.ip_destination();
  return h;
}

ReplyHeaders ReplyHeaders::Back(const ReceivedFrame& frame) {
  ReplyHeaders h = Along(frame);
  std::swap(h.eth_source, h.eth_destination);
  std::swap(h.ip_source, h.ip_destination);
  return h;
}

Packet StartReply(MacAddress destination, MacAddress source, std::optional<uint16_t> vlan, uint16_t eth_type,
                  size_t size, absl::Span<uint8_t>* payload) {
  const size_t l2 = vlan ? kBehindTag : EthernetLayout::kSize;
  Packet reply;
  reply.Reserve(l2 + size);
  uint8_t* const p = reply.Append(l2 + size);
  std::fill(p, p + l2 + size, uint8_t{0});
  EthernetHeader{destination, source, vlan ? kEthTypeVlan : eth_type}.Emit(p);
  if (vlan) {
    constexpr uint16_t kDropEligible = 0x1000;
    Store16(p + EthernetLayout::kSize, static_cast<uint16_t>(*vlan & ~kDropEligible));
    Store16(p + EthernetLayout::kSize + 2, eth_type);
  }
  *payload = absl::MakeSpan(p + l2, size);
  return reply;
}

Packet StartReply(const ReplyHeaders& h, size_t size, absl::Span<uint8_t>* payload) {
  const bool v6 = h.ip_source.is_v6();
  const size_t header = v6 ? Ipv6Layout::kSize : Ipv4Layout::kSize;
  absl::Span<uint8_t> ip;
  Packet reply =
      StartReply(h.eth_destination, h.eth_source, h.vlan, v6 ? kEthTypeIpv6 : kEthTypeIpv4, header + size, &ip);
  if (v6) {
    Ipv6Header{0, 0, static_cast<uint16_t>(size), h.ip_proto, h.ttl, h.ip_source.v6(), h.ip_destination.v6()}.Emit(
        ip.data());
  } else {
    Ipv4Header v4;
    v4.total_length = static_cast<uint16_t>(ip.size());
    v4.fragment = Ipv4Layout::kDontFragment;
    v4.ttl = h.ttl;
    v4.protocol = h.ip_proto;
    v4.source = h.ip_source.v4();
    v4.destination = h.ip_destination.v4();
    v4.EmitWithChecksum(ip.data());
  }
  *payload = ip.subspan(header);
  return reply;
}

uint64_t PseudoHeaderSum(const ReplyHeaders& h, size_t size) {
  const auto length = static_cast<uint32_t>(size);
  return h.ip_source.is_v6() ? PseudoHeaderSum(h.ip_source.v6(), h.ip_destination.v6(), h.ip_proto, length)
                             : PseudoHeaderSum(h.ip_source.v4(), h.ip_destination.v4(), h.ip_proto, length);
}

absl::Status CannotAnswer(absl::string_view action, absl::string_view reason) {
  return absl::InvalidArgumentError(absl::StrCat(action, ": ", reason));
}

}  // namespace ovnlite
