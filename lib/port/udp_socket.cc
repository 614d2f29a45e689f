#include "lib/port/udp_socket.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/sock_diag.h>
#include <netinet/udp.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "ovnlite/base/status.h"

namespace ovnlite {
namespace {

constexpr int kBuffer = 8 << 20;
// From linux/udp.h, which cannot stand beside netinet/udp.h.
constexpr int kUdpNoCheck6Tx = 101;
constexpr int kUdpNoCheck6Rx = 102;

// "cannot set don't-fragment on UDP socket 10.0.0.1:6081: Invalid argument"
absl::Status Set(int fd, int level, int option, int value, absl::string_view what, absl::string_view name) {
  if (setsockopt(fd, level, option, &value, sizeof value) == 0) return absl::OkStatus();
  return ErrnoStatus(errno, absl::StrCat("set ", what, " on"), name);
}

void Grow(int fd, int force, int plain) {
  if (setsockopt(fd, SOL_SOCKET, force, &kBuffer, sizeof kBuffer) != 0) {
    setsockopt(fd, SOL_SOCKET, plain, &kBuffer, sizeof kBuffer);
  }
}

absl::StatusOr<OwnedFd> Open(const IpAddress& local) {
  OwnedFd fd(socket(local.is_v6() ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.ok()) return ErrnoStatus(errno, "open a UDP socket for", local.ToString());
  if (local.is_v6()) OVNLITE_RETURN_IF_ERROR(Set(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1, "IPv6 only", "UDP socket"));
  return fd;
}

std::string NameOf(const IpAddress& local, uint16_t port) {
  const std::string ip = local.ToString();
  return absl::StrCat("UDP socket ", local.is_v6() ? absl::StrCat("[", ip, "]") : ip, ":", port);
}

absl::Status Bind(int fd, const IpAddress& local, uint16_t port) {
  const SocketAddress address = SocketAddress::Of(local, port);
  if (bind(fd, address.get(), address.size) == 0) return absl::OkStatus();
  return ErrnoStatus(errno, "bind", NameOf(local, port));
}

}  // namespace

SocketAddress SocketAddress::Of(const IpAddress& ip, uint16_t port) {
  SocketAddress address;
  if (ip.is_v6()) {
    address.storage.sin6_family = AF_INET6;
    address.storage.sin6_port = htons(port);
    ip.v6().Store(address.storage.sin6_addr.s6_addr);
  } else {
    sockaddr_in v4 = {};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    v4.sin_addr.s_addr = htonl(ip.v4().bits());
    std::memcpy(&address.storage, &v4, sizeof v4);
    address.size = sizeof v4;
  }
  return address;
}

IpAddress SocketAddress::ip() const {
  if (storage.sin6_family == AF_INET6) return Ipv6Address::Load(storage.sin6_addr.s6_addr);
  sockaddr_in v4;
  std::memcpy(&v4, &storage, sizeof v4);
  return Ipv4Address(ntohl(v4.sin_addr.s_addr));
}

uint16_t SocketAddress::port() const { return ntohs(storage.sin6_port); }  // At the same place in both.

absl::StatusOr<OwnedFd> OpenReceivingSocket(const TunnelOptions& options, bool join, bool share) {
  OVNLITE_ASSIGN_OR_RETURN(OwnedFd fd, Open(options.local));
  const std::string name = NameOf(options.local, options.port);
  Grow(fd.get(), SO_RCVBUFFORCE, SO_RCVBUF);
  if (options.local.is_v6()) {
    OVNLITE_RETURN_IF_ERROR(Set(fd.get(), IPPROTO_IPV6, IPV6_RECVTCLASS, 1, "reading of the traffic class", name));
    OVNLITE_RETURN_IF_ERROR(
        Set(fd.get(), IPPROTO_UDP, kUdpNoCheck6Rx, options.accept_no_checksum, "the rule for zero checksums", name));
  } else {
    OVNLITE_RETURN_IF_ERROR(Set(fd.get(), IPPROTO_IP, IP_RECVTOS, 1, "reading of TOS", name));
  }
  // Linux 5.0; without it datagrams come one by one.
  if (join) Set(fd.get(), IPPROTO_UDP, UDP_GRO, 1, "joining", name).IgnoreError();
  if (share) OVNLITE_RETURN_IF_ERROR(Set(fd.get(), SOL_SOCKET, SO_REUSEPORT, 1, "sharing", name));
  OVNLITE_RETURN_IF_ERROR(Bind(fd.get(), options.local, options.port));
  return fd;
}

absl::StatusOr<OwnedFd> OpenSendingSocket(const TunnelOptions& options) {
  OVNLITE_ASSIGN_OR_RETURN(OwnedFd fd, Open(options.local));
  const std::string name = NameOf(options.local, 0);
  const int s = fd.get();
  Grow(s, SO_SNDBUFFORCE, SO_SNDBUF);
  if (options.local.is_v6()) {
    OVNLITE_RETURN_IF_ERROR(Set(s, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DO, "path MTU discovery", name));
    OVNLITE_RETURN_IF_ERROR(Set(s, IPPROTO_IPV6, IPV6_UNICAST_HOPS, options.ttl, "the hop limit", name));
    OVNLITE_RETURN_IF_ERROR(Set(s, IPPROTO_IPV6, IPV6_TCLASS, options.dscp << 2, "the traffic class", name));
    if (!options.checksum) OVNLITE_RETURN_IF_ERROR(Set(s, IPPROTO_UDP, kUdpNoCheck6Tx, 1, "no checksum", name));
  } else {
    OVNLITE_RETURN_IF_ERROR(Set(s, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO, "don't-fragment", name));
    OVNLITE_RETURN_IF_ERROR(Set(s, IPPROTO_IP, IP_TTL, options.ttl, "TTL", name));
    OVNLITE_RETURN_IF_ERROR(Set(s, IPPROTO_IP, IP_TOS, options.dscp << 2, "TOS", name));
    if (!options.checksum) OVNLITE_RETURN_IF_ERROR(Set(s, SOL_SOCKET, SO_NO_CHECK, 1, "no checksum", name));
  }
  // Accept 0 bytes of every packet: what somebody sends to this port is not kept.
  sock_filter none = {BPF_RET | BPF_K, 0, 0, 0};
  const sock_fprog filter = {1, &none};
  if (setsockopt(s, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) != 0) {
    return ErrnoStatus(errno, "set a filter on", name);
  }
  OVNLITE_RETURN_IF_ERROR(Bind(s, options.local, 0));
  return fd;
}

uint64_t SocketDrops(int socket) {
  std::array<uint32_t, SK_MEMINFO_VARS> info = {};
  socklen_t size = sizeof info;
  if (getsockopt(socket, SOL_SOCKET, SO_MEMINFO, info.data(), &size) != 0) return 0;
  return info[SK_MEMINFO_DROPS];
}

}  // namespace ovnlite
