// File: udp_socket.h
// UDP sockets set up as tunnels need them, and the address forms of the socket interface.

#ifndef OVNLITE_LIB_PORT_UDP_SOCKET_H_
#define OVNLITE_LIB_PORT_UDP_SOCKET_H_

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>

#include "absl/status/statusor.h"
#include "lib/port/net_device.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/port/tunnel_transport.h"

namespace ovnlite {

// Either family. `size` is what bind(2) and sendmsg(2) want.
struct SocketAddress {
  sockaddr_in6 storage = {};
  socklen_t size = sizeof(sockaddr_in6);

  static SocketAddress Of(const IpAddress& ip, uint16_t port);
  // As recvmsg(2) left it in `storage`.
  IpAddress ip() const;
  uint16_t port() const;
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

// Receives on options.local and options.port, with the TOS of each packet and, if `join`, runs of packets as one. If
// `share`, others that say so too receive there as well, each other flows.
absl::StatusOr<OwnedFd> OpenReceivingSocket(const TunnelOptions& options, bool join, bool share);
// Sends from options.local and a port the kernel chooses, with the outer header's settings. Receives nothing.
absl::StatusOr<OwnedFd> OpenSendingSocket(const TunnelOptions& options);

// Datagrams that a socket lost since it was opened: no room, or a wrong checksum.
uint64_t SocketDrops(int socket);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_PORT_UDP_SOCKET_H_
