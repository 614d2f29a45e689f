#include "ovnlite/port/raw_tunnel.h"

#include <algorithm>
#include <utility>

#include "lib/port/neighbors.h"
#include "ovnlite/packet/flow_hash.h"

namespace ovnlite {
namespace {

PacketBatch One(Packet& packet) {
  PacketBatch batch;
  batch.Add(&packet);
  return batch;
}

}  // namespace

// What resolving neighbours needs of the transport.
class RawTunnel::Host final : public NeighborHost {
 public:
  explicit Host(RawTunnel* tunnel) : tunnel_(*tunnel) {}

  void SendFrame(Packet& frame) override { tunnel_.underlay_->Send(One(frame)); }
  void SendWaiting(uint32_t port, Packet& inner) override { tunnel_.Send(port, One(inner)); }
  void DropWaiting(uint64_t count) override { tunnel_.CountDrop(TunnelDrop::kTxNoNeighbor, count); }

 private:
  RawTunnel& tunnel_;
};

RawTunnel::RawTunnel(const TunnelOptions& options, const RawTunnelOptions& raw, std::unique_ptr<Port> underlay,
                     const Clock* clock)
    : TunnelTransport(options, clock),
      raw_(raw),
      endpoint_({.port = options.port,
                 .verify_checksum = raw.verify_checksum,
                 .accept_zero_checksum_v4 = true,
                 .accept_zero_checksum_v6 = options.accept_no_checksum}),
      underlay_(std::move(underlay)),
      host_(std::make_unique<Host>(this)),
      neighbors_(std::make_unique<Neighbors>(raw.mac, options.local, raw.waiting, host_.get())) {}

RawTunnel::~RawTunnel() = default;

void RawTunnel::Close() {
  open_ = false;
  neighbors_->Clear();
  underlay_->Close();
}

Instant RawTunnel::next_deadline() const {
  return open_ ? std::min(underlay_->next_deadline(), neighbors_->next_deadline()) : kNever;
}

void RawTunnel::AddNeighbor(const IpAddress& next_hop, MacAddress mac) { neighbors_->SetStatic(next_hop, mac); }

std::optional<MacAddress> RawTunnel::NeighborTo(uint32_t port) {
  const std::optional<IpAddress> to = remote(port);
  if (!to.has_value() || !open_) return std::nullopt;
  const std::optional<IpAddress> hop = NextHop(*to);
  return hop.has_value() ? Neighbor(*hop, clock_->Now()) : std::nullopt;
}

std::optional<MacAddress> RawTunnel::Neighbor(const IpAddress& hop, Instant now) {
  return raw_.resolve ? neighbors_->Find(hop, now) : neighbors_->Known(hop);
}

std::optional<IpAddress> RawTunnel::NextHop(const IpAddress& remote) const {
  if (IpPrefix(options_.local, raw_.prefix_length).Contains(remote)) return remote;
  return raw_.gateway;
}

void RawTunnel::OnRemoteAdded(const Remote& remote) {
  if (const auto hop = NextHop(remote.ip); hop.has_value()) neighbors_->Add(*hop);
  follower_.Forget();
}

void RawTunnel::OnRemoteRemoved(const Remote& remote) {
  if (const auto hop = NextHop(remote.ip); hop.has_value()) neighbors_->Remove(*hop);
  follower_.Forget();
}

GeneveTunnel RawTunnel::MakeTunnel(const Remote& remote, MacAddress next_hop) const {
  GeneveTunnel tunnel;
  tunnel.source_mac = raw_.mac;
  tunnel.destination_mac = next_hop;
  tunnel.source = options_.local;
  tunnel.destination = remote.ip;
  tunnel.destination_port = options_.port;
  tunnel.dscp = options_.dscp;
  tunnel.ttl = options_.ttl;
  tunnel.checksum = options_.checksum && remote.checksum;
  return tunnel;
}

// To one remote with one VNI and option. Knows its outer headers as long as the neighbours stay who they are.
class RawTunnel::Path final : public Exit {
 public:
  Path(RawTunnel* owner, const Remote& remote, uint64_t tunnel)
      : owner_(*owner), remote_(remote), tunnel_(tunnel), hop_(owner->NextHop(remote.ip)) {}

  bool spreads_flows() const override { return true; }

  void Send(const PacketBatch& inner) override {
    const auto count = static_cast<uint64_t>(inner.size());
    if (count == 0) return;
    if (!owner_.open_) return owner_.CountDrop(TunnelDrop::kTxClosed, count);
    if (!hop_.has_value()) return owner_.CountDrop(TunnelDrop::kTxLinkDown, count);
    const std::optional<MacAddress> mac = owner_.Neighbor(*hop_, owner_.TimeOf(inner));
    if (!mac.has_value()) {
      if (!owner_.raw_.resolve) return owner_.CountDrop(TunnelDrop::kTxNoNeighbor, count);
      for (const Packet* packet : inner) owner_.neighbors_->Wait(*hop_, remote_.port, *packet);
      return;
    }
    if (generation_ != owner_.neighbors_->generation()) {
      generation_ = owner_.neighbors_->generation();
      headers_ = GenevePath(owner_.MakeTunnel(remote_, *mac), VniOf(tunnel_), OptionOf(tunnel_));
    }
    Transmit(inner);
  }

 private:
  void Transmit(const PacketBatch& inner) {
    Port& underlay = *owner_.underlay_;
    const size_t size = headers_.size();
    const size_t max_inner = std::min(headers_.max_inner_size(), underlay.mtu() + Port::kMinFrame - size);
    PacketBatch outer;
    uint64_t bytes = 0;
    for (Packet* packet : inner) {
      if (packet->size() > max_inner) {
        owner_.CountDrop(TunnelDrop::kTxTooLong);
        continue;
      }
      const uint16_t source_port = GeneveSourcePort(FlowHash(*packet));
      const uint8_t ecn = owner_.OuterEcn(*packet);
      uint16_t sum = 0;
      if (headers_.checksum()) sum = packet->sum().has_value() ? *packet->sum() : ChecksumSum(packet->bytes());
      bytes += packet->size();
      packet->Prepend(size);
      headers_.WriteWithSum(packet->mutable_bytes(), sum, source_port, ecn);
      outer.Add(packet);
    }
    const uint64_t before = underlay.counters().tx_packets;
    const uint64_t outer_before = underlay.counters().tx_bytes;
    underlay.Send(outer);
    const uint64_t sent = underlay.counters().tx_packets - before;
    const auto given = static_cast<uint64_t>(outer.size());
    for (Packet* packet : outer) packet->Consume(size);
    if (sent == given) return owner_.CountSent(sent, bytes);
    // Which ones were dropped only the underlay knows.
    owner_.CountSent(sent, underlay.counters().tx_bytes - outer_before - size * sent);
    owner_.CountDrop(underlay.link_up() ? TunnelDrop::kTxQueueFull : TunnelDrop::kTxLinkDown, given - sent);
  }

  RawTunnel& owner_;
  const Remote remote_;
  const uint64_t tunnel_;
  const std::optional<IpAddress> hop_;
  GenevePath headers_;
  uint64_t generation_ = 0;  // Of the neighbours, when headers_ were made.
};

std::unique_ptr<Exit> RawTunnel::MakeExit(const Remote& remote, uint64_t tunnel) {
  return std::make_unique<Path>(this, remote, tunnel);
}

bool RawTunnel::TakeFrame(Packet& frame) {
  if (const GeneveFollower::Inner inner = follower_.Follow(frame.bytes(), raw_.verify_checksum, frame.sum());
      inner.offset != 0) {
    frame.Consume(inner.offset);
    frame.Truncate(inner.size);
    DeliverNext(followed_tunnel_, frame);
    return true;
  }
  GeneveArrival arrival;
  const GeneveVerdict verdict = ReceiveGeneve(frame.bytes(), endpoint_, &arrival);
  if (verdict == GeneveVerdict::kNotGeneve) {
    if (!raw_.resolve || !neighbors_->Take(frame.bytes(), frame.time)) CountDrop(TunnelDrop::kRxNotOurs);
    return false;
  }
  if (verdict != GeneveVerdict::kDeliver) {
    CountRefused(verdict);
    return false;
  }
  if (arrival.destination != options_.local) {
    CountDrop(TunnelDrop::kRxNotOurs);
    return false;
  }
  follower_.Remember(frame.bytes(), arrival);
  frame.Consume(arrival.inner_offset);
  frame.Truncate(arrival.inner_size);
  const bool delivered = Deliver(arrival, frame.time, frame);
  // Marks are looked at one by one.
  if (!delivered || (arrival.tos & kEcnCongested) != 0) follower_.Forget();
  followed_tunnel_ = frame.tunnel;
  return delivered;
}

int RawTunnel::DoReceive(absl::Span<Packet> storage) {
  if (!open_) return 0;
  if (neighbors_->next_deadline() != kNever) neighbors_->Tick(clock_->Now());
  // What is not for us leaves gaps, which what is for us fills; when nothing is left there may yet be more behind.
  size_t kept = 0;
  while (kept == 0 && !storage.empty()) {
    const int n = underlay_->Receive(storage);
    if (n == 0) break;
    for (size_t i = 0; i < static_cast<size_t>(n); ++i) {
      if (!TakeFrame(storage[i])) continue;
      if (kept != i) std::swap(storage[kept], storage[i]);
      ++kept;
    }
  }
  return static_cast<int>(kept);
}

}  // namespace ovnlite
