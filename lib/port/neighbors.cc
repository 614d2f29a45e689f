#include "lib/port/neighbors.h"

#include <algorithm>
#include <utility>

#include "ovnlite/wire/arp.h"
#include "ovnlite/wire/checksum.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/icmpv6.h"
#include "ovnlite/wire/ip_proto.h"
#include "ovnlite/wire/ipv6.h"
#include "ovnlite/wire/nd.h"

namespace ovnlite {
namespace {

const Ipv6Address kAllNodes(0xff02ull << 48, 1);

bool IsUnicast(MacAddress mac) { return !mac.IsZero() && !mac.IsMulticast(); }

// The first option of a type that holds a MAC address.
std::optional<MacAddress> LinkLayerOption(absl::Span<const uint8_t> options, uint8_t type) {
  NdOptionWalker walker(options);
  while (const std::optional<NdOption> option = walker.Next()) {
    if (option->type == type) return option->mac();
  }
  return std::nullopt;
}

}  // namespace

void Neighbors::Add(const IpAddress& hop) { ++entries_[hop].users; }

void Neighbors::Remove(const IpAddress& hop) {
  const auto found = entries_.find(hop);
  if (found == entries_.end() || --found->second.users > 0 || found->second.is_static) return;
  DropAll(found->second);
  entries_.erase(found);
  Reschedule();
}

void Neighbors::SetStatic(const IpAddress& hop, MacAddress mac) {
  Entry& entry = entries_[hop];
  entry.is_static = true;
  entry.mac = mac;
  ++generation_;
  Release(entry);
}

std::optional<MacAddress> Neighbors::Find(const IpAddress& hop, Instant now) {
  const auto found = entries_.find(hop);
  if (found == entries_.end()) return std::nullopt;
  Entry& entry = found->second;
  if (!entry.is_static && entry.attempts == 0 && (!entry.mac.has_value() || now - entry.confirmed > kReachable)) {
    StartAsking(hop, entry, now);
  }
  return entry.mac;
}

std::optional<MacAddress> Neighbors::Known(const IpAddress& hop) const {
  const auto found = entries_.find(hop);
  return found == entries_.end() ? std::nullopt : found->second.mac;
}

void Neighbors::Wait(const IpAddress& hop, uint32_t port, const Packet& inner) {
  Entry& entry = entries_[hop];
  if (entry.waiting.size() >= max_waiting_) {
    host_->DropWaiting(1);
    return;
  }
  entry.waiting.push_back({port, inner.Clone()});
}

// Not sooner than a second after the last request, whoever asks.
void Neighbors::StartAsking(const IpAddress& hop, Entry& entry, Instant now) {
  if (entry.last_attempt + kRetransmit <= now) {
    Ask(hop, entry, now);
  } else {
    entry.next_attempt = entry.last_attempt + kRetransmit;
    entry.attempts = 1;  // The one that was sent counts.
  }
  Reschedule();
}

void Neighbors::Ask(const IpAddress& hop, Entry& entry, Instant now) {
  ++entry.attempts;
  entry.last_attempt = now;
  entry.next_attempt = now + kRetransmit;
  if (hop.is_v6()) {
    // To the one who answered before; to everybody who may be it, where nobody has.
    const Ipv6Address group = hop.v6().SolicitedNode();
    SendNd(entry.mac.value_or(group.MulticastMac()), entry.mac.has_value() ? hop.v6() : group, kNdNeighborSolicit, 0,
           hop.v6());
  } else {
    SendArp(entry.mac.value_or(MacAddress::Broadcast()), kArpRequest, entry.mac.value_or(MacAddress()), hop);
  }
}

void Neighbors::Tick(Instant now) {
  if (now < next_deadline_) return;
  for (auto& [hop, entry] : entries_) {
    if (entry.next_attempt > now) continue;
    if (entry.attempts < kAttempts) {
      Ask(hop, entry, now);
      continue;
    }
    entry.attempts = 0;
    entry.next_attempt = kNever;
    if (entry.mac.has_value()) ++generation_;
    entry.mac.reset();
    DropAll(entry);
  }
  Reschedule();
}

void Neighbors::Learn(const IpAddress& hop, MacAddress mac, Instant now) {
  const auto found = entries_.find(hop);
  if (found == entries_.end() || found->second.is_static || !IsUnicast(mac)) return;
  Entry& entry = found->second;
  if (entry.mac != mac) ++generation_;
  entry.mac = mac;
  entry.confirmed = now;
  Release(entry);
}

// The neighbour is known: stop asking, send what waits.
void Neighbors::Release(Entry& entry) {
  entry.attempts = 0;
  entry.next_attempt = kNever;
  Reschedule();
  for (Waiting& waiting : std::exchange(entry.waiting, {})) host_->SendWaiting(waiting.port, waiting.inner);
}

void Neighbors::DropAll(Entry& entry) {
  if (!entry.waiting.empty()) host_->DropWaiting(entry.waiting.size());
  entry.waiting.clear();
}

void Neighbors::Clear() {
  for (auto& [hop, entry] : entries_) DropAll(entry);
}

void Neighbors::Reschedule() {
  next_deadline_ = kNever;
  for (const auto& [hop, entry] : entries_) next_deadline_ = std::min(next_deadline_, entry.next_attempt);
}

bool Neighbors::Take(absl::Span<const uint8_t> frame, Instant now) {
  if (frame.size() < EthernetLayout::kSize) return false;
  const EthernetView ethernet(frame);
  if (ethernet.type() == kEthTypeArp) return TakeArp(ethernet.payload(), now);
  if (ethernet.type() == kEthTypeIpv6) return TakeNd(ethernet.payload(), ethernet.source(), now);
  return false;
}

bool Neighbors::TakeArp(absl::Span<const uint8_t> bytes, Instant now) {
  const absl::StatusOr<ArpHeader> arp = ArpHeader::Parse(bytes);
  if (!arp.ok() || ip_.is_v6()) return false;
  const bool is_request = arp->operation == kArpRequest;
  if (!is_request && arp->operation != kArpReply) return false;
  Learn(arp->sender_ip, arp->sender_mac, now);
  if (is_request && arp->target_ip == ip_.v4() && IsUnicast(arp->sender_mac)) {
    SendArp(arp->sender_mac, kArpReply, arp->sender_mac, arp->sender_ip);
  }
  return true;
}

// RFC 4861 sections 7.1.1 and 7.1.2 say which messages count.
bool Neighbors::TakeNd(absl::Span<const uint8_t> datagram, MacAddress from, Instant now) {
  if (!ip_.is_v6() || datagram.size() < Ipv6Layout::kSize || datagram[0] >> 4 != 6) return false;
  const Ipv6View ip(datagram);
  if (ip.next_header() != kIpProtoIcmpv6 || ip.hop_limit() != 255 || ip.is_truncated()) return false;
  const absl::Span<const uint8_t> message = ip.payload();
  const absl::StatusOr<NdNeighborHeader> nd = NdNeighborHeader::Parse(message);
  if (!nd.ok() || nd->code != 0 || nd->target.IsMulticast()) return false;
  const uint64_t pseudo =
      PseudoHeaderSum(ip.source(), ip.destination(), kIpProtoIcmpv6, static_cast<uint32_t>(message.size()));
  if (Checksum(message, pseudo) != 0) return false;

  if (nd->type == kNdNeighborAdvert) {
    if (const auto mac = LinkLayerOption(nd->options, kNdOptionTargetLinkLayer); mac.has_value()) {
      Learn(nd->target, *mac, now);
    } else if ((nd->flags & kNdSolicitedFlag) && !ip.destination().IsMulticast()) {
      Learn(nd->target, from, now);  // The answer to a unicast solicitation may leave the option out.
    }
    return true;
  }
  const bool is_probe = ip.source().IsZero();  // Duplicate address detection.
  const std::optional<MacAddress> source = LinkLayerOption(nd->options, kNdOptionSourceLinkLayer);
  if (!is_probe && source.has_value()) Learn(ip.source(), *source, now);
  if (nd->target != ip_.v6()) return true;
  const MacAddress reply_to = source.value_or(from);
  if (is_probe) {
    SendNd(kAllNodes.MulticastMac(), kAllNodes, kNdNeighborAdvert, kNdOverrideFlag, ip_.v6());
  } else if (IsUnicast(reply_to)) {
    SendNd(reply_to, ip.source(), kNdNeighborAdvert, kNdSolicitedFlag | kNdOverrideFlag, ip_.v6());
  }
  return true;
}

void Neighbors::SendArp(MacAddress destination, uint16_t operation, MacAddress target_mac, const IpAddress& target) {
  Packet frame;
  frame.Reserve(EthernetLayout::kSize + ArpLayout::kSize);
  frame.Resize(EthernetLayout::kSize + ArpLayout::kSize);
  EthernetHeader{destination, mac_, kEthTypeArp}.Emit(frame.data());
  ArpHeader{operation, mac_, ip_.v4(), target_mac, target.v4()}.Emit(frame.data() + EthernetLayout::kSize);
  host_->SendFrame(frame);
}

void Neighbors::SendNd(MacAddress destination_mac, const Ipv6Address& destination, uint8_t type, uint32_t flags,
                       const Ipv6Address& target) {
  uint8_t option[8] = {type == kNdNeighborSolicit ? kNdOptionSourceLinkLayer : kNdOptionTargetLinkLayer, 1};
  mac_.Store(option + 2);
  NdNeighborHeader nd;
  nd.type = type;
  nd.flags = flags;
  nd.target = target;
  nd.options = option;
  Ipv6Header ip;
  ip.payload_length = static_cast<uint16_t>(nd.size());
  ip.next_header = kIpProtoIcmpv6;
  ip.hop_limit = 255;
  ip.source = ip_.v6();
  ip.destination = destination;
  Packet frame;
  const size_t size = EthernetLayout::kSize + Ipv6Layout::kSize + nd.size();
  frame.Reserve(size);
  frame.Resize(size);
  uint8_t* const p = frame.data();
  EthernetHeader{destination_mac, mac_, kEthTypeIpv6}.Emit(p);
  ip.Emit(p + EthernetLayout::kSize);
  uint8_t* const message = p + EthernetLayout::kSize + Ipv6Layout::kSize;
  nd.Emit(message);
  const uint64_t pseudo = PseudoHeaderSum(ip.source, ip.destination, kIpProtoIcmpv6, static_cast<uint32_t>(nd.size()));
  Store16(message + Icmpv6Layout::kChecksum, Checksum(absl::MakeConstSpan(message, nd.size()), pseudo));
  host_->SendFrame(frame);
}

}  // namespace ovnlite
