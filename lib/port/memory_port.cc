#include "ovnlite/port/memory_port.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

namespace ovnlite {
namespace {

// One direction: a ring of the packets that wait. The packets themselves lie in a pool, of which those last emptied are
// filled first, so that memory (and cache) follow the frames that wait at once, not the frames that passed.
class Queue {
 public:
  Queue(size_t capacity, size_t max_frame)
      : capacity_(std::max<size_t>(capacity, 1)),
        buffer_size_(std::min<size_t>(max_frame, kBufferSize)),
        pool_(capacity_),
        ring_(capacity_),
        free_(capacity_) {
    for (size_t i = 0; i < capacity_; ++i) free_[i] = static_cast<uint32_t>(capacity_ - 1 - i);
  }

  size_t size() const { return size_; }
  bool full() const { return size_ == capacity_; }
  void Push(const Packet& packet) {
    const uint32_t i = free_[capacity_ - ++size_];
    ring_[tail_] = i;
    tail_ = Next(tail_);
    pool_[i].Reserve(std::max(packet.size(), buffer_size_));
    std::memcpy(pool_[i].data(), packet.data(), packet.size());
    pool_[i].Resize(packet.size());
  }
  // Buffers change places.
  void Pop(Packet& into) {
    std::swap(into, pool_[ring_[head_]]);
    Drop();
  }
  void Drop() {
    free_[capacity_ - size_--] = ring_[head_];
    head_ = Next(head_);
  }

 private:
  // Larger frames get their own size.
  static constexpr size_t kBufferSize = 2'048;

  size_t Next(size_t i) const { return i + 1 < capacity_ ? i + 1 : 0; }

  const size_t capacity_;
  const size_t buffer_size_;
  std::vector<Packet> pool_;
  std::vector<uint32_t> ring_;  // In the order of arrival, from head_ to tail_: where in the pool.
  std::vector<uint32_t> free_;  // Its first capacity_ - size_ elements: a stack.
  size_t head_ = 0;
  size_t tail_ = 0;
  size_t size_ = 0;
};

struct Wire {
  Wire(size_t capacity, size_t max_frame) : to_first(capacity, max_frame), to_second(capacity, max_frame) {}

  Queue to_first;
  Queue to_second;
  bool first_open = true;
  bool second_open = true;
};

class MemoryPort final : public Port {
 public:
  MemoryPort(MemoryPortOptions options, size_t mtu, const Clock* clock, std::shared_ptr<Wire> wire, bool is_first)
      : Port(std::move(options.name), options.number, mtu, clock), wire_(std::move(wire)), is_first_(is_first) {}
  ~MemoryPort() override { Close(); }

  Instant next_deadline() const override { return in().size() == 0 ? kNever : 0; }
  bool link_up() const override { return wire_->first_open && wire_->second_open; }

  void Close() override {
    open() = false;
    CountDrop(PortDrop::kRxClosed, in().size());
    while (in().size() > 0) in().Drop();
  }

 private:
  int DoReceive(absl::Span<Packet> storage) override {
    const size_t n = std::min(storage.size(), in().size());
    for (size_t i = 0; i < n; ++i) in().Pop(storage[i]);
    return static_cast<int>(n);
  }

  void DoSend(const PacketBatch& batch) override {
    if (!link_up()) {
      CountDrop(open() ? PortDrop::kTxLinkDown : PortDrop::kTxClosed, static_cast<uint64_t>(batch.size()));
      return;
    }
    Queue& out = is_first_ ? wire_->to_second : wire_->to_first;
    for (const Packet* packet : batch) {
      if (!Admit(*packet)) continue;
      if (out.full()) {
        CountDrop(PortDrop::kTxQueueFull);
        continue;
      }
      out.Push(*packet);
      CountSent(packet->size());
    }
  }

  Queue& in() const { return is_first_ ? wire_->to_first : wire_->to_second; }
  bool& open() const { return is_first_ ? wire_->first_open : wire_->second_open; }

  const std::shared_ptr<Wire> wire_;
  const bool is_first_;
};

}  // namespace

MemoryPorts MakeMemoryPorts(MemoryPortOptions first, MemoryPortOptions second, const Clock* clock,
                            MemoryWireOptions wire) {
  const size_t mtu = std::min(wire.mtu, Port::kMaxMtu);
  auto joint = std::make_shared<Wire>(wire.queue, mtu + Port::kMinFrame + 4);
  return {std::make_unique<MemoryPort>(std::move(first), mtu, clock, joint, true),
          std::make_unique<MemoryPort>(std::move(second), mtu, clock, joint, false)};
}

}  // namespace ovnlite
