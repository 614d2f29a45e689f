#include "ovnlite/lab/sim_host.h"

#include <gtest/gtest.h>

#include "ovnlite/base/random.h"
#include "ovnlite/packet/describe.h"

namespace ovnlite {
namespace {

SimHostOptions Options(const char* name, uint64_t mac, std::vector<const char*> addresses,
                       const char* gateway = nullptr) {
  SimHostOptions options;
  options.name = name;
  options.mac = MacAddress(mac);
  for (const char* a : addresses) options.addresses.push_back(*IpPrefix::Parse(a));
  if (gateway != nullptr) options.gateways.push_back(*IpAddress::Parse(gateway));
  return options;
}

// Two hosts on one wire.
class SimHostTest : public testing::Test {
 protected:
  void Exchange() {
    for (bool moved = true; moved;) {
      moved = false;
      for (Packet& p : a_.TakeOutput()) {
        wire_.push_back(Describe(p.bytes()));
        b_.Receive(p.bytes());
        moved = true;
      }
      for (Packet& p : b_.TakeOutput()) {
        wire_.push_back(Describe(p.bytes()));
        a_.Receive(p.bytes());
        moved = true;
      }
    }
  }

  ManualClock clock_;
  SimHost a_{Options("a", 0xa, {"10.0.0.1/24", "fd00::1/64"}), clock_};
  SimHost b_{Options("b", 0xb, {"10.0.0.2/24", "fd00::2/64"}), clock_};
  std::vector<std::string> wire_;
};

TEST_F(SimHostTest, TheFirstPingIsAnsweredInBothFamilies) {
  for (const char* target : {"10.0.0.2", "fd00::2"}) {
    wire_.clear();
    a_.ClearEvents();
    ASSERT_TRUE(a_.SendPing(*IpAddress::Parse(target), 7, 1, "hello").ok());
    Exchange();
    ASSERT_EQ(wire_.size(), 4u) << "question, answer, ping, pong";
    ASSERT_EQ(a_.events().size(), 1u);
    const HostEvent& e = a_.events()[0];
    EXPECT_EQ(e.kind, HostEvent::Kind::kEchoReply);
    EXPECT_EQ(e.id, 7);
    EXPECT_EQ(e.sequence, 1);
    EXPECT_EQ(e.payload, "hello");
    EXPECT_EQ(e.from.ToString(), target);
  }
}

TEST_F(SimHostTest, UdpIsEchoedOrRefused) {
  for (const char* target : {"10.0.0.2", "fd00::2"}) {
    a_.ClearEvents();
    ASSERT_TRUE(a_.SendUdp(*IpAddress::Parse(target), 5000, SimHost::kEchoPort, "x").ok());
    ASSERT_TRUE(a_.SendUdp(*IpAddress::Parse(target), 5000, 9, "nobody there").ok());
    Exchange();
    ASSERT_EQ(a_.events().size(), 2u);
    EXPECT_EQ(a_.events()[0].kind, HostEvent::Kind::kUdp);
    EXPECT_EQ(a_.events()[0].payload, "x");
    EXPECT_EQ(a_.events()[1].kind, HostEvent::Kind::kIcmpError);
    EXPECT_EQ(a_.events()[1].about, 9);
  }
}

TEST_F(SimHostTest, NoRouteIsSaid) {
  EXPECT_TRUE(absl::IsNotFound(a_.SendPing(*IpAddress::Parse("192.0.2.1"), 1, 1)));
  SimHost v4_only(Options("c", 0xc, {"10.0.0.3/24"}), clock_);
  EXPECT_TRUE(absl::IsNotFound(v4_only.SendPing(*IpAddress::Parse("fd00::1"), 1, 1)));
}

TEST_F(SimHostTest, WaitingIsBoundedAndEnds) {
  for (uint16_t i = 0; i < 100; ++i) ASSERT_TRUE(a_.SendPing(*IpAddress::Parse("10.0.0.9"), 1, i).ok());
  EXPECT_EQ(a_.TakeOutput().size(), 100u) << "questions only";
  clock_.Advance(10 * kSecond);
  SimHost nine(Options("nine", 9, {"10.0.0.9/24"}), clock_);
  ASSERT_TRUE(nine.SendPing(*IpAddress::Parse("10.0.0.1"), 1, 1).ok());
  for (Packet& p : nine.TakeOutput()) a_.Receive(p.bytes());
  EXPECT_EQ(a_.TakeOutput().size(), 1u) << "the answer; what waited too long is gone";
}

TEST_F(SimHostTest, AnyFrameIsSurvived) {
  Random random(5);
  ASSERT_TRUE(b_.SendUdp(*IpAddress::Parse("10.0.0.1"), 1, 2, "abc").ok());
  Exchange();
  ASSERT_TRUE(b_.SendUdp(*IpAddress::Parse("10.0.0.1"), 1, 2, "abcdefgh").ok());
  std::vector<Packet> frames = b_.TakeOutput();
  ASSERT_EQ(frames.size(), 1u);
  for (int i = 0; i < 20'000; ++i) {
    std::vector<uint8_t> bytes(frames[0].bytes().begin(), frames[0].bytes().end());
    for (int n = static_cast<int>(random.Below(6)); n >= 0; --n)
      bytes[random.Below(bytes.size())] = static_cast<uint8_t>(random.Next());
    bytes.resize(random.Below(bytes.size() + 1));
    a_.Receive(bytes);
    a_.TakeOutput();
  }
}

}  // namespace
}  // namespace ovnlite
