#include "ovnlite/port/raw_tunnel.h"

#include <algorithm>
#include <utility>

#include "lib/port/neighbors.h"

namespace ovnlite {
namespace {

// Paths remembered at most; more tunnels times ports of one hypervisor than that are made anew each time round.
constexpr size_t kMaxPaths = 65'536;

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

uint64_t RawTunnel::generation() const { return neighbors_->generation(); }

Instant RawTunnel::next_deadline() const {
  return open_ ? std::min(underlay_->next_deadline(), neighbors_->next_deadline()) : kNever;
}

void RawTunnel::AddNeighbor(const IpAddress& next_hop, MacAddress mac) { neighbors_->SetStatic(next_hop, mac); }

std::optional<IpAddress> RawTunnel::NextHop(const IpAddress& remote) const {
  if (IpPrefix(options_.local, raw_.prefix_length).Contains(remote)) return remote;
  return raw_.gateway;
}

void RawTunnel::OnRemoteAdded(uint32_t, const IpAddress& remote) {
  if (const auto hop = NextHop(remote); hop.has_value()) neighbors_->Add(*hop);
  ForgetPaths();
}

void RawTunnel::OnRemoteRemoved(uint32_t, const IpAddress& remote) {
  if (const auto hop = NextHop(remote); hop.has_value()) neighbors_->Remove(*hop);
  ForgetPaths();
}

void RawTunnel::ForgetPaths() {
  paths_.clear();
  last_path_ = nullptr;
}

GeneveTunnel RawTunnel::MakeTunnel(const IpAddress& remote, MacAddress next_hop) const {
  GeneveTunnel tunnel;
  tunnel.source_mac = raw_.mac;
  tunnel.destination_mac = next_hop;
  tunnel.source = options_.local;
  tunnel.destination = remote;
  tunnel.destination_port = options_.port;
  tunnel.dscp = options_.dscp;
  tunnel.ttl = options_.ttl;
  tunnel.checksum = options_.checksum;
  return tunnel;
}

std::optional<GeneveTunnel> RawTunnel::TunnelTo(uint32_t port) {
  const std::optional<IpAddress> to = remote(port);
  if (!to.has_value() || !open_) return std::nullopt;
  const std::optional<IpAddress> hop = NextHop(*to);
  if (!hop.has_value()) return std::nullopt;
  const std::optional<MacAddress> mac = neighbors_->Find(*hop, clock_->Now());
  if (!mac.has_value()) return std::nullopt;
  return MakeTunnel(*to, *mac);
}

const GenevePath& RawTunnel::PathTo(uint32_t port, const IpAddress& remote, MacAddress next_hop, uint64_t tunnel) {
  if (paths_generation_ != neighbors_->generation() || paths_.size() >= kMaxPaths) {
    ForgetPaths();
    paths_generation_ = neighbors_->generation();
  }
  const std::pair<uint32_t, uint64_t> key(port, tunnel);
  if (last_path_ != nullptr && last_key_ == key) return *last_path_;
  const auto [found, is_new] = paths_.try_emplace(key);
  if (is_new) found->second = GenevePath(MakeTunnel(remote, next_hop), VniOf(tunnel), OptionOf(tunnel));
  last_key_ = key;
  last_path_ = &found->second;
  return *last_path_;
}

void RawTunnel::DoSend(uint32_t port, const IpAddress& remote, const PacketBatch& inner) {
  const auto count = static_cast<uint64_t>(inner.size());
  if (!open_) return CountDrop(TunnelDrop::kTxClosed, count);
  const std::optional<IpAddress> hop = NextHop(remote);
  if (!hop.has_value()) return CountDrop(TunnelDrop::kTxLinkDown, count);
  const std::optional<MacAddress> mac = neighbors_->Find(*hop, clock_->Now());
  if (!mac.has_value()) {
    for (const Packet* packet : inner) neighbors_->Wait(*hop, port, *packet);
    return;
  }
  Transmit(port, remote, *mac, inner);
}

void RawTunnel::Transmit(uint32_t port, const IpAddress& remote, MacAddress next_hop, const PacketBatch& inner) {
  const size_t max_outer = underlay_->mtu() + Port::kMinFrame;
  PacketBatch outer;
  std::array<uint8_t, kBatchSize> header_size;
  uint64_t bytes = 0;
  for (Packet* packet : inner) {
    const GenevePath& path = PathTo(port, remote, next_hop, packet->tunnel);
    if (packet->size() > path.max_inner_size() || packet->size() + path.size() > max_outer) {
      CountDrop(TunnelDrop::kTxTooLong);
      continue;
    }
    const uint16_t source_port = GeneveSourcePort(InnerFlowHash(packet->bytes()));
    const uint8_t ecn = OuterEcn(*packet);
    header_size[static_cast<size_t>(outer.size())] = static_cast<uint8_t>(path.size());
    bytes += packet->size();
    packet->Prepend(path.size());
    path.Write(packet->mutable_bytes(), source_port, ecn);
    outer.Add(packet);
  }
  const uint64_t before = underlay_->counters().tx_packets;
  const uint64_t outer_before = underlay_->counters().tx_bytes;
  underlay_->Send(outer);
  const uint64_t sent = underlay_->counters().tx_packets - before;
  const auto given = static_cast<uint64_t>(outer.size());
  uint64_t headers = 0;
  for (int i = 0; i < outer.size(); ++i) {
    outer[i]->Consume(header_size[static_cast<size_t>(i)]);
    headers += header_size[static_cast<size_t>(i)];
  }
  if (sent == given) return CountSent(sent, bytes);
  // Which ones were dropped only the underlay knows; headers of one tunnel's packets are all but always of one size.
  CountSent(sent, underlay_->counters().tx_bytes - outer_before - headers / given * sent);
  CountDrop(underlay_->link_up() ? TunnelDrop::kTxQueueFull : TunnelDrop::kTxLinkDown, given - sent);
}

bool RawTunnel::TakeFrame(Packet& frame) {
  GeneveArrival arrival;
  const GeneveVerdict verdict = ReceiveGeneve(frame.bytes(), endpoint_, &arrival);
  if (verdict == GeneveVerdict::kNotGeneve) {
    if (!neighbors_->Take(frame.bytes(), frame.time)) CountDrop(TunnelDrop::kRxNotOurs);
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
  frame.Consume(arrival.inner_offset);
  frame.Truncate(arrival.inner_size);
  return Deliver(arrival, frame.time, frame);
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
