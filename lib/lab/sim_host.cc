#include "ovnlite/lab/sim_host.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "ovnlite/base/status.h"
#include "ovnlite/packet/compose.h"
#include "ovnlite/wire/arp.h"
#include "ovnlite/wire/checksum.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/icmp.h"
#include "ovnlite/wire/icmpv6.h"
#include "ovnlite/wire/ip_proto.h"
#include "ovnlite/wire/ipv4.h"
#include "ovnlite/wire/nd.h"
#include "ovnlite/wire/tcp.h"

namespace ovnlite {
namespace {

// A host keeps this many events; a lab looks at them long before.
constexpr size_t kMaxEvents = 10'000;

absl::Span<const uint8_t> Bytes(absl::string_view text) {
  return absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(text.data()), text.size());
}

bool IsV6(const FlowKey& key) { return key.Get64(field::kEthType) == kEthTypeIpv6; }

IpAddress SourceOf(const FlowKey& key) {
  return IsV6(key) ? IpAddress(Ipv6Address(key.Get(field::kIp6Src)))
                   : IpAddress(Ipv4Address(static_cast<uint32_t>(key.Get64(field::kIp4Src))));
}

IpAddress DestinationOf(const FlowKey& key) {
  return IsV6(key) ? IpAddress(Ipv6Address(key.Get(field::kIp6Dst)))
                   : IpAddress(Ipv4Address(static_cast<uint32_t>(key.Get64(field::kIp4Dst))));
}

void SetAddresses(FlowKey& key, const IpAddress& source, const IpAddress& destination) {
  key.Set(source.is_v6() ? field::kIp6Src : field::kIp4Src, source.bits());
  key.Set(source.is_v6() ? field::kIp6Dst : field::kIp4Dst, destination.bits());
}

// Fills the 4 bytes after an ICMP header's checksum, keeping the checksum right.
void SetIcmpRest(Packet& packet, uint32_t rest) {
  FlowKey key;
  const PacketLayout layout = ExtractFlowKey(packet, key);
  if (layout.l4 == 0 || packet.size() < layout.l4 + IcmpLayout::kSize) return;
  uint8_t* icmp = packet.data() + layout.l4;
  Store16(icmp + IcmpLayout::kChecksum,
          ChecksumUpdate(Load16(icmp + IcmpLayout::kChecksum), Load32(icmp + IcmpLayout::kRest), rest));
  Store32(icmp + IcmpLayout::kRest, rest);
}

}  // namespace

void SimHost::Record(HostEvent event) {
  event.time = clock_.Now();
  if (events_.size() == kMaxEvents) events_.pop_front();
  events_.push_back(std::move(event));
}

bool SimHost::IsMine(const IpAddress& ip) const {
  return std::any_of(options_.addresses.begin(), options_.addresses.end(),
                     [&ip](const IpPrefix& p) { return p.address() == ip; });
}

absl::StatusOr<IpAddress> SimHost::SourceFor(const IpAddress& destination) const {
  for (const IpPrefix& p : options_.addresses) {
    if (p.Contains(destination)) return p.address();
  }
  for (const IpPrefix& p : options_.addresses) {
    if (p.is_v6() == destination.is_v6()) return p.address();
  }
  return absl::NotFoundError(absl::StrCat(options_.name, " has no address to reach ", destination.ToString(), " from"));
}

absl::StatusOr<IpAddress> SimHost::NextHop(const IpAddress& destination) const {
  for (const IpPrefix& p : options_.addresses) {
    if (p.Contains(destination)) return destination;
  }
  for (const IpAddress& gateway : options_.gateways) {
    if (gateway.is_v6() == destination.is_v6()) return gateway;
  }
  return absl::NotFoundError(absl::StrCat(options_.name, " has no route to ", destination.ToString()));
}

absl::StatusOr<FlowKey> SimHost::KeyTo(const IpAddress& destination, uint8_t proto_v4, uint8_t proto_v6,
                                       uint8_t ttl) const {
  OVNLITE_ASSIGN_OR_RETURN(const IpAddress source, SourceFor(destination));
  FlowKey key;
  key.Set(field::kEthSrc, options_.mac.bits());
  key.Set(field::kEthType, destination.is_v6() ? kEthTypeIpv6 : kEthTypeIpv4);
  SetAddresses(key, source, destination);
  key.Set(field::kIpProto, destination.is_v6() ? proto_v6 : proto_v4);
  key.Set(field::kIpTtl, ttl);
  return key;
}

absl::Status SimHost::SendIp(Packet packet, const IpAddress& destination) {
  OVNLITE_ASSIGN_OR_RETURN(const IpAddress next_hop, NextHop(destination));
  const auto known = neighbors_.find(next_hop);
  if (known != neighbors_.end()) {
    known->second.Store(packet.data());
    output_.push_back(std::move(packet));
    return absl::OkStatus();
  }
  std::deque<Waiting>& queue = waiting_[next_hop];
  std::erase_if(queue, [this](const Waiting& w) { return clock_.Now() - w.since > kResolveTime; });
  if (queue.size() == kMaxWaiting) queue.pop_front();
  queue.push_back({std::move(packet), clock_.Now()});
  AskFor(next_hop);
  return absl::OkStatus();
}

void SimHost::AskFor(const IpAddress& next_hop) {
  const absl::StatusOr<IpAddress> source = SourceFor(next_hop);
  if (!source.ok()) return;
  FlowKey key;
  key.Set(field::kEthSrc, options_.mac.bits());
  if (next_hop.is_v6()) {
    const Ipv6Address group = next_hop.v6().SolicitedNode();
    key.Set(field::kEthDst, group.MulticastMac().bits());
    key.Set(field::kEthType, kEthTypeIpv6);
    SetAddresses(key, *source, group);
    key.Set(field::kIpProto, kIpProtoIcmpv6);
    key.Set(field::kIpTtl, 255);
    key.Set(field::kL4Src, kNdNeighborSolicit);
    key.Set(field::kNdTarget, next_hop.bits());
    key.Set(field::kNdSll, options_.mac.bits());
  } else {
    key.Set(field::kEthDst, MacAddress::Broadcast().bits());
    key.Set(field::kEthType, kEthTypeArp);
    key.Set(field::kArpOp, kArpRequest);
    key.Set(field::kArpSpa, source->bits());
    key.Set(field::kArpTpa, next_hop.bits());
    key.Set(field::kArpSha, options_.mac.bits());
  }
  output_.push_back(ComposePacket(key));
}

void SimHost::Learn(const IpAddress& ip, MacAddress mac) {
  if (mac.IsZero() || mac.IsMulticast() || ip.IsZero()) return;
  neighbors_[ip] = mac;
  const auto found = waiting_.find(ip);
  if (found == waiting_.end()) return;
  for (Waiting& waiting : found->second) {
    if (clock_.Now() - waiting.since > kResolveTime) continue;
    mac.Store(waiting.packet.data());
    output_.push_back(std::move(waiting.packet));
  }
  waiting_.erase(found);
}

absl::Status SimHost::SendPing(const IpAddress& destination, uint16_t id, uint16_t sequence, absl::string_view payload,
                               uint8_t ttl) {
  OVNLITE_ASSIGN_OR_RETURN(FlowKey key, KeyTo(destination, kIpProtoIcmp, kIpProtoIcmpv6, ttl));
  key.Set(field::kL4Src, destination.is_v6() ? kIcmpv6EchoRequest : kIcmpEchoRequest);
  Packet packet = ComposePacket(key, Bytes(payload));
  SetIcmpRest(packet, uint32_t{id} << 16 | sequence);
  return SendIp(std::move(packet), destination);
}

absl::Status SimHost::SendUdp(const IpAddress& destination, uint16_t source_port, uint16_t destination_port,
                              absl::string_view payload, uint8_t ttl) {
  OVNLITE_ASSIGN_OR_RETURN(FlowKey key, KeyTo(destination, kIpProtoUdp, kIpProtoUdp, ttl));
  key.Set(field::kL4Src, source_port);
  key.Set(field::kL4Dst, destination_port);
  return SendIp(ComposePacket(key, Bytes(payload)), destination);
}

absl::Status SimHost::SendTcpSyn(const IpAddress& destination, uint16_t source_port, uint16_t destination_port) {
  OVNLITE_ASSIGN_OR_RETURN(FlowKey key, KeyTo(destination, kIpProtoTcp, kIpProtoTcp, 64));
  key.Set(field::kL4Src, source_port);
  key.Set(field::kL4Dst, destination_port);
  key.Set(field::kTcpFlags, kTcpSyn);
  return SendIp(ComposePacket(key), destination);
}

std::vector<Packet> SimHost::TakeOutput() {
  std::vector<Packet> output = std::move(output_);
  output_.clear();
  return output;
}

void SimHost::Receive(absl::Span<const uint8_t> frame) {
  FlowKey key;
  const PacketLayout layout = ExtractFlowKey(frame, key);
  const MacAddress to(key.Get64(field::kEthDst));
  if (to != options_.mac && !to.IsMulticast()) return;
  if (MacAddress(key.Get64(field::kEthSrc)) == options_.mac) return;  // Its own broadcast come back.
  const uint64_t type = key.Get64(field::kEthType);
  if (type == kEthTypeArp) return HandleArp(key);
  if (type == kEthTypeIpv4 || type == kEthTypeIpv6) HandleIp(frame, key, layout);
}

void SimHost::HandleArp(const FlowKey& key) {
  const Ipv4Address sender(static_cast<uint32_t>(key.Get64(field::kArpSpa))),
      target(static_cast<uint32_t>(key.Get64(field::kArpTpa)));
  const MacAddress mac(key.Get64(field::kArpSha));
  if (!IsMine(target)) return;
  Learn(sender, mac);
  if (key.Get64(field::kArpOp) != kArpRequest) return;
  FlowKey reply;
  reply.Set(field::kEthDst, mac.bits());
  reply.Set(field::kEthSrc, options_.mac.bits());
  reply.Set(field::kEthType, kEthTypeArp);
  reply.Set(field::kArpOp, kArpReply);
  reply.Set(field::kArpSpa, target.bits());
  reply.Set(field::kArpTpa, sender.bits());
  reply.Set(field::kArpSha, options_.mac.bits());
  reply.Set(field::kArpTha, mac.bits());
  output_.push_back(ComposePacket(reply));
}

void SimHost::HandleNd(const FlowKey& key) {
  const Ipv6Address target(key.Get(field::kNdTarget)), sender(key.Get(field::kIp6Src));
  if (key.Get64(field::kL4Src) == kNdNeighborAdvert) {
    const uint64_t tll = key.Get64(field::kNdTll);
    return Learn(target, MacAddress(tll != 0 ? tll : key.Get64(field::kEthSrc)));
  }
  if (!IsMine(target) || sender.IsZero()) return;
  const uint64_t sll = key.Get64(field::kNdSll);
  Learn(sender, MacAddress(sll != 0 ? sll : key.Get64(field::kEthSrc)));
  FlowKey reply;
  reply.Set(field::kEthDst, key.Get64(field::kEthSrc));
  reply.Set(field::kEthSrc, options_.mac.bits());
  reply.Set(field::kEthType, kEthTypeIpv6);
  SetAddresses(reply, target, sender);
  reply.Set(field::kIpProto, kIpProtoIcmpv6);
  reply.Set(field::kIpTtl, 255);
  reply.Set(field::kL4Src, kNdNeighborAdvert);
  reply.Set(field::kNdTarget, target.bits());
  reply.Set(field::kNdTll, options_.mac.bits());
  Packet packet = ComposePacket(reply);
  SetIcmpRest(packet, kNdSolicitedFlag | kNdOverrideFlag);
  output_.push_back(std::move(packet));
}

void SimHost::HandleIp(absl::Span<const uint8_t> frame, const FlowKey& key, const PacketLayout& layout) {
  const uint8_t proto = static_cast<uint8_t>(key.Get64(field::kIpProto));
  const bool v6 = IsV6(key);
  if (v6 && proto == kIpProtoIcmpv6 &&
      (key.Get64(field::kL4Src) == kNdNeighborSolicit || key.Get64(field::kL4Src) == kNdNeighborAdvert))
    return HandleNd(key);
  if (!IsMine(DestinationOf(key)) || layout.payload == 0) return;
  const IpAddress from = SourceOf(key);
  if (proto == (v6 ? kIpProtoIcmpv6 : kIpProtoIcmp)) return HandleIcmp(frame, key, layout, from);
  HostEvent event;
  event.from = from;
  event.ttl = static_cast<uint8_t>(key.Get64(field::kIpTtl));
  event.id = static_cast<uint16_t>(key.Get64(field::kL4Src));
  event.sequence = static_cast<uint16_t>(key.Get64(field::kL4Dst));
  if (proto == kIpProtoTcp) {
    event.kind = HostEvent::Kind::kTcp;
    event.code = static_cast<uint8_t>(key.Get64(field::kTcpFlags));
    return Record(std::move(event));
  }
  if (proto != kIpProtoUdp) return;
  event.kind = HostEvent::Kind::kUdp;
  event.payload.assign(reinterpret_cast<const char*>(frame.data()) + layout.payload, layout.end - layout.payload);
  if (event.sequence == kEchoPort) {
    const std::string payload = event.payload;
    const uint16_t port = event.id;
    Record(std::move(event));
    SendUdp(from, kEchoPort, port, payload).IgnoreError();
  } else if (event.id == kEchoPort) {
    Record(std::move(event));
  } else {
    Refuse(frame, key, layout, from);
  }
}

void SimHost::HandleIcmp(absl::Span<const uint8_t> frame, const FlowKey& key, const PacketLayout& layout,
                         const IpAddress& from) {
  const uint8_t type = static_cast<uint8_t>(key.Get64(field::kL4Src));
  const bool v6 = from.is_v6();
  const uint32_t rest = Load32(frame.data() + layout.l4 + IcmpLayout::kRest);
  const absl::string_view payload(reinterpret_cast<const char*>(frame.data()) + layout.payload,
                                  layout.end - layout.payload);
  if (type == (v6 ? kIcmpv6EchoRequest : kIcmpEchoRequest)) {
    absl::StatusOr<FlowKey> reply = KeyTo(from, kIpProtoIcmp, kIpProtoIcmpv6, 64);
    if (!reply.ok()) return;
    SetAddresses(*reply, DestinationOf(key), from);
    reply->Set(field::kL4Src, v6 ? kIcmpv6EchoReply : kIcmpEchoReply);
    Packet packet = ComposePacket(*reply, Bytes(payload));
    SetIcmpRest(packet, rest);
    SendIp(std::move(packet), from).IgnoreError();
    return;
  }
  HostEvent event;
  event.from = from;
  event.type = type;
  event.code = static_cast<uint8_t>(key.Get64(field::kL4Dst));
  event.ttl = static_cast<uint8_t>(key.Get64(field::kIpTtl));
  if (type == (v6 ? kIcmpv6EchoReply : kIcmpEchoReply)) {
    event.kind = HostEvent::Kind::kEchoReply;
    event.id = static_cast<uint16_t>(rest >> 16);
    event.sequence = static_cast<uint16_t>(rest);
    event.payload = std::string(payload);
    return Record(std::move(event));
  }
  if (!(v6 ? Icmpv6IsError(type) : IcmpIsError(type))) return;
  event.kind = HostEvent::Kind::kIcmpError;
  // The packet it is about follows: read its ports by putting an Ethernet header in front.
  std::string about(12, '\0');
  about += v6 ? std::string("\x86\xdd") : std::string("\x08\x00", 2);
  about += std::string(payload);
  about.resize(std::max<size_t>(about.size(), 14 + 64));
  FlowKey inner;
  const PacketLayout inner_layout = ExtractFlowKey(Bytes(about), inner);
  const size_t l4 = inner_layout.l4 != 0 ? inner_layout.l4 : v6 ? 14 + 40 : 14 + 20;
  const bool icmp = inner.Get64(field::kIpProto) == (v6 ? kIpProtoIcmpv6 : kIpProtoIcmp);
  event.about = Load16(reinterpret_cast<const uint8_t*>(about.data()) + l4 + (icmp ? 4 : 2));
  Record(std::move(event));
}

// Port unreachable (RFC 792, RFC 4443), with as much of the packet as fits.
void SimHost::Refuse(absl::Span<const uint8_t> frame, const FlowKey& key, const PacketLayout& layout,
                     const IpAddress& from) {
  if (DestinationOf(key).IsMulticast() || MacAddress(key.Get64(field::kEthDst)).IsMulticast()) return;
  absl::StatusOr<FlowKey> reply = KeyTo(from, kIpProtoIcmp, kIpProtoIcmpv6, 64);
  if (!reply.ok()) return;
  SetAddresses(*reply, DestinationOf(key), from);
  reply->Set(field::kL4Src, from.is_v6() ? 1 : 3);
  reply->Set(field::kL4Dst, from.is_v6() ? 4 : 3);
  const size_t most = from.is_v6() ? 1280 - 48 : 576 - 28;
  const size_t n = std::min<size_t>(layout.end - layout.l3, most);
  SendIp(ComposePacket(*reply, frame.subspan(layout.l3, n)), from).IgnoreError();
}

}  // namespace ovnlite
