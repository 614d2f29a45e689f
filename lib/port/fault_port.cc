#include "ovnlite/port/fault_port.h"

#include <algorithm>
#include <utility>

namespace ovnlite {

// One direction: decides what befalls each frame, and keeps those that are under way.
class FaultPort::Line {
 public:
  Line(const Faults& faults, Random* random) : faults_(faults), random_(*random) {}

  // Nothing ever waits, so that frames can pass in place.
  bool is_immediate() const {
    return faults_.duplicate_one_in == 0 && faults_.reorder_one_in == 0 && faults_.delay == 0 && faults_.jitter == 0;
  }
  bool Loses() { return Happens(faults_.drop_one_in); }
  bool Corrupts() { return Happens(faults_.corrupt_one_in); }
  void Corrupt(Packet& packet) {
    if (packet.size() == 0) return;
    packet.data()[random_.Below(packet.size())] ^= static_cast<uint8_t>(1 << random_.Below(8));
  }

  // Takes a copy of `packet` on its way. Returns how many were lost for want of room.
  uint64_t Enter(const Packet& packet, Instant now) {
    const bool corrupt = Corrupts();
    uint64_t lost = 0;
    for (int copies = Happens(faults_.duplicate_one_in) ? 2 : 1; copies > 0; --copies) {
      if (under_way_.size() >= faults_.queue) {
        ++lost;
        continue;
      }
      Packet copy;
      if (!spare_.empty()) {
        copy = std::move(spare_.back());
        spare_.pop_back();
      }
      copy.Assign(packet.bytes());
      if (corrupt) Corrupt(copy);
      under_way_.push_back({Due(now), entered_++, std::move(copy)});
      std::push_heap(under_way_.begin(), under_way_.end(), Later);
    }
    return lost;
  }
  Instant next_due() const { return under_way_.empty() ? kNever : under_way_.front().due; }
  // The next frame whose time has come, exchanged for a buffer.
  bool Leave(Instant now, Packet& packet) {
    if (next_due() > now) return false;
    std::pop_heap(under_way_.begin(), under_way_.end(), Later);
    std::swap(packet, under_way_.back().packet);
    spare_.push_back(std::move(under_way_.back().packet));
    under_way_.pop_back();
    return true;
  }
  // Returns how many frames were under way.
  uint64_t Clear() {
    const uint64_t count = under_way_.size();
    under_way_.clear();
    return count;
  }

 private:
  struct UnderWay {
    Instant due;
    uint64_t order;
    Packet packet;
  };
  static bool Later(const UnderWay& a, const UnderWay& b) { return a.due != b.due ? a.due > b.due : a.order > b.order; }

  // Draws nothing for what never happens, so that adding one kind of fault does not move the others.
  bool Happens(uint64_t one_in) { return one_in != 0 && random_.OneIn(one_in); }

  Instant Due(Instant now) {
    Instant due = now + faults_.delay;
    if (faults_.jitter > 0) due += static_cast<Nanoseconds>(random_.Below(static_cast<uint64_t>(faults_.jitter) + 1));
    due = std::max(due, last_due_);
    if (Happens(faults_.reorder_one_in)) return due + faults_.reorder_by;
    last_due_ = due;
    return due;
  }

  const Faults faults_;
  Random& random_;
  std::vector<UnderWay> under_way_;  // A heap, the earliest first.
  std::vector<Packet> spare_;        // Buffers.
  uint64_t entered_ = 0;
  Instant last_due_ = 0;
};

FaultPort::FaultPort(std::unique_ptr<Port> inner, const FaultOptions& options, Random* random, const Clock* clock)
    : PortWrapper(std::move(inner), clock),
      fault_clock_(clock),
      receive_(std::make_unique<Line>(options.receive, random)),
      send_(std::make_unique<Line>(options.send, random)),
      storage_(kBatchSize) {}

FaultPort::~FaultPort() = default;

Instant FaultPort::next_deadline() const {
  return std::min({PortWrapper::next_deadline(), receive_->next_due(), send_->next_due()});
}

void FaultPort::Close() {
  PortWrapper::Close();
  open_ = false;
  CountDrop(PortDrop::kRxClosed, receive_->Clear());
  CountDrop(PortDrop::kTxClosed, send_->Clear());
}

const PortCounters& FaultPort::counters() const {
  merged_ = inner().counters();
  const PortCounters& own = own_counters();
  merged_.rx_packets = own.rx_packets;
  merged_.rx_bytes = own.rx_bytes;
  for (int i = 0; i < kPortDropCount; ++i) merged_.drops[i] += own.drops[i];
  return merged_;
}

int FaultPort::DoReceive(absl::Span<Packet> storage) {
  if (!open_ || storage.empty()) return 0;
  const Instant now = fault_clock_->Now();
  SendDue(now);
  size_t n = 0;
  if (receive_->is_immediate()) {
    while (n == 0) {
      const int got = PortWrapper::DoReceive(storage);
      if (got == 0) break;
      for (size_t i = 0; i < static_cast<size_t>(got); ++i) {
        if (receive_->Loses()) {
          CountDrop(PortDrop::kRxFault);
          continue;
        }
        if (receive_->Corrupts()) receive_->Corrupt(storage[i]);
        if (n != i) std::swap(storage[n], storage[i]);
        ++n;
      }
    }
    return static_cast<int>(n);
  }
  // What comes faster than that waits at the inner port.
  constexpr int kMaxBatches = 64;
  for (int batches = 0; batches < kMaxBatches; ++batches) {
    const int got = PortWrapper::DoReceive(absl::MakeSpan(storage_));
    if (got == 0) break;
    for (int i = 0; i < got; ++i) {
      if (receive_->Loses()) {
        CountDrop(PortDrop::kRxFault);
      } else {
        CountDrop(PortDrop::kRxOverrun, receive_->Enter(storage_[static_cast<size_t>(i)], now));
      }
    }
  }
  while (n < storage.size() && receive_->Leave(now, storage[n])) ++n;
  return static_cast<int>(n);
}

void FaultPort::DoSend(const PacketBatch& batch) {
  if (!open_) {
    CountDrop(PortDrop::kTxClosed, static_cast<uint64_t>(batch.size()));
    return;
  }
  const Instant now = fault_clock_->Now();
  PacketBatch pass;
  for (int i = 0; i < batch.size(); ++i) {
    if (send_->Loses()) {
      CountDrop(PortDrop::kTxFault);
    } else if (!send_->is_immediate()) {
      CountDrop(PortDrop::kTxQueueFull, send_->Enter(*batch[i], now));
    } else if (send_->Corrupts()) {
      // The sender's packet stays as it is.
      Packet& damaged = storage_[static_cast<size_t>(i)];
      damaged.Assign(batch[i]->bytes());
      send_->Corrupt(damaged);
      pass.Add(&damaged);
    } else {
      pass.Add(batch[i]);
    }
  }
  PortWrapper::DoSend(pass);
  SendDue(now);
}

void FaultPort::SendDue(Instant now) {
  while (send_->next_due() <= now) {
    PacketBatch batch;
    for (size_t i = 0; i < kBatchSize && send_->Leave(now, storage_[i]); ++i) batch.Add(&storage_[i]);
    PortWrapper::DoSend(batch);
  }
}

}  // namespace ovnlite
