// Ports and transports as the queues of a chassis: several on one interface, among which the kernel shares flows out.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "lib/port/port_conformance_testutil.h"
#include "ovnlite/packet/compose.h"
#include "ovnlite/packet/extract.h"
#include "ovnlite/port/af_packet_port.h"
#include "ovnlite/port/tap_port.h"
#include "ovnlite/port/udp_tunnel.h"
#include "ovnlite/wire/ip_proto.h"
#include "tests/port/kernel_testutil.h"

namespace ovnlite {
namespace {

constexpr size_t kQueues = 2;
constexpr uint16_t kFlows = 64;
constexpr size_t kFramesPerFlow = 3;
constexpr uint16_t kFirstPort = 20'000;

#define SKIP_WITHOUT_NAMESPACE() \
  if (const auto why = EnterFreshNamespace(); why.has_value()) GTEST_SKIP() << *why

Packet UdpFrame(uint16_t sport) {
  FlowKey key;
  key.Set(field::kEthDst, 0x0200'0000'0001);
  key.Set(field::kEthSrc, 0x0200'0000'0002);
  key.Set(field::kEthType, kEthTypeIpv4);
  key.Set(field::kIpProto, kIpProtoUdp);
  key.Set(field::kIpTtl, 64);
  key.Set(field::kIp4Src, 0x0a09'0002);
  key.Set(field::kIp4Dst, 0x0a09'0001);
  key.Set(field::kL4Src, sport);
  key.Set(field::kL4Dst, 9);
  return ComposePacket(key);
}

Bytes BytesOf(const Packet& packet) { return Bytes(packet.data(), packet.data() + packet.size()); }

// All frames of all flows, taking turns.
std::vector<Bytes> AllFlows() {
  std::vector<Bytes> frames;
  for (size_t i = 0; i < kFramesPerFlow; ++i) {
    for (uint16_t flow = 0; flow < kFlows; ++flow) {
      frames.push_back(BytesOf(UdpFrame(static_cast<uint16_t>(kFirstPort + flow))));
    }
  }
  return frames;
}

// What each queue got, by source port of UDP.
class Shares {
 public:
  template <typename Receiver>
  void TakeFrom(size_t queue, Receiver& receiver) {
    std::array<Packet, kBatchSize> storage;
    while (const int n = receiver.Receive(absl::MakeSpan(storage))) {
      for (int i = 0; i < n; ++i) {
        PacketKey key;
        ExtractFlowKey(storage[static_cast<size_t>(i)], key);
        if (key.Get64(field::kIpProto) != kIpProtoUdp || key.Get64(field::kL4Dst) != 9) continue;
        ++count_[queue];
        flows_[queue].insert(static_cast<uint16_t>(key.Get64(field::kL4Src)));
      }
    }
  }
  template <typename Receivers>
  void TakeAll(const Receivers& receivers) {
    for (int i = 0; i < 200 && count_[0] + count_[1] < kFlows * kFramesPerFlow; ++i) {
      for (size_t queue = 0; queue < kQueues; ++queue) TakeFrom(queue, *receivers[queue]);
      usleep(10'000);
    }
  }
  // Everything came, each queue has flows of its own, and none is in both.
  void Check() const {
    EXPECT_EQ(count_[0] + count_[1], kFlows * kFramesPerFlow);
    EXPECT_EQ(flows_[0].size() + flows_[1].size(), kFlows);
    for (size_t queue = 0; queue < kQueues; ++queue) EXPECT_GT(flows_[queue].size(), kFlows / 8u) << queue;
    std::set<uint16_t> all = flows_[0];
    all.insert(flows_[1].begin(), flows_[1].end());
    EXPECT_EQ(all.size(), kFlows);
  }

 private:
  std::array<size_t, kQueues> count_ = {};
  std::array<std::set<uint16_t>, kQueues> flows_;
};

TEST(QueuesTest, PacketSocketsShareAnInterface) {
  SKIP_WITHOUT_NAMESPACE();
  Shell("ip link add near type veth peer name far && ip link set near up");
  BringUp("far");
  BringUp("near");
  const SystemClock clock;
  std::vector<std::unique_ptr<Port>> ports;
  for (size_t queue = 0; queue < kQueues; ++queue) {
    auto port = OpenAfPacketPort({.device = "near", .fanout = 7}, &clock);
    ASSERT_TRUE(port.ok()) << port.status();
    ports.push_back(*std::move(port));
  }
  WireEnd end("far");
  end.Send(AllFlows());
  Shares shares;
  shares.TakeAll(ports);
  shares.Check();
  // Both send, and neither hears of it.
  for (const auto& port : ports) SendAll(*port, {TestFrame(1, 100)});
  EXPECT_EQ(end.Receive(2).size(), 2u);
  for (const auto& port : ports) EXPECT_EQ(ReceiveAll(*port, 0).size(), 0u);
}

TEST(QueuesTest, TapQueuesShareAnInterface) {
  SKIP_WITHOUT_NAMESPACE();
  if (const auto why = WhyNoTap(); why.has_value()) GTEST_SKIP() << *why;
  const SystemClock clock;
  std::vector<std::unique_ptr<Port>> ports;
  for (size_t queue = 0; queue < kQueues; ++queue) {
    auto port = OpenTapPort({.name = "vm-a", .queue = true}, &clock);
    ASSERT_TRUE(port.ok()) << port.status();
    ports.push_back(*std::move(port));
  }
  EXPECT_FALSE(OpenTapPort({.name = "vm-a"}, &clock).ok()) << "without `queue` there is one";
  Shell("ip addr add 10.9.0.1/24 dev vm-a && ip neigh add 10.9.0.2 lladdr 02:00:00:00:00:02 dev vm-a");
  BringUp("vm-a");
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(9);
  to.sin_addr.s_addr = htonl(0x0a09'0002);
  Shares shares;
  for (uint16_t flow = 0; flow < kFlows; ++flow) {
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    sockaddr_in from = {};
    from.sin_family = AF_INET;
    from.sin_port = htons(static_cast<uint16_t>(kFirstPort + flow));
    ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&from), sizeof from), 0);
    for (size_t i = 0; i < kFramesPerFlow; ++i) {
      ASSERT_EQ(sendto(fd, "hello", 5, 0, reinterpret_cast<sockaddr*>(&to), sizeof to), 5);
    }
    close(fd);
  }
  shares.TakeAll(ports);
  shares.Check();
  WireEnd end("vm-a");
  for (const auto& port : ports) SendAll(*port, {TestFrame(1, 100)});
  EXPECT_EQ(end.Receive(2).size(), 2u);
}

TEST(QueuesTest, TunnelsShareAnAddress) {
  SKIP_WITHOUT_NAMESPACE();
  const SystemClock clock;
  const IpAddress here = *IpAddress::Parse("127.0.0.1"), there = *IpAddress::Parse("127.0.0.2");
  std::vector<std::unique_ptr<TunnelTransport>> transports;
  for (size_t queue = 0; queue < kQueues; ++queue) {
    auto transport = OpenUdpTunnel({.local = here}, {.queue = true}, &clock);
    ASSERT_TRUE(transport.ok()) << transport.status();
    ASSERT_TRUE((*transport)->AddRemote(1, there).ok());
    transports.push_back(*std::move(transport));
  }
  EXPECT_EQ(OpenUdpTunnel({.local = here}, {}, &clock).status().code(), absl::StatusCode::kAlreadyExists);
  auto sender = OpenUdpTunnel({.local = there}, {.source_ports = 64}, &clock);
  ASSERT_TRUE(sender.ok()) << sender.status();
  ASSERT_TRUE((*sender)->AddRemote(1, here).ok());
  for (const Bytes& frame : AllFlows()) {
    Packet packet(frame);
    PacketBatch batch;
    batch.Add(&packet);
    (*sender)->Send(1, batch);
  }
  Shares shares;
  shares.TakeAll(transports);
  shares.Check();
}

}  // namespace
}  // namespace ovnlite
