#include "lib/datapath/outbox.h"

#include <algorithm>

namespace ovnlite {
namespace {

// So many are looked through faster than hashed.
constexpr size_t kFewQueues = 8;
// Copies that are kept for the next batch.
constexpr size_t kMaxSpare = 1'024;

}  // namespace

Outbox::Queue& Outbox::FindQueue(Exit* exit) {
  if (open_ <= kFewQueues) {
    for (size_t i = 0; i < open_; ++i) {
      if (queues_[i].exit == exit) return queues_[last_ = i];
    }
  } else if (const auto found = index_.find(exit); found != index_.end()) {
    return queues_[last_ = found->second];
  }
  if (open_ == queues_.size()) queues_.emplace_back();
  queues_[open_].exit = exit;
  if (open_ == kFewQueues) {
    for (size_t i = 0; i < open_; ++i) index_[queues_[i].exit] = i;
  }
  if (open_ >= kFewQueues) index_[exit] = open_;
  return queues_[last_ = open_++];
}

uint64_t Outbox::Flush() {
  uint64_t sent = 0;
  for (size_t i = 0; i < open_; ++i) {
    Queue& queue = queues_[i];
    // By the places too: a stable sort would allocate.
    const auto order = [](const Entry& e) { return uint64_t{e.cause} << 32 | e.place; };
    const auto before = [&order](const Entry& a, const Entry& b) { return order(a) < order(b); };
    if (!std::is_sorted(queue.packets.begin(), queue.packets.end(), before)) {
      std::sort(queue.packets.begin(), queue.packets.end(), before);
    }
    PacketBatch batch;
    for (const Entry& entry : queue.packets) {
      if (batch.full()) {
        queue.exit->Send(batch);
        batch.clear();
      }
      batch.Add(entry.packet);
    }
    if (!batch.empty()) queue.exit->Send(batch);
    sent += queue.packets.size();
    queue.packets.clear();
  }
  open_ = last_ = used_ = 0;
  index_.clear();
  if (spare_.size() > kMaxSpare) spare_.resize(kMaxSpare);
  return sent;
}

}  // namespace ovnlite
