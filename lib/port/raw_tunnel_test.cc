#include "ovnlite/port/raw_tunnel.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "lib/port/port_conformance_testutil.h"
#include "lib/port/tunnel_conformance_testutil.h"
#include "ovnlite/packet/flow_hash.h"
#include "ovnlite/port/memory_port.h"
#include "ovnlite/wire/arp.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/icmpv6.h"
#include "ovnlite/wire/ip_proto.h"
#include "ovnlite/wire/ipv4.h"
#include "ovnlite/wire/ipv6.h"
#include "ovnlite/wire/nd.h"

namespace ovnlite {
namespace {

const MacAddress kMacA(0x0200'0000'0aaa);
const MacAddress kMacB(0x0200'0000'0bbb);
const IpAddress kA4 = Ipv4Address(0xc0a8'380b);  // 192.168.56.11
const IpAddress kB4 = Ipv4Address(0xc0a8'380c);
const IpAddress kA6 = Ipv6Address(0xfd00ull << 48, 0x11);
const IpAddress kB6 = Ipv6Address(0xfd00ull << 48, 0x12);

TunnelsUnderTest OpenRaw(const Clock* clock, const IpAddress& a, const IpAddress& b, bool checksum) {
  MemoryPorts wire = MakeMemoryPorts({"a"}, {"b"}, clock);
  TunnelOptions options;
  options.checksum = checksum;
  options.accept_no_checksum = true;
  options.local = a;
  auto left = std::make_unique<RawTunnel>(options, RawTunnelOptions{.mac = kMacA}, std::move(wire.first), clock);
  options.local = b;
  auto right = std::make_unique<RawTunnel>(options, RawTunnelOptions{.mac = kMacB}, std::move(wire.second), clock);
  left->AddNeighbor(b, kMacB);
  right->AddNeighbor(a, kMacA);
  return {std::move(left), std::move(right)};
}

const bool registered[] = {
    RegisterTunnelConformance({"RawV4", [](const Clock* c, std::string*) { return OpenRaw(c, kA4, kB4, true); }}),
    RegisterTunnelConformance(
        {"RawV4NoChecksum", [](const Clock* c, std::string*) { return OpenRaw(c, kA4, kB4, false); }}),
    RegisterTunnelConformance(
        {"RawV6", [](const Clock* c, std::string*) { return OpenRaw(c, kA6, kB6, true); }, 1'514 - 78}),
};

// One transport, and the other end of its wire in the test's hands.
class RawTunnelTest : public testing::Test {
 protected:
  void Open(const IpAddress& local, RawTunnelOptions raw = {}, TunnelOptions options = {}) {
    raw.mac = kMacA;
    options.local = local;
    MemoryPorts wire = MakeMemoryPorts({"uplink"}, {"wire"}, &clock_);
    wire_ = std::move(wire.second);
    tunnel_ = std::make_unique<RawTunnel>(options, raw, std::move(wire.first), &clock_);
  }
  // Sends `n` packets, numbered on from `first`.
  void Send(uint32_t port, uint64_t n, uint64_t first = 0) {
    std::vector<Packet> packets;
    for (uint64_t i = first; i < first + n; ++i)
      packets.emplace_back(InnerTestFrame(1, i, 100)).tunnel = 5ull << 32 | 7;
    SendAll(*tunnel_, port, packets);
  }
  // What is on the wire.
  std::vector<Bytes> Wire() { return BytesOf(ReceiveAll(*wire_, 0)); }
  // Puts frames on the wire and lets the transport read them. Returns what came out.
  std::vector<Packet> Give(const std::vector<Bytes>& frames) {
    SendAll(*wire_, frames);
    return Poll();
  }
  std::vector<Packet> Poll() {
    std::vector<Packet> all, storage(kBatchSize);
    while (const int n = tunnel_->Receive(absl::MakeSpan(storage))) {
      for (int i = 0; i < n; ++i) all.push_back(std::move(storage[i]));
    }
    return all;
  }
  static Bytes Arp(uint16_t operation, MacAddress from_mac, const IpAddress& from, MacAddress to_mac,
                   const IpAddress& to) {
    Bytes frame(42);
    EthernetHeader{operation == kArpRequest ? MacAddress::Broadcast() : to_mac, from_mac, kEthTypeArp}.Emit(&frame[0]);
    ArpHeader{operation, from_mac, from.v4(), to_mac, to.v4()}.Emit(&frame[14]);
    return frame;
  }
  static Bytes Nd(uint8_t type, uint32_t flags, MacAddress mac, const IpAddress& from, const IpAddress& to,
                  const IpAddress& target, bool with_option = true) {
    uint8_t option[8] = {type == kNdNeighborSolicit ? kNdOptionSourceLinkLayer : kNdOptionTargetLinkLayer, 1};
    mac.Store(option + 2);
    NdNeighborHeader nd{type, 0, 0, flags, target.v6(), {}};
    if (with_option) nd.options = option;
    Bytes frame(14 + 40 + nd.size());
    EthernetHeader{kMacA, mac, kEthTypeIpv6}.Emit(&frame[0]);
    Ipv6Header ip;
    ip.payload_length = static_cast<uint16_t>(nd.size());
    ip.next_header = kIpProtoIcmpv6;
    ip.hop_limit = 255;
    ip.source = from.v6();
    ip.destination = to.v6();
    ip.Emit(&frame[14]);
    nd.Emit(&frame[54]);
    const uint64_t pseudo =
        PseudoHeaderSum(ip.source, ip.destination, kIpProtoIcmpv6, static_cast<uint32_t>(nd.size()));
    Store16(&frame[56], Checksum(absl::MakeConstSpan(frame).subspan(54), pseudo));
    return frame;
  }
  // The outer frames of Geneve packets from b, with `tos` outside.
  static Bytes FromB(const Bytes& inner, uint8_t tos = 0, std::optional<IpAddress> to = std::nullopt) {
    GeneveTunnel tunnel{kMacB, kMacA, kB4, to.value_or(kA4)};
    tunnel.dscp = tos >> 2;
    const GenevePath path(tunnel, 5, OvnGeneveOption{7});
    Bytes frame(path.size());
    frame.insert(frame.end(), inner.begin(), inner.end());
    path.Write(absl::MakeSpan(frame), 40'000, tos & 3);
    return frame;
  }

  ManualClock clock_;
  std::unique_ptr<Port> wire_;
  std::unique_ptr<RawTunnel> tunnel_;
};

TEST_F(RawTunnelTest, AsksByArpAndSendsWhatWaited) {
  Open(kA4);
  ASSERT_TRUE(tunnel_->AddRemote(1, kB4).ok());
  EXPECT_EQ(tunnel_->NeighborTo(1), std::nullopt);  // Which asks already.
  Send(1, 3);
  Send(1, 2, 3);
  const std::vector<Bytes> request = {Arp(kArpRequest, kMacA, kA4, MacAddress(), kB4)};
  ExpectSameFrames(request, Wire());
  EXPECT_EQ(tunnel_->next_deadline(), clock_.Now() + kSecond);
  EXPECT_EQ(Give({Arp(kArpReply, kMacB, kB4, kMacA, kA4)}).size(), 0u);
  EXPECT_EQ(tunnel_->next_deadline(), kNever);
  const std::vector<Bytes> sent = Wire();
  ASSERT_EQ(sent.size(), 5u);
  for (size_t i = 0; i < 5; ++i) {
    GeneveArrival arrival;
    ASSERT_EQ(ReceiveGeneve(sent[i], {}, &arrival), GeneveVerdict::kDeliver);
    EXPECT_EQ(EthernetView(sent[i]).destination(), kMacB);
    EXPECT_EQ(EthernetView(sent[i]).source(), kMacA);
    EXPECT_EQ(arrival.source, kA4);
    EXPECT_EQ(arrival.destination, kB4);
    EXPECT_EQ(arrival.vni, 5u);
    EXPECT_EQ(arrival.option, OvnGeneveOption{7});
    EXPECT_GE(arrival.source_port, 0x8000);
    EXPECT_EQ(ToHex(absl::MakeConstSpan(sent[i]).subspan(arrival.inner_offset)), ToHex(InnerTestFrame(1, i, 100)));
  }
  EXPECT_EQ(tunnel_->counters().tx_packets, 5u);
}

TEST_F(RawTunnelTest, GivesUpAfterThreeRequestsAndAsksAnew) {
  Open(kA4, {.waiting = 4});
  ASSERT_TRUE(tunnel_->AddRemote(1, kB4).ok());
  Send(1, 6);
  EXPECT_EQ(tunnel_->counters().dropped(TunnelDrop::kTxNoNeighbor), 2u);  // Beyond what may wait.
  std::vector<Instant> requests;
  for (; clock_.Now() < 5 * kSecond; clock_.Advance(100 * kMillisecond)) {
    Poll();
    for (const Bytes& frame : Wire()) {
      EXPECT_EQ(ToHex(frame), ToHex(Arp(kArpRequest, kMacA, kA4, MacAddress(), kB4)));
      requests.push_back(clock_.Now());
    }
  }
  EXPECT_EQ(requests, (std::vector<Instant>{0, kSecond, 2 * kSecond}));
  EXPECT_EQ(tunnel_->counters().dropped(TunnelDrop::kTxNoNeighbor), 6u);
  EXPECT_EQ(tunnel_->next_deadline(), kNever);
  Send(1, 1);
  EXPECT_EQ(Wire().size(), 1u);
  EXPECT_EQ(tunnel_->counters().tx_packets, 0u);
}

TEST_F(RawTunnelTest, ConfirmsAnOldNeighborWhileUsingIt) {
  Open(kA4);
  ASSERT_TRUE(tunnel_->AddRemote(1, kB4).ok());
  Send(1, 1);
  Give({Arp(kArpReply, kMacB, kB4, kMacA, kA4)});
  clock_.Advance(30 * kSecond);
  Wire();
  Send(1, 1);
  EXPECT_EQ(Wire().size(), 1u);  // Not old yet.
  clock_.Advance(1);
  Send(1, 2);
  std::vector<Bytes> sent = Wire();
  ASSERT_EQ(sent.size(), 3u);
  Bytes request = Arp(kArpRequest, kMacA, kA4, kMacB, kB4);
  kMacB.Store(&request[0]);  // To the one it knows.
  EXPECT_EQ(ToHex(sent[0]), ToHex(request));
  // An answer makes it fresh; without one it is forgotten after three seconds, and in use until then.
  Give({Arp(kArpReply, kMacB, kB4, kMacA, kA4)});
  EXPECT_EQ(tunnel_->next_deadline(), kNever);
  clock_.Advance(31 * kSecond);
  Send(1, 1);
  for (int i = 0; i < 2; ++i) {
    clock_.Advance(kSecond);
    Poll();
    EXPECT_TRUE(tunnel_->NeighborTo(1).has_value());
  }
  clock_.Advance(kSecond);
  Poll();
  Wire();
  Send(1, 1);
  Bytes anew = Arp(kArpRequest, kMacA, kA4, MacAddress(), kB4);
  ExpectSameFrames({anew}, Wire());  // The packet waits.
  EXPECT_EQ(tunnel_->counters().tx_packets, 5u);
  // Whoever answers now gets it, though the exit had headers for another.
  const MacAddress other(0x0200'0000'0ccc);
  Give({Arp(kArpReply, other, kB4, kMacA, kA4)});
  EXPECT_EQ(EthernetView(Wire().at(0)).destination(), other);
  EXPECT_EQ(tunnel_->counters().tx_packets, 6u);
}

TEST_F(RawTunnelTest, AnswersForItsOwnAddressOnly) {
  Open(kA4);
  Give({Arp(kArpRequest, kMacB, kB4, MacAddress(), kA4), Arp(kArpRequest, kMacB, kB4, MacAddress(), kB4),
        Arp(kArpRequest, MacAddress::Broadcast(), kB4, MacAddress(), kA4)});
  ExpectSameFrames({Arp(kArpReply, kMacA, kA4, kMacB, kB4)}, Wire());
  // It is no remote, so it was not learned.
  ASSERT_TRUE(tunnel_->AddRemote(1, kB4).ok());
  EXPECT_FALSE(tunnel_->NeighborTo(1).has_value());
  EXPECT_EQ(tunnel_->counters().dropped(TunnelDrop::kRxNotOurs), 0u);
}

TEST_F(RawTunnelTest, FollowsANeighborThatMoves) {
  Open(kA4);
  ASSERT_TRUE(tunnel_->AddRemote(1, kB4).ok());
  Give({Arp(kArpRequest, kMacB, kB4, MacAddress(), kB4)});  // Gratuitous.
  EXPECT_EQ(tunnel_->NeighborTo(1), kMacB);
  Send(1, 1);
  EXPECT_EQ(EthernetView(Wire().at(0)).destination(), kMacB);
  const MacAddress moved(0x0200'0000'0ccc);
  Give({Arp(kArpReply, moved, kB4, MacAddress::Broadcast(), kB4)});
  EXPECT_EQ(tunnel_->NeighborTo(1), moved);
  Wire();
  Send(1, 1);
  EXPECT_EQ(EthernetView(Wire().at(0)).destination(), moved);
  // One that was told stays.
  tunnel_->AddNeighbor(kB4, kMacB);
  Give({Arp(kArpReply, moved, kB4, MacAddress::Broadcast(), kB4)});
  EXPECT_EQ(tunnel_->NeighborTo(1), kMacB);
}

TEST_F(RawTunnelTest, GoesThroughTheGateway) {
  const IpAddress gateway = Ipv4Address(0xc0a8'3801);
  const IpAddress far = Ipv4Address(0x0a01'0203), farther = Ipv4Address(0x0a01'0204);
  Open(kA4, {.prefix_length = 24, .gateway = gateway});
  ASSERT_TRUE(tunnel_->AddRemote(1, far).ok());
  ASSERT_TRUE(tunnel_->AddRemote(2, farther).ok());
  ASSERT_TRUE(tunnel_->AddRemote(3, kB4).ok());
  Send(1, 1);
  Send(2, 1);
  Send(3, 1);
  ExpectSameFrames(
      {Arp(kArpRequest, kMacA, kA4, MacAddress(), gateway), Arp(kArpRequest, kMacA, kA4, MacAddress(), kB4)}, Wire());
  // The gateway stays known as long as one remote is behind it.
  tunnel_->RemoveRemote(1);
  Give({Arp(kArpReply, kMacB, gateway, kMacA, kA4)});
  const std::vector<Bytes> sent = Wire();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(Ipv4View(absl::MakeConstSpan(sent[0]).subspan(14)).destination(), farther.v4());
  EXPECT_EQ(tunnel_->counters().dropped(TunnelDrop::kTxUnknownPort), 1u);  // What waited for port 1.
  // Without a gateway there is no route.
  Open(kA4, {.prefix_length = 24});
  ASSERT_TRUE(tunnel_->AddRemote(1, far).ok());
  Send(1, 2);
  EXPECT_EQ(tunnel_->counters().dropped(TunnelDrop::kTxLinkDown), 2u);
  EXPECT_EQ(Wire().size(), 0u);
}

TEST_F(RawTunnelTest, AsksByNeighborDiscovery) {
  Open(kA6);
  ASSERT_TRUE(tunnel_->AddRemote(1, kB6).ok());
  Send(1, 1);
  Bytes request = Nd(kNdNeighborSolicit, 0, kMacA, kA6, kB6.v6().SolicitedNode(), kB6);
  kB6.v6().SolicitedNode().MulticastMac().Store(&request[0]);
  ExpectSameFrames({request}, Wire());
  // Not from beyond the segment, not damaged.
  Bytes reply = Nd(kNdNeighborAdvert, kNdSolicitedFlag | kNdOverrideFlag, kMacB, kB6, kA6, kB6);
  Bytes routed = reply, damaged = reply;
  routed[14 + 7] = 254;
  damaged.back() ^= 1;
  Give({routed, damaged, Nd(kNdNeighborAdvert, kNdSolicitedFlag, kMacB, kB6, kA6, kA6)});
  EXPECT_EQ(Wire().size(), 0u);
  EXPECT_EQ(tunnel_->counters().dropped(TunnelDrop::kRxNotOurs), 2u);
  Give({reply});
  std::vector<Bytes> sent = Wire();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(EthernetView(sent[0]).destination(), kMacB);
  // Old: asked alone; the answer may leave the option out.
  clock_.Advance(31 * kSecond);
  Send(1, 1);
  sent = Wire();
  ASSERT_EQ(sent.size(), 2u);
  request = Nd(kNdNeighborSolicit, 0, kMacA, kA6, kB6, kB6);
  kMacB.Store(&request[0]);
  EXPECT_EQ(ToHex(sent[0]), ToHex(request));
  Give({Nd(kNdNeighborAdvert, kNdSolicitedFlag, kMacB, kB6, kA6, kB6, false)});
  EXPECT_EQ(tunnel_->next_deadline(), kNever);
}

TEST_F(RawTunnelTest, AnswersNeighborSolicitations) {
  Open(kA6);
  Give({Nd(kNdNeighborSolicit, 0, kMacB, kB6, kA6.v6().SolicitedNode(), kA6),
        Nd(kNdNeighborSolicit, 0, kMacB, kB6, kA6.v6().SolicitedNode(), kB6)});
  Bytes reply = Nd(kNdNeighborAdvert, kNdSolicitedFlag | kNdOverrideFlag, kMacA, kA6, kB6, kA6);
  kMacB.Store(&reply[0]);
  ExpectSameFrames({reply}, Wire());
  // Somebody wants our address: everybody hears that it is taken.
  Give({Nd(kNdNeighborSolicit, 0, kMacB, Ipv6Address(), kA6.v6().SolicitedNode(), kA6, false)});
  const Ipv6Address all_nodes(0xff02ull << 48, 1);
  reply = Nd(kNdNeighborAdvert, kNdOverrideFlag, kMacA, kA6, all_nodes, kA6);
  all_nodes.MulticastMac().Store(&reply[0]);
  ExpectSameFrames({reply}, Wire());
}

TEST_F(RawTunnelTest, TwoOfThemFindEachOther) {
  for (const auto& [a, b] : {std::pair(kA4, kB4), std::pair(kA6, kB6)}) {
    MemoryPorts wire = MakeMemoryPorts({"a"}, {"b"}, &clock_);
    RawTunnel left({.local = a}, {.mac = kMacA}, std::move(wire.first), &clock_);
    RawTunnel right({.local = b}, {.mac = kMacB}, std::move(wire.second), &clock_);
    ASSERT_TRUE(left.AddRemote(1, b).ok());
    ASSERT_TRUE(right.AddRemote(2, a).ok());
    std::vector<Packet> packets(1);
    packets[0].Assign(InnerTestFrame(1, 1, 100));
    SendAll(left, 1, packets);
    EXPECT_EQ(ReceiveAll(right, left, 1).size(), 1u);
    // The request told the other side who asks.
    EXPECT_EQ(right.NeighborTo(2), kMacA);
    SendAll(right, 2, packets);
    EXPECT_EQ(ReceiveAll(left, right, 1).size(), 1u);
  }
}

TEST_F(RawTunnelTest, AnExitSendsAsSendDoes) {
  TunnelOptions options;
  options.dscp = 10;
  Open(kA4, {}, options);
  EXPECT_EQ(tunnel_->ExitTo(1, 5ull << 32 | 7), nullptr);
  ASSERT_TRUE(tunnel_->AddRemote(1, kB4).ok());
  tunnel_->AddNeighbor(kB4, kMacB);
  Send(1, 1);
  Exit* const exit = tunnel_->ExitTo(1, 5ull << 32 | 7);
  ASSERT_NE(exit, nullptr);
  EXPECT_EQ(tunnel_->ExitTo(1, 5ull << 32 | 7), exit);
  EXPECT_EQ(tunnel_->exit_count(), 1u);
  // What a packet notes of its bytes is the same as what is read off them.
  for (const bool notes : {false, true}) {
    Packet packet;
    const Bytes frame = InnerTestFrame(1, 0, 100);
    notes ? packet.AssignSummed(frame) : packet.Assign(frame);
    if (notes) packet.flow_hash = FlowHash(packet);
    PacketBatch batch;
    batch.Add(&packet);
    exit->Send(batch);
    EXPECT_EQ(ToHex(packet.bytes()), ToHex(frame));
  }
  const std::vector<Bytes> sent = Wire();
  ASSERT_EQ(sent.size(), 3u);
  EXPECT_EQ(ToHex(sent[0]), ToHex(sent[1]));
  EXPECT_EQ(ToHex(sent[0]), ToHex(sent[2]));
  tunnel_->ForgetExits();
  EXPECT_EQ(tunnel_->exit_count(), 0u);
}

TEST_F(RawTunnelTest, MorePairsOfPortsThanExits) {
  Open(kA4);
  ASSERT_TRUE(tunnel_->AddRemote(1, kB4).ok());
  tunnel_->AddNeighbor(kB4, kMacB);
  for (uint64_t i = 0; i < TunnelTransport::kMaxExits; ++i) tunnel_->ExitTo(1, i);
  Exit* const any = tunnel_->ExitTo(1, 5ull << 32 | 7);
  EXPECT_EQ(tunnel_->exit_count(), TunnelTransport::kMaxExits);
  EXPECT_EQ(tunnel_->ExitTo(1, 6ull << 32 | 8), any);
  std::vector<Packet> packets(2);
  PacketBatch batch;
  for (size_t i = 0; i < packets.size(); ++i) {
    packets[i].Assign(InnerTestFrame(1, i, 100));
    packets[i].tunnel = (5 + i) << 32 | (7 + i);
    batch.Add(&packets[i]);
  }
  any->Send(batch);
  const std::vector<Bytes> sent = Wire();
  ASSERT_EQ(sent.size(), 2u);
  for (size_t i = 0; i < sent.size(); ++i) {
    GeneveArrival arrival;
    ASSERT_EQ(ReceiveGeneve(sent[i], {}, &arrival), GeneveVerdict::kDeliver);
    EXPECT_EQ(arrival.vni, 5 + i);
    EXPECT_EQ(arrival.option, OvnGeneveOption{static_cast<uint32_t>(7 + i)});
  }
}

// Encap.options:csum of the other side.
TEST_F(RawTunnelTest, ARemoteMayWantNoChecksum) {
  Open(kA4);
  tunnel_->AddNeighbor(kB4, kMacB);
  for (const bool checksum : {true, false}) {
    ASSERT_TRUE(tunnel_->AddRemote(1, kB4, checksum).ok());
    Send(1, 1);
    EXPECT_EQ(Load16(&Wire().at(0)[40]) != 0, checksum);
  }
}

TEST_F(RawTunnelTest, CarriesCongestionAcross) {
  Open(kA4);
  ASSERT_TRUE(tunnel_->AddRemote(1, kB4).ok());
  tunnel_->AddNeighbor(kB4, kMacB);
  for (uint8_t inner = 0; inner < 4; ++inner) {
    Bytes frame = InnerTestFrame(1, 1, 100);
    frame[15] = static_cast<uint8_t>(0x28 | inner);
    MutableIpv4View(absl::MakeSpan(frame).subspan(14)).FillChecksum();
    std::vector<Packet> packets;
    packets.emplace_back(frame);
    SendAll(*tunnel_, 1, packets);
    EXPECT_EQ(Ipv4View(absl::MakeConstSpan(Wire().at(0)).subspan(14)).tos(), inner);
    for (uint8_t outer = 0; outer < 4; ++outer) {
      const uint64_t dropped = tunnel_->counters().dropped(TunnelDrop::kRxCongested);
      const std::vector<Packet> got = Give({FromB(frame, outer)});
      const uint8_t expected = EcnAtExit(outer, inner, EcnMode::kRfc6040);
      if (expected == kEcnDrop) {
        EXPECT_EQ(got.size(), 0u);
        EXPECT_EQ(tunnel_->counters().dropped(TunnelDrop::kRxCongested), dropped + 1);
        continue;
      }
      ASSERT_EQ(got.size(), 1u) << int{outer} << " " << int{inner};
      const Ipv4View ip(got[0].bytes().subspan(14));
      EXPECT_EQ(ip.tos(), 0x28 | expected);
      EXPECT_TRUE(ip.ChecksumIsValid());
    }
  }
  // What is not IP has no mark and is not dropped.
  ExpectSameFrames({TestFrame(1, 100)}, BytesOf(Give({FromB(TestFrame(1, 100), 3)})));
}

TEST_F(RawTunnelTest, SaysWhyItRefuses) {
  Open(kA4);
  ASSERT_TRUE(tunnel_->AddRemote(1, kB4).ok());
  const Bytes good = FromB(TestFrame(1, 100));
  Bytes version = good, checksum = good, udp = good, fragment = good;
  version[42] |= 0x40;
  Store16(&version[40], 0);
  checksum.back() ^= 1;
  Store16(&udp[36], 53);
  udp[14 + 6] = 0;
  const Bytes other = FromB(TestFrame(1, 100), 0, IpAddress(Ipv4Address(0xc0a8'38ff)));
  const std::vector<Packet> got = Give({version, other, good, checksum, udp, TestFrame(2, 100), Bytes(14), good});
  ExpectSameFrames({TestFrame(1, 100), TestFrame(1, 100)}, BytesOf(got));
  EXPECT_EQ(tunnel_->counters().refusals(GeneveVerdict::kVersion), 1u);
  EXPECT_EQ(tunnel_->counters().refusals(GeneveVerdict::kUdpChecksum), 1u);
  EXPECT_EQ(tunnel_->counters().dropped(TunnelDrop::kRxInvalid), 2u);
  EXPECT_EQ(tunnel_->counters().ToString(),
            "rx 2 packets 200 bytes, tx 0 packets 0 bytes, 2 dropped: not valid Geneve, 4 dropped: not for this "
            "transport, 1 refused: wrong UDP checksum, 1 refused: unknown Geneve version");
}

}  // namespace
}  // namespace ovnlite
