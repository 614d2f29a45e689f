// AF_PACKET ports on veth pairs: the contract of port.h, and what the kernel takes away and leaves undone.

#include "ovnlite/port/af_packet_port.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "lib/port/port_conformance_testutil.h"
#include "tests/port/kernel_testutil.h"

namespace ovnlite {
namespace {

class VethUnderTest : public PortUnderTest {
 public:
  VethUnderTest(std::unique_ptr<Port> port) : port_(std::move(port)), end_("far") {}
  Port& port() override { return *port_; }
  void Inject(const std::vector<Bytes>& frames) override { end_.Send(frames); }
  std::vector<Bytes> Collect(size_t at_least) override { return end_.Receive(at_least); }

 private:
  std::unique_ptr<Port> port_;
  WireEnd end_;
};

void MakeVeth(size_t mtu = Port::kDefaultMtu) {
  const std::string mtu_text = std::to_string(mtu);
  Shell("ip link add near mtu " + mtu_text + " type veth peer name far mtu " + mtu_text + " && ip link set near up");
  BringUp("far");
  BringUp("near");
}

template <PacketRingKind kRing>
std::unique_ptr<PortUnderTest> OpenVeth(const PortUnderTestOptions& o, std::string* reason) {
  if (const auto why = EnterFreshNamespace(); why.has_value()) {
    *reason = *why;
    return nullptr;
  }
  MakeVeth(o.mtu);
  absl::StatusOr<std::unique_ptr<Port>> port =
      OpenAfPacketPort({.device = "near", .number = o.number, .ring = kRing, .ring_bytes = 1 << 20}, o.clock);
  EXPECT_TRUE(port.ok()) << port.status();
  return std::make_unique<VethUnderTest>(*std::move(port));
}

const bool slots = RegisterPortConformance(
    {.name = "AfPacket", .open = OpenVeth<PacketRingKind::kSlots>, .max_mtu = 65'535, .rx_overrun = 2'000});
const bool blocks = RegisterPortConformance(
    {.name = "AfPacketBlocks", .open = OpenVeth<PacketRingKind::kBlocks>, .max_mtu = 65'535, .rx_overrun = 20'000});

#define SKIP_WITHOUT_NAMESPACE() \
  if (const auto why = EnterFreshNamespace(); why.has_value()) GTEST_SKIP() << *why

TEST(AfPacketPortTest, SaysWhyItCannotOpen) {
  SKIP_WITHOUT_NAMESPACE();
  SystemClock clock;
  const absl::Status missing = OpenAfPacketPort({.device = "nowhere"}, &clock).status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(missing.message(), "cannot find nowhere: No such device");
  EXPECT_EQ(OpenAfPacketPort({}, &clock).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(OpenAfPacketPort({.device = std::string("lo\0lo", 5)}, &clock).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(OpenAfPacketPort({.device = "0123456789abcdef"}, &clock).status().code(),
            absl::StatusCode::kInvalidArgument);
  if (!WhyNoTap().has_value()) {
    Shell("ip tuntap add l3 mode tun");
    const absl::Status tun = OpenAfPacketPort({.device = "l3"}, &clock).status();
    EXPECT_EQ(tun.message(), "l3 is no Ethernet interface: its type is 65534");
  }
}

// What the kernel says of a link follows what was done to it by a while.
bool LinkBecomes(Port& port, bool up) {
  for (int i = 0; i < 1'000; ++i) {
    port.Refresh();
    if (port.link_up() == up) return true;
    usleep(10'000);
  }
  return false;
}

TEST(AfPacketPortTest, SeesItsInterfaceChange) {
  SKIP_WITHOUT_NAMESPACE();
  MakeVeth();
  SystemClock clock;
  const auto port = OpenAfPacketPort({.device = "near"}, &clock);
  ASSERT_TRUE(port.ok()) << port.status();
  EXPECT_TRUE(LinkBecomes(**port, true));
  Shell("ip link set near mtu 1400");
  (*port)->Refresh();
  EXPECT_EQ((*port)->mtu(), 1'400u);

  Shell("ip link set near down");
  SendAll(**port, {TestFrame(1, 100), TestFrame(2, 100)});
  EXPECT_EQ((*port)->counters().dropped(PortDrop::kTxLinkDown), 2u) << (*port)->counters().ToString();
  EXPECT_FALSE((*port)->link_up()) << "the refusal says so";
  // The error does not keep fd() readable for ever.
  for (int i = 0; i < 100 && WaitForPort(**port, clock, 0); ++i) ReceiveAll(**port, 0);
  EXPECT_FALSE(WaitForPort(**port, clock, 0));
  EXPECT_FALSE((*port)->link_up());
  EXPECT_TRUE((*port)->status().ok()) << (*port)->status();

  BringUp("near");
  EXPECT_TRUE(LinkBecomes(**port, true));
  WireEnd end("far");
  end.Send({TestFrame(3, 100)});
  ExpectSameFrames({TestFrame(3, 100)}, BytesOf(ReceiveAll(**port, 1)));

  Shell("ip link set far down");
  EXPECT_TRUE(LinkBecomes(**port, false));

  Shell("ip link delete near");
  for (int i = 0; i < 100 && WaitForPort(**port, clock, 0); ++i) ReceiveAll(**port, 0);
  EXPECT_FALSE(WaitForPort(**port, clock, 0));
  EXPECT_EQ((*port)->status().code(), absl::StatusCode::kNotFound) << (*port)->status();
  SendAll(**port, {TestFrame(1, 100)});
  EXPECT_EQ((*port)->counters().dropped(PortDrop::kTxLinkDown), 3u) << (*port)->counters().ToString();
}

// Its own frames and those of the machine's stack do not come back.
TEST(AfPacketPortTest, DoesNotSeeWhatLeaves) {
  SKIP_WITHOUT_NAMESPACE();
  MakeVeth();
  SystemClock clock;
  for (const PacketRingKind ring : {PacketRingKind::kSlots, PacketRingKind::kBlocks}) {
    const auto port = OpenAfPacketPort({.device = "near", .ring = ring}, &clock);
    ASSERT_TRUE(port.ok()) << port.status();
    WireEnd near("near"), far("far");
    near.Send({TestFrame(1, 100)});
    SendAll(**port, {TestFrame(2, 100)});
    EXPECT_EQ(far.Receive(2).size(), 2u);
    far.Send({TestFrame(3, 100)});
    ExpectSameFrames({TestFrame(3, 100)}, BytesOf(ReceiveAll(**port, 1)));
  }
}

}  // namespace
}  // namespace ovnlite
