// File: outbox.h
// What leaves while a batch is processed, by exit. Packets leave an exit in the order of the packets that caused them,
// in whatever order they were put here.

#ifndef OVNLITE_LIB_DATAPATH_OUTBOX_H_
#define OVNLITE_LIB_DATAPATH_OUTBOX_H_

#include <cstdint>
#include <deque>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "ovnlite/packet/exit.h"
#include "ovnlite/packet/packet.h"

namespace ovnlite {

class Outbox {
 public:
  // Of which packet of the batch something comes.
  using Cause = uint32_t;

  // A copy that lives until Flush().
  Packet& Copy(const Packet& packet) {
    if (used_ == spare_.size()) spare_.emplace_back();
    Packet& copy = spare_[used_++];
    copy.CopyFrom(packet);
    return copy;
  }
  size_t copies() const { return used_; }

  // `n` packets for one exit, in the order of their causes.
  void Put(Exit* exit, Packet* const* packets, const Cause* causes, int n) {
    Queue& queue = QueueOf(exit);
    const size_t size = queue.packets.size();
    queue.packets.resize(size + static_cast<size_t>(n));
    for (int i = 0; i < n; ++i) {
      const size_t at = size + static_cast<size_t>(i);
      queue.packets[at] = {packets[i], causes[i], static_cast<uint32_t>(at)};
    }
  }
  // Sends everything; returns how many packets.
  uint64_t Flush();

 private:
  struct Entry {
    Packet* packet;
    Cause cause;
    uint32_t place;  // As it was put.
  };
  struct Queue {
    Exit* exit = nullptr;
    std::vector<Entry> packets;
  };

  Queue& QueueOf(Exit* exit) {
    if (open_ > 0 && queues_[last_].exit == exit) return queues_[last_];
    return FindQueue(exit);
  }
  Queue& FindQueue(Exit* exit);

  std::vector<Queue> queues_;  // Reused from batch to batch.
  size_t open_ = 0;
  size_t last_ = 0;
  absl::flat_hash_map<const Exit*, size_t> index_;  // Of queues_, where there are many.
  std::deque<Packet> spare_;
  size_t used_ = 0;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_DATAPATH_OUTBOX_H_
