// Wrappers: over memory ports they keep the contract of port.h, alone and stacked, and do what they are for.

#include "ovnlite/port/port_wrapper.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "lib/base/file_testutil.h"
#include "lib/port/port_conformance_testutil.h"
#include "ovnlite/packet/pcap_file.h"
#include "ovnlite/port/capture_port.h"
#include "ovnlite/port/fault_port.h"
#include "ovnlite/port/memory_port.h"
#include "ovnlite/port/tracer_port.h"

namespace ovnlite {
namespace {

constexpr size_t kQueue = 500;

std::string TempFile(absl::string_view name) {
  static int count = 0;
  return testing::TempDir() + "/" + std::to_string(++count) + std::string(name);
}

using Wrap = std::function<std::unique_ptr<Port>(std::unique_ptr<Port>, const Clock*)>;

std::unique_ptr<Port> Capture(std::unique_ptr<Port> port, const Clock* clock) {
  absl::StatusOr<std::shared_ptr<CaptureSink>> sink = OpenPcapngSink(TempFile("conformance.pcapng"));
  EXPECT_TRUE(sink.ok()) << sink.status();
  return std::make_unique<CapturePort>(std::move(port), *std::move(sink), clock);
}
std::unique_ptr<Port> Trace(std::unique_ptr<Port> port, const Clock* clock) {
  return std::make_unique<TracerPort>(
      std::move(port), [](absl::string_view line) { EXPECT_FALSE(line.empty()); }, clock);
}
std::unique_ptr<Port> NoFault(std::unique_ptr<Port> port, const Clock* clock) {
  static Random random(1);
  return std::make_unique<FaultPort>(std::move(port), FaultOptions{}, &random, clock);
}

class WrappedUnderTest : public PortUnderTest {
 public:
  WrappedUnderTest(const Wrap& wrap, const PortUnderTestOptions& o) {
    MemoryPorts ports = MakeMemoryPorts({"vif1", o.number}, {"host1"}, o.clock, {o.mtu, kQueue});
    port_ = wrap(std::move(ports.first), o.clock);
    end_ = std::move(ports.second);
  }
  Port& port() override { return *port_; }
  void Inject(const std::vector<Bytes>& frames) override { SendAll(*end_, frames); }
  std::vector<Bytes> Collect(size_t) override {
    std::vector<Bytes> frames;
    while (const int n = end_->Receive(absl::MakeSpan(storage_))) {
      for (int i = 0; i < n; ++i) frames.emplace_back(storage_[i].bytes().begin(), storage_[i].bytes().end());
    }
    return frames;
  }

 private:
  std::unique_ptr<Port> port_;
  std::unique_ptr<Port> end_;
  std::vector<Packet> storage_ = std::vector<Packet>(kBatchSize);
};

bool Register(const std::string& name, const Wrap& wrap, bool allocates = false) {
  return RegisterPortConformance({.name = name,
                                  .open = [wrap](const PortUnderTestOptions& o,
                                                 std::string*) { return std::make_unique<WrappedUnderTest>(wrap, o); },
                                  .tx_overrun = kQueue + 100,
                                  .counts_closed = true,
                                  .allocates = allocates});
}

const bool registered[] = {
    Register("Capture", Capture),
    Register("Tracer", Trace, true),
    Register("Fault", NoFault),
    Register(
        "Stack",
        [](std::unique_ptr<Port> port, const Clock* clock) {
          return Capture(Trace(NoFault(std::move(port), clock), clock), clock);
        },
        true),
};

// -- What they are for ------------------------------------------------------------------------------------------------

class WrapperTest : public testing::Test {
 protected:
  // `wrap` around one end; the other is end_.
  void Open(const Wrap& wrap, const std::string& name = "vif1") {
    MemoryPorts ports = MakeMemoryPorts({name, 7}, {"host1"}, &clock_);
    port_ = wrap(std::move(ports.first), &clock_);
    end_ = std::move(ports.second);
  }
  void OpenFaulty(const FaultOptions& options, uint64_t seed = 1) {
    random_ = Random(seed);
    Open([&](std::unique_ptr<Port> port, const Clock* clock) {
      return std::make_unique<FaultPort>(std::move(port), options, &random_, clock);
    });
  }
  static std::vector<Bytes> Frames(uint64_t n) {
    std::vector<Bytes> frames;
    for (uint64_t i = 0; i < n; ++i) frames.push_back(TestFrame(i, 60));
    return frames;
  }

  ManualClock clock_{1'700'000'000 * kSecond + 5};
  Random random_{1};
  std::unique_ptr<Port> port_;
  std::unique_ptr<Port> end_;
};

TEST_F(WrapperTest, CaptureWritesBothWays) {
  for (const bool ng : {false, true}) {
    const std::string path = TempFile(ng ? "capture.pcapng" : "capture.pcap");
    const auto sink = ng ? OpenPcapngSink(path) : OpenPcapSink(path);
    ASSERT_TRUE(sink.ok()) << sink.status();
    const Wrap wrap = [&](std::unique_ptr<Port> port, const Clock* clock) {
      return std::make_unique<CapturePort>(std::move(port), *sink, clock);
    };
    Open(wrap, "vif1");
    const auto first = std::move(port_);
    const auto first_end = std::move(end_);
    Open(wrap, "vif2");
    const Instant start = clock_.Now();
    SendAll(*first_end, {TestFrame(1, 60)});
    ReceiveAll(*first, 1);
    clock_.Advance(kSecond);
    SendAll(*port_, {TestFrame(2, 61)});
    port_->Refresh();
    EXPECT_TRUE(port_->status().ok()) << port_->status();

    absl::StatusOr<PcapReader> reader = PcapReader::Open(path);
    ASSERT_TRUE(reader.ok()) << reader.status();
    CapturedFrame frame;
    ASSERT_TRUE(reader->Next(&frame));
    EXPECT_EQ(frame.time, start);
    EXPECT_EQ(ToHex(frame.bytes), ToHex(TestFrame(1, 60)));
    ASSERT_TRUE(reader->Next(&frame));
    EXPECT_EQ(frame.time, start + kSecond);
    EXPECT_EQ(ToHex(frame.bytes), ToHex(TestFrame(2, 61)));
    EXPECT_FALSE(reader->Next(&frame));
  }
  EXPECT_EQ(OpenPcapngSink("/nonexistent/x.pcapng").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(WrapperTest, CaptureSaysWhenItCannotWrite) {
  const auto sink = OpenPcapngSink(testing::TempDir() + "/limited.pcapng");
  ASSERT_TRUE(sink.ok()) << sink.status();
  const FileSizeLimit limit(50);
  Open([&](std::unique_ptr<Port> port, const Clock* clock) {
    return std::make_unique<CapturePort>(std::move(port), *sink, clock);
  });
  SendAll(*port_, Frames(1));
  port_->Refresh();
  EXPECT_FALSE(port_->status().ok());
  SendAll(*port_, Frames(1));  // Frames go on passing.
  EXPECT_EQ(ReceiveAll(*end_, 2).size(), 2u);
}

TEST_F(WrapperTest, TracerSaysALinePerFrame) {
  std::vector<std::string> lines;
  Open([&](std::unique_ptr<Port> port, const Clock* clock) {
    return std::make_unique<TracerPort>(
        std::move(port), [&](absl::string_view line) { lines.emplace_back(line); }, clock);
  });
  SendAll(*end_,
          {FromHex("ffffffffffff 00000000000a 0806 0001080006040001 00000000000a 0a00000a 000000000000 0a000001")});
  ReceiveAll(*port_, 1);
  clock_.Advance(kSecond);
  SendAll(*port_, {Bytes(3)});
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].find("1700000000.000000005 vif1 rx 00:00:00:00:00:0a > ff:ff:ff:ff:ff:ff, "), 0u) << lines[0];
  EXPECT_NE(lines[0].find("who-has 10.0.0.1 tell 10.0.0.10"), std::string::npos) << lines[0];
  EXPECT_EQ(lines[1].find("1700000001.000000005 vif1 tx "), 0u) << lines[1];
}

TEST_F(WrapperTest, FaultLosesAndCounts) {
  OpenFaulty({.receive = {.drop_one_in = 4}, .send = {.drop_one_in = 10}});
  const std::vector<Bytes> frames = Frames(1'000);
  SendAll(*end_, frames);
  const std::vector<Packet> received = ReceiveAll(*port_, 0);
  const uint64_t lost = port_->counters().dropped(PortDrop::kRxFault);
  EXPECT_EQ(received.size() + lost, 1'000u);
  EXPECT_GT(lost, 200u);
  EXPECT_LT(lost, 300u);
  EXPECT_EQ(port_->counters().rx_packets, received.size());
  SendAll(*port_, frames);
  const uint64_t unsent = port_->counters().dropped(PortDrop::kTxFault);
  EXPECT_EQ(ReceiveAll(*end_, 0).size() + unsent, 1'000u);
  EXPECT_EQ(port_->counters().tx_packets + unsent, 1'000u);
  EXPECT_GT(unsent, 60u);
  EXPECT_LT(unsent, 140u);
}

TEST_F(WrapperTest, FaultTurnsOneBit) {
  OpenFaulty({.receive = {.corrupt_one_in = 2}, .send = {.corrupt_one_in = 2}});
  const std::vector<Bytes> frames = Frames(200);
  const auto differing_bits = [&](const std::vector<Bytes>& got) {
    int damaged = 0;
    EXPECT_EQ(got.size(), frames.size());
    for (size_t i = 0; i < got.size(); ++i) {
      int bits = 0;
      for (size_t k = 0; k < got[i].size(); ++k) bits += __builtin_popcount(got[i][k] ^ frames[i][k]);
      EXPECT_LE(bits, 1);
      damaged += bits;
    }
    return damaged;
  };
  SendAll(*end_, frames);
  const int received = differing_bits(BytesOf(ReceiveAll(*port_, 0)));
  EXPECT_GT(received, 60);
  EXPECT_LT(received, 140);
  SendAll(*port_, frames);
  const int sent = differing_bits(BytesOf(ReceiveAll(*end_, 0)));
  EXPECT_GT(sent, 60);
  EXPECT_LT(sent, 140);
}

TEST_F(WrapperTest, FaultDelays) {
  OpenFaulty({.receive = {.delay = 5 * kMillisecond}, .send = {.delay = 2 * kMillisecond}});
  const Instant start = clock_.Now();
  SendAll(*end_, Frames(3));
  EXPECT_EQ(port_->next_deadline(), 0);
  EXPECT_EQ(ReceiveAll(*port_, 0).size(), 0u);
  EXPECT_EQ(port_->next_deadline(), start + 5 * kMillisecond);
  SendAll(*port_, Frames(2));
  EXPECT_EQ(port_->next_deadline(), start + 2 * kMillisecond);
  EXPECT_EQ(ReceiveAll(*end_, 0).size(), 0u);
  clock_.AdvanceTo(start + 2 * kMillisecond);
  EXPECT_EQ(ReceiveAll(*port_, 0).size(), 0u);  // Which sends what is due.
  ExpectSameFrames(Frames(2), BytesOf(ReceiveAll(*end_, 0)));
  clock_.AdvanceTo(start + 5 * kMillisecond);
  const std::vector<Packet> got = ReceiveAll(*port_, 0);
  ExpectSameFrames(Frames(3), BytesOf(got));
  EXPECT_EQ(got.at(0).time, start + 5 * kMillisecond);
  EXPECT_EQ(port_->next_deadline(), kNever);
  // Closing loses what is under way, and says so.
  SendAll(*end_, Frames(3));
  ReceiveAll(*port_, 0);
  SendAll(*port_, Frames(2));
  port_->Close();
  EXPECT_EQ(port_->counters().dropped(PortDrop::kRxClosed), 3u);
  EXPECT_EQ(port_->counters().dropped(PortDrop::kTxClosed), 2u);
  EXPECT_EQ(port_->next_deadline(), kNever);
}

TEST_F(WrapperTest, FaultRepeatsAndReorders) {
  OpenFaulty({.receive = {.duplicate_one_in = 5, .reorder_one_in = 5, .reorder_by = kMillisecond, .queue = 10'000}});
  const std::vector<Bytes> frames = Frames(500);
  std::vector<Bytes> got;
  for (const Bytes& frame : frames) {
    SendAll(*end_, {frame});
    for (Bytes& one : BytesOf(ReceiveAll(*port_, 0))) got.push_back(std::move(one));
    clock_.Advance(300 * kMicrosecond);
  }
  clock_.Advance(kSecond);
  for (Bytes& one : BytesOf(ReceiveAll(*port_, 0))) got.push_back(std::move(one));
  EXPECT_GT(got.size(), 560u);
  EXPECT_LT(got.size(), 640u);
  EXPECT_EQ(std::set<Bytes>(got.begin(), got.end()).size(), 500u);  // None is lost, none is new.
  int overtaken = 0;
  for (size_t i = 1; i < got.size(); ++i) overtaken += Load48(&got[i][6]) < Load48(&got[i - 1][6]);
  EXPECT_GT(overtaken, 50);
}

TEST_F(WrapperTest, JitterKeepsOrderAndTheQueueIsBounded) {
  OpenFaulty({.receive = {.delay = kMillisecond, .jitter = 10 * kMillisecond, .queue = 100}});
  std::vector<Bytes> frames = Frames(150);
  SendAll(*end_, frames);
  ReceiveAll(*port_, 0);
  EXPECT_EQ(port_->counters().dropped(PortDrop::kRxOverrun), 50u);
  clock_.Advance(kMillisecond - 1);
  EXPECT_EQ(ReceiveAll(*port_, 0).size(), 0u);
  clock_.Advance(10 * kMillisecond + 1);
  frames.resize(100);
  ExpectSameFrames(frames, BytesOf(ReceiveAll(*port_, 0)));
}

TEST_F(WrapperTest, FaultsRepeatWithTheSeed) {
  const FaultOptions options = {
      .receive = {.drop_one_in = 7, .duplicate_one_in = 9, .corrupt_one_in = 5, .reorder_one_in = 4, .jitter = 99}};
  const auto run = [&](uint64_t seed) {
    OpenFaulty(options, seed);
    SendAll(*end_, Frames(300));
    std::string all;
    for (int i = 0; i < 3; ++i) {
      for (const Bytes& frame : BytesOf(ReceiveAll(*port_, 0))) all += ToHex(frame) + "\n";
      clock_.Advance(kMillisecond);
    }
    return all;
  };
  EXPECT_EQ(run(1), run(1));
  EXPECT_NE(run(1), run(2));
}

}  // namespace
}  // namespace ovnlite
