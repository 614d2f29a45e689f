// File: tunnel_transport.h
// What carries Geneve between this hypervisor and others. Two kinds: udp_tunnel.h uses the kernel's UDP sockets,
// raw_tunnel.h writes whole outer frames to any Port. A transport has one local address; each remote hypervisor is an
// OpenFlow port, as OVN's ovn-encap tunnels are ports of br-int:
//
//   transport->AddRemote(17, *IpAddress::Parse("192.168.56.12"));
//   transport->Send(17, batch);          // Inner frames; packet->tunnel says VNI and option of each.
//   transport->Receive(storage);         // Inner frames; in_port is 17 if they come from there, tunnel what it said.
//
// Whoever sends much by one tunnel with one VNI and option asks for its exit, which has the outer headers ready:
//
//   Exit* exit = transport->ExitTo(17, tunnel);
//   exit->Send(batch);                   // The same as Send(17, batch) for packets with this `tunnel`.
//
// The contract is port.h's, with these differences:
//   * packet->tunnel is VNI << 32 | body of OVN's option (see Packet). With kTunnelNoOption the packet goes without the
//     option, as messages between hypervisors (BFD) do. A packet that comes without one has the body 0.
//   * Send() may move a packet's data() and write in front of it; the inner frame itself is not changed.
//   * The outer source port follows the inner flow (packet/flow_hash.h), so that the underlay spreads flows and keeps
//     each in order.
//   * ECN goes across as RFC 6040 asks: the outer header starts with the inner mark, and a mark that the underlay made
//     is put on the inner packet.
//   * A datagram from an address that is no remote is dropped, and so is one that geneve_tunnel.h refuses.
//
// Cost: see the two kinds. Nothing is allocated per packet once warm.

#ifndef OVNLITE_PORT_TUNNEL_TRANSPORT_H_
#define OVNLITE_PORT_TUNNEL_TRANSPORT_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ovnlite/base/clock.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/packet/exit.h"
#include "ovnlite/packet/packet.h"
#include "ovnlite/wire/ecn.h"
#include "ovnlite/wire/geneve_tunnel.h"

namespace ovnlite {

// In packet->tunnel given to Send(): leave OVN's option out.
inline constexpr uint64_t kTunnelNoOption = uint64_t{1} << 63;

// Why a frame was lost at a transport.
enum class TunnelDrop : uint8_t {
  kRxOverrun,        // The socket had no room, or the kernel found a wrong checksum.
  kRxInvalid,        // Geneve, but refused: counters().refused says why.
  kRxUnknownRemote,  // From an address that no tunnel leads to.
  kRxNotOurs,        // Raw only: traffic on the underlay that is not for this transport.
  kRxCongested,      // Marked as congested outside, and the inner packet cannot carry the mark on.
  kTxUnknownPort,    // No tunnel of that number.
  kTxTooLong,        // The outer packet would exceed the MTU on the way.
  kTxNoNeighbor,     // Raw only: nobody answered for the next hop, or too many packets waited for the answer.
  kTxQueueFull,      // The kernel or the underlay's port had no room.
  kTxLinkDown,       // No route, or the underlay's interface is down.
  kTxClosed,
  kTxError,  // The operating system refused for another reason.
};
inline constexpr int kTunnelDropCount = 12;
// "from an unknown remote", "no neighbor" ...
absl::string_view TunnelDropText(TunnelDrop reason);

// Bytes count inner frames.
struct TunnelCounters {
  uint64_t rx_packets = 0;
  uint64_t rx_bytes = 0;
  uint64_t tx_packets = 0;
  uint64_t tx_bytes = 0;
  std::array<uint64_t, kTunnelDropCount> drops = {};
  std::array<uint64_t, static_cast<size_t>(GeneveVerdict::kInnerTooShort) + 1> refused = {};  // Of kRxInvalid.

  uint64_t dropped(TunnelDrop reason) const { return drops[static_cast<size_t>(reason)]; }
  uint64_t refusals(GeneveVerdict verdict) const { return refused[static_cast<size_t>(verdict)]; }
  // "rx 3 packets 180 bytes, tx 0 packets 0 bytes, 2 dropped: from an unknown remote, 1 refused: unknown Geneve
  // version"
  std::string ToString() const;
};

// What holds for all tunnels of a transport.
struct TunnelOptions {
  IpAddress local = {};
  uint16_t port = kGenevePort;
  bool checksum = true;             // Of outgoing UDP, where the remote wants it too.
  bool accept_no_checksum = false;  // Of incoming UDP over IPv6; over IPv4 it is always accepted.
  uint8_t dscp = 0;                 // The upper six bits of external_ids:ovn-encap-tos.
  uint8_t ttl = 64;
  EcnMode ecn = EcnMode::kRfc6040;
};

class TunnelTransport {
 public:
  virtual ~TunnelTransport();
  TunnelTransport(const TunnelTransport&) = delete;
  TunnelTransport& operator=(const TunnelTransport&) = delete;

  const TunnelOptions& options() const { return options_; }

  // Makes OpenFlow port `port` lead to `remote`, also if it led elsewhere. `checksum`: whether it wants UDP checksums
  // (Encap.options:csum). InvalidArgument for an address of the other family or one that is nobody's (zero, multicast);
  // AlreadyExists for one that another port leads to.
  absl::Status AddRemote(uint32_t port, const IpAddress& remote, bool checksum = true);
  void RemoveRemote(uint32_t port);
  // Where a port leads.
  std::optional<IpAddress> remote(uint32_t port) const;

  // The way into the tunnel of a port, for packets with this `tunnel`; null when there is no such port. Valid until the
  // port is added anew or removed, and until ForgetExits(). Packets are treated as by Send().
  Exit* ExitTo(uint32_t port, uint64_t tunnel);
  // As many exits as are prepared; beyond kMaxExits, outer headers are made anew for each batch.
  size_t exit_count() const { return exit_count_; }
  static constexpr size_t kMaxExits = 65'536;
  // Frees all exits. None may be in use.
  void ForgetExits();

  // As in Port.
  virtual int fd() const = 0;
  virtual Instant next_deadline() const = 0;
  int Receive(absl::Span<Packet> storage) {
    if (storage.size() > kBatchSize) storage = storage.first(kBatchSize);
    return DoReceive(storage);
  }
  void Send(uint32_t port, const PacketBatch& inner);
  virtual void Refresh() {}
  virtual void Close() = 0;
  const TunnelCounters& counters() const { return counters_; }

 protected:
  TunnelTransport(const TunnelOptions& options, const Clock* clock);

  // Another hypervisor.
  struct Remote {
    uint32_t port = 0;
    IpAddress ip;
    bool checksum = true;
  };
  // Each packet is counted once, by CountSent() or a drop. An exit does not outlive the remote.
  virtual std::unique_ptr<Exit> MakeExit(const Remote& remote, uint64_t tunnel) = 0;
  // Counts drops; Deliver() what arrived.
  virtual int DoReceive(absl::Span<Packet> storage) = 0;
  virtual void OnRemoteAdded(const Remote& remote) = 0;
  virtual void OnRemoteRemoved(const Remote& remote) = 0;

  // `inner` has arrived: checks the remote, carries ECN over, stamps and counts it. False: it was counted as dropped.
  bool Deliver(const GeneveArrival& arrival, Instant now, Packet& inner);
  // The same for one that comes as the last one did: from the same remote, with the same `tunnel`, without a mark.
  void DeliverNext(uint64_t tunnel, Packet& inner) {
    inner.in_port = *last_port_;
    inner.tunnel = tunnel;
    ++counters_.rx_packets;
    counters_.rx_bytes += inner.size();
  }
  void CountRefused(GeneveVerdict verdict) {
    CountDrop(TunnelDrop::kRxInvalid);
    ++counters_.refused[static_cast<size_t>(verdict)];
  }
  void CountDrop(TunnelDrop reason, uint64_t n = 1) { counters_.drops[static_cast<size_t>(reason)] += n; }
  void CountSent(uint64_t packets, uint64_t bytes) {
    counters_.tx_packets += packets;
    counters_.tx_bytes += bytes;
  }
  // The ECN bits the outer header of `inner` starts with.
  uint8_t OuterEcn(const Packet& inner) const;
  // When a batch came in: packets carry it.
  Instant TimeOf(const PacketBatch& batch) const { return batch[0]->time != 0 ? batch[0]->time : clock_->Now(); }
  static uint32_t VniOf(uint64_t tunnel) { return static_cast<uint32_t>(tunnel >> 32) & 0xff'ffff; }
  static std::optional<OvnGeneveOption> OptionOf(uint64_t tunnel) {
    if (tunnel & kTunnelNoOption) return std::nullopt;
    return OvnGeneveOption{static_cast<uint32_t>(tunnel)};
  }

  const TunnelOptions options_;
  const Clock* const clock_;

 private:
  class AnyExit;
  struct Known {
    Remote remote;
    absl::flat_hash_map<uint64_t, std::unique_ptr<Exit>> exits;  // By `tunnel`.
    std::unique_ptr<Exit> any;                                   // For more than kMaxExits.
  };

  absl::flat_hash_map<uint32_t, std::unique_ptr<Known>> remotes_;
  absl::flat_hash_map<IpAddress, uint32_t> ports_;
  size_t exit_count_ = 0;
  // The last remote found: packets come in runs.
  IpAddress last_remote_;
  std::optional<uint32_t> last_port_;
  TunnelCounters counters_;
};

}  // namespace ovnlite

#endif  // OVNLITE_PORT_TUNNEL_TRANSPORT_H_
