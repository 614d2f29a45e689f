// Geneve by UDP sockets between namespaces; by raw frames on a packet socket against the kernel's own IP stack; and
// both kinds against each other.

#include "ovnlite/port/udp_tunnel.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/port/port_conformance_testutil.h"
#include "lib/port/tunnel_conformance_testutil.h"
#include "ovnlite/port/af_packet_port.h"
#include "ovnlite/port/raw_tunnel.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/geneve_tunnel.h"
#include "ovnlite/wire/ip_proto.h"
#include "ovnlite/wire/ipv4.h"
#include "tests/port/kernel_testutil.h"

namespace ovnlite {
namespace {

// Namespace A is the calling thread's after this; interface `near` in A leads to `far` in B.
struct TwoSides {
  std::unique_ptr<Namespace> a;
  std::unique_ptr<Namespace> b;
};

std::optional<std::string> MakeSides(TwoSides* sides) {
  if (auto why = EnterFreshNamespace(); why.has_value()) return why;
  sides->b = std::make_unique<Namespace>();
  EXPECT_EQ(EnterFreshNamespace(), std::nullopt);
  sides->a = std::make_unique<Namespace>();
  Shell(absl::StrCat("ip link add near type veth peer name far netns /proc/", getpid(), "/fd/", sides->b->fd()));
  Shell("ip link set near address 02:00:00:00:00:11 up");
  sides->b->Enter();
  Shell("ip link set far address 02:00:00:00:00:12");
  BringUp("far");
  sides->a->Enter();
  BringUp("near");
  return std::nullopt;
}

void Address(const std::string& device, bool is_v6, int last) {
  if (is_v6) {
    Shell("echo 0 > /proc/sys/net/ipv6/conf/" + device + "/disable_ipv6");
    Shell(absl::StrCat("ip -6 addr add fd00::", last, "/64 dev ", device, " nodad"));
  } else {
    Shell(absl::StrCat("ip addr add 192.168.56.", last, "/24 dev ", device));
  }
}

IpAddress Ip(bool is_v6, int last) {
  return *IpAddress::Parse(is_v6 ? absl::StrCat("fd00::", last) : absl::StrCat("192.168.56.", last));
}

// So that no packet of a test waits for the kernel to find its neighbor, in a queue that may overflow.
void Neighbor(const std::string& device, bool is_v6, int last) {
  Shell(absl::StrCat("ip neigh add ", Ip(is_v6, last).ToString(), " lladdr 02:00:00:00:00:", last, " dev ", device));
}

template <typename T>
T Must(absl::StatusOr<T> value) {
  EXPECT_TRUE(value.ok()) << value.status();
  return *std::move(value);
}

struct Shape {
  bool is_v6 = false;
  bool checksum = true;
  bool offloads = true;
  bool raw_a = false;  // A is a raw tunnel on near, without the kernel's stack.
};

TunnelsUnderTest OpenPair(const Shape& shape, const Clock* clock, std::string* reason) {
  TwoSides sides;
  if (const auto why = MakeSides(&sides); why.has_value()) {
    *reason = *why;
    return {};
  }
  TunnelOptions options;
  options.checksum = shape.checksum;
  options.accept_no_checksum = true;
  UdpTunnelOptions udp;
  udp.offloads = shape.offloads;
  TunnelsUnderTest pair;
  options.local = Ip(shape.is_v6, 11);
  if (shape.raw_a) {
    pair.a = std::make_unique<RawTunnel>(options, RawTunnelOptions{.mac = MacAddress(0x0200'0000'0011)},
                                         Must(OpenAfPacketPort({.device = "near"}, clock)), clock);
  } else {
    Address("near", shape.is_v6, 11);
    Neighbor("near", shape.is_v6, 12);
    pair.a = Must(OpenUdpTunnel(options, udp, clock));
  }
  sides.b->Enter();
  Address("far", shape.is_v6, 12);
  if (!shape.raw_a) Neighbor("far", shape.is_v6, 11);
  options.local = Ip(shape.is_v6, 12);
  pair.b = Must(OpenUdpTunnel(options, udp, clock));
  sides.a->Enter();
  if (shape.raw_a) {
    // The kernel answers; what it says is kept, so that no packet of a test waits in a short queue.
    EXPECT_TRUE(pair.a->AddRemote(1, pair.b->options().local).ok());
    auto& raw = static_cast<RawTunnel&>(*pair.a);
    std::vector<Packet> storage(kBatchSize);
    for (int i = 0; i < 1'000 && !raw.NeighborTo(1).has_value(); ++i) {
      EXPECT_EQ(pair.a->Receive(absl::MakeSpan(storage)), 0);
      usleep(1'000);
    }
    if (!raw.NeighborTo(1).has_value()) {
      ADD_FAILURE() << "the kernel does not answer for " << options.local.ToString();
      return {};
    }
    raw.AddNeighbor(options.local, *raw.NeighborTo(1));
    pair.a->RemoveRemote(1);
  }
  return pair;
}

bool Register(const std::string& name, const Shape& shape) {
  return RegisterTunnelConformance(
      {name, [shape](const Clock* clock, std::string* reason) { return OpenPair(shape, clock, reason); },
       size_t{1'514} - (shape.is_v6 ? 78 : 58)});
}

const bool registered[] = {
    Register("Udp", {}),
    Register("UdpV6", {.is_v6 = true}),
    Register("UdpNoChecksum", {.checksum = false}),
    Register("UdpV6NoChecksum", {.is_v6 = true, .checksum = false}),
    Register("UdpNoOffloads", {.offloads = false}),
    Register("RawToUdp", {.raw_a = true}),
    Register("RawToUdpV6", {.is_v6 = true, .raw_a = true}),
};

class UdpTunnelTest : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = MakeSides(&sides_); why.has_value()) GTEST_SKIP() << *why;
    Address("near", false, 11);
  }
  TwoSides sides_;
  ManualClock clock_;
};

// What a real hypervisor's outer headers look like (tunnels of OVN 23.03): don't-fragment, TTL 64, checksum, flags.
TEST_F(UdpTunnelTest, SendsTheOuterHeadersItShould) {
  sides_.b->Enter();
  WireEnd wire("far");
  sides_.a->Enter();
  Neighbor("near", false, 12);
  TunnelOptions options;
  options.local = Ip(false, 11);
  options.dscp = 46;
  auto tunnel = Must(OpenUdpTunnel(options, {.offloads = false}, &clock_));  // Nobody on the wire takes them apart.
  ASSERT_TRUE(tunnel->AddRemote(1, Ip(false, 12)).ok());
  std::vector<Packet> packets;
  for (uint16_t flow = 0; flow < 64; ++flow) {
    Bytes inner = InnerTestFrame(flow, 1, 100);
    inner[15] = 2;  // ECN-capable.
    MutableIpv4View(absl::MakeSpan(inner).subspan(14)).FillChecksum();
    packets.emplace_back(inner).tunnel = uint64_t{5} << 32 | 0x0001'0002;
  }
  SendAll(*tunnel, 1, packets);
  std::set<uint16_t> ports;
  const std::vector<Bytes> frames = wire.Receive(64);
  ASSERT_EQ(frames.size(), 64u);
  for (const Bytes& frame : frames) {
    GeneveArrival arrival;
    // The checksum is left to a network card that a veth pair does not have.
    ASSERT_EQ(ReceiveGeneve(frame, {.verify_checksum = false}, &arrival), GeneveVerdict::kDeliver);
    EXPECT_NE(Load16(&frame[40]), 0);
    EXPECT_EQ(arrival.tos, 46 << 2 | 2);
    EXPECT_EQ(arrival.ttl, 64);
    EXPECT_EQ(arrival.vni, 5u);
    EXPECT_EQ(arrival.option, OvnGeneveOption{0x0001'0002});
    const Ipv4View ip(absl::MakeConstSpan(frame).subspan(14));
    EXPECT_TRUE(ip.dont_fragment());
    EXPECT_EQ(ip.source(), options.local.v4());
    ports.insert(arrival.source_port);
  }
  EXPECT_EQ(ports.size(), 8u);
}

// Without a checksum the field is 0 on the wire (RFC 768, RFC 6935): where the transport, and where the remote has
// none.
TEST_F(UdpTunnelTest, SendsNoChecksumWhereNoneIsWanted) {
  for (const bool is_v6 : {false, true}) {
    for (const bool all : {true, false}) {
      SCOPED_TRACE(testing::Message() << (is_v6 ? "IPv6, " : "IPv4, ") << (all ? "all tunnels" : "one remote"));
      sides_.b->Enter();
      WireEnd wire("far");
      sides_.a->Enter();
      if (is_v6 && all) Address("near", true, 11);
      if (all) Neighbor("near", is_v6, 12);
      TunnelOptions options;
      options.local = Ip(is_v6, 11);
      options.checksum = !all;
      auto tunnel = Must(OpenUdpTunnel(options, {.offloads = false}, &clock_));
      ASSERT_TRUE(tunnel->AddRemote(1, Ip(is_v6, 12), all).ok());
      std::vector<Packet> packets;
      packets.emplace_back(InnerTestFrame(1, 1, 100)).tunnel = uint64_t{5} << 32;
      SendAll(*tunnel, 1, packets);
      // Besides it there may be what a kernel says when it gets an address.
      const size_t checksum = 14 + (is_v6 ? 40 : 20) + 6;
      int datagrams = 0;
      for (int i = 0; i < 10 && datagrams == 0; ++i) {
        for (const Bytes& frame : wire.Receive(1)) {
          const bool is_udp = frame.size() > checksum + 100 && frame[is_v6 ? 20 : 23] == kIpProtoUdp;
          if (!is_udp) continue;
          ++datagrams;
          EXPECT_EQ(Load16(&frame[checksum]), 0);
        }
      }
      EXPECT_EQ(datagrams, 1);
    }
  }
}

TEST_F(UdpTunnelTest, MarksOfTheUnderlayArrive) {
  sides_.b->Enter();
  WireEnd wire("far");
  sides_.a->Enter();
  TunnelOptions options;
  options.local = Ip(false, 11);
  auto tunnel = Must(OpenUdpTunnel(options, {}, &clock_));
  ASSERT_TRUE(tunnel->AddRemote(1, Ip(false, 12)).ok());
  const MacAddress near(0x0200'0000'0011);
  const GenevePath path({MacAddress(0x0200'0000'0012), near, Ip(false, 12), Ip(false, 11)}, 5, OvnGeneveOption{7});
  Bytes inner = InnerTestFrame(1, 1, 100);
  inner[15] = 2;
  MutableIpv4View(absl::MakeSpan(inner).subspan(14)).FillChecksum();
  Bytes frame(path.size());
  frame.insert(frame.end(), inner.begin(), inner.end());
  path.Write(absl::MakeSpan(frame), 40'000, kEcnCongested);
  wire.Send({frame});
  std::vector<Packet> got;
  for (int i = 0; i < 100 && got.empty(); ++i) {
    std::vector<Packet> storage(1);
    if (tunnel->Receive(absl::MakeSpan(storage)) == 1) got.push_back(std::move(storage[0]));
    usleep(1'000);
  }
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].bytes()[15], 3);
  EXPECT_TRUE(Ipv4View(got[0].bytes().subspan(14)).ChecksumIsValid());
}

TEST_F(UdpTunnelTest, CountsWhatTheSocketLost) {
  TunnelOptions options;
  options.local = Ip(false, 11);
  auto a = Must(OpenUdpTunnel(options, {}, &clock_));
  Neighbor("near", false, 12);
  sides_.b->Enter();
  Address("far", false, 12);
  options.local = Ip(false, 12);
  auto b = Must(OpenUdpTunnel(options, {.offloads = false}, &clock_));
  sides_.a->Enter();
  ASSERT_TRUE(a->AddRemote(1, Ip(false, 12)).ok());
  ASSERT_TRUE(b->AddRemote(1, Ip(false, 11)).ok());
  std::vector<Packet> packets;
  for (uint16_t i = 0; i < kBatchSize; ++i) packets.emplace_back(InnerTestFrame(i, i, 1'400)).tunnel = 1;
  for (int i = 0; i < 1'000; ++i) SendAll(*a, 1, packets);
  const size_t received = ReceiveAll(*b, *a, 1).size();
  EXPECT_GT(received, 0u);
  EXPECT_LT(received, 32'000u);
  b->Refresh();
  EXPECT_EQ(received + b->counters().dropped(TunnelDrop::kRxOverrun), 32'000u) << b->counters().ToString();
  EXPECT_EQ(a->counters().tx_packets, 32'000u) << a->counters().ToString();
}

TEST_F(UdpTunnelTest, SaysWhyItCannotOpenAndSend) {
  TunnelOptions options;
  options.local = Ip(false, 11);
  const auto first = OpenUdpTunnel(options, {}, &clock_);
  ASSERT_TRUE(first.ok()) << first.status();
  const absl::Status again = OpenUdpTunnel(options, {}, &clock_).status();
  EXPECT_EQ(again.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(again.message(), "cannot bind UDP socket 192.168.56.11:6081: Address already in use");
  options.local = Ip(false, 99);
  EXPECT_EQ(OpenUdpTunnel(options, {}, &clock_).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(OpenUdpTunnel(options, {.source_ports = 0}, &clock_).status().code(), absl::StatusCode::kInvalidArgument);
  options.dscp = 64;
  EXPECT_EQ(OpenUdpTunnel(options, {}, &clock_).status().code(), absl::StatusCode::kInvalidArgument);
  // No route.
  ASSERT_TRUE((*first)->AddRemote(1, *IpAddress::Parse("10.9.9.9")).ok());
  std::vector<Packet> packets;
  for (uint64_t i = 0; i < 40; ++i) packets.emplace_back(InnerTestFrame(1, i, 100)).tunnel = 1;
  SendAll(**first, 1, packets);
  EXPECT_EQ((*first)->counters().dropped(TunnelDrop::kTxLinkDown), 40u) << (*first)->counters().ToString();
}

}  // namespace
}  // namespace ovnlite
