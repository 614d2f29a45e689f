#include "ovnlite/port/memory_port.h"

#include <gtest/gtest.h>

#include <deque>
#include <vector>

#include "lib/port/port_conformance_testutil.h"
#include "ovnlite/base/random.h"

namespace ovnlite {
namespace {

constexpr size_t kQueue = 500;

class MemoryUnderTest : public PortUnderTest {
 public:
  explicit MemoryUnderTest(const PortUnderTestOptions& o)
      : ports_(MakeMemoryPorts({"vif1", o.number}, {"host1"}, o.clock, {o.mtu, kQueue})) {}
  Port& port() override { return *ports_.first; }
  void Inject(const std::vector<Bytes>& frames) override { SendAll(*ports_.second, frames); }
  // Into the same storage each time: a receiver that keeps packets takes buffers out of circulation.
  std::vector<Bytes> Collect(size_t) override {
    std::vector<Bytes> frames;
    while (const int n = ports_.second->Receive(absl::MakeSpan(storage_))) {
      for (int i = 0; i < n; ++i) frames.emplace_back(storage_[i].bytes().begin(), storage_[i].bytes().end());
    }
    return frames;
  }

 private:
  MemoryPorts ports_;
  std::vector<Packet> storage_ = std::vector<Packet>(kBatchSize);
};

std::unique_ptr<PortUnderTest> Open(const PortUnderTestOptions& options, std::string*) {
  return std::make_unique<MemoryUnderTest>(options);
}

const bool registered =
    RegisterPortConformance({.name = "Memory", .open = Open, .tx_overrun = kQueue + 100, .counts_closed = true});

TEST(MemoryPortTest, TheLinkHasTwoEnds) {
  ManualClock clock;
  MemoryPorts ports = MakeMemoryPorts({"a", 1}, {"b", 2}, &clock);
  EXPECT_TRUE(ports.first->link_up());
  SendAll(*ports.first, {TestFrame(1, 60)});
  ports.first.reset();
  EXPECT_FALSE(ports.second->link_up());
  // What was on its way arrives.
  ExpectSameFrames({TestFrame(1, 60)}, BytesOf(ReceiveAll(*ports.second, 1)));
  SendAll(*ports.second, {TestFrame(2, 60)});
  EXPECT_EQ(ports.second->counters().ToString(), "rx 1 packets 60 bytes, tx 0 packets 0 bytes, 1 dropped: link down");
}

// Against a deque: any mixture of sends, receipts and sizes gives the same frames and counters.
TEST(MemoryPortTest, BehavesAsABoundedQueue) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Random random(seed);
    ManualClock clock;
    const size_t capacity = 1 + random.Below(40);
    MemoryPorts ports = MakeMemoryPorts({"a", 1}, {"b", 2}, &clock, {.mtu = 100, .queue = capacity});
    std::deque<Bytes> model;
    uint64_t sent = 0, full = 0, received = 0;
    for (int step = 0; step < 500; ++step) {
      if (random.OneIn(2)) {
        std::vector<Bytes> frames;
        for (uint64_t n = random.Below(40); n > 0; --n) {
          frames.push_back(TestFrame(random.Next(), 14 + random.Below(101)));
          if (model.size() == capacity) {
            ++full;
            continue;
          }
          model.push_back(frames.back());
          ++sent;
        }
        SendAll(*ports.first, frames);
      } else {
        std::vector<Packet> storage(random.Below(40));
        const int n = ports.second->Receive(absl::MakeSpan(storage));
        ASSERT_EQ(n, static_cast<int>(std::min<size_t>({storage.size(), kBatchSize, model.size()})));
        for (int i = 0; i < n; ++i, model.pop_front()) ASSERT_EQ(ToHex(storage[i].bytes()), ToHex(model.front()));
        received += static_cast<uint64_t>(n);
      }
      ASSERT_EQ(ports.first->counters().tx_packets, sent);
      ASSERT_EQ(ports.first->counters().dropped(PortDrop::kTxQueueFull), full);
      ASSERT_EQ(ports.second->counters().rx_packets, received);
      ASSERT_EQ(ports.second->next_deadline(), model.empty() ? kNever : 0);
    }
  }
}

}  // namespace
}  // namespace ovnlite
