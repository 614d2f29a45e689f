// TAP ports against the kernel: the contract of port.h, and whole TCP connections through them.

#include "ovnlite/port/tap_port.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "lib/port/port_conformance_testutil.h"
#include "tests/port/kernel_testutil.h"

namespace ovnlite {
namespace {

class TapUnderTest : public PortUnderTest {
 public:
  TapUnderTest(std::unique_ptr<Port> port) : port_(std::move(port)), end_(port_->name()) {}
  Port& port() override { return *port_; }
  void Inject(const std::vector<Bytes>& frames) override { end_.Send(frames); }
  std::vector<Bytes> Collect(size_t at_least) override { return end_.Receive(at_least); }

 private:
  std::unique_ptr<Port> port_;
  WireEnd end_;
};

template <bool kOffloads>
std::unique_ptr<PortUnderTest> OpenTap(const PortUnderTestOptions& o, std::string* reason) {
  for (const auto& why : {EnterFreshNamespace(), WhyNoTap()}) {
    if (why.has_value()) {
      *reason = *why;
      return nullptr;
    }
  }
  absl::StatusOr<std::unique_ptr<Port>> port =
      OpenTapPort({.name = "tap%d", .number = o.number, .mtu = o.mtu, .offloads = kOffloads}, o.clock);
  EXPECT_TRUE(port.ok()) << port.status();
  return std::make_unique<TapUnderTest>(*std::move(port));
}

const bool plain =
    RegisterPortConformance({.name = "PlainTap", .open = OpenTap<false>, .max_mtu = 65'521, .rx_overrun = 3'000});
const bool with_offloads =
    RegisterPortConformance({.name = "Tap", .open = OpenTap<true>, .max_mtu = 65'521, .rx_overrun = 3'000});

#define SKIP_WITHOUT_TAP()                                      \
  for (const auto& why : {EnterFreshNamespace(), WhyNoTap()}) { \
    if (why.has_value()) GTEST_SKIP() << *why;                  \
  }

TEST(TapPortTest, SaysWhyItCannotOpen) {
  SKIP_WITHOUT_TAP();
  SystemClock clock;
  EXPECT_EQ(OpenTapPort({.name = "0123456789abcdef"}, &clock).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(OpenTapPort({.name = std::string("t0\0t1", 5)}, &clock).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(OpenTapPort({.name = "t0", .mtu = 65'536}, &clock).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(OpenTapPort({.name = "t0", .mtu = 20}, &clock).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(OpenTapPort({.name = "t0", .mac = MacAddress::Broadcast()}, &clock).status().code(),
            absl::StatusCode::kInvalidArgument);
  const auto first = OpenTapPort({.name = "t0"}, &clock);
  ASSERT_TRUE(first.ok()) << first.status();
  const absl::Status again = OpenTapPort({.name = "t0"}, &clock).status();
  EXPECT_EQ(again.code(), absl::StatusCode::kAlreadyExists) << again;
  EXPECT_TRUE(absl::StrContains(again.message(), "t0")) << again;
}

TEST(TapPortTest, SeesItsInterfaceChange) {
  SKIP_WITHOUT_TAP();
  SystemClock clock;
  auto port = OpenTapPort({.name = "t0", .mac = MacAddress(0x0200'0000'00aa), .persistent = true}, &clock);
  ASSERT_TRUE(port.ok()) << port.status();
  Shell("ip link show t0 | grep -q 02:00:00:00:00:aa");
  EXPECT_TRUE((*port)->link_up());
  Shell("ip link set t0 mtu 1400");
  (*port)->Refresh();
  EXPECT_EQ((*port)->mtu(), 1'400u);
  SendAll(**port, {TestFrame(1, 1'415)});
  EXPECT_EQ((*port)->counters().dropped(PortDrop::kTxTooLong), 1u);
  Shell("ip link set t0 down");
  SendAll(**port, {TestFrame(1, 100)});
  EXPECT_EQ((*port)->counters().dropped(PortDrop::kTxLinkDown), 1u) << (*port)->counters().ToString();
  EXPECT_FALSE((*port)->link_up());
  EXPECT_TRUE((*port)->status().ok()) << (*port)->status();
  Shell("ip link set t0 up");
  (*port)->Refresh();
  EXPECT_TRUE((*port)->link_up());
  // Persistent: the port goes, the interface stays, and can be taken up again.
  port = absl::NotFoundError("");
  Shell("ip link show t0");
  EXPECT_TRUE(OpenTapPort({.name = "t0", .persistent = true}, &clock).ok());
  port = OpenTapPort({.name = "t0", .persistent = true}, &clock);
  ASSERT_TRUE(port.ok()) << port.status();
  Shell("ip link delete t0");
  std::vector<Packet> storage(1);
  EXPECT_EQ((*port)->Receive(absl::MakeSpan(storage)), 0);
  EXPECT_EQ((*port)->status().code(), absl::StatusCode::kNotFound) << (*port)->status();
  SendAll(**port, {TestFrame(1, 100)});
  EXPECT_EQ((*port)->counters().dropped(PortDrop::kTxLinkDown), 1u);
}

}  // namespace
}  // namespace ovnlite
