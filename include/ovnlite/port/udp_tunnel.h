// File: udp_tunnel.h
// Geneve by the kernel's UDP sockets: routing, neighbours, the outer headers and their checksums are the kernel's work,
// no privilege is needed, and any network card's offloads help.
//
//   auto tunnels = OpenUdpTunnel({.local = *IpAddress::Parse("192.168.56.11")}, {}, &clock);
//
// One socket receives on the Geneve port; a few more, each with a source port of its own, send, so that the underlay
// can tell flows apart: the inner flow's hash chooses the socket. Outgoing packets have don't-fragment set; one above
// the path's MTU is refused by the kernel and counted as kTxTooLong.
//
// Runs of equal-sized packets for one tunnel by one socket go to the kernel as one datagram to be cut up (UDP_SEGMENT),
// and come from it joined (UDP_GRO), where it supports that and the checksum is on. Cost per packet between two
// namespaces, all of the kernel's work included: bulk TCP 0.4 us to send and 0.2 us to receive, packets of many flows
// 1.6 us and 0.4 us; without joining 5 us and 1 us.
//
// Only one socket of a machine may receive on a port: AlreadyExists where the kernel's Geneve or another process has
// it. With `queue`, several of one user may, for a thread of their own each (node/chassis.h): the kernel shares datagrams
// out among them by addresses and source ports, and so by flows.

#ifndef OVNLITE_PORT_UDP_TUNNEL_H_
#define OVNLITE_PORT_UDP_TUNNEL_H_

#include <memory>

#include "absl/status/statusor.h"
#include "ovnlite/base/clock.h"
#include "ovnlite/port/tunnel_transport.h"

namespace ovnlite {

struct UdpTunnelOptions {
  int source_ports = 8;  // Sockets to send from; 1 to 64.
  bool offloads = true;  // UDP_SEGMENT and UDP_GRO.
  bool queue = false;    // One of several that receive (SO_REUSEPORT).
};

// `options.local` is the address to receive on and to send from; 0.0.0.0 or :: leaves it to the kernel. `clock` must
// outlive the transport.
absl::StatusOr<std::unique_ptr<TunnelTransport>> OpenUdpTunnel(const TunnelOptions& options,
                                                               const UdpTunnelOptions& udp, const Clock* clock);

}  // namespace ovnlite

#endif  // OVNLITE_PORT_UDP_TUNNEL_H_
