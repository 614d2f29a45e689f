#include "lib/port/port_conformance_testutil.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "ovnlite/base/bytes.h"
#include "ovnlite/base/random.h"

namespace ovnlite {

Bytes TestFrame(uint64_t i, size_t size) {
  Bytes frame(size);
  Random random(i * 65'536 + size);
  for (uint8_t& b : frame) b = static_cast<uint8_t>(random.Next());
  Store48(frame.data(), 0x0200'0000'0001);
  Store48(frame.data() + 6, 0x0200'0000'0000 | (i & 0xffff'ffff));
  Store16(frame.data() + 12, 0x88b5);
  return frame;
}

Bytes TaggedTestFrame(uint64_t i, size_t size, uint16_t tci, uint16_t tpid) {
  Bytes frame = TestFrame(i, size);
  const uint8_t tag[4] = {static_cast<uint8_t>(tpid >> 8), static_cast<uint8_t>(tpid), static_cast<uint8_t>(tci >> 8),
                          static_cast<uint8_t>(tci)};
  frame.insert(frame.begin() + 12, std::begin(tag), std::end(tag));
  return frame;
}

void SendAll(Port& port, const std::vector<Bytes>& frames) {
  std::vector<Packet> packets;
  for (const Bytes& frame : frames) packets.emplace_back(frame);
  PacketBatch batch;
  for (Packet& packet : packets) {
    batch.Add(&packet);
    if (batch.full()) {
      port.Send(batch);
      batch.clear();
    }
  }
  port.Send(batch);
}

std::vector<Packet> ReceiveAll(Port& port, size_t at_least) {
  std::vector<Packet> received;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  for (;;) {
    std::vector<Packet> storage(kBatchSize);
    const int n = port.Receive(absl::MakeSpan(storage));
    for (int i = 0; i < n; ++i) received.push_back(std::move(storage[static_cast<size_t>(i)]));
    if (n > 0) continue;
    if (received.size() >= at_least || std::chrono::steady_clock::now() > deadline) return received;
    pollfd wait = {port.fd(), POLLIN, 0};
    poll(&wait, 1, 10);
  }
}

void ExpectSameFrames(const std::vector<Bytes>& expected, const std::vector<Bytes>& actual) {
  EXPECT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < std::min(expected.size(), actual.size()); ++i) {
    ASSERT_EQ(ToHex(actual[i]), ToHex(expected[i])) << "frame " << i << " of " << expected.size();
  }
}

std::vector<Bytes> BytesOf(absl::Span<const Packet> packets) {
  std::vector<Bytes> frames;
  for (const Packet& packet : packets) frames.emplace_back(packet.bytes().begin(), packet.bytes().end());
  return frames;
}

bool WaitForPort(const Port& port, const Clock& clock, int milliseconds) {
  if (port.next_deadline() <= clock.Now()) return true;
  if (port.fd() < 0) return false;
  pollfd wait = {port.fd(), POLLIN, 0};
  return poll(&wait, 1, milliseconds) == 1;
}

namespace {

constexpr uint32_t kNumber = 7;

class ConformanceTest : public testing::Test {
 public:
  using Body = void (ConformanceTest::*)();
  struct Case {
    const char* name;
    Body body;
    // Whether a kind of port can do what the test is about; null: every kind can.
    bool (*applies)(const PortKind& kind) = nullptr;
  };
  static const std::vector<Case>& Cases();

  ConformanceTest(std::shared_ptr<const PortKind> kind, Body body) : kind_ptr_(std::move(kind)), body_(body) {}
  void TestBody() override { (this->*body_)(); }

 private:
  // Makes subject_, or prints why not and returns false.
  bool Open(size_t mtu = Port::kDefaultMtu);
  // Opens with `frames` on their way to the port.
  bool OpenWith(const std::vector<Bytes>& frames, size_t mtu = Port::kDefaultMtu);
  Port& port() { return subject_->port(); }

  void EmptyReceiveGivesNothing();
  void ReceivesEverySize();
  void SendsEverySize();
  void CarriesJumboFrames();
  void CarriesVlanTags();
  void ReceivesIntoStorageOfAnySize();
  void StampsWhatItReceives();
  void SendOnlyBorrows();
  void RefusesWhatIsTooShortOrTooLong();
  void CountsExactly();
  void CountsReceiveOverrun();
  void CountsSendOverrun();
  void SaysWhenToReceive();
  void ClosesWhileInUse();
  void ClosesTwice();
  void StopsAllocating();
  void CarriesBothWaysAtOnce();

  const std::shared_ptr<const PortKind> kind_ptr_;
  const PortKind& kind_ = *kind_ptr_;
  const Body body_;
  ManualClock clock_{1'700'000'000 * kSecond};
  std::unique_ptr<PortUnderTest> subject_;
};

bool ConformanceTest::Open(size_t mtu) {
  std::string reason;
  subject_ = kind_.open({&clock_, kNumber, mtu}, &reason);
  if (subject_ == nullptr) {
    [&] { GTEST_SKIP() << reason; }();
    return false;
  }
  return true;
}

bool ConformanceTest::OpenWith(const std::vector<Bytes>& frames, size_t mtu) {
  if (!Open(mtu)) return false;
  subject_->Inject(frames);
  return true;
}

void ConformanceTest::EmptyReceiveGivesNothing() {
  if (!OpenWith({})) return;
  std::vector<Packet> storage(kBatchSize);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(port().Receive(absl::MakeSpan(storage)), 0);
  EXPECT_EQ(port().Receive({}), 0);
  EXPECT_EQ(port().counters().ToString(), PortCounters().ToString());
  EXPECT_EQ(port().number(), kNumber);
  EXPECT_EQ(port().mtu(), Port::kDefaultMtu);
  EXPECT_TRUE(port().link_up());
  EXPECT_TRUE(port().status().ok()) << port().status();
}

std::vector<Bytes> EverySize() {
  std::vector<Bytes> frames;
  for (size_t size = Port::kMinFrame; size <= Port::kMinFrame + Port::kDefaultMtu; ++size) {
    frames.push_back(TestFrame(size, size));
  }
  return frames;
}

// In portions, so that no queue overruns.
void ConformanceTest::ReceivesEverySize() {
  const std::vector<Bytes> frames = EverySize();
  if (!kind_.interactive) {
    if (!OpenWith(frames)) return;
    ExpectSameFrames(frames, BytesOf(ReceiveAll(port(), frames.size())));
    return;
  }
  if (!Open()) return;
  for (size_t i = 0; i < frames.size(); i += 100) {
    const std::vector<Bytes> some(frames.begin() + i, frames.begin() + std::min(i + 100, frames.size()));
    subject_->Inject(some);
    ExpectSameFrames(some, BytesOf(ReceiveAll(port(), some.size())));
    if (HasFailure()) return;
  }
  EXPECT_EQ(port().counters().rx_packets, frames.size());
}

void ConformanceTest::SendsEverySize() {
  if (!OpenWith({})) return;
  const std::vector<Bytes> frames = EverySize();
  for (size_t i = 0; i < frames.size(); i += 100) {
    const std::vector<Bytes> some(frames.begin() + i, frames.begin() + std::min(i + 100, frames.size()));
    SendAll(port(), some);
    ExpectSameFrames(some, subject_->Collect(some.size()));
    if (HasFailure()) return;
  }
  EXPECT_EQ(port().counters().tx_packets, frames.size());
  EXPECT_EQ(port().counters().tx_dropped(), 0u) << port().counters().ToString();
}

void ConformanceTest::CarriesJumboFrames() {
  const size_t mtu = std::min<size_t>(kind_.max_mtu, 9'000);
  std::vector<Bytes> frames;
  for (const size_t size : {size_t{1515}, size_t{4'096}, mtu + 13, mtu + 14}) frames.push_back(TestFrame(size, size));
  if (!OpenWith(frames, mtu)) return;
  EXPECT_EQ(port().mtu(), mtu);
  ExpectSameFrames(frames, BytesOf(ReceiveAll(port(), frames.size())));
  SendAll(port(), frames);
  ExpectSameFrames(frames, subject_->Collect(frames.size()));
}

void ConformanceTest::CarriesVlanTags() {
  std::vector<Bytes> frames;
  uint64_t i = 0;
  // Linux drops tagged frames without two bytes behind the tag's EtherType, and sends 802.1ad frames up to the MTU
  // only.
  for (const size_t size : {16, 17, 60, 1'514}) {
    frames.push_back(TaggedTestFrame(++i, size, 0));  // A priority tag.
    frames.push_back(TaggedTestFrame(++i, size, 0x0007));
    frames.push_back(TaggedTestFrame(++i, size, 0x7fff));
    frames.push_back(TaggedTestFrame(++i, std::min<size_t>(size, 1'510), 0x1064, 0x88a8));
    frames.push_back(TestFrame(++i, size));
  }
  // A tag within a tag: room for only one above the MTU.
  Bytes qinq = TaggedTestFrame(++i, 100, 0x0007);
  qinq.insert(qinq.begin() + 12, {0x88, 0xa8, 0x00, 0x64});
  frames.push_back(qinq);
  if (!OpenWith(frames)) return;
  ExpectSameFrames(frames, BytesOf(ReceiveAll(port(), frames.size())));
  SendAll(port(), frames);
  ExpectSameFrames(frames, subject_->Collect(frames.size()));
}

void ConformanceTest::ReceivesIntoStorageOfAnySize() {
  std::vector<Bytes> frames;
  for (uint64_t i = 0; i < 200; ++i) frames.push_back(TestFrame(i, 60 + i));
  if (!OpenWith(frames)) return;
  const size_t sizes[] = {1, 7, kBatchSize - 1, kBatchSize, kBatchSize + 1, 100};
  std::vector<Bytes> received;
  size_t round = 0;
  for (int idle = 0; received.size() < frames.size() && idle < 200;) {
    std::vector<Packet> storage(sizes[round++ % std::size(sizes)]);
    const int n = port().Receive(absl::MakeSpan(storage));
    ASSERT_LE(n, kBatchSize);
    ASSERT_LE(n, static_cast<int>(storage.size()));
    for (int i = 0; i < n; ++i) {
      received.emplace_back(storage[i].bytes().begin(), storage[i].bytes().end());
    }
    if (n == 0) {
      ++idle;
      pollfd wait = {port().fd(), POLLIN, 0};
      poll(&wait, 1, 10);
    }
  }
  ExpectSameFrames(frames, received);
}

void ConformanceTest::StampsWhatItReceives() {
  if (!OpenWith({TestFrame(1, 60), TestFrame(2, 60)})) return;
  const Instant first = clock_.Now();
  std::vector<Packet> got = ReceiveAll(port(), 2);
  ASSERT_EQ(got.size(), 2u);
  for (const Packet& packet : got) {
    EXPECT_EQ(packet.in_port, kNumber);
    EXPECT_EQ(packet.tunnel, 0u);
    EXPECT_EQ(packet.time, first);
  }
  if (!kind_.interactive) return;
  clock_.Advance(3 * kSecond);
  subject_->Inject({TestFrame(3, 60)});
  got = ReceiveAll(port(), 1);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].time, first + 3 * kSecond);
}

void ConformanceTest::SendOnlyBorrows() {
  if (!OpenWith({})) return;
  const std::vector<Bytes> frames = {TestFrame(1, 14), TaggedTestFrame(2, 100, 5), TestFrame(3, 1'514)};
  std::vector<Packet> packets;
  PacketBatch batch;
  for (const Bytes& frame : frames) packets.emplace_back(frame);
  for (Packet& packet : packets) {
    packet.in_port = 3;
    packet.tunnel = 4;
    packet.time = 5;
    batch.Add(&packet);
  }
  port().Send(batch);
  port().Send(batch);
  ExpectSameFrames(frames, BytesOf(packets));
  for (Packet& packet : packets) {
    EXPECT_EQ(packet.in_port, 3u);
    EXPECT_EQ(packet.tunnel, 4u);
    EXPECT_EQ(packet.time, 5);
    std::fill(packet.mutable_bytes().begin(), packet.mutable_bytes().end(), 0xa5);  // Must not show at the other end.
  }
  std::vector<Bytes> twice = frames;
  twice.insert(twice.end(), frames.begin(), frames.end());
  ExpectSameFrames(twice, subject_->Collect(twice.size()));
}

void ConformanceTest::RefusesWhatIsTooShortOrTooLong() {
  if (!OpenWith({})) return;
  std::vector<Bytes> bad;
  for (size_t size = 0; size < Port::kMinFrame; ++size) bad.push_back(Bytes(size, 0x55));
  SendAll(port(), bad);
  EXPECT_EQ(port().counters().dropped(PortDrop::kTxTooShort), Port::kMinFrame);
  const std::vector<Bytes> good = {TestFrame(1, 1'514), TaggedTestFrame(2, 1'514, 9)};
  SendAll(port(), {TestFrame(3, 1'515), good[0], TaggedTestFrame(4, 1'515, 9), good[1], TestFrame(5, 9'000)});
  EXPECT_EQ(port().counters().dropped(PortDrop::kTxTooLong), 3u) << port().counters().ToString();
  EXPECT_EQ(port().counters().tx_packets, 2u);
  ExpectSameFrames(good, subject_->Collect(good.size()));
  EXPECT_TRUE(port().status().ok()) << port().status();
}

void ConformanceTest::CountsExactly() {
  std::vector<Bytes> frames;
  uint64_t bytes = 0;
  for (uint64_t i = 0; i < 70; ++i) {
    frames.push_back(i % 3 == 0 ? TaggedTestFrame(i, 60 + i, 5) : TestFrame(i, 60 + i));
    bytes += frames.back().size();
  }
  if (!OpenWith(frames)) return;
  EXPECT_EQ(ReceiveAll(port(), frames.size()).size(), frames.size());
  SendAll(port(), frames);
  SendAll(port(), {Bytes(3), frames[0]});
  EXPECT_EQ(subject_->Collect(frames.size() + 1).size(), frames.size() + 1);
  port().Refresh();
  const PortCounters& counters = port().counters();
  EXPECT_EQ(counters.rx_packets, frames.size());
  EXPECT_EQ(counters.rx_bytes, bytes);
  EXPECT_EQ(counters.rx_dropped(), 0u);
  EXPECT_EQ(counters.tx_packets, frames.size() + 1);
  EXPECT_EQ(counters.tx_bytes, bytes + frames[0].size());
  EXPECT_EQ(counters.tx_dropped(), 1u);
}

void ConformanceTest::CountsReceiveOverrun() {
  std::vector<Bytes> frames;
  for (uint64_t i = 0; i < kind_.rx_overrun; ++i) frames.push_back(TestFrame(i, 60));
  if (!OpenWith(frames)) return;
  const std::vector<Packet> received = ReceiveAll(port(), 1);
  EXPECT_LT(received.size(), frames.size());
  EXPECT_GT(received.size(), 0u);
  port().Refresh();
  EXPECT_EQ(received.size() + port().counters().dropped(PortDrop::kRxOverrun), frames.size())
      << port().counters().ToString();
  // What was not lost is in order, and the port goes on.
  uint64_t last = 0;
  for (const Packet& packet : received) {
    const uint64_t i = Load48(packet.data() + 6) & 0xffff'ffff;
    EXPECT_TRUE(i > last || &packet == &received[0]);
    last = i;
  }
  subject_->Inject({TestFrame(1, 100)});
  ExpectSameFrames({TestFrame(1, 100)}, BytesOf(ReceiveAll(port(), 1)));
}

void ConformanceTest::CountsSendOverrun() {
  if (!OpenWith({})) return;
  std::vector<Bytes> frames;
  for (uint64_t i = 0; i < kind_.tx_overrun; ++i) frames.push_back(TestFrame(i, 60));
  SendAll(port(), frames);
  const PortCounters& counters = port().counters();
  EXPECT_GT(counters.dropped(PortDrop::kTxQueueFull), 0u);
  EXPECT_EQ(counters.tx_packets + counters.dropped(PortDrop::kTxQueueFull), frames.size());
  EXPECT_EQ(subject_->Collect(counters.tx_packets).size(), counters.tx_packets);
  SendAll(port(), {TestFrame(1, 100)});
  ExpectSameFrames({TestFrame(1, 100)}, subject_->Collect(1));
}

void ConformanceTest::SaysWhenToReceive() {
  if (!Open()) return;
  EXPECT_EQ(ReceiveAll(port(), 0).size(), 0u);
  EXPECT_FALSE(WaitForPort(port(), clock_, 20));
  for (int round = 0; round < 3; ++round) {
    subject_->Inject({TestFrame(1, 60), TestFrame(2, 60), TestFrame(3, 60)});
    size_t received = 0;
    std::vector<Packet> one(1);
    while (received < 3) {
      ASSERT_TRUE(WaitForPort(port(), clock_, 2'000)) << received;
      while (port().Receive(absl::MakeSpan(one)) == 1) ++received;
    }
    EXPECT_EQ(received, 3u);
    EXPECT_FALSE(WaitForPort(port(), clock_, 20));
  }
}

void ConformanceTest::ClosesWhileInUse() {
  std::vector<Bytes> frames;
  for (uint64_t i = 0; i < 100; ++i) frames.push_back(TestFrame(i, 60));
  if (!OpenWith(frames)) return;
  std::vector<Packet> storage(10);
  for (int idle = 0; port().counters().rx_packets == 0 && idle < 100; ++idle) {
    port().Receive(absl::MakeSpan(storage));
    pollfd wait = {port().fd(), POLLIN, 0};
    poll(&wait, 1, 10);
  }
  ASSERT_GT(port().counters().rx_packets, 0u);
  SendAll(port(), {frames[0]});
  port().Close();
  EXPECT_FALSE(port().link_up());
  EXPECT_EQ(port().fd(), -1);
  EXPECT_EQ(port().next_deadline(), kNever);
  EXPECT_EQ(port().Receive(absl::MakeSpan(storage)), 0);
  SendAll(port(), {frames[1], frames[2]});
  EXPECT_EQ(port().counters().dropped(PortDrop::kTxClosed), 2u);
  EXPECT_EQ(port().counters().tx_packets, 1u);
  port().Refresh();
  if (kind_.counts_closed) {
    EXPECT_EQ(port().counters().rx_packets + port().counters().dropped(PortDrop::kRxClosed), frames.size());
  }
  ExpectSameFrames({frames[0]}, subject_->Collect(1));
}

void ConformanceTest::ClosesTwice() {
  if (!OpenWith({})) return;
  port().Close();
  const std::string before = port().counters().ToString();
  port().Close();
  port().Refresh();
  EXPECT_EQ(port().counters().ToString(), before);
  EXPECT_FALSE(port().link_up());
}

void ConformanceTest::StopsAllocating() {
  if (!Open()) return;
  std::vector<Bytes> frames;
  for (uint64_t i = 0; i < 64; ++i) frames.push_back(TestFrame(i, 14 + i * 23));
  std::vector<Packet> storage(kBatchSize);
  std::vector<Packet> to_send;
  for (const Bytes& frame : frames) to_send.emplace_back(frame);
  PacketBatch batch;
  for (int i = 0; i < kBatchSize; ++i) batch.Add(&to_send[i]);
  // Sizes come in another order each round; by then every buffer has seen the largest.
  for (int round = 0; round < 40; ++round) {
    std::rotate(frames.begin(), frames.begin() + 1, frames.end());
    subject_->Inject(frames);
    const uint64_t before = AllocationCount();
    size_t received = 0;
    for (int idle = 0; received < frames.size() && idle < 200;) {
      const int n = port().Receive(absl::MakeSpan(storage));
      received += static_cast<size_t>(n);
      if (n > 0) continue;
      ++idle;
      pollfd wait = {port().fd(), POLLIN, 0};
      poll(&wait, 1, 10);
    }
    port().Send(batch);
    const uint64_t after = AllocationCount();
    ASSERT_EQ(received, frames.size());
    ASSERT_EQ(subject_->Collect(kBatchSize).size(), static_cast<size_t>(kBatchSize));
    if (round >= 36) {
      EXPECT_EQ(after, before) << "round " << round;
    }
  }
}

// A port reflects what comes; the other end sees it all again.
void ConformanceTest::CarriesBothWaysAtOnce() {
  std::vector<Bytes> frames;
  for (uint64_t i = 0; i < 400; ++i) frames.push_back(TestFrame(i, 14 + (i * 37) % 1'500));
  if (!OpenWith(frames)) return;
  std::vector<Bytes> back;
  std::vector<Packet> storage(kBatchSize);
  for (int idle = 0; port().counters().rx_packets < frames.size() && idle < 200;) {
    const int n = port().Receive(absl::MakeSpan(storage));
    if (n == 0) {
      ++idle;
      pollfd wait = {port().fd(), POLLIN, 0};
      poll(&wait, 1, 10);
      continue;
    }
    PacketBatch batch;
    for (int i = 0; i < n; ++i) batch.Add(&storage[i]);
    port().Send(batch);
    for (Bytes& frame : subject_->Collect(static_cast<size_t>(n))) back.push_back(std::move(frame));
  }
  ExpectSameFrames(frames, back);
}

const std::vector<ConformanceTest::Case>& ConformanceTest::Cases() {
#define OVNLITE_CASE(name, ...) \
  { #name, &ConformanceTest::name, __VA_ARGS__ }
  static const std::vector<Case> cases = {
      OVNLITE_CASE(EmptyReceiveGivesNothing),
      OVNLITE_CASE(ReceivesEverySize),
      OVNLITE_CASE(SendsEverySize),
      OVNLITE_CASE(CarriesJumboFrames, [](const PortKind& k) { return k.max_mtu > Port::kDefaultMtu; }),
      OVNLITE_CASE(CarriesVlanTags),
      OVNLITE_CASE(ReceivesIntoStorageOfAnySize),
      OVNLITE_CASE(StampsWhatItReceives),
      OVNLITE_CASE(SendOnlyBorrows),
      OVNLITE_CASE(RefusesWhatIsTooShortOrTooLong),
      OVNLITE_CASE(CountsExactly),
      OVNLITE_CASE(CountsReceiveOverrun, [](const PortKind& k) { return k.rx_overrun > 0; }),
      OVNLITE_CASE(CountsSendOverrun, [](const PortKind& k) { return k.tx_overrun > 0; }),
      OVNLITE_CASE(SaysWhenToReceive, [](const PortKind& k) { return k.interactive; }),
      OVNLITE_CASE(ClosesWhileInUse),
      OVNLITE_CASE(ClosesTwice),
      OVNLITE_CASE(StopsAllocating, [](const PortKind& k) { return k.interactive && !k.allocates; }),
      OVNLITE_CASE(CarriesBothWaysAtOnce),
  };
#undef OVNLITE_CASE
  return cases;
}

}  // namespace

bool RegisterPortConformance(const PortKind& kind) {
  const auto shared = std::make_shared<const PortKind>(kind);
  for (const ConformanceTest::Case& one : ConformanceTest::Cases()) {
    if (one.applies != nullptr && !one.applies(kind)) continue;
    testing::RegisterTest((kind.name + "PortConformanceTest").c_str(), one.name, nullptr, nullptr, __FILE__, __LINE__,
                          [shared, body = one.body]() -> testing::Test* { return new ConformanceTest(shared, body); });
  }
  return true;
}

}  // namespace ovnlite
