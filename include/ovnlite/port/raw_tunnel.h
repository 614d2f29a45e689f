// File: raw_tunnel.h
// Geneve as whole outer frames over any Port: an interface without an IP stack (AF_PACKET), a wire in memory, a
// capture. This is how a lab's hypervisors talk, and how a datapath owns its uplink.
//
//   RawTunnel tunnels({.local = ip}, {.mac = mac}, std::move(uplink), &clock);
//   tunnels.AddRemote(17, remote);
//
// Whom to send to on the underlay's segment: AddNeighbor() says it, or else it is asked by ARP (RFC 826) or Neighbor
// Discovery (RFC 4861), and what was learned is asked again after 30 seconds. Packets wait for the answer in a short
// queue. Requests for our own address are answered. Only next hops of remotes are ever learned, so that strangers
// cannot fill memory. Not done here, because an endpoint's network does without: duplicate address detection, MLD
// reports, redirects.
//
// A datapath that writes outer headers itself (it knows the flow's hash and checksum) does this for each tunnel:
//
//   std::optional<GeneveTunnel> tunnel = tunnels.TunnelTo(17);    // Nothing yet: asked for; see generation().
//   GenevePath path(*tunnel, vni, option);                         // Kept until generation() changes.
//   path.WriteWithSum(...); tunnels.underlay().Send(frames);
//
// Cost: about 40 ns per small packet each way besides the underlay's, and the sum over the frame for the checksum.

#ifndef OVNLITE_PORT_RAW_TUNNEL_H_
#define OVNLITE_PORT_RAW_TUNNEL_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "ovnlite/base/clock.h"
#include "ovnlite/base/mac.h"
#include "ovnlite/port/port.h"
#include "ovnlite/port/tunnel_transport.h"

namespace ovnlite {

class Neighbors;

struct RawTunnelOptions {
  MacAddress mac = {};                              // Ours, on the underlay.
  int prefix_length = 0;                            // Of options.local: who is on the segment. 0: everybody.
  std::optional<IpAddress> gateway = std::nullopt;  // For remotes that are not.
  bool verify_checksum = true;                      // Of incoming packets; false where the network card has done it.
  size_t waiting = 32;                              // Packets that wait for a neighbour, for each next hop.
};

class RawTunnel final : public TunnelTransport {
 public:
  // `underlay` may be any port; its number does not matter. `clock` must outlive the transport.
  RawTunnel(const TunnelOptions& options, const RawTunnelOptions& raw, std::unique_ptr<Port> underlay,
            const Clock* clock);
  ~RawTunnel() override;

  Port& underlay() { return *underlay_; }

  // The MAC address of a next hop, for good: it is not asked for.
  void AddNeighbor(const IpAddress& next_hop, MacAddress mac);
  // Where the tunnel of `port` goes. Nothing for an unknown port, a remote without a route, and a neighbour that is not
  // known yet, which is asked for.
  std::optional<GeneveTunnel> TunnelTo(uint32_t port);
  // Changes whenever an answer of TunnelTo() may have changed, within Receive(), AddNeighbor() and AddRemote().
  uint64_t generation() const;

  int fd() const override { return underlay_->fd(); }
  Instant next_deadline() const override;
  void Refresh() override { underlay_->Refresh(); }
  void Close() override;

 private:
  class Host;

  void DoSend(uint32_t port, const IpAddress& remote, const PacketBatch& inner) override;
  int DoReceive(absl::Span<Packet> storage) override;
  void OnRemoteAdded(uint32_t port, const IpAddress& remote) override;
  void OnRemoteRemoved(uint32_t port, const IpAddress& remote) override;

  // Whom to ask on the segment for the way to `remote`; nothing where there is no route.
  std::optional<IpAddress> NextHop(const IpAddress& remote) const;
  GeneveTunnel MakeTunnel(const IpAddress& remote, MacAddress next_hop) const;
  const GenevePath& PathTo(uint32_t port, const IpAddress& remote, MacAddress next_hop, uint64_t tunnel);
  void ForgetPaths();
  // The next hop is known.
  void Transmit(uint32_t port, const IpAddress& remote, MacAddress next_hop, const PacketBatch& inner);
  // True if `frame` carried an inner packet, which is then all that is left of it.
  bool TakeFrame(Packet& frame);

  const RawTunnelOptions raw_;
  const GeneveEndpoint endpoint_;
  const std::unique_ptr<Port> underlay_;
  std::unique_ptr<Host> host_;
  std::unique_ptr<Neighbors> neighbors_;
  bool open_ = true;
  // Headers made before, by port and tunnel word; valid for one generation.
  absl::flat_hash_map<std::pair<uint32_t, uint64_t>, GenevePath> paths_;
  uint64_t paths_generation_ = 0;
  // The one used last: packets of a batch mostly go the same way.
  std::pair<uint32_t, uint64_t> last_key_;
  const GenevePath* last_path_ = nullptr;
};

}  // namespace ovnlite

#endif  // OVNLITE_PORT_RAW_TUNNEL_H_
