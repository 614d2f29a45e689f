#include "tests/port/kernel_testutil.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "ovnlite/base/bytes.h"

namespace ovnlite {

std::optional<std::string> EnterFreshNamespace() {
  if (geteuid() != 0) return "needs root, to make a network namespace";
  if (access("/sbin/ip", X_OK) != 0 && access("/usr/bin/ip", X_OK) != 0) return "needs the ip command of iproute2";
  if (unshare(CLONE_NEWNET) != 0) return absl::StrCat("cannot make a network namespace: ", std::strerror(errno));
  // No router solicitations or listener reports between the frames of a test.
  for (const char* const which : {"default", "all"}) {
    std::ofstream(absl::StrCat("/proc/sys/net/ipv6/conf/", which, "/disable_ipv6")) << "1";
  }
  Shell("ip link set lo up");
  return std::nullopt;
}

std::optional<std::string> WhyNoTap() {
  const int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
  if (fd < 0) return absl::StrCat("needs /dev/net/tun: ", std::strerror(errno));
  close(fd);
  return std::nullopt;
}

Namespace::Namespace() : fd_(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)) { EXPECT_GE(fd_, 0); }
Namespace::~Namespace() { close(fd_); }
void Namespace::Enter() const { EXPECT_EQ(setns(fd_, CLONE_NEWNET), 0) << std::strerror(errno); }

void Shell(const std::string& command) {
  std::FILE* const pipe = popen(absl::StrCat("PATH=$PATH:/sbin:/usr/sbin; { ", command, " ; } 2>&1").c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  std::string output;
  std::array<char, 4'096> buffer;
  while (const size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe)) output.append(buffer.data(), n);
  EXPECT_EQ(pclose(pipe), 0) << command << ": " << output;
}

void BringUp(const std::string& device) {
  Shell(absl::StrCat("ip link set ", device, " up; n=0; until ip link show ", device,
                     " | grep -Eq 'state (UP|UNKNOWN)'; do n=$((n + 1)); [ $n -lt 500 ] || exit 1; sleep 0.01; done"));
}

WireEnd::WireEnd(const std::string& device) : fd_(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
  EXPECT_GE(fd_, 0) << std::strerror(errno);
  const int one = 1;
  const int size = 64 << 20;
  EXPECT_EQ(setsockopt(fd_, SOL_PACKET, PACKET_AUXDATA, &one, sizeof one), 0);
  EXPECT_EQ(setsockopt(fd_, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size), 0);
  EXPECT_EQ(setsockopt(fd_, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size), 0);
  sockaddr_ll address = {};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = static_cast<int>(if_nametoindex(device.c_str()));
  EXPECT_NE(address.sll_ifindex, 0) << device;
  EXPECT_EQ(bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0) << std::strerror(errno);
}

WireEnd::~WireEnd() { close(fd_); }

void WireEnd::Send(const std::vector<Bytes>& frames) {
  for (const Bytes& frame : frames) {
    ASSERT_EQ(send(fd_, frame.data(), frame.size(), 0), static_cast<ssize_t>(frame.size()))
        << frame.size() << " bytes: " << std::strerror(errno);
  }
}

std::vector<Bytes> WireEnd::Receive(size_t at_least) {
  std::vector<Bytes> frames;
  for (int waited = 0;;) {
    Bytes frame(70'000);
    iovec piece = {frame.data(), frame.size()};
    sockaddr_ll from = {};
    alignas(cmsghdr) char control[256];
    msghdr message = {};
    message.msg_name = &from;
    message.msg_namelen = sizeof from;
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t n = recvmsg(fd_, &message, 0);
    if (n < 0) {
      if (frames.size() >= at_least || waited++ > 200) return frames;
      pollfd wait = {fd_, POLLIN, 0};
      poll(&wait, 1, 10);
      continue;
    }
    if (from.sll_pkttype == PACKET_OUTGOING) continue;
    frame.resize(static_cast<size_t>(n));
    for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
      if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA) continue;
      tpacket_auxdata data;
      std::memcpy(&data, CMSG_DATA(c), sizeof data);
      if (!(data.tp_status & TP_STATUS_VLAN_VALID)) continue;
      uint8_t tag[4];
      Store16(tag, data.tp_vlan_tpid);
      Store16(tag + 2, data.tp_vlan_tci);
      frame.insert(frame.begin() + 12, tag, tag + 4);
    }
    frames.push_back(std::move(frame));
  }
}

}  // namespace ovnlite
