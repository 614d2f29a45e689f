// A chassis with a datapath for each of two threads, while its database changes. (Under ThreadSanitizer, that what they
// share is locked.)
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/schema/ovn_nb.rows.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/base/bytes.h"
#include "ovnlite/lab/lab.h"
#include "ovnlite/node/chassis.h"
#include "ovnlite/packet/compose.h"
#include "ovnlite/packet/extract.h"
#include "ovnlite/packet/flow_hash.h"
#include "ovnlite/port/raw_tunnel.h"

namespace ovnlite {
namespace {

constexpr size_t kQueues = 2;
const MacAddress kCompute2(0x0200'0000'0012);

// Gives the same frames again and again, and keeps what is sent, by flow. Belongs to one queue.
class LoopPort final : public Port {
 public:
  LoopPort(uint32_t number, std::vector<Packet> frames, const Clock* clock)
      : Port("loop", number, kMaxMtu, clock), frames_(std::move(frames)) {}

  void Play(uint64_t frames) { left_ = frames; }
  uint64_t left() const { return left_; }
  const std::vector<std::string>& sent() const { return sent_; }

  Instant next_deadline() const override { return left_ > 0 ? 0 : kNever; }
  bool link_up() const override { return true; }
  void Close() override {}

 private:
  int DoReceive(absl::Span<Packet> storage) override {
    size_t n = 0;
    for (; n < storage.size() && left_ > 0; ++n, --left_) storage[n].CopyFrom(frames_[next_++ % frames_.size()]);
    return static_cast<int>(n);
  }
  void DoSend(const PacketBatch& batch) override {
    for (const Packet* packet : batch) {
      CountSent(packet->size());
      sent_.emplace_back(reinterpret_cast<const char*>(packet->data()), packet->size());
    }
  }

  const std::vector<Packet> frames_;
  size_t next_ = 0;
  uint64_t left_ = 0;
  std::vector<std::string> sent_;
};

Packet Udp(uint16_t sport) {
  FlowKey key;
  key.Set(field::kEthDst, 0xff01);
  key.Set(field::kEthSrc, 0x0a);
  key.Set(field::kEthType, kEthTypeIpv4);
  key.Set(field::kIpProto, kIpProtoUdp);
  key.Set(field::kIpTtl, 64);
  key.Set(field::kIp4Src, 0x0a00'000a);
  key.Set(field::kIp4Dst, 0x0a00'0114);
  key.Set(field::kL4Src, sport);
  key.Set(field::kL4Dst, 53);
  return ComposePacket(key);
}

class QueuesTest : public testing::Test {
 protected:
  void SetUp() override {
    lab_.AddChassis("compute1", "192.168.56.11");
    lab_.AddChassis("compute2", "192.168.56.12");
    lab_.AddSwitch("LS1");
    lab_.AddSwitch("LS2");
    lab_.AddRouter("LR1");
    lab_.Connect("LR1", "LS1", "00:00:00:00:ff:01", "10.0.0.1/24");
    lab_.Connect("LR1", "LS2", "00:00:00:00:ff:02", "10.0.1.1/24");
    lab_.AddHost("VM-A", "LS1", "LSP1", "compute1", "00:00:00:00:00:0a", "10.0.0.10/24", "10.0.0.1");
    lab_.AddHost("VM-B", "LS2", "LSP2", "compute2", "00:00:00:00:00:0b", "10.0.1.20/24", "10.0.1.1");
    ASSERT_TRUE(lab_.Sync().ok()) << lab_.status();
  }

  // A chassis, and its ports: VM-A's and the uplink's of each queue.
  struct Node {
    std::unique_ptr<Chassis> chassis;
    std::vector<LoopPort*> vms, uplinks;
  };
  // `frames` are the machine's, shared out among the queues by their flows.
  Node Open(size_t queues, const std::vector<Packet>& frames) {
    Node node;
    node.chassis = std::make_unique<Chassis>(lab_.sb(), clock_, "compute1", ChassisOptions{.queues = queues});
    for (size_t queue = 0; queue < queues; ++queue) {
      std::vector<Packet> mine;
      for (const Packet& frame : frames) {
        if (FlowHash(frame) % queues == queue) mine.push_back(frame.Clone());
      }
      EXPECT_FALSE(mine.empty());
      auto vm = std::make_unique<LoopPort>(0, std::move(mine), &clock_);
      auto uplink = std::make_unique<LoopPort>(0, std::vector<Packet>(), &clock_);
      node.vms.push_back(vm.get());
      node.uplinks.push_back(uplink.get());
      EXPECT_TRUE(node.chassis->AddPort("LSP1", std::move(vm), queue).ok());
      auto transport = std::make_unique<RawTunnel>(TunnelOptions{.local = *IpAddress::Parse("192.168.56.11")},
                                                   RawTunnelOptions{.mac = *MacAddress::Parse("02:00:00:00:00:11")},
                                                   std::move(uplink), &clock_);
      transport->AddNeighbor(*IpAddress::Parse("192.168.56.12"), kCompute2);
      node.chassis->SetTransport(std::move(transport), queue);
    }
    node.chassis->Process();
    return node;
  }

  const ManualClock clock_{kSecond};
  Lab lab_;
};

TEST_F(QueuesTest, WhatQueuesSendIsWhatOneWouldSend) {
  std::vector<Packet> frames;
  for (uint16_t sport = 0; sport < 64; ++sport) frames.push_back(Udp(sport));
  constexpr uint64_t kFrames = 640;
  Node one = Open(1, frames);
  one.vms[0]->Play(kFrames);
  while (one.vms[0]->left() > 0) one.chassis->Process();
  ASSERT_EQ(one.uplinks[0]->sent().size(), kFrames);

  Node two = Open(kQueues, frames);
  for (LoopPort* vm : two.vms) vm->Play(kFrames);
  std::thread thread([&] {
    while (two.vms[1]->left() > 0) two.chassis->ProcessQueue(1);
  });
  while (two.vms[0]->left() > 0) two.chassis->Process();
  thread.join();
  const std::set<std::string> expected(one.uplinks[0]->sent().begin(), one.uplinks[0]->sent().end());
  ASSERT_EQ(expected.size(), frames.size());
  std::set<std::string> seen;
  for (const LoopPort* uplink : two.uplinks) {
    ASSERT_EQ(uplink->sent().size(), kFrames);
    const std::set<std::string> mine(uplink->sent().begin(), uplink->sent().end());
    for (const std::string& frame : mine) {
      EXPECT_TRUE(expected.contains(frame));
      EXPECT_TRUE(seen.insert(frame).second) << "a flow in both queues";
    }
  }
  EXPECT_EQ(seen, expected);
}

// Edits reach both queues, and a queue that never rests does not keep them waiting.
TEST_F(QueuesTest, EditsReachQueuesThatNeverRest) {
  std::vector<Packet> frames;
  for (uint16_t sport = 0; sport < 64; ++sport) frames.push_back(Udp(sport));
  Node node = Open(kQueues, frames);
  std::atomic<bool> done = false;
  std::thread thread([&] {
    while (!done) {
      node.vms[1]->Play(64);
      node.chassis->ProcessQueue(1);
    }
  });
  constexpr int kEdits = 50;
  for (int i = 0; i < kEdits; ++i) {
    // VM-B has another Ethernet address each time.
    const std::string mac = absl::StrCat("00:00:00:00:0b:", absl::Hex(i, absl::kZeroPad2));
    Transaction t = lab_.nb().Begin();
    for (const Uuid uuid : lab_.nb().Find(nb::columns::Logical_Switch_Port::name, "LSP2")) {
      auto* edited = t.Update<nb::Logical_Switch_Port>(uuid);
      edited->clear_addresses();
      edited->add_addresses(absl::StrCat(mac, " 10.0.1.20"));
    }
    ASSERT_TRUE(lab_.nb().Commit(std::move(t)).ok());
    ASSERT_TRUE(lab_.Sync().ok());
    node.vms[0]->Play(64);
    node.chassis->Process();
  }
  done = true;
  thread.join();
  // Behind the last edit both queues send to where it says.
  for (size_t queue = 0; queue < kQueues; ++queue) {
    node.vms[queue]->Play(1);
    queue == 0 ? node.chassis->Process() : node.chassis->ProcessQueue(queue);
    const std::string& last = node.uplinks[queue]->sent().back();
    constexpr size_t kInner = 14 + 20 + 8 + 16;
    EXPECT_EQ(Load48(reinterpret_cast<const uint8_t*>(last.data()) + kInner), 0x0b00u + kEdits - 1) << queue;
    EXPECT_EQ(node.chassis->undelivered(queue), 0u);
  }
  EXPECT_GE(node.uplinks[0]->sent().size(), 64u * kEdits);
}

// What packets of any queue teach is written to the database, by the owner's thread.
TEST_F(QueuesTest, QueuesLearn) {
  FlowKey key;
  key.Set(field::kEthDst, 0xffff'ffff'ffff);
  key.Set(field::kEthSrc, 0x0a);
  key.Set(field::kEthType, kEthTypeArp);
  key.Set(field::kArpOp, 1);
  key.Set(field::kArpSpa, 0x0a00'000a);
  key.Set(field::kArpTpa, 0x0a00'000a);
  key.Set(field::kArpSha, 0x0a);
  const Packet announcement = ComposePacket(key);
  std::vector<Packet> frames;
  for (uint16_t sport = 0; sport < 8; ++sport) frames.push_back(Udp(sport));
  Node node = Open(kQueues, frames);
  Chassis& chassis = *node.chassis;
  const auto learned = [&] { return lab_.sb().RowCount<sb::MAC_Binding>(); };
  ASSERT_EQ(learned(), 0u);
  std::vector<Packet> loop;
  loop.push_back(announcement.Clone());
  auto port = std::make_unique<LoopPort>(0, std::move(loop), &clock_);
  LoopPort* const machine = port.get();
  EXPECT_FALSE(chassis.AddPort("LSP1", std::make_unique<LoopPort>(0, std::vector<Packet>(), &clock_), 1).ok())
      << "there is one";
  ASSERT_TRUE(chassis.RemovePort("LSP1").ok());
  EXPECT_FALSE(chassis.RemovePort("LSP1").ok());
  ASSERT_TRUE(chassis.AddPort("LSP1", std::move(port), 1).ok());
  machine->Play(1);
  std::thread([&] { chassis.ProcessQueue(1); }).join();
  EXPECT_EQ(learned(), 0u) << "not by that thread";
  EXPECT_EQ(chassis.next_deadline(), 0) << "there is something to do";
  chassis.Process();
  EXPECT_EQ(learned(), 1u);
}

}  // namespace
}  // namespace ovnlite
