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
// A packet that knows its sum (Packet::sum()) is not read for the checksum, neither on its way out nor, where the
// underlay's port adds frames up as it copies them, on its way in; and packets that come in trains are compared with
// the one before (wire/geneve_follower.h). What that costs is measured whole: docs/performance.md.

#ifndef OVNLITE_PORT_RAW_TUNNEL_H_
#define OVNLITE_PORT_RAW_TUNNEL_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "ovnlite/base/clock.h"
#include "ovnlite/base/mac.h"
#include "ovnlite/port/port.h"
#include "ovnlite/port/tunnel_transport.h"
#include "ovnlite/wire/geneve_follower.h"

namespace ovnlite {

class Neighbors;

struct RawTunnelOptions {
  MacAddress mac = {};                              // Ours, on the underlay.
  int prefix_length = 0;                            // Of options.local: who is on the segment. 0: everybody.
  std::optional<IpAddress> gateway = std::nullopt;  // For remotes that are not.
  bool verify_checksum = true;                      // Of incoming packets; false where the network card has done it.
  size_t waiting = 32;                              // Packets that wait for a neighbour, for each next hop.
  // Ask for neighbours, and answer for ourselves. Without, only those are known that were told, and nothing is said.
  bool resolve = true;
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
  // Whom packets of a port's tunnel go to on the segment. Nothing for an unknown port, a remote without a route, and a
  // neighbour that is not known yet, which is asked for.
  std::optional<MacAddress> NeighborTo(uint32_t port);

  int fd() const override { return underlay_->fd(); }
  Instant next_deadline() const override;
  void Refresh() override { underlay_->Refresh(); }
  void Close() override;

 private:
  class Host;
  class Path;

  std::unique_ptr<Exit> MakeExit(const Remote& remote, uint64_t tunnel) override;
  int DoReceive(absl::Span<Packet> storage) override;
  void OnRemoteAdded(const Remote& remote) override;
  void OnRemoteRemoved(const Remote& remote) override;

  // Whom to ask on the segment for the way to `remote`; nothing where there is no route.
  std::optional<IpAddress> NextHop(const IpAddress& remote) const;
  std::optional<MacAddress> Neighbor(const IpAddress& hop, Instant now);
  GeneveTunnel MakeTunnel(const Remote& remote, MacAddress next_hop) const;
  // True if `frame` carried an inner packet, which is then all that is left of it.
  bool TakeFrame(Packet& frame);

  const RawTunnelOptions raw_;
  const GeneveEndpoint endpoint_;
  const std::unique_ptr<Port> underlay_;
  std::unique_ptr<Host> host_;
  std::unique_ptr<Neighbors> neighbors_;
  bool open_ = true;
  // What the last packet that arrived had in common with those behind it, and its `tunnel`.
  GeneveFollower follower_;
  uint64_t followed_tunnel_ = 0;
};

}  // namespace ovnlite

#endif  // OVNLITE_PORT_RAW_TUNNEL_H_
