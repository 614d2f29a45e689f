// Packets that teach, and packets that wait, on a network of two ports.
#include "lib/node/learning_agent.h"

#include <gtest/gtest.h>

#include "lib/controller/tables.h"
#include "lib/schema/column_access.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/flow/opcode.h"
#include "ovnlite/packet/compose.h"
#include "ovnlite/packet/extract.h"
#include "ovnlite/schema/schema.h"
#include "ovnlite/wire/ethernet.h"

namespace ovnlite {
namespace {

constexpr uint32_t kRouter = 3, kOut = 2, kGateway = 5;
const Uuid kRouterUuid = Uuid::FromName("router"), kOutUuid = Uuid::FromName("out"),
           kGatewayUuid = Uuid::FromName("cr-out");
const MacAddress kNeighbor(0x0200'0000'0099);

std::shared_ptr<const Op> Action(uint32_t code) {
  ControllerOp op;
  op.opcode = code;
  return std::make_shared<const Op>(Op::Controller(op));
}

class LearningAgentTest : public testing::Test, private DatapathHost, private Exit {
 protected:
  LearningAgentTest() {
    Transaction t = sb_.Begin();
    auto* router = t.Insert<sb::Datapath_Binding>(kRouterUuid);
    router->set_tunnel_key(kRouter);
    const auto add = [&](const Uuid& uuid, const char* name, uint32_t key) {
      auto* port = t.Insert<sb::Port_Binding>(uuid);
      port->set_logical_port(name);
      port->set_tunnel_key(key);
      ToProto(kRouterUuid, port->mutable_datapath());
      return port;
    };
    (*add(kOutUuid, "out", kOut)->mutable_options())["chassis-redirect-port"] = "cr-out";
    add(kGatewayUuid, "cr-out", kGateway);
    EXPECT_TRUE(sb_.Commit(std::move(t)).ok());
    subscription_ = sb_.Subscribe([this](const Delta& delta) { agent_.OnCommit(delta); });
    Flow all;
    all.table = table::kOutputInit;
    all.ops = std::make_shared<const OpList>(OpList{Op::Output(1)});
    tables_.Add(std::move(all));
  }

  // An IPv4 packet on its way to next hop 10.0.0.`hop`, out by a port.
  void Ask(uint8_t hop, uint32_t out_port = kOut) {
    FlowKey key;
    key.Set(field::kEthType, kEthTypeIpv4);
    key.Set(field::kIp4Dst, 0x0a000100u | hop);
    Packet packet = ComposePacket(key);
    key.Set(field::kMetadata, kRouter);
    key.Set(field::kLogicalOutPort, out_port);
    key.set_reg(0, 0x0a000000u | hop);
    agent_.Take({Action(opcode::kArp), std::move(packet), key});
  }
  void Learn(uint8_t hop, uint32_t code = opcode::kPutArp) {
    FlowKey key;
    key.Set(field::kMetadata, kRouter);
    key.Set(field::kLogicalInPort, kOut);
    key.Set(field::kEthSrc, kNeighbor.bits());
    key.set_reg(0, 0x0a000000u | hop);
    agent_.Take({Action(code), Packet(), key});
    agent_.WriteRows();
  }

  Exit* ExitTo(uint32_t, uint64_t) override { return this; }
  bool OnPacketIn(PacketIn) override { return false; }
  void Send(const PacketBatch& batch) override {
    for (const Packet* packet : batch) {
      PacketKey key;
      ExtractFlowKey(*packet, key);
      EXPECT_EQ(key.Get64(field::kEthDst), kNeighbor.bits());
      sent_.push_back(static_cast<int>(key.Get64(field::kIp4Dst) & 0xff));
    }
  }

  Database sb_{SouthboundSchema()};
  ManualClock clock_;
  FlowTables tables_;
  Datapath datapath_{tables_, clock_, *this};
  LearningAgent agent_{sb_, clock_, datapath_, {.per_neighbor = 2, .neighbors = 2, .time = 10 * kSecond}};
  Database::Subscription subscription_;
  std::vector<int> sent_;  // Last octets.
};

TEST_F(LearningAgentTest, TakesWhatTeachesAndWhatAsks) {
  for (uint32_t code = 0; code < 40; ++code) {
    const bool mine = code == opcode::kArp || code == opcode::kNdNs || code == opcode::kPutArp ||
                      code == opcode::kPutNd || code == opcode::kPutFdb;
    EXPECT_EQ(agent_.Takes(code), mine) << code;
  }
}

TEST_F(LearningAgentTest, WhatIsLearnedLetsGoWhatWaitsForIt) {
  Ask(7);
  Ask(7);
  Ask(8);
  EXPECT_EQ(agent_.counters().waiting, 3u);
  Learn(7);
  EXPECT_EQ(agent_.counters().learned, 1u);
  EXPECT_EQ(sb_.RowCount<sb::MAC_Binding>(), 1u);
  EXPECT_TRUE(sent_.empty()) << "not before the flows are there";
  agent_.GoOn();
  EXPECT_EQ(sent_, (std::vector<int>{7, 7}));
  agent_.GoOn();
  EXPECT_EQ(sent_.size(), 2u) << "once";
}

// What leaves through a gateway port waits at the port that stands for it.
TEST_F(LearningAgentTest, WhatWaitsAtAGatewayGoesOnToo) {
  Ask(7, kGateway);
  Learn(7);
  agent_.GoOn();
  EXPECT_EQ(sent_, std::vector<int>{7});
}

TEST_F(LearningAgentTest, OneNeighborTooManyIsDropped) {
  for (const uint8_t hop : {1, 2, 3}) Ask(hop);
  EXPECT_EQ(agent_.counters().waiting, 3u);
  EXPECT_EQ(agent_.counters().waiting_dropped, 1u);
  for (const uint8_t hop : {1, 2, 3}) Learn(hop);
  agent_.GoOn();
  EXPECT_EQ(sent_, (std::vector<int>{1, 2}));
}

TEST_F(LearningAgentTest, WaitsSoLongAndNoLonger) {
  Ask(1);
  clock_.Advance(6 * kSecond);
  Ask(1);
  EXPECT_EQ(agent_.next_deadline(), 16 * kSecond);
  clock_.Advance(6 * kSecond);
  agent_.Tick();
  EXPECT_EQ(agent_.counters().waiting_dropped, 0u);
  clock_.Advance(4 * kSecond);
  agent_.Tick();
  EXPECT_EQ(agent_.counters().waiting_dropped, 2u);
  EXPECT_EQ(agent_.next_deadline(), kNever);
}

TEST_F(LearningAgentTest, WritesAnAddressOnceAndKeepsItUpToDate) {
  Learn(7);
  Learn(7);
  EXPECT_EQ(sb_.RowCount<sb::MAC_Binding>(), 1u);
  Learn(7, opcode::kPutFdb);
  Learn(7, opcode::kPutFdb);
  ASSERT_EQ(sb_.RowCount<sb::FDB>(), 1u);
  const auto* row = sb_.Get<sb::FDB>(sb_.Find(sb::columns::FDB::mac, kNeighbor.ToString()).front());
  EXPECT_EQ(row->dp_key(), kRouter);
  EXPECT_EQ(row->port_key(), kOut);
}

// A network that is gone has nothing to remember.
TEST_F(LearningAgentTest, UnknownNumbersAreForgotten) {
  FlowKey key;
  key.Set(field::kMetadata, 99);
  agent_.Take({Action(opcode::kPutArp), Packet(), key});
  key.Set(field::kMetadata, kRouter);
  key.Set(field::kLogicalInPort, 99);
  agent_.Take({Action(opcode::kPutArp), Packet(), key});
  agent_.WriteRows();
  EXPECT_EQ(sb_.RowCount<sb::MAC_Binding>(), 0u);
}

}  // namespace
}  // namespace ovnlite
