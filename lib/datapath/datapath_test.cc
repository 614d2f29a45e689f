// The engine on small hand-written tables. What whole hypervisors do with it is tested in lab/ and tests/.
#include "ovnlite/datapath/datapath.h"

#include <gtest/gtest.h>

#include <map>

#include "lib/datapath/datapath_testutil.h"
#include "ovnlite/base/random.h"
#include "ovnlite/datapath/translate.h"
#include "ovnlite/flow/opcode.h"
#include "ovnlite/packet/compose.h"
#include "ovnlite/packet/extract.h"
#include "ovnlite/packet/flow_hash.h"
#include "ovnlite/wire/arp.h"
#include "ovnlite/wire/checksum.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/ip_proto.h"
#include "ovnlite/wire/sctp.h"

namespace ovnlite {
namespace {

FlowKey Extract(absl::string_view bytes) {
  FlowKey key;
  ExtractFlowKey(absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()), key);
  return key;
}

class DatapathTest : public testing::Test {
 protected:
  using Host = RecordingHost;

  // in_port 1 -> route 10.0.1.0/24 to port 2, everything else dropped.
  void AddRouter() {
    tables_.Add(MakeFlow(0, 100, {{field::kInPort, 1}}, {Op::SetField(OfField::kMetadata, 3), Op::Resubmit(8)}));
    Flow route = MakeFlow(8, 74, {{field::kMetadata, 3}, {field::kEthType, 0x800}},
                          {Op::Simple(OpKind::kDecTtl), Op::SetField(OfField::kEthSrc, 0xff02),
                           Op::SetField(OfField::kEthDst, 0x0b), Op::Output(2)});
    EXPECT_TRUE(route.match.Add(field::kIp4Dst, 0x0a000100, 0xffffff00));
    route_ = tables_.Add(std::move(route));
  }

  ManualClock clock_;
  Host host_;
  FlowTables tables_;
  FlowId route_ = 0;
  Datapath datapath_{tables_, clock_, host_};
};

TEST_F(DatapathTest, RoutesAndKeepsChecksumsRight) {
  AddRouter();
  Packet packet = UdpPacket(1);
  datapath_.Process(packet);
  ASSERT_EQ(host_.sent[2].size(), 1u);
  FlowKey want = UdpKey(0x0a00000a, 0x0a000114, 5000, 53);
  want.Set(field::kEthSrc, 0xff02);
  want.Set(field::kEthDst, 0x0b);
  want.Set(field::kIpTtl, 63);
  const Packet expected = ComposePacket(want);
  EXPECT_EQ(host_.sent[2][0], std::string(reinterpret_cast<const char*>(expected.data()), expected.size()));
}

// A packet that crosses two switches and a router goes through a hundred tables and more; only going back counts.
TEST_F(DatapathTest, NewSctpPortsGetANewChecksum) {
  tables_.Add(MakeFlow(
      0, 1, {}, {Op::SetField(OfField::kSctpDst, 2905), Op::SetField(OfField::kIpDst, 0x0a000163), Op::Output(2)}));
  FlowKey key = UdpKey(0x0a00000a, 0x0a000114, 4000, 36412);
  key.Set(field::kIpProto, kIpProtoSctp);
  const std::vector<uint8_t> chunks(24, 0x5a);
  Packet packet = ComposePacket(key, chunks);
  packet.in_port = 1;
  constexpr size_t kAt = 34;  // Behind Ethernet and IPv4.
  const uint32_t right = SctpChecksum(packet.bytes().subspan(kAt));
  Store32(packet.data() + kAt + SctpLayout::kChecksum, right);
  Packet damaged = packet.Clone();
  damaged.in_port = 1;
  damaged.data()[kAt + SctpLayout::kChecksum] ^= 0x40;
  datapath_.Process(packet);
  datapath_.Process(damaged);
  ASSERT_EQ(host_.sent[2].size(), 2u);
  const auto sent = [&](size_t i) {
    const std::string& frame = host_.sent[2][i];
    return absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(frame.data()), frame.size()).subspan(kAt);
  };
  EXPECT_EQ(Extract(host_.sent[2][0]).Get64(field::kL4Dst), 2905u);
  EXPECT_NE(Load32(sent(0).data() + SctpLayout::kChecksum), right);
  EXPECT_EQ(Load32(sent(0).data() + SctpLayout::kChecksum), SctpChecksum(sent(0)));
  EXPECT_EQ(Load32(sent(1).data() + SctpLayout::kChecksum), SctpChecksum(sent(1)) ^ 0x4000'0000) << "wrong stays wrong";
}

TEST_F(DatapathTest, LaterTablesAreFreeAndGoingBackIsLimited) {
  const auto translate = [this](uint32_t port) {
    FlowKey key = UdpKey(0x0a00000a, 0x0a000114, 5000, 53);
    key.Set(field::kInPort, port);
    return Translator(tables_).Run(key, 0);
  };
  for (uint8_t table = 0; table < 200; ++table) {
    tables_.Add(MakeFlow(table, 0, {}, {Op::Resubmit(static_cast<uint8_t>(table + 1))}));
  }
  // At the end: once more from table 100, until the packet has been there as often as its TTL allows.
  tables_.Add(MakeFlow(200, 1, {{field::kIpTtl, 5}}, {Op::Output(2)}));
  tables_.Add(MakeFlow(200, 0, {}, {Op::Simple(OpKind::kDecTtl), Op::Clone({Op::Resubmit(100)})}));
  Program program = translate(1);
  ASSERT_EQ(program.effects.size(), 1u) << static_cast<int>(program.drop);
  EXPECT_EQ(program.effects[0].port, 2u);
  // Table 201 leads to itself.
  tables_.Add(MakeFlow(0, 1, {{field::kInPort, 3}}, {Op::Output(4), Op::Resubmit(201)}));
  tables_.Add(MakeFlow(201, 0, {}, {Op::Resubmit(201)}));
  program = translate(3);
  EXPECT_EQ(program.effects.size(), 1u);  // What was done before stays done.
  tables_.Add(MakeFlow(0, 1, {{field::kInPort, 5}}, {Op::Resubmit(201)}));
  EXPECT_EQ(translate(5).drop, DropReason::kTooDeep);
}

TEST_F(DatapathTest, OneMegaflowServesASubnet) {
  AddRouter();
  for (uint32_t i = 1; i <= 200; ++i) {
    Packet packet = UdpPacket(1, 0x0a000100 + i, static_cast<uint16_t>(1000 + i), static_cast<uint16_t>(i));
    datapath_.Process(packet);
  }
  EXPECT_EQ(host_.sent[2].size(), 200u);
  EXPECT_EQ(datapath_.megaflow_count(), 1u);
  EXPECT_EQ(datapath_.counters().translations, 1u);
  EXPECT_EQ(datapath_.counters().cache_hits, 199u);
  EXPECT_EQ(datapath_.StatisticsOf(route_).packets, 200u);
  EXPECT_EQ(datapath_.StatisticsOf(route_).bytes, 200 * UdpPacket(1).size());
}

TEST_F(DatapathTest, DropsAreCountedAndCached) {
  AddRouter();
  for (int i = 0; i < 3; ++i) {
    Packet packet = UdpPacket(1, 0x08080808);
    datapath_.Process(packet);
  }
  EXPECT_EQ(datapath_.counters().dropped, 3u);
  EXPECT_EQ(datapath_.counters().translations, 1u);
  EXPECT_TRUE(host_.sent.empty());
}

TEST_F(DatapathTest, RevalidationFollowsWhatChanged) {
  AddRouter();
  Packet packet = UdpPacket(1);
  datapath_.Process(packet);
  ASSERT_EQ(datapath_.megaflow_count(), 1u);
  // An edit elsewhere leaves the megaflow alone.
  tables_.Add(MakeFlow(9, 1, {{field::kMetadata, 3}}, {Op::Output(9)}));
  EXPECT_TRUE(datapath_.Revalidate());
  EXPECT_EQ(datapath_.megaflow_count(), 1u);
  // The same route to another port changes its program in place.
  const Flow old = tables_.Get(route_);
  tables_.Remove(route_);
  Flow moved = MakeFlow(8, 74, {}, {Op::Output(5)});
  moved.match = old.match;
  tables_.Add(std::move(moved));
  EXPECT_TRUE(datapath_.Revalidate());
  EXPECT_EQ(datapath_.megaflow_count(), 1u);
  Packet again = UdpPacket(1);
  datapath_.Process(again);
  EXPECT_EQ(host_.sent[5].size(), 1u);
  EXPECT_EQ(datapath_.counters().translations, 1u);
  // A more specific flow narrows what one answer covers: the wide megaflow must go.
  Flow narrow = MakeFlow(
      8, 80, {{field::kMetadata, 3}, {field::kEthType, 0x800}, {field::kIpProto, 17}, {field::kL4Dst, 54}}, {});
  tables_.Add(std::move(narrow));
  EXPECT_TRUE(datapath_.Revalidate());
  EXPECT_EQ(datapath_.megaflow_count(), 0u);
}

TEST_F(DatapathTest, LengthsAreMeasuredAsTheFrameStands) {
  const FieldRef larger = RegField(0);
  Op strip, tag, measure;
  strip.kind = OpKind::kStripVlan;
  tag.kind = OpKind::kSetVlanVid;
  tag.number = 5;
  measure.kind = OpKind::kCheckPktLarger;
  measure.dst = {OfField::kReg0, 0, 1};
  FlowKey plain = UdpKey(1, 2, 3, 4), tagged = plain;
  tagged.Set(field::kVlanTci, 0x1009);
  const uint32_t size = static_cast<uint32_t>(ComposePacket(plain).size());
  const struct {
    const Op& change;
    const FlowKey& key;
    uint32_t size;
  } kCases[] = {{strip, plain, size}, {strip, tagged, size}, {tag, plain, size + 4}, {tag, tagged, size + 4}};
  tables_.Add(MakeFlow(1, 1, {{larger, 1}}, {Op::Output(7)}));
  tables_.Add(MakeFlow(1, 0, {}, {Op::Output(8)}));
  uint32_t port = 10;
  for (const auto& c : kCases) {
    for (const uint32_t limit : {c.size - 1, c.size}) {
      measure.number = limit;
      tables_.Add(MakeFlow(0, 1, {{field::kInPort, ++port}}, {c.change, measure, Op::Resubmit(1)}));
      host_.sent.clear();
      Packet packet = ComposePacket(c.key);
      packet.in_port = port;
      datapath_.Process(packet);
      EXPECT_EQ(host_.sent[7].size(), limit < c.size ? 1u : 0u) << "case " << port;
      EXPECT_EQ(host_.sent[8].size(), limit < c.size ? 0u : 1u) << "case " << port;
    }
  }
}

// ovs-ofctl(8), set-frags: "normal" takes ports, type and code of every fragment as 0.
TEST_F(DatapathTest, FragmentsHaveNoPortsToMatch) {
  tables_.Add(MakeFlow(0, 2, {{field::kEthType, 0x800}, {field::kIpProto, 17}, {field::kL4Dst, 53}}, {Op::Output(7)}));
  tables_.Add(MakeFlow(0, 1, {}, {Op::Output(8)}));
  FlowKey whole = UdpKey(1, 2, 5000, 53), first = whole, other = UdpKey(1, 2, 6000, 54);
  first.Set(field::kIpFrag, kFragAny);
  other.Set(field::kIpFrag, kFragAny);
  for (const FlowKey& key : {whole, first, whole, first, other}) {
    Packet packet = ComposePacket(key);
    datapath_.Process(packet);
  }
  EXPECT_EQ(host_.sent[7].size(), 2u);
  EXPECT_EQ(host_.sent[8].size(), 3u);
  EXPECT_EQ(datapath_.counters().cache_hits, 3u) << "one megaflow serves fragments of any ports";
}

TEST_F(DatapathTest, IdleMegaflowsExpire) {
  AddRouter();
  Packet packet = UdpPacket(1);
  datapath_.Process(packet);
  clock_.Advance(9 * kSecond);
  datapath_.Tick();
  EXPECT_EQ(datapath_.megaflow_count(), 1u);
  clock_.Advance(2 * kSecond);
  datapath_.Tick();
  EXPECT_EQ(datapath_.megaflow_count(), 0u);
}

TEST_F(DatapathTest, ClonesDoNotDisturbOneAnother) {
  tables_.Add(MakeFlow(0, 1, {},
                       {Op::Clone({Op::SetField(OfField::kEthDst, 1), Op::Output(2)}), Op::Output(3),
                        Op::SetField(OfField::kVlanTci, 0x1007), Op::Output(4), Op::SetField(OfField::kVlanTci, 0),
                        Op::Output(5), Op::Output(1)}));
  const Packet original = UdpPacket(1);
  const std::string bytes(reinterpret_cast<const char*>(original.data()), original.size());
  Packet packet = UdpPacket(1);
  datapath_.Process(packet);
  ASSERT_EQ(host_.sent[2].size(), 1u);
  EXPECT_EQ(Extract(host_.sent[2][0]).Get64(field::kEthDst), 1u);
  EXPECT_EQ(host_.sent[3], std::vector<std::string>{bytes});
  EXPECT_EQ(Extract(host_.sent[4][0]).Get64(field::kVlanTci), 0x1007u);
  EXPECT_EQ(host_.sent[4][0].size(), bytes.size() + 4);
  EXPECT_EQ(host_.sent[5], std::vector<std::string>{bytes});
  EXPECT_TRUE(host_.sent[1].empty()) << "never back where it came from";
}

TEST_F(DatapathTest, TunnelsCarryDatapathAndPorts) {
  host_.tunnels.insert(7);
  tables_.Add(MakeFlow(
      0, 1, {},
      {Op::Set({OfField::kTunId, 0, 24}, 2), Op::SetField(OfField::kTunMetadata0, 0x0002'0001), Op::Output(7)}));
  Packet packet = UdpPacket(1);
  const std::string inner = BytesOf(packet);
  const uint64_t hash = FlowHash(packet);
  datapath_.Process(packet);
  EXPECT_EQ(host_.sent[7], std::vector<std::string>{inner});
  EXPECT_EQ(packet.tunnel, 0x0000'0002'0002'0001u);
  EXPECT_EQ(packet.flow_hash, hash) << "for the outer source port";
}

TEST_F(DatapathTest, ExitsAreAskedForOnce) {
  AddRouter();
  for (int i = 0; i < 3; ++i) {
    Packet packet = UdpPacket(1);
    datapath_.Process(packet);
  }
  EXPECT_EQ(host_.asked, 1);
  host_.no_exit.insert(2);
  datapath_.ForgetExits();
  Packet packet = UdpPacket(1);
  datapath_.Process(packet);
  EXPECT_EQ(host_.asked, 2);
  EXPECT_EQ(datapath_.counters().no_exit, 1u);
  EXPECT_EQ(host_.sent[2].size(), 3u);
}

TEST_F(DatapathTest, LoopsEnd) {
  tables_.Add(MakeFlow(0, 1, {}, {Op::Resubmit(0), Op::Resubmit(0)}));
  Packet packet = UdpPacket(1);
  datapath_.Process(packet);
  EXPECT_EQ(datapath_.counters().dropped, 1u);
}

// dec_ttl: the packet ends, and the chassis' answer is another flow's business.
TEST_F(DatapathTest, ATtlOfOneEnds) {
  AddRouter();
  for (const uint64_t ttl : {0, 1, 2}) {
    FlowKey key = UdpKey(0x0a00000a, 0x0a000114, 5000, 53);
    key.Set(field::kIpTtl, ttl);
    key.Set(field::kInPort, 1);
    const Program program = Translator(tables_).Run(key, 0);
    EXPECT_EQ(program.drop, ttl < 2 ? DropReason::kTtl : DropReason::kNone) << ttl;
    Packet packet = ComposePacket(key);
    datapath_.Process(packet);
    EXPECT_EQ(host_.sent[2].size(), ttl < 2 ? 0u : 1u) << ttl;
  }
  EXPECT_EQ(Extract(host_.sent[2][0]).Get64(field::kIpTtl), 1u);
}

// ovs-actions(7), "bundle": the first member that is up, which the port that the packet came from is not.
TEST_F(DatapathTest, ABundleSkipsThePortThatThePacketCameFrom) {
  tables_.Add(MakeFlow(0, 1, {}, {Op::Bundle({1, 5, 6})}));
  for (const uint32_t port : {1, 2}) {
    Packet packet = UdpPacket(port);
    datapath_.Process(packet);
  }
  EXPECT_EQ(host_.sent[5].size(), 1u);
  EXPECT_EQ(host_.sent[1].size(), 1u);
  EXPECT_TRUE(host_.sent[6].empty());
}

// A write to a part of the tag leaves the rest as it is, in every packet.
TEST_F(DatapathTest, PriorityOfATagIsItsOwn) {
  tables_.Add(MakeFlow(0, 1, {}, {Op::Set({OfField::kVlanTci, 0, 12}, 7), Op::Output(2)}));
  for (const uint16_t priority : {0, 3, 5}) {
    FlowKey key = UdpKey(1, 2, 3, 4);
    key.Set(field::kVlanTci, 0x1009u | static_cast<unsigned>(priority) << 13);
    Packet packet = ComposePacket(key);
    datapath_.Process(packet);
    EXPECT_EQ(Extract(host_.sent[2].back()).Get64(field::kVlanTci), 0x1007u | static_cast<unsigned>(priority) << 13);
  }
}

// Answers to answers: a chain of eight is served.
TEST_F(DatapathTest, ChainsOfAnswersEnd) {
  // Every packet is answered with an ICMP error, whose nested operations lead here again.
  ControllerOp icmp;
  icmp.opcode = opcode::kIcmp4Error;
  icmp.has_nested = true;
  icmp.nested = {Op::Output(2), Op::SetField(OfField::kIpTtl, 9), Op::Resubmit(0)};
  tables_.Add(MakeFlow(0, 1, {{field::kEthType, kEthTypeIpv4}}, {Op::Controller(icmp)}));
  Packet packet = UdpPacket(1);
  datapath_.Process(packet);
  EXPECT_EQ(datapath_.counters().replies, 9u);
  EXPECT_EQ(host_.sent[2].size(), 8u);
  EXPECT_EQ(datapath_.counters().loops, 1u);
}

// What needs rows, time or state is the host's.
TEST_F(DatapathTest, TheHostIsHandedWhatItTakes) {
  ControllerOp dhcp;
  dhcp.opcode = opcode::kPutDhcpOpts;
  dhcp.pause = true;
  tables_.Add(MakeFlow(
      0, 1, {}, {Op::SetField(OfReg(0), 7), Op::SetField(OfField::kIpTtl, 9), Op::Controller(dhcp), Op::Resubmit(1)}));
  tables_.Add(MakeFlow(1, 1, {{RegField(0), 7}}, {Op::Output(2)}));
  tables_.Add(MakeFlow(1, 1, {{RegField(0), 8}}, {Op::Output(3)}));
  Packet packet = UdpPacket(1);
  datapath_.Process(packet);
  EXPECT_EQ(datapath_.counters().unanswered, 1u) << "nobody takes it";
  host_.takes = true;
  packet = UdpPacket(1);
  datapath_.Process(packet);
  ASSERT_EQ(host_.packet_ins.size(), 1u);
  PacketIn held = std::move(host_.packet_ins[0]);
  EXPECT_EQ(held.action().opcode, opcode::kPutDhcpOpts);
  EXPECT_EQ(held.key.reg(0), 7u);
  EXPECT_EQ(held.key.Get64(field::kInPort), 1u);
  EXPECT_EQ(held.packet.bytes()[22], 9) << "as the flow has left it";
  EXPECT_TRUE(host_.sent.empty());
  held.key.set_reg(0, 8);
  datapath_.Resume(std::move(held));
  EXPECT_EQ(host_.sent[3].size(), 1u);
  // Into a table, with what the key says.
  FlowKey key;
  key.set_reg(0, 7);
  datapath_.Enter(UdpPacket(1), key, 1);
  EXPECT_EQ(host_.sent[2].size(), 1u);
}

// An ARP question is asked in the packet's place, and the packet is told to the host, which may keep it.
TEST_F(DatapathTest, WhoeverAsksForANeighbourIsHandedOverToo) {
  ControllerOp arp;
  arp.opcode = opcode::kArp;
  arp.has_nested = true;
  arp.nested = {Op::SetField(OfField::kArpTpa, 0x0a0001fe), Op::Output(2)};
  tables_.Add(MakeFlow(0, 1, {}, {Op::SetField(OfReg(0), 0x0a0001fe), Op::Controller(arp)}));
  host_.takes = true;
  Packet packet = UdpPacket(1);
  const std::string before = BytesOf(packet);
  datapath_.Process(packet);
  ASSERT_EQ(host_.sent[2].size(), 1u);
  EXPECT_EQ(Extract(host_.sent[2][0]).Get64(field::kArpOp), kArpRequest);
  EXPECT_EQ(Extract(host_.sent[2][0]).Get64(field::kArpTpa), 0x0a0001feu);
  ASSERT_EQ(host_.packet_ins.size(), 1u);
  EXPECT_EQ(BytesOf(host_.packet_ins[0].packet), before);
  EXPECT_EQ(host_.packet_ins[0].key.reg(0), 0x0a0001feu);
  EXPECT_EQ(host_.packet_ins[0].rest, nullptr);
}

// An edit between two packets of one batch: the second one goes as the tables are then.
TEST_F(DatapathTest, AnEditWithinABatchCountsForWhatIsBehindIt) {
  ControllerOp event;
  event.opcode = opcode::kEvent;
  tables_.Add(MakeFlow(0, 2, {{field::kL4Dst, 99}}, {Op::Controller(event)}));
  const FlowId old = tables_.Add(MakeFlow(0, 1, {}, {Op::Output(2)}));
  Packet warm = UdpPacket(1);
  datapath_.Process(warm);
  ASSERT_EQ(host_.sent[2].size(), 1u);
  host_.takes = true;
  host_.on_packet_in = [&] {
    tables_.Remove(old);
    tables_.Add(MakeFlow(0, 1, {}, {Op::Output(3)}));
  };
  std::vector<Packet> packets;
  for (const uint16_t port : {53, 99, 53, 53}) packets.push_back(UdpPacket(1, 0x0a000114, 5000, port));
  PacketBatch batch;
  for (Packet& packet : packets) batch.Add(&packet);
  datapath_.Process(batch);
  EXPECT_EQ(host_.sent[2].size(), 2u) << "one before, one of the batch";
  EXPECT_EQ(host_.sent[3].size(), 2u);
  EXPECT_EQ(datapath_.counters().revalidations, 1u);
}

// Every change of a part that any metadata comes to is a change for all.
TEST_F(DatapathTest, RevalidationFollowsFlowsForAnyMetadata) {
  AddRouter();
  Packet packet = UdpPacket(1);
  datapath_.Process(packet);
  tables_.Add(MakeFlow(8, 200, {}, {Op::Output(6)}));  // Whatever the metadata is.
  packet = UdpPacket(1);
  datapath_.Process(packet);
  EXPECT_EQ(host_.sent[6].size(), 1u);
  EXPECT_EQ(host_.sent[2].size(), 1u);
}

TEST_F(DatapathTest, StatisticsSurviveRevalidationAndExpiry) {
  AddRouter();
  const auto send = [this] {
    Packet packet = UdpPacket(1);
    datapath_.Process(packet);
  };
  send();
  tables_.Add(MakeFlow(8, 1, {{field::kMetadata, 3}}, {}));
  send();
  EXPECT_EQ(datapath_.StatisticsOf(route_).packets, 2u);
  clock_.Advance(11 * kSecond);
  datapath_.Tick();
  EXPECT_EQ(datapath_.megaflow_count(), 0u);
  EXPECT_EQ(datapath_.StatisticsOf(route_).packets, 2u);
  const FlowId gone = route_;
  tables_.Remove(gone);
  datapath_.Tick();
  EXPECT_EQ(datapath_.StatisticsOf(gone).packets, 0u) << "a flow that is no more has no statistics";
}

TEST_F(DatapathTest, WithoutATrackerConnectionTrackingIsCounted) {
  CtOp ct;
  ct.recirc_table = 9;
  tables_.Add(MakeFlow(0, 1, {}, {Op::Ct(ct)}));
  Packet packet = UdpPacket(1);
  datapath_.Process(packet);
  EXPECT_EQ(datapath_.counters().no_tracker, 1u);
}

// The law of the cache: for random tables, every packet a megaflow covers would have had the same fate without the
// cache.
class CacheLaw : public testing::TestWithParam<uint64_t> {};

// Tables of random flows over few fields and values, so that flows and packets meet often.
void FillAtRandom(FlowTables& tables, Random& random) {
  const FieldRef matched[] = {field::kEthDst, field::kIp4Src, field::kIp4Dst, field::kL4Src,   field::kL4Dst,
                              field::kIpTtl,  RegField(0),    RegField(1),    field::kIpProto, field::kEthType};
  const OfField moved[] = {OfField::kIpSrc, OfField::kIpDst, OfReg(0), OfReg(1), OfField::kEthSrc, OfField::kEthDst};
  for (int i = 0; i < 60; ++i) {
    Flow flow;
    flow.table = static_cast<uint8_t>(random.Below(4));
    flow.priority = static_cast<uint16_t>(random.Below(8));
    flow.cookie = static_cast<uint32_t>(random.Next());
    for (int n = static_cast<int>(random.Below(3)); n > 0; --n) {
      const FieldRef f = matched[random.Below(std::size(matched))];
      const u128 value = f == field::kEthType ? 0x800 : f == field::kIpProto ? 17 : random.Below(4);
      Match m = flow.match;
      if (m.Add(f, value,
                random.OneIn(3) ? LowMask(f.width) ^ LowMask(static_cast<int>(random.Below(4))) : LowMask(f.width)))
        flow.match = m;
    }
    OpList ops;
    for (int n = static_cast<int>(random.Below(4)); n > 0; --n) {
      const OfField a = moved[random.Below(std::size(moved))], b = moved[random.Below(std::size(moved))];
      switch (random.Below(6)) {
        case 0:
          ops.push_back(Op::SetField(a, random.Below(4)));
          break;
        case 1:
          if (Info(a).ref.width == Info(b).ref.width) ops.push_back(Op::Move(Subfield::Whole(a), Subfield::Whole(b)));
          break;
        case 2:
          ops.push_back(Op::Push(Subfield::Whole(a)));
          break;
        case 3:
          ops.push_back(Op::Pop(Subfield::Whole(a)));
          break;
        case 4:
          ops.push_back(Op::Simple(OpKind::kDecTtl));
          break;
        case 5:
          ops.push_back(
              Op::Clone({Op::SetField(a, random.Below(4)), Op::Output(static_cast<uint32_t>(2 + random.Below(3)))}));
          break;
      }
    }
    if (random.OneIn(2)) ops.push_back(Op::Output(static_cast<uint32_t>(2 + random.Below(3))));
    if (flow.table < 3 && !random.OneIn(4)) ops.push_back(Op::Resubmit(static_cast<uint8_t>(flow.table + 1)));
    flow.ops = std::make_shared<const OpList>(std::move(ops));
    tables.Add(std::move(flow));
  }
}

FlowKey RandomUdpKey(Random& random) {
  FlowKey key = UdpKey(static_cast<uint32_t>(random.Below(4)), static_cast<uint32_t>(random.Below(4)),
                       static_cast<uint16_t>(random.Below(4)), static_cast<uint16_t>(random.Below(4)));
  key.Set(field::kEthDst, random.Below(4));
  key.Set(field::kIpTtl, random.Below(4));
  return key;
}

bool SameFate(const Program& a, const Program& b) {
  if (a.drop != b.drop || a.effects.size() != b.effects.size()) return false;
  for (size_t i = 0; i < a.effects.size(); ++i) {
    const Effect &x = a.effects[i], &y = b.effects[i];
    if (x.kind != y.kind || x.port != y.port || x.tunnel != y.tunnel || !(x.rewrite == y.rewrite)) return false;
  }
  return true;
}

// A megaflow covers every packet that agrees with its key on its mask: flipping any other bit, or many, changes
// nothing.
TEST_P(CacheLaw, FlippingWildcardedBitsChangesNothing) {
  SCOPED_TRACE(testing::Message() << "seed " << GetParam());
  Random random(GetParam());
  FlowTables tables;
  FillAtRandom(tables, random);
  const Translator translator(tables);
  for (int i = 0; i < 15; ++i) {
    FlowKey key = RandomUdpKey(random);
    key.Set(field::kInPort, 1);
    const Program program = translator.Run(key, 0);
    for (int w = kWordEthDst; w < kPacketWords; ++w) {
      for (int bit = 0; bit < 64; ++bit) {
        if (program.mask.words[w] >> bit & 1) continue;
        FlowKey flipped = key;
        flipped.words[w] ^= uint64_t{1} << bit;
        ASSERT_TRUE(SameFate(program, translator.Run(flipped, 0))) << "word " << w << " bit " << bit;
      }
    }
    for (int n = 0; n < 50; ++n) {
      FlowKey other = key;
      for (int w = kWordEthDst; w < kPacketWords; ++w) other.words[w] ^= random.Next() & ~program.mask.words[w];
      ASSERT_TRUE(SameFate(program, translator.Run(other, 0)));
    }
  }
}

TEST_P(CacheLaw, CachedEqualsUncachedForEveryCoveredPacket) {
  SCOPED_TRACE(testing::Message() << "seed " << GetParam());
  Random random(GetParam());
  FlowTables tables;
  FillAtRandom(tables, random);
  ManualClock clock;
  RecordingHost cached_host, fresh_host;
  Datapath cached(tables, clock, cached_host);
  for (int i = 0; i < 400; ++i) {
    const FlowKey key = RandomUdpKey(random);
    Packet a = ComposePacket(key), b = ComposePacket(key);
    a.in_port = b.in_port = 1;
    cached.Process(a);
    Datapath fresh(tables, clock, fresh_host);
    fresh.Process(b);
    ASSERT_EQ(cached_host.sent, fresh_host.sent) << "packet " << i;
  }
  EXPECT_GT(cached.counters().cache_hits, 0u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, CacheLaw, testing::Range<uint64_t>(1, 21));

}  // namespace
}  // namespace ovnlite
