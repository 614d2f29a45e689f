// Datapaths in several threads: they share nothing but flow tables that nobody edits meanwhile. What one does is what
// it does alone. (Under ThreadSanitizer, that they share nothing.)
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "lib/datapath/datapath_testutil.h"
#include "ovnlite/base/random.h"
#include "ovnlite/datapath/datapath.h"
#include "ovnlite/flow/opcode.h"

namespace ovnlite {
namespace {

constexpr int kThreads = 2;
constexpr int kBatches = 200;

using Sent = std::map<uint32_t, std::vector<std::string>>;

// Routing, copies, an answer and a drop.
void AddFlows(FlowTables& tables) {
  tables.Add(MakeFlow(0, 1, {}, {Op::SetField(OfReg(0), 1), Op::Resubmit(1)}));
  for (uint32_t i = 0; i < 16; ++i) {
    tables.Add(
        MakeFlow(1, 2, {{field::kEthType, 0x0800}, {field::kIp4Dst, 0x0a000100 + i}},
                 {Op::SetField(OfField::kEthDst, 0x100 + i), Op::Simple(OpKind::kDecTtl), Op::Output(2 + i % 4)}));
  }
  tables.Add(MakeFlow(1, 3, {{field::kEthType, 0x0800}, {field::kIp4Dst, 0x0a000103}},
                      {Op::Output(2), Op::SetField(OfField::kEthSrc, 0x77), Op::Output(3)}));
  ControllerOp icmp;
  icmp.opcode = opcode::kIcmp4Error;
  icmp.has_nested = true;
  icmp.nested = {Op::Output(6)};
  tables.Add(MakeFlow(1, 3, {{field::kEthType, 0x0800}, {field::kIp4Dst, 0x0a000104}}, {Op::Controller(icmp)}));
}

// What a datapath sends of packets that a seed stands for. Its time passes, so that it forgets megaflows too.
Sent SentBy(const FlowTables& tables, uint64_t seed) {
  ManualClock clock;
  RecordingHost host;
  Datapath datapath(tables, clock, host, nullptr, {.megaflow_idle = 3 * kSecond});
  Random random(seed);
  for (int b = 0; b < kBatches; ++b) {
    std::vector<Packet> packets;
    for (int i = 0; i < kBatchSize; ++i) {
      packets.push_back(
          UdpPacket(1, 0x0a000100 + static_cast<uint32_t>(random.Below(20)), static_cast<uint16_t>(random.Below(8))));
    }
    PacketBatch batch;
    for (Packet& packet : packets) batch.Add(&packet);
    datapath.Process(batch);
    clock.Advance(kSecond);
    datapath.Tick();
  }
  EXPECT_EQ(datapath.counters().received, uint64_t{kBatches} * kBatchSize);
  return std::move(host.sent);
}

std::array<Sent, kThreads> RunTogether(const std::array<const FlowTables*, kThreads>& tables) {
  std::array<Sent, kThreads> sent;
  std::vector<std::thread> threads;
  for (size_t i = 0; i < kThreads; ++i) threads.emplace_back([&, i] { sent[i] = SentBy(*tables[i], i); });
  for (std::thread& thread : threads) thread.join();
  return sent;
}

TEST(ThreadsTest, WithTablesOfTheirOwn) {
  std::array<FlowTables, kThreads> tables;
  for (FlowTables& each : tables) AddFlows(each);
  const auto sent = RunTogether({&tables[0], &tables[1]});
  for (size_t i = 0; i < kThreads; ++i) {
    EXPECT_EQ(sent[i].size(), 5u) << "all ports";
    EXPECT_EQ(sent[i], SentBy(tables[i], i));
  }
}

TEST(ThreadsTest, WithTheSameTables) {
  FlowTables tables;
  AddFlows(tables);
  const auto sent = RunTogether({&tables, &tables});
  for (size_t i = 0; i < kThreads; ++i) {
    EXPECT_EQ(sent[i].size(), 5u) << "all ports";
    EXPECT_EQ(sent[i], SentBy(tables, i));
  }
}

}  // namespace
}  // namespace ovnlite
