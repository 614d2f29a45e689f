#include "lib/port/net_device.h"

#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "ovnlite/base/status.h"
#include "ovnlite/wire/view.h"

namespace ovnlite {

void OwnedFd::Close() {
  if (fd_ >= 0) close(std::exchange(fd_, -1));
}

absl::Status ErrnoStatus(int error, absl::string_view doing, absl::string_view what) {
  const std::string message = absl::StrCat("cannot ", doing, " ", what, ": ", std::strerror(error));
  switch (error) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
      return absl::NotFoundError(message);
    case EPERM:
    case EACCES:
      return absl::PermissionDeniedError(message);
    case EINVAL:
    case ERANGE:
    case EMSGSIZE:
    case EADDRNOTAVAIL:
      return absl::InvalidArgumentError(message);
    case EBUSY:
    case EEXIST:
    case EADDRINUSE:
      return absl::AlreadyExistsError(message);
    case ENOMEM:
    case ENOBUFS:
    case EMFILE:
    case ENFILE:
      return absl::ResourceExhaustedError(message);
    default:
      return absl::UnknownError(message);
  }
}

namespace {

ifreq RequestFor(const std::string& name) {
  ifreq request;
  std::memset(&request, 0, sizeof request);
  name.copy(request.ifr_name, IFNAMSIZ - 1);
  return request;
}

}  // namespace

absl::StatusOr<NetDevice> NetDevice::Open(const std::string& name) {
  if (name.empty() || name.size() >= IFNAMSIZ || name.find('\0') != std::string::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", absl::CEscape(name), "\" is no interface name: 1 to 15 bytes, none of them NUL"));
  }
  NetDevice device(name, OwnedFd(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)),
                   OwnedFd(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)));
  if (!device.control_.ok() || !device.netlink_.ok()) return ErrnoStatus(errno, "open a socket for", name);
  ifreq request = RequestFor(name);
  OVNLITE_RETURN_IF_ERROR(device.Request(SIOCGIFINDEX, &request, "find"));
  device.index_ = request.ifr_ifindex;
  return device;
}

absl::Status NetDevice::Request(unsigned long code, void* request, absl::string_view doing) const {  // NOLINT
  if (ioctl(control_.get(), code, request) == 0) return absl::OkStatus();
  return ErrnoStatus(errno, doing, name_);
}

absl::StatusOr<NetDevice::Link> NetDevice::GetLink() const {
  Link link;
  ifreq request = RequestFor(name_);
  OVNLITE_RETURN_IF_ERROR(Request(SIOCGIFMTU, &request, "read the MTU of"));
  link.mtu = static_cast<size_t>(request.ifr_mtu);
  request = RequestFor(name_);
  OVNLITE_RETURN_IF_ERROR(Request(SIOCGIFFLAGS, &request, "read the flags of"));
  link.up = (request.ifr_flags & IFF_UP) && (request.ifr_flags & IFF_RUNNING);
  return link;
}

absl::StatusOr<MacAddress> NetDevice::GetMac() const {
  ifreq request = RequestFor(name_);
  OVNLITE_RETURN_IF_ERROR(Request(SIOCGIFHWADDR, &request, "read the address of"));
  if (request.ifr_hwaddr.sa_family != ARPHRD_ETHER && request.ifr_hwaddr.sa_family != ARPHRD_LOOPBACK) {
    return absl::InvalidArgumentError(
        absl::StrCat(name_, " is no Ethernet interface: its type is ", request.ifr_hwaddr.sa_family));
  }
  return MacAddress::Load(reinterpret_cast<const uint8_t*>(request.ifr_hwaddr.sa_data));
}

absl::Status NetDevice::SetMtu(size_t mtu) const {
  ifreq request = RequestFor(name_);
  request.ifr_mtu = static_cast<int>(mtu);
  return Request(SIOCSIFMTU, &request, absl::StrCat("set MTU ", mtu, " on"));
}

absl::Status NetDevice::SetMac(MacAddress mac) const {
  ifreq request = RequestFor(name_);
  request.ifr_hwaddr.sa_family = ARPHRD_ETHER;
  mac.Store(reinterpret_cast<uint8_t*>(request.ifr_hwaddr.sa_data));
  return Request(SIOCSIFHWADDR, &request, absl::StrCat("set address ", mac.ToString(), " on"));
}

absl::Status NetDevice::SetUp() const {
  ifreq request = RequestFor(name_);
  OVNLITE_RETURN_IF_ERROR(Request(SIOCGIFFLAGS, &request, "read the flags of"));
  request.ifr_flags |= IFF_UP;
  return Request(SIOCSIFFLAGS, &request, "bring up");
}

// RTM_GETSTATS, rtnetlink(7): one message each way.
absl::StatusOr<uint64_t> NetDevice::GetSendDrops() const {
  struct {
    nlmsghdr header;
    if_stats_msg stats;
  } request = {};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = RTM_GETSTATS;
  request.header.nlmsg_flags = NLM_F_REQUEST;
  request.stats.ifindex = static_cast<uint32_t>(index_);
  request.stats.filter_mask = IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64);
  if (send(netlink_.get(), &request, sizeof request, 0) < 0) return ErrnoStatus(errno, "ask for counters of", name_);
  alignas(nlmsghdr) char reply[4'096];
  const ssize_t n = recv(netlink_.get(), reply, sizeof reply, 0);
  if (n < 0) return ErrnoStatus(errno, "read counters of", name_);
  const absl::Span<const char> message(reply, static_cast<size_t>(n));
  if (message.size() < NLMSG_HDRLEN + sizeof(if_stats_msg)) return TooShort("rtnetlink message", 28, message.size());
  nlmsghdr header;
  std::memcpy(&header, message.data(), sizeof header);
  if (header.nlmsg_type == NLMSG_ERROR) {  // The body begins with a negative errno.
    int error;
    std::memcpy(&error, message.data() + NLMSG_HDRLEN, sizeof error);
    return ErrnoStatus(-error, "read counters of", name_);
  }
  if (header.nlmsg_type == RTM_NEWSTATS) {
    size_t at = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(if_stats_msg));
    rtattr attribute;
    for (; at + sizeof attribute <= message.size(); at += RTA_ALIGN(attribute.rta_len)) {
      std::memcpy(&attribute, message.data() + at, sizeof attribute);
      if (attribute.rta_len < sizeof attribute || at + attribute.rta_len > message.size()) break;
      constexpr size_t kNeeded = offsetof(rtnl_link_stats64, multicast);
      if (attribute.rta_type != IFLA_STATS_LINK_64 || attribute.rta_len < RTA_LENGTH(kNeeded)) continue;
      rtnl_link_stats64 stats;
      std::memcpy(&stats, message.data() + at + RTA_LENGTH(0), kNeeded);
      return uint64_t{stats.tx_dropped};
    }
  }
  return absl::UnknownError(absl::StrCat("cannot read counters of ", name_, ": unexpected answer"));
}

}  // namespace ovnlite
