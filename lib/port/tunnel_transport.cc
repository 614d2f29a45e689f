#include "ovnlite/port/tunnel_transport.h"

#include "absl/strings/str_cat.h"
#include "lib/port/inner_ecn.h"

namespace ovnlite {

absl::string_view TunnelDropText(TunnelDrop reason) {
  switch (reason) {
    case TunnelDrop::kRxOverrun:
      return "receive overrun";
    case TunnelDrop::kRxInvalid:
      return "not valid Geneve";
    case TunnelDrop::kRxUnknownRemote:
      return "from an unknown remote";
    case TunnelDrop::kRxNotOurs:
      return "not for this transport";
    case TunnelDrop::kRxCongested:
      return "congested, and not capable of saying so";
    case TunnelDrop::kTxUnknownPort:
      return "no such tunnel";
    case TunnelDrop::kTxTooLong:
      return "too long for the underlay";
    case TunnelDrop::kTxNoNeighbor:
      return "no neighbor";
    case TunnelDrop::kTxQueueFull:
      return "send queue full";
    case TunnelDrop::kTxLinkDown:
      return "link down or no route";
    case TunnelDrop::kTxClosed:
      return "transport closed";
    case TunnelDrop::kTxError:
      return "send error";
  }
  return "";
}

std::string TunnelCounters::ToString() const {
  std::string text = absl::StrCat("rx ", rx_packets, " packets ", rx_bytes, " bytes, tx ", tx_packets, " packets ",
                                  tx_bytes, " bytes");
  for (int i = 0; i < kTunnelDropCount; ++i) {
    if (drops[i] != 0) absl::StrAppend(&text, ", ", drops[i], " dropped: ", TunnelDropText(static_cast<TunnelDrop>(i)));
  }
  for (size_t i = 0; i < refused.size(); ++i) {
    if (refused[i] == 0) continue;
    absl::StrAppend(&text, ", ", refused[i], " refused: ", GeneveVerdictText(static_cast<GeneveVerdict>(i)));
  }
  return text;
}

// Into one tunnel with whatever VNI and option each packet has.
class TunnelTransport::AnyExit final : public Exit {
 public:
  AnyExit(TunnelTransport* transport, const Remote& remote) : transport_(*transport), remote_(remote) {}

  void Send(const PacketBatch& batch) override {
    for (int begin = 0; begin < batch.size();) {
      PacketBatch run;
      const uint64_t tunnel = batch[begin]->tunnel;
      for (; begin < batch.size() && batch[begin]->tunnel == tunnel; ++begin) run.Add(batch[begin]);
      transport_.MakeExit(remote_, tunnel)->Send(run);
    }
  }
  bool spreads_flows() const override { return true; }

 private:
  TunnelTransport& transport_;
  const Remote remote_;
};

TunnelTransport::TunnelTransport(const TunnelOptions& options, const Clock* clock) : options_(options), clock_(clock) {}
TunnelTransport::~TunnelTransport() = default;

absl::Status TunnelTransport::AddRemote(uint32_t port, const IpAddress& remote, bool checksum) {
  if (remote.is_v6() != options_.local.is_v6()) {
    return absl::InvalidArgumentError(
        absl::StrCat("remote ", remote.ToString(), " is not of the family of the local ", options_.local.ToString()));
  }
  if (remote.IsZero() || remote.IsMulticast()) {
    return absl::InvalidArgumentError(absl::StrCat("remote ", remote.ToString(), " is no host's address"));
  }
  if (const auto found = ports_.find(remote); found != ports_.end()) {
    if (found->second != port) {
      return absl::AlreadyExistsError(
          absl::StrCat("port ", found->second, " leads to ", remote.ToString(), " already; port ", port, " cannot"));
    }
    if (remotes_.at(port)->remote.checksum == checksum) return absl::OkStatus();
  }
  RemoveRemote(port);
  auto known = std::make_unique<Known>();
  known->remote = {port, remote, checksum};
  ports_[remote] = port;
  last_port_.reset();
  OnRemoteAdded(known->remote);
  remotes_[port] = std::move(known);
  return absl::OkStatus();
}

void TunnelTransport::RemoveRemote(uint32_t port) {
  const auto found = remotes_.find(port);
  if (found == remotes_.end()) return;
  const std::unique_ptr<Known> known = std::move(found->second);
  exit_count_ -= known->exits.size();
  ports_.erase(known->remote.ip);
  remotes_.erase(found);
  last_port_.reset();
  OnRemoteRemoved(known->remote);
}

std::optional<IpAddress> TunnelTransport::remote(uint32_t port) const {
  const auto found = remotes_.find(port);
  if (found == remotes_.end()) return std::nullopt;
  return found->second->remote.ip;
}

Exit* TunnelTransport::ExitTo(uint32_t port, uint64_t tunnel) {
  const auto found = remotes_.find(port);
  if (found == remotes_.end()) return nullptr;
  Known& known = *found->second;
  if (const auto exit = known.exits.find(tunnel); exit != known.exits.end()) return exit->second.get();
  if (exit_count_ >= kMaxExits) {
    if (known.any == nullptr) known.any = std::make_unique<AnyExit>(this, known.remote);
    return known.any.get();
  }
  ++exit_count_;
  return (known.exits[tunnel] = MakeExit(known.remote, tunnel)).get();
}

void TunnelTransport::ForgetExits() {
  for (auto& [port, known] : remotes_) {
    known->exits.clear();
    known->any.reset();
  }
  exit_count_ = 0;
}

void TunnelTransport::Send(uint32_t port, const PacketBatch& inner) {
  for (int begin = 0; begin < inner.size();) {
    PacketBatch run;
    const uint64_t tunnel = inner[begin]->tunnel;
    for (; begin < inner.size() && inner[begin]->tunnel == tunnel; ++begin) run.Add(inner[begin]);
    if (Exit* const exit = ExitTo(port, tunnel); exit != nullptr) {
      exit->Send(run);
    } else {
      CountDrop(TunnelDrop::kTxUnknownPort, static_cast<uint64_t>(run.size()));
    }
  }
}

bool TunnelTransport::Deliver(const GeneveArrival& arrival, Instant now, Packet& inner) {
  if (!last_port_.has_value() || last_remote_ != arrival.source) {
    const auto found = ports_.find(arrival.source);
    if (found == ports_.end()) {
      CountDrop(TunnelDrop::kRxUnknownRemote);
      return false;
    }
    last_remote_ = arrival.source;
    last_port_ = found->second;
  }
  // Outer 01 and 11 may change the inner mark; 00 and 10 do not. What is not IP has no mark, and needs none.
  if (const uint8_t outer = arrival.tos & 3; (outer & 1) && FindInnerIp(inner.bytes()).eth_type != 0) {
    const uint8_t before = InnerEcn(inner.bytes());
    const uint8_t after = EcnAtExit(outer, before, options_.ecn);
    if (after == kEcnDrop) {
      CountDrop(TunnelDrop::kRxCongested);
      return false;
    }
    if (after != before) SetInnerEcn(inner.mutable_bytes(), after);
  }
  inner.in_port = *last_port_;
  inner.tunnel = uint64_t{arrival.vni} << 32 | (arrival.option.has_value() ? arrival.option->body : 0);
  inner.time = now;
  ++counters_.rx_packets;
  counters_.rx_bytes += inner.size();
  return true;
}

uint8_t TunnelTransport::OuterEcn(const Packet& inner) const {
  return EcnAtEntry(InnerEcn(inner.bytes()), options_.ecn);
}

}  // namespace ovnlite
