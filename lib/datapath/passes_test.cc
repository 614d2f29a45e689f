// Batches, and packets that go through the tables more than once.
#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/datapath/datapath_testutil.h"
#include "ovnlite/base/random.h"
#include "ovnlite/datapath/datapath.h"
#include "ovnlite/flow/opcode.h"
#include "ovnlite/packet/compose.h"
#include "ovnlite/packet/extract.h"

namespace ovnlite {
namespace {

// Says of every connection that it is new in the first zone, and established in others; translates the destination
// where it is told to.
class PlainTracker final : public ConnectionTracker {
 public:
  bool Track(const CtOp& ct, uint16_t zone, Packet& packet, FlowKey& key) override {
    ++tracked;
    if (key.Get64(field::kL4Dst) == dropped_port) return false;
    key.Set(field::kCtState, kCtTrk | (zone == 1 ? kCtNew : kCtEst));
    key.Set(field::kCtZone, zone);
    if (ct.nat == CtOp::Nat::kDst) {
      FlowKey written;
      written.Include(field::kIp4Dst);
      key.Set(field::kIp4Dst, 0x0a000163);
      PacketKey unused;
      Rewrite(key, written).Apply(packet, ExtractFlowKey(packet, unused));
    }
    return true;
  }

  int tracked = 0;
  uint64_t dropped_port = ~uint64_t{0};
};

Op Ct(uint16_t zone, uint8_t table, CtOp::Nat nat = CtOp::Nat::kNone) {
  CtOp ct;
  ct.zone_is_field = false;
  ct.zone = zone;
  ct.recirc_table = table;
  ct.nat = nat;
  return Op::Ct(ct);
}

class PassesTest : public testing::Test {
 protected:
  // Twice through the tracker, then out by a port that a register of before says.
  void AddFlows() {
    tables_.Add(MakeFlow(0, 1, {}, {Op::SetField(OfReg(3), 5), Op::Push({OfField::kEthSrc, 0, 48}), Ct(1, 1)}));
    tables_.Add(MakeFlow(1, 1, {{field::kCtState, kCtTrk | kCtNew}, {RegField(3), 5}},
                         {Op::SetField(OfReg(4), 6), Ct(2, 2, CtOp::Nat::kDst)}));
    tables_.Add(MakeFlow(2, 1, {{field::kCtState, kCtTrk | kCtEst}, {RegField(3), 5}, {RegField(4), 6}},
                         {Op::Pop({OfField::kEthDst, 0, 48}), Op::Output(7)}));
  }

  ManualClock clock_;
  RecordingHost host_;
  FlowTables tables_;
  PlainTracker tracker_;
  Datapath datapath_{tables_, clock_, host_, &tracker_};
};

// What comes back from connection tracking is looked up like anything else: registers and stack come back with it.
TEST_F(PassesTest, RecirculatedPacketsAreCachedToo) {
  AddFlows();
  for (int i = 0; i < 50; ++i) {
    Packet packet = UdpPacket(1, 0x0a000114, static_cast<uint16_t>(1000 + i));
    datapath_.Process(packet);
  }
  ASSERT_EQ(host_.sent[7].size(), 50u);
  EXPECT_EQ(tracker_.tracked, 100);
  EXPECT_EQ(datapath_.counters().translations, 3u) << "one in each pass";
  EXPECT_EQ(datapath_.counters().recirculated, 100u);
  EXPECT_EQ(datapath_.counters().cache_hits, 147u);
  EXPECT_EQ(datapath_.megaflow_count(), 3u);
  EXPECT_EQ(datapath_.recirculation_count(), 2u);
  FlowKey key;
  const auto* const bytes = reinterpret_cast<const uint8_t*>(host_.sent[7][0].data());
  ExtractFlowKey(absl::MakeConstSpan(bytes, host_.sent[7][0].size()), key);
  EXPECT_EQ(key.Get64(field::kEthDst), 0x0au) << "from the stack";
  EXPECT_EQ(key.Get64(field::kIp4Dst), 0x0a000163u) << "translated";
}

TEST_F(PassesTest, BatchesRecirculateTogether) {
  AddFlows();
  tracker_.dropped_port = 9;
  std::vector<Packet> packets;
  PacketBatch batch;
  for (uint16_t i = 0; i < kBatchSize; ++i) packets.push_back(UdpPacket(1, 0x0a000114, i, i % 4 == 0 ? 9 : 53));
  for (Packet& packet : packets) batch.Add(&packet);
  datapath_.Process(batch);
  ASSERT_EQ(host_.sent[7].size(), 24u);
  for (size_t i = 0, sport = 1; i < 24; ++i, sport += sport % 4 == 3 ? 2 : 1) {
    EXPECT_EQ(Load16(reinterpret_cast<const uint8_t*>(host_.sent[7][i].data()) + 34), sport) << "in order";
  }
}

// Places to go on from go with the megaflows that lead there.
TEST_F(PassesTest, PlacesAreGivenBack) {
  AddFlows();
  Packet packet = UdpPacket(1);
  datapath_.Process(packet);
  EXPECT_EQ(datapath_.recirculation_count(), 2u);
  clock_.Advance(11 * kSecond);
  datapath_.Tick();
  EXPECT_EQ(datapath_.megaflow_count(), 0u);
  EXPECT_EQ(datapath_.recirculation_count(), 0u);
  packet = UdpPacket(1);
  datapath_.Process(packet);
  EXPECT_EQ(host_.sent[7].size(), 2u);
}

// Editing what is before the tracker makes other places; what is behind it stays as it was.
TEST_F(PassesTest, EditsReachEveryPass) {
  AddFlows();
  Packet packet = UdpPacket(1);
  datapath_.Process(packet);
  tables_.Add(MakeFlow(2, 9, {{RegField(3), 5}}, {Op::Output(8)}));
  packet = UdpPacket(1);
  datapath_.Process(packet);
  EXPECT_EQ(host_.sent[8].size(), 1u);
  tables_.Add(MakeFlow(0, 9, {}, {Op::SetField(OfReg(3), 4), Ct(1, 1)}));
  tables_.Add(MakeFlow(1, 9, {{RegField(3), 4}}, {Op::Output(9)}));
  packet = UdpPacket(1);
  datapath_.Process(packet);
  EXPECT_EQ(host_.sent[9].size(), 1u);
}

TEST_F(PassesTest, EndlessRecirculationEnds) {
  tables_.Add(MakeFlow(0, 1, {}, {Ct(1, 0)}));
  Packet packet = UdpPacket(1);
  datapath_.Process(packet);
  EXPECT_EQ(datapath_.counters().loops, 1u);
  EXPECT_EQ(tracker_.tracked, Datapath::kMaxGenerations + 1);
}

// A full cache changes nothing but speed.
TEST_F(PassesTest, WithoutRoomInTheCache) {
  AddFlows();
  Datapath small(tables_, clock_, host_, &tracker_, {.max_megaflows = 1});
  for (int i = 0; i < 5; ++i) {
    Packet packet = UdpPacket(1);
    small.Process(packet);
  }
  EXPECT_EQ(host_.sent[7].size(), 5u);
  EXPECT_EQ(small.megaflow_count(), 1u);
  EXPECT_EQ(small.counters().uncached, 10u);
}

// The law of batches: whatever the flows are, every exit sees what it would see if the packets came one by one.
class BatchLaw : public testing::TestWithParam<uint64_t> {};

TEST_P(BatchLaw, ABatchIsItsPacketsOneByOne) {
  SCOPED_TRACE(testing::Message() << "seed " << GetParam());
  Random random(GetParam());
  FlowTables tables;
  for (int i = 0; i < 40; ++i) {
    const auto table = static_cast<uint8_t>(random.Below(3));
    OpList ops;
    for (int n = static_cast<int>(random.Below(4)); n > 0; --n) {
      switch (random.Below(5)) {
        case 0:
          ops.push_back(Op::SetField(random.OneIn(2) ? OfField::kIpDst : OfField::kEthDst, random.Below(4)));
          break;
        case 1:
          ops.push_back(Op::SetField(OfReg(0), random.Below(3)));
          break;
        case 2:
          ops.push_back(Op::SetField(OfField::kVlanTci, random.OneIn(2) ? 0 : 0x1007));
          break;
        default:
          ops.push_back(Op::Output(static_cast<uint32_t>(2 + random.Below(3))));
          break;
      }
    }
    if (random.OneIn(3)) {
      ControllerOp icmp;
      icmp.opcode = opcode::kIcmp4Error;
      icmp.has_nested = true;
      icmp.nested = {Op::Output(5)};
      ops.push_back(random.OneIn(2) ? Op::Controller(icmp)
                                    : Ct(static_cast<uint16_t>(1 + random.Below(2)), static_cast<uint8_t>(table + 1)));
    } else if (table < 2) {
      ops.push_back(Op::Resubmit(static_cast<uint8_t>(table + 1)));
    }
    tables.Add(MakeFlow(table, static_cast<uint16_t>(random.Below(5)),
                        {{random.OneIn(2)   ? field::kL4Dst
                          : random.OneIn(2) ? RegField(0)
                                            : field::kIp4Src,
                          random.Below(3)}},
                        std::move(ops)));
  }
  ManualClock clock;
  RecordingHost together_host, single_host;
  PlainTracker tracker;
  Datapath together(tables, clock, together_host, &tracker), single(tables, clock, single_host, &tracker);
  // Answers leave behind everything else of their batch.
  together_host.tunnels = single_host.tunnels = {3};
  for (int round = 0; round < 30; ++round) {
    std::vector<Packet> packets;
    PacketBatch batch;
    for (uint64_t n = 1 + random.Below(kBatchSize); n > 0; --n) {
      packets.push_back(
          ComposePacket(UdpKey(static_cast<uint32_t>(random.Below(3)), 9, static_cast<uint16_t>(random.Next()),
                               static_cast<uint16_t>(random.Below(3)))));
      packets.back().in_port = 1;
      Packet alone = packets.back().Clone();
      single.Process(alone);
    }
    for (Packet& packet : packets) batch.Add(&packet);
    together.Process(batch);
  }
  EXPECT_FALSE(single_host.sent.empty());
  for (uint32_t port = 2; port < 6; ++port) {
    std::vector<std::string>&a = together_host.sent[port], &b = single_host.sent[port];
    if (port == 5) {
      std::sort(a.begin(), a.end());
      std::sort(b.begin(), b.end());
    }
    EXPECT_EQ(a, b) << "port " << port;
  }
  EXPECT_EQ(together.counters().transmitted, single.counters().transmitted);
  EXPECT_EQ(together.counters().dropped, single.counters().dropped);
}

INSTANTIATE_TEST_SUITE_P(Seeds, BatchLaw, testing::Range<uint64_t>(1, 41));

// -- Keeping house ----------------------------------------------------------------------------------------------------

// As many megaflows as a cache has, and an edit that touches all of them: no call does more than its part.
TEST(RevalidationTest, WorkIsDoneInParts) {
  constexpr uint32_t kMegaflows = 200'000;
  ManualClock clock(1);
  RecordingHost host;
  FlowTables tables;
  tables.Add(MakeFlow(0, 1, {{field::kEthType, 0x800}}, {Op::Resubmit(1)}));
  // All bits of the ports decide.
  tables.Add(MakeFlow(1, 2, {{field::kEthType, 0x800}, {field::kIpProto, 17}},
                      {Op::Move({OfField::kUdpSrc, 0, 16}, {OfReg(1), 0, 16}),
                       Op::Move({OfField::kUdpDst, 0, 16}, {OfReg(2), 0, 16}), Op::Output(2)}));
  Datapath datapath(tables, clock, host, nullptr, {.max_megaflows = kMegaflows, .megaflow_idle = 3600 * kSecond});
  std::vector<Packet> packets(kBatchSize);
  const auto send = [&](uint32_t first) {
    PacketBatch batch;
    for (uint32_t i = 0; i < kBatchSize; ++i) {
      const uint32_t flow = first + i;
      packets[i] = UdpPacket(1, 0x0a000114, static_cast<uint16_t>(flow), static_cast<uint16_t>(flow >> 16));
      batch.Add(&packets[i]);
    }
    datapath.Process(batch);
  };
  for (uint32_t flow = 0; flow < kMegaflows; flow += kBatchSize) send(flow);
  ASSERT_EQ(datapath.megaflow_count(), kMegaflows);
  ASSERT_TRUE(datapath.Revalidate());
  host.sent.clear();

  tables.Add(MakeFlow(0, 2, {{field::kEthType, 0x800}}, {Op::Output(9), Op::Resubmit(1)}));
  // A packet sees the edit at once, and a batch asks again for its own packets only.
  uint64_t before = datapath.counters().revalidations;
  send(64);
  EXPECT_EQ(host.sent[9].size(), size_t{kBatchSize});
  EXPECT_EQ(datapath.counters().revalidations - before, uint64_t{kBatchSize});
  // The rest in parts, each of which is small.
  int calls = 0;
  for (bool done = false; !done; ++calls) {
    before = datapath.counters().revalidations;
    done = datapath.Revalidate();
    ASSERT_LE(datapath.counters().revalidations - before, uint64_t{Datapath::kWork / 16 + 8});
    ASSERT_LT(calls, 10'000);
  }
  EXPECT_EQ(datapath.counters().revalidations, uint64_t{kMegaflows});
  EXPECT_EQ(datapath.megaflow_count(), kMegaflows);
  EXPECT_GT(calls, 1'000);
  before = datapath.counters().revalidations;
  send(96);
  EXPECT_EQ(datapath.counters().revalidations, before) << "all is as it should be";

  // Expiry too goes in parts, at once.
  clock.Advance(3601 * kSecond);
  int ticks = 0;
  do {
    const size_t left = datapath.megaflow_count();
    datapath.Tick();
    ASSERT_LE(left - datapath.megaflow_count(), static_cast<size_t>(Datapath::kWork) + 8);
    ASSERT_LT(++ticks, 10'000);
  } while (datapath.next_deadline() <= clock.Now());
  EXPECT_EQ(datapath.megaflow_count(), 0u);
  EXPECT_GT(ticks, 100);
  EXPECT_EQ(datapath.next_deadline(), kNever);
}

}  // namespace
}  // namespace ovnlite
