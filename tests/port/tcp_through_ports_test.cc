// Whole TCP and UDP traffic of two kernels' stacks, in namespaces of their own, through two ports joined here. It goes
// through segmentation offload, checksum offload and joining both ways; every frame that appears between the ports must
// be of the MTU with all checksums right, and every byte must arrive.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/port/port_conformance_testutil.h"
#include "ovnlite/packet/extract.h"
#include "ovnlite/port/af_packet_port.h"
#include "ovnlite/port/tap_port.h"
#include "ovnlite/wire/checksum.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/ip_proto.h"
#include "ovnlite/wire/ipv4.h"
#include "ovnlite/wire/ipv6.h"
#include "tests/port/kernel_testutil.h"

namespace ovnlite {
namespace {

enum class Kind { kTap, kPlainTap, kVeth, kVethBlocks };

struct Shape {
  const char* name;
  Kind first;
  Kind second;
  bool is_v6 = false;
};

// Whether the IP and L4 checksums of a frame are right; frames that are neither TCP nor UDP are.
bool ChecksumsAreRight(absl::Span<const uint8_t> frame) {
  if (frame.size() < 34) return true;
  const uint16_t type = Load16(&frame[12]);
  if (type == kEthTypeIpv4) {
    const Ipv4View ip(frame.subspan(14));
    if (!ip.ChecksumIsValid()) return false;
    const auto length = static_cast<uint32_t>(ip.payload().size());
    if (ip.protocol() != kIpProtoTcp && ip.protocol() != kIpProtoUdp) return true;
    return Checksum(ip.payload(), PseudoHeaderSum(ip.source(), ip.destination(), ip.protocol(), length)) == 0;
  }
  if (type == kEthTypeIpv6 && frame.size() >= 54) {
    const Ipv6View ip(frame.subspan(14));
    const auto length = static_cast<uint32_t>(ip.payload().size());
    if (ip.next_header() != kIpProtoTcp && ip.next_header() != kIpProtoUdp) return true;
    return Checksum(ip.payload(), PseudoHeaderSum(ip.source(), ip.destination(), ip.next_header(), length)) == 0;
  }
  return true;
}

class ThroughPortsTest : public testing::TestWithParam<Shape> {
 protected:
  // Namespaces M (here), A and B; a port in M towards each.
  void Open() {
    middle_ = std::make_unique<Namespace>();
    for (int i = 0; i < 2; ++i) {
      ASSERT_EQ(EnterFreshNamespace(), std::nullopt);
      side_[i] = std::make_unique<Namespace>();
      middle_->Enter();
      const std::string device = absl::StrCat("d", i);
      const std::string target = absl::StrCat("/proc/", getpid(), "/fd/", side_[i]->fd());
      const Kind kind = i == 0 ? GetParam().first : GetParam().second;
      absl::StatusOr<std::unique_ptr<Port>> port;
      if (kind == Kind::kTap || kind == Kind::kPlainTap) {
        port = OpenTapPort({.name = device, .number = 1, .offloads = kind == Kind::kTap}, &clock_);
        ASSERT_TRUE(port.ok()) << port.status();
        Shell(absl::StrCat("ip link set ", device, " netns ", target));
      } else {
        Shell(absl::StrCat("ip link add p", i, " type veth peer name ", device, " netns ", target, " && ip link set p",
                           i, " up"));
        const PacketRingKind ring = kind == Kind::kVeth ? PacketRingKind::kSlots : PacketRingKind::kBlocks;
        port = OpenAfPacketPort({.device = absl::StrCat("p", i), .number = 1, .ring = ring}, &clock_);
        ASSERT_TRUE(port.ok()) << port.status();
      }
      port_[i] = *std::move(port);
      side_[i]->Enter();
      const std::string six = absl::StrCat("/proc/sys/net/ipv6/conf/", device, "/disable_ipv6");
      BringUp(device);
      Shell(absl::StrCat("ip addr add 10.0.0.", i + 1, "/24 dev ", device, " && echo 0 > ", six,
                         " && ip -6 addr add fd00::", i + 1, "/64 dev ", device, " nodad"));
      middle_->Enter();
    }
  }

  int Socket(int side, int type) {
    side_[side]->Enter();
    const int fd = socket(GetParam().is_v6 ? AF_INET6 : AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    middle_->Enter();
    EXPECT_GE(fd, 0);
    const int size = 4 << 20;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    return fd;
  }
  sockaddr_in6 Address(int side) {
    sockaddr_in6 address = {};
    if (GetParam().is_v6) {
      address.sin6_family = AF_INET6;
      address.sin6_port = htons(5'000);
      inet_pton(AF_INET6, absl::StrCat("fd00::", side + 1).c_str(), &address.sin6_addr);
    } else {
      auto* const four = reinterpret_cast<sockaddr_in*>(&address);
      four->sin_family = AF_INET;
      four->sin_port = htons(5'000);
      inet_pton(AF_INET, absl::StrCat("10.0.0.", side + 1).c_str(), &four->sin_addr);
    }
    return address;
  }

  // Carries what waits at either port to the other one. Returns the number of frames.
  int Carry() {
    int carried = 0;
    for (int i = 0; i < 2; ++i) {
      while (const int n = port_[i]->Receive(absl::MakeSpan(storage_))) {
        PacketBatch batch;
        for (int k = 0; k < n; ++k) {
          Packet& packet = storage_[static_cast<size_t>(k)];
          EXPECT_LE(packet.size(), 1'514u);
          if (!ChecksumsAreRight(packet.bytes())) {
            ADD_FAILURE() << "a wrong checksum: " << ToHex(packet.bytes().subspan(0, 80));
          }
          batch.Add(&packet);
        }
        port_[1 - i]->Send(batch);
        carried += n;
      }
    }
    return carried;
  }

  void SetUp() override {
    if (const auto why = EnterFreshNamespace(); why.has_value()) GTEST_SKIP() << *why;
    if (const auto why = WhyNoTap(); why.has_value()) GTEST_SKIP() << *why;
    Open();
  }

  SystemClock clock_;
  std::unique_ptr<Namespace> middle_;
  std::unique_ptr<Namespace> side_[2];
  std::unique_ptr<Port> port_[2];
  std::vector<Packet> storage_ = std::vector<Packet>(kBatchSize);
};

uint8_t Pattern(size_t i) { return static_cast<uint8_t>(i * 2'654'435'761u >> 13); }

TEST_P(ThroughPortsTest, Tcp) {
  constexpr size_t kTotal = 8 << 20;
  const int listener = Socket(1, SOCK_STREAM);
  const sockaddr_in6 address = Address(1);
  ASSERT_EQ(bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0) << std::strerror(errno);
  ASSERT_EQ(listen(listener, 1), 0);
  const int sender = Socket(0, SOCK_STREAM);
  if (connect(sender, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ASSERT_EQ(errno, EINPROGRESS);
  }
  int receiver = -1;
  size_t sent = 0, received = 0;
  std::vector<uint8_t> buffer(1 << 16);
  const auto begin = std::chrono::steady_clock::now();
  while (received < kTotal && std::chrono::steady_clock::now() - begin < std::chrono::seconds(30) && !HasFailure()) {
    bool idle = Carry() == 0;
    if (receiver < 0) receiver = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (sent < kTotal) {
      const size_t n = std::min(buffer.size(), kTotal - sent);
      for (size_t i = 0; i < n; ++i) buffer[i] = Pattern(sent + i);
      const ssize_t done = send(sender, buffer.data(), n, MSG_NOSIGNAL);
      if (done > 0) sent += static_cast<size_t>(done);
      idle &= done <= 0;
    }
    if (receiver >= 0) {
      const ssize_t done = recv(receiver, buffer.data(), buffer.size(), 0);
      for (ssize_t i = 0; i < done; ++i, ++received) {
        ASSERT_EQ(buffer[static_cast<size_t>(i)], Pattern(received)) << received;
      }
      idle &= done <= 0;
    }
    if (idle) {
      pollfd wait[2] = {{port_[0]->fd(), POLLIN, 0}, {port_[1]->fd(), POLLIN, 0}};
      poll(wait, 2, 1);
    }
  }
  EXPECT_EQ(received, kTotal);
  for (const auto& port : port_) {
    port->Refresh();
    EXPECT_TRUE(port->status().ok()) << port->status();
    std::printf("  %s: %s\n", port->name().c_str(), port->counters().ToString().c_str());
  }
  close(sender);
  close(receiver);
  close(listener);
}

TEST_P(ThroughPortsTest, Udp) {
  const int a = Socket(0, SOCK_DGRAM);
  const int b = Socket(1, SOCK_DGRAM);
  const sockaddr_in6 address = Address(1);
  ASSERT_EQ(bind(b, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0) << std::strerror(errno);
  ASSERT_EQ(connect(a, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0) << std::strerror(errno);
  for (size_t size = 0; size <= 1'450; size += 29) {  // Below the MTU.
    const std::vector<uint8_t> datagram(size, static_cast<uint8_t>(size));
    ASSERT_EQ(send(a, datagram.data(), size, 0), static_cast<ssize_t>(size)) << std::strerror(errno);
    std::vector<uint8_t> got(2'000);
    ssize_t n = -1;
    for (int i = 0; i < 2'000 && n < 0; ++i) {
      if (Carry() == 0) {
        pollfd wait[2] = {{port_[0]->fd(), POLLIN, 0}, {port_[1]->fd(), POLLIN, 0}};
        poll(wait, 2, 1);
      }
      n = recv(b, got.data(), got.size(), 0);
    }
    ASSERT_EQ(n, static_cast<ssize_t>(size));
    got.resize(size);
    EXPECT_EQ(ToHex(got), ToHex(datagram));
  }
  // A datagram that the sender's kernel would cut only at the last moment (UDP_SEGMENT, udp(7)): 40 of 1000 bytes.
  const int segment = 1'000;
  ASSERT_EQ(setsockopt(a, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof segment), 0) << std::strerror(errno);
  std::vector<uint8_t> many(40'000);
  for (size_t i = 0; i < many.size(); ++i) many[i] = Pattern(i);
  ASSERT_EQ(send(a, many.data(), many.size(), 0), static_cast<ssize_t>(many.size())) << std::strerror(errno);
  for (size_t k = 0; k < 40; ++k) {
    std::vector<uint8_t> got(2'000);
    ssize_t n = -1;
    for (int i = 0; i < 1'000 && n < 0; ++i) {
      n = recv(b, got.data(), got.size(), 0);
      if (n < 0 && Carry() == 0) {
        pollfd wait[2] = {{port_[0]->fd(), POLLIN, 0}, {port_[1]->fd(), POLLIN, 0}};
        poll(wait, 2, 1);
      }
    }
    ASSERT_EQ(n, 1'000) << k;
    for (size_t i = 0; i < 1'000; ++i) ASSERT_EQ(got[i], Pattern(k * 1'000 + i));
  }
  close(a);
  close(b);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, ThroughPortsTest,
    testing::Values(Shape{"TapToTap", Kind::kTap, Kind::kTap}, Shape{"TapToTapV6", Kind::kTap, Kind::kTap, true},
                    Shape{"PlainTaps", Kind::kPlainTap, Kind::kPlainTap}, Shape{"VethToVeth", Kind::kVeth, Kind::kVeth},
                    Shape{"VethToVethV6", Kind::kVeth, Kind::kVeth, true},
                    Shape{"VethBlocks", Kind::kVethBlocks, Kind::kVethBlocks},
                    Shape{"TapToVeth", Kind::kTap, Kind::kVeth}, Shape{"VethToPlainTap", Kind::kVeth, Kind::kPlainTap}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace ovnlite
