#include "ovnlite/port/pcap_replay_port.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "lib/base/shared_testutil.h"
#include "lib/port/port_conformance_testutil.h"
#include "ovnlite/packet/pcap_file.h"
#include "ovnlite/packet/pcapng_writer.h"

namespace ovnlite {
namespace {

std::string TempFile(absl::string_view name) {
  static int count = 0;
  return testing::TempDir() + "/" + std::to_string(++count) + std::string(name);
}

using Recording = std::vector<std::pair<Instant, Bytes>>;

void WriteCapture(const std::string& path, const Recording& recording) {
  absl::StatusOr<PcapWriter> writer = PcapWriter::Create(path);
  ASSERT_TRUE(writer.ok()) << writer.status();
  for (const auto& [time, bytes] : recording) ASSERT_TRUE(writer->Write(time, bytes).ok());
}

Recording ReadCapture(const std::string& path) {
  Recording recording;
  absl::StatusOr<PcapReader> reader = PcapReader::Open(path);
  EXPECT_TRUE(reader.ok()) << reader.status();
  CapturedFrame frame;
  while (reader->Next(&frame)) recording.emplace_back(frame.time, Bytes(frame.bytes.begin(), frame.bytes.end()));
  EXPECT_TRUE(reader->status().ok()) << reader->status();
  return recording;
}

class ReplayUnderTest : public PortUnderTest {
 public:
  explicit ReplayUnderTest(const PortUnderTestOptions& o)
      : clock_(o.clock),
        options_({.name = "replay",
                  .number = o.number,
                  .path = TempFile("in.pcap"),
                  .output_path = TempFile("out.pcap"),
                  .mtu = o.mtu}) {}
  Port& port() override {
    if (port_ == nullptr) {
      absl::StatusOr<std::unique_ptr<Port>> port = OpenPcapReplayPort(options_, clock_);
      EXPECT_TRUE(port.ok()) << port.status();
      port_ = *std::move(port);
    }
    return *port_;
  }
  void Inject(const std::vector<Bytes>& frames) override {
    Recording recording;
    for (const Bytes& frame : frames) recording.emplace_back(0, frame);
    WriteCapture(options_.path, recording);
  }
  std::vector<Bytes> Collect(size_t) override {
    port().Refresh();
    std::vector<Bytes> frames;
    for (auto& [time, bytes] : ReadCapture(options_.output_path)) {
      EXPECT_EQ(time, clock_->Now());
      frames.push_back(std::move(bytes));
    }
    const std::vector<Bytes> news(frames.begin() + static_cast<std::ptrdiff_t>(collected_), frames.end());
    collected_ = frames.size();
    return news;
  }

 private:
  const Clock* clock_;
  PcapReplayOptions options_;
  std::unique_ptr<Port> port_;
  size_t collected_ = 0;
};

const bool registered = RegisterPortConformance(
    {.name = "PcapReplay",
     .open = [](const PortUnderTestOptions& o, std::string*) { return std::make_unique<ReplayUnderTest>(o); },
     .interactive = false});

std::unique_ptr<Port> Open(const PcapReplayOptions& options, const Clock* clock) {
  absl::StatusOr<std::unique_ptr<Port>> port = OpenPcapReplayPort(options, clock);
  EXPECT_TRUE(port.ok()) << port.status();
  return *std::move(port);
}

TEST(PcapReplayPortTest, FollowsTheTimesOfTheCapture) {
  const std::string path = TempFile("paced.pcap");
  // The third frame is earlier than the second, and comes with it.
  WriteCapture(path, {{100 * kSecond, TestFrame(1, 60)},
                      {105 * kSecond, TestFrame(2, 61)},
                      {103 * kSecond, TestFrame(3, 62)},
                      {106 * kSecond + 7, TestFrame(4, 63)}});
  ManualClock clock(1'000 * kSecond);
  const auto port = Open({.path = path, .rounds = 2, .paced = true, .round_gap = 2 * kSecond}, &clock);
  std::vector<std::pair<Instant, size_t>> seen;
  std::vector<Packet> storage(kBatchSize);
  while (port->next_deadline() != kNever) {
    if (port->next_deadline() > clock.Now()) {
      clock.AdvanceTo(port->next_deadline() - 1);
      EXPECT_EQ(port->Receive(absl::MakeSpan(storage)), 0);
      clock.AdvanceTo(port->next_deadline());
    }
    const int n = port->Receive(absl::MakeSpan(storage));
    EXPECT_GT(n, 0);
    for (int i = 0; i < n; ++i) seen.emplace_back(storage[i].time - 1'000 * kSecond, storage[i].size());
  }
  const std::vector<std::pair<Instant, size_t>> expected = {{0, 60},
                                                            {5 * kSecond, 61},
                                                            {5 * kSecond, 62},
                                                            {8 * kSecond + 7, 63},
                                                            {10 * kSecond + 7, 60},
                                                            {15 * kSecond + 7, 61},
                                                            {15 * kSecond + 7, 62},
                                                            {18 * kSecond + 14, 63}};
  EXPECT_EQ(seen, expected);
  EXPECT_TRUE(port->status().ok());
}

TEST(PcapReplayPortTest, PlaysPcapngAndRounds) {
  const std::string path = TempFile("rounds.pcapng");
  {
    absl::StatusOr<PcapngWriter> writer = PcapngWriter::Create(path);
    ASSERT_TRUE(writer.ok()) << writer.status();
    const uint32_t interface = writer->AddInterface("vm-a");
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(writer->Write(interface, 1, TestFrame(i, 60)).ok());
  }
  ManualClock clock;
  const auto port = Open({.path = path, .rounds = 3}, &clock);
  std::vector<Bytes> expected;
  for (int i = 0; i < 9; ++i) expected.push_back(TestFrame(i % 3, 60));
  ExpectSameFrames(expected, BytesOf(ReceiveAll(*port, 9)));
  EXPECT_EQ(port->next_deadline(), kNever);

  const auto endless = Open({.path = path, .rounds = 0}, &clock);
  std::vector<Packet> storage(kBatchSize);
  for (int i = 0; i < 100; ++i) ASSERT_EQ(endless->Receive(absl::MakeSpan(storage)), kBatchSize);
}

TEST(PcapReplayPortTest, StopsAllocating) {
  const std::string path = TempFile("many.pcap");
  Recording recording;
  for (uint64_t i = 0; i < 100; ++i) recording.emplace_back(0, TestFrame(i, 14 + i * 15));
  WriteCapture(path, recording);
  ManualClock clock;
  const auto port = Open({.path = path, .output_path = TempFile("out.pcap"), .rounds = 0}, &clock);
  std::vector<Packet> storage(kBatchSize);
  PacketBatch batch;
  for (Packet& packet : storage) batch.Add(&packet);
  uint64_t before = 0;
  for (int i = 0; i < 100; ++i) {
    if (i == 2) before = AllocationCount();
    ASSERT_EQ(port->Receive(absl::MakeSpan(storage)), kBatchSize);
    port->Send(batch);
  }
  EXPECT_EQ(AllocationCount(), before);
}

TEST(PcapReplayPortTest, AnEmptyCaptureHasNoRounds) {
  const std::string path = TempFile("empty.pcap");
  WriteCapture(path, {});
  ManualClock clock;
  EXPECT_EQ(ReceiveAll(*Open({.path = path, .rounds = 0}, &clock), 0).size(), 0u);
  EXPECT_EQ(ReceiveAll(*Open({.rounds = 0}, &clock), 0).size(), 0u);
}

TEST(PcapReplayPortTest, DamageEndsItWithAStatus) {
  const std::string path = TempFile("damaged.pcap");
  WriteCapture(path, {{1, TestFrame(1, 60)}, {2, TestFrame(2, 60)}});
  const std::string whole = ReadFileOrDie(path);
  std::ofstream(path, std::ios::binary | std::ios::trunc) << whole.substr(0, whole.size() - 1);
  ManualClock clock;
  const auto port = Open({.path = path, .rounds = 5}, &clock);
  EXPECT_TRUE(port->status().ok());
  ExpectSameFrames({TestFrame(1, 60)}, BytesOf(ReceiveAll(*port, 1)));
  EXPECT_EQ(port->status().code(), absl::StatusCode::kDataLoss) << port->status();
  EXPECT_EQ(port->next_deadline(), kNever);
}

TEST(PcapReplayPortTest, FramesNoPacketHoldsAreCounted) {
  const std::string path = TempFile("huge.pcap");
  WriteCapture(path, {{1, Bytes(Packet::kMaxSize + 1)}, {2, Bytes(Packet::kMaxSize)}, {3, Bytes(3)}});
  ManualClock clock;
  const auto port = Open({.path = path}, &clock);
  const std::vector<Packet> got = ReceiveAll(*port, 2);
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[0].size(), Packet::kMaxSize);
  EXPECT_EQ(got[1].size(), 3u);
  EXPECT_EQ(port->counters().dropped(PortDrop::kRxTooLong), 1u);
}

TEST(PcapReplayPortTest, SaysWhyItCannotOpen) {
  ManualClock clock;
  EXPECT_EQ(OpenPcapReplayPort({.path = "/nonexistent/in.pcap"}, &clock).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(OpenPcapReplayPort({.output_path = "/nonexistent/out.pcap"}, &clock).status().code(),
            absl::StatusCode::kNotFound);
  const std::string text = TempFile("text.pcap");
  std::ofstream(text) << "this is not a capture file at all, whatever its name says";
  EXPECT_EQ(OpenPcapReplayPort({.path = text}, &clock).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace ovnlite
