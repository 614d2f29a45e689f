#include "lib/port/tunnel_conformance_testutil.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "lib/port/port_conformance_testutil.h"
#include "ovnlite/base/random.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/ip_proto.h"
#include "ovnlite/wire/ipv4.h"
#include "ovnlite/wire/udp.h"

namespace ovnlite {

Bytes InnerTestFrame(uint16_t flow, uint64_t i, size_t size) {
  Bytes frame = TestFrame(i, size);
  EthernetHeader{MacAddress(0x0200'0000'000b), MacAddress(0x0200'0000'000a), kEthTypeIpv4}.Emit(frame.data());
  Ipv4Header ip;
  ip.total_length = static_cast<uint16_t>(size - 14);
  ip.id = static_cast<uint16_t>(i);
  ip.protocol = kIpProtoUdp;
  ip.source = Ipv4Address(0x0a00'000a);
  ip.destination = Ipv4Address(0x0a00'0114);
  ip.EmitWithChecksum(&frame[14]);
  UdpHeader{flow, 53, static_cast<uint16_t>(size - 34), 0}.Emit(&frame[34]);
  return frame;
}

std::vector<Packet> ReceiveAll(TunnelTransport& to, TunnelTransport& from, size_t at_least) {
  std::vector<Packet> received;
  std::vector<Packet> aside(kBatchSize);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  for (;;) {
    std::vector<Packet> storage(kBatchSize);
    const int n = to.Receive(absl::MakeSpan(storage));
    for (int i = 0; i < n; ++i) received.push_back(std::move(storage[static_cast<size_t>(i)]));
    EXPECT_EQ(from.Receive(absl::MakeSpan(aside)), 0);
    if (n > 0) continue;
    if (received.size() >= at_least || std::chrono::steady_clock::now() > deadline) return received;
    pollfd wait = {to.fd(), POLLIN, 0};
    poll(&wait, 1, 1);
  }
}

void SendAll(TunnelTransport& from, uint32_t port, std::vector<Packet>& packets) {
  PacketBatch batch;
  for (Packet& packet : packets) {
    batch.Add(&packet);
    if (batch.full()) {
      from.Send(port, batch);
      batch.clear();
    }
  }
  from.Send(port, batch);
}

namespace {

constexpr uint32_t kToB = 17;
constexpr uint32_t kToA = 23;

class TunnelTest : public testing::Test {
 public:
  using Body = void (TunnelTest::*)();
  struct Case {
    const char* name;
    Body body;
  };
  static const std::vector<Case>& Cases();

  TunnelTest(std::shared_ptr<const TunnelKind> kind, Body body) : kind_ptr_(std::move(kind)), body_(body) {}
  void TestBody() override { (this->*body_)(); }

 private:
  bool Open() {
    std::string reason;
    TunnelsUnderTest tunnels = kind_.open(&clock_, &reason);
    a_ = std::move(tunnels.a);
    b_ = std::move(tunnels.b);
    if (a_ == nullptr || b_ == nullptr) {
      [&] { GTEST_SKIP() << reason; }();
      return false;
    }
    EXPECT_TRUE(a_->AddRemote(kToB, b_->options().local).ok());
    EXPECT_TRUE(b_->AddRemote(kToA, a_->options().local).ok());
    return true;
  }

  void CarriesEverySizeBothWays();
  void CarriesAnyTunnelWord();
  void KeepsFlowsInOrder();
  void SendsWithoutOption();
  void KnowsItsRemotes();
  void DropsStrangers();
  void RefusesWhatIsTooLong();
  void CountsExactly();
  void LeavesThePacketAsItWas();
  void ClosesWhileInUse();
  void StopsAllocating();

  const std::shared_ptr<const TunnelKind> kind_ptr_;
  const TunnelKind& kind_ = *kind_ptr_;
  const Body body_;
  ManualClock clock_{1'700'000'000 * kSecond};
  std::unique_ptr<TunnelTransport> a_;
  std::unique_ptr<TunnelTransport> b_;
};

void TunnelTest::CarriesEverySizeBothWays() {
  if (!Open()) return;
  for (const bool back : {false, true}) {
    TunnelTransport& from = back ? *b_ : *a_;
    TunnelTransport& to = back ? *a_ : *b_;
    std::vector<Bytes> expected;
    for (size_t size = 14; size <= kind_.max_inner; ++size) {
      Bytes frame = TestFrame(1, size);  // One flow: its addresses are the same.
      expected.push_back(frame);
    }
    for (size_t i = 0; i < expected.size(); i += 100) {
      const std::vector<Bytes> some(expected.begin() + i, expected.begin() + std::min(i + 100, expected.size()));
      std::vector<Packet> packets;
      for (const Bytes& frame : some) packets.emplace_back(frame).tunnel = uint64_t{5} << 32 | 7;
      SendAll(from, back ? kToA : kToB, packets);
      const std::vector<Packet> got = ReceiveAll(to, from, some.size());
      ExpectSameFrames(some, BytesOf(got));
      for (const Packet& packet : got) {
        ASSERT_EQ(packet.in_port, back ? kToB : kToA);
        ASSERT_EQ(packet.tunnel, uint64_t{5} << 32 | 7);
        ASSERT_EQ(packet.time, clock_.Now());
      }
      if (HasFailure()) return;
      clock_.Advance(kMillisecond);
    }
  }
}

void TunnelTest::CarriesAnyTunnelWord() {
  if (!Open()) return;
  Random random(1);
  std::vector<Packet> packets;
  for (int i = 0; i < 300; ++i) {
    packets.emplace_back(InnerTestFrame(9, static_cast<uint64_t>(i), 100)).tunnel =
        random.Below(uint64_t{1} << 24) << 32 | (random.Next() & 0xffff'ffff);
  }
  SendAll(*a_, kToB, packets);
  const std::vector<Packet> got = ReceiveAll(*b_, *a_, packets.size());
  ASSERT_EQ(got.size(), packets.size());
  for (size_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i].tunnel, packets[i].tunnel) << i;
}

// Batches of many flows, sizes and tunnels mixed: every flow arrives whole and in order.
void TunnelTest::KeepsFlowsInOrder() {
  if (!Open()) return;
  Random random(2);
  std::map<uint16_t, std::vector<Bytes>> expected;
  std::map<uint16_t, std::vector<uint64_t>> words;
  std::map<uint16_t, std::vector<Bytes>> received;
  for (int round = 0; round < 20; ++round) {
    std::vector<Packet> packets;
    for (int i = 0; i < 64; ++i) {
      const auto flow = static_cast<uint16_t>(1'000 + random.Below(random.OneIn(2) ? 2 : 40));
      const size_t size = random.OneIn(2) ? 800 : 42 + random.Below(1'000);
      const Bytes frame = InnerTestFrame(flow, random.Next(), size);
      packets.emplace_back(frame).tunnel = (1 + random.Below(2)) << 32 | 0x0001'0002;
      expected[flow].push_back(frame);
      words[flow].push_back(packets.back().tunnel);
    }
    SendAll(*a_, kToB, packets);
    for (const Packet& packet : ReceiveAll(*b_, *a_, packets.size())) {
      const uint16_t flow = Load16(packet.data() + 34);
      const size_t i = received[flow].size();
      received[flow].emplace_back(packet.bytes().begin(), packet.bytes().end());
      ASSERT_LT(i, words[flow].size());
      ASSERT_EQ(packet.tunnel, words[flow][i]);
    }
  }
  EXPECT_EQ(received.size(), expected.size());
  for (const auto& [flow, frames] : expected) {
    SCOPED_TRACE(testing::Message() << "seed 2, flow " << flow);
    ExpectSameFrames(frames, received[flow]);
  }
}

void TunnelTest::SendsWithoutOption() {
  if (!Open()) return;
  std::vector<Packet> packets;
  packets.emplace_back(InnerTestFrame(1, 1, 100)).tunnel = kTunnelNoOption | uint64_t{3} << 32 | 99;
  packets.emplace_back(InnerTestFrame(1, 2, 100)).tunnel = uint64_t{3} << 32 | 99;
  SendAll(*a_, kToB, packets);
  const std::vector<Packet> got = ReceiveAll(*b_, *a_, 2);
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[0].tunnel, uint64_t{3} << 32);
  EXPECT_EQ(got[1].tunnel, uint64_t{3} << 32 | 99);
}

void TunnelTest::KnowsItsRemotes() {
  if (!Open()) return;
  const IpAddress local = b_->options().local;
  EXPECT_EQ(a_->remote(kToB), local);
  EXPECT_EQ(a_->remote(1), std::nullopt);
  EXPECT_TRUE(a_->AddRemote(kToB, local).ok());
  EXPECT_EQ(a_->AddRemote(1, local).code(), absl::StatusCode::kAlreadyExists);
  const IpAddress other = local.is_v6() ? IpAddress(Ipv4Address(1)) : IpAddress(Ipv6Address(1, 1));
  EXPECT_EQ(a_->AddRemote(1, other).code(), absl::StatusCode::kInvalidArgument);
  const IpAddress zero = local.is_v6() ? IpAddress(Ipv6Address()) : IpAddress(Ipv4Address());
  EXPECT_EQ(a_->AddRemote(1, zero).code(), absl::StatusCode::kInvalidArgument);
  // It moves to another port, and what comes from it with it.
  a_->RemoveRemote(kToB);
  a_->RemoveRemote(kToB);
  EXPECT_EQ(a_->remote(kToB), std::nullopt);
  EXPECT_TRUE(a_->AddRemote(1, local).ok());
  std::vector<Packet> packets;
  packets.emplace_back(InnerTestFrame(1, 1, 100)).tunnel = 1;
  SendAll(*b_, kToA, packets);
  const std::vector<Packet> got = ReceiveAll(*a_, *b_, 1);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].in_port, 1u);
}

void TunnelTest::DropsStrangers() {
  if (!Open()) return;
  std::vector<Packet> packets;
  packets.emplace_back(InnerTestFrame(1, 1, 100)).tunnel = 1;
  SendAll(*a_, 99, packets);
  EXPECT_EQ(a_->counters().dropped(TunnelDrop::kTxUnknownPort), 1u);
  b_->RemoveRemote(kToA);
  SendAll(*a_, kToB, packets);
  EXPECT_EQ(ReceiveAll(*b_, *a_, 0).size(), 0u);
  for (int i = 0; i < 200 && b_->counters().dropped(TunnelDrop::kRxUnknownRemote) == 0; ++i) {
    pollfd wait = {b_->fd(), POLLIN, 0};
    poll(&wait, 1, 1);
    EXPECT_EQ(ReceiveAll(*b_, *a_, 0).size(), 0u);
  }
  EXPECT_EQ(b_->counters().dropped(TunnelDrop::kRxUnknownRemote), 1u) << b_->counters().ToString();
}

void TunnelTest::RefusesWhatIsTooLong() {
  if (!Open()) return;
  std::vector<Packet> packets;
  // Of one flow, in one batch: the ones that fit go.
  for (const size_t over : {0, 1, 1, 0, 500}) {
    packets.emplace_back(InnerTestFrame(1, packets.size(), kind_.max_inner + over)).tunnel = 1;
  }
  packets.emplace_back(InnerTestFrame(1, packets.size(), 100)).tunnel = 1;
  SendAll(*a_, kToB, packets);
  ExpectSameFrames(
      {InnerTestFrame(1, 0, kind_.max_inner), InnerTestFrame(1, 3, kind_.max_inner), InnerTestFrame(1, 5, 100)},
      BytesOf(ReceiveAll(*b_, *a_, 3)));
  EXPECT_EQ(a_->counters().dropped(TunnelDrop::kTxTooLong), 3u) << a_->counters().ToString();
}

void TunnelTest::CountsExactly() {
  if (!Open()) return;
  std::vector<Packet> packets;
  uint64_t bytes = 0;
  for (size_t i = 0; i < 150; ++i) {
    packets.emplace_back(InnerTestFrame(static_cast<uint16_t>(i % 3), i, 60 + i)).tunnel =
        i % 5 == 0 ? 1 : 1 | kTunnelNoOption;
    bytes += 60 + i;
  }
  SendAll(*a_, kToB, packets);
  EXPECT_EQ(ReceiveAll(*b_, *a_, packets.size()).size(), packets.size());
  a_->Refresh();
  b_->Refresh();
  EXPECT_EQ(a_->counters().tx_packets, 150u) << a_->counters().ToString();
  EXPECT_EQ(a_->counters().tx_bytes, bytes);
  EXPECT_EQ(a_->counters().rx_packets, 0u);
  EXPECT_EQ(b_->counters().rx_packets, 150u);
  EXPECT_EQ(b_->counters().rx_bytes, bytes);
}

void TunnelTest::LeavesThePacketAsItWas() {
  if (!Open()) return;
  std::vector<Packet> packets;
  for (size_t i = 0; i < 40; ++i) {
    packets.emplace_back(InnerTestFrame(1, i, 60 + 10 * i)).tunnel = i;
    packets.back().in_port = 3;
    packets.back().time = 4;
  }
  SendAll(*a_, kToB, packets);
  for (size_t i = 0; i < packets.size(); ++i) {
    EXPECT_EQ(ToHex(packets[i].bytes()), ToHex(InnerTestFrame(1, i, 60 + 10 * i)));
    EXPECT_EQ(packets[i].tunnel, i);
    EXPECT_EQ(packets[i].in_port, 3u);
    EXPECT_EQ(packets[i].time, 4);
  }
  EXPECT_EQ(ReceiveAll(*b_, *a_, 40).size(), 40u);
}

void TunnelTest::ClosesWhileInUse() {
  if (!Open()) return;
  std::vector<Packet> packets;
  for (size_t i = 0; i < 40; ++i) packets.emplace_back(InnerTestFrame(1, i, 100)).tunnel = 1;
  SendAll(*a_, kToB, packets);
  std::vector<Packet> storage(4);
  for (int i = 0; i < 100 && b_->counters().rx_packets == 0; ++i) {
    b_->Receive(absl::MakeSpan(storage));
    a_->Receive(absl::MakeSpan(storage));
    pollfd wait = {b_->fd(), POLLIN, 0};
    poll(&wait, 1, 1);
  }
  EXPECT_GT(b_->counters().rx_packets, 0u);
  for (TunnelTransport* const t : {b_.get(), a_.get()}) {
    t->Close();
    t->Close();
    EXPECT_EQ(t->fd(), -1);
    EXPECT_EQ(t->next_deadline(), kNever);
    EXPECT_EQ(t->Receive(absl::MakeSpan(storage)), 0);
  }
  SendAll(*a_, kToB, packets);
  EXPECT_EQ(a_->counters().dropped(TunnelDrop::kTxClosed), 40u) << a_->counters().ToString();
}

void TunnelTest::StopsAllocating() {
  if (!Open()) return;
  std::vector<Packet> packets;
  for (size_t i = 0; i < kBatchSize; ++i) {
    packets.emplace_back(InnerTestFrame(static_cast<uint16_t>(i % 4), i, 60 + 30 * i)).tunnel = i % 3;
  }
  PacketBatch batch;
  for (Packet& packet : packets) batch.Add(&packet);
  std::vector<Packet> storage(kBatchSize), aside(kBatchSize);
  // Which buffer a frame comes into, and has to grow, follows from how the kernel cuts them into batches: in time all are
  // large enough.
  int quiet = 0;
  for (int round = 0; round < 400 && quiet < 4; ++round) {
    const uint64_t before = AllocationCount();
    a_->Send(kToB, batch);
    int received = 0;
    for (int idle = 0; received < kBatchSize && idle < 1'000;) {
      const int n = b_->Receive(absl::MakeSpan(storage));
      received += n;
      a_->Receive(absl::MakeSpan(aside));
      if (n > 0) continue;
      ++idle;
      pollfd wait = {b_->fd(), POLLIN, 0};
      poll(&wait, 1, 1);
    }
    const uint64_t after = AllocationCount();
    ASSERT_EQ(received, kBatchSize);
    quiet = after == before ? quiet + 1 : 0;
  }
  EXPECT_EQ(quiet, 4) << "rounds in a row without an allocation";
}

const std::vector<TunnelTest::Case>& TunnelTest::Cases() {
#define OVNLITE_CASE(name) \
  { #name, &TunnelTest::name }
  static const std::vector<Case> cases = {
      OVNLITE_CASE(CarriesEverySizeBothWays), OVNLITE_CASE(CarriesAnyTunnelWord), OVNLITE_CASE(KeepsFlowsInOrder),
      OVNLITE_CASE(SendsWithoutOption),       OVNLITE_CASE(KnowsItsRemotes),      OVNLITE_CASE(DropsStrangers),
      OVNLITE_CASE(RefusesWhatIsTooLong),     OVNLITE_CASE(CountsExactly),        OVNLITE_CASE(LeavesThePacketAsItWas),
      OVNLITE_CASE(ClosesWhileInUse),         OVNLITE_CASE(StopsAllocating),
  };
#undef OVNLITE_CASE
  return cases;
}

}  // namespace

bool RegisterTunnelConformance(const TunnelKind& kind) {
  const auto shared = std::make_shared<const TunnelKind>(kind);
  for (const TunnelTest::Case& one : TunnelTest::Cases()) {
    testing::RegisterTest((kind.name + "TunnelConformanceTest").c_str(), one.name, nullptr, nullptr, __FILE__, __LINE__,
                          [shared, body = one.body]() -> testing::Test* { return new TunnelTest(shared, body); });
  }
  return true;
}

}  // namespace ovnlite
