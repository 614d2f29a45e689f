#include "lib/node/waiting_room.h"

#include <utility>

namespace ovnlite {

size_t WaitingRoom::Add(uint32_t datapath, uint32_t port, const IpAddress& ip, WaitingPacket packet, Instant now) {
  const Neighbor neighbor(datapath, port, ip);
  const auto found = by_neighbor_.find(neighbor);
  if (found != by_neighbor_.end()) {
    queues_.splice(queues_.end(), queues_, found->second);
  } else if (queues_.size() >= neighbors_ || per_neighbor_ == 0) {
    return 1;
  } else {
    by_neighbor_[neighbor] = queues_.insert(queues_.end(), Queue{neighbor, {}, 0});
  }
  Queue& queue = queues_.back();
  size_t dropped = 0;
  if (queue.packets.size() >= per_neighbor_) {
    queue.packets.pop_front();
    ++dropped;
  }
  queue.packets.push_back(std::move(packet));
  queue.until = now + time_;
  return dropped;
}

std::deque<WaitingPacket> WaitingRoom::Take(uint32_t datapath, uint32_t port, const IpAddress& ip) {
  const auto found = by_neighbor_.find(Neighbor(datapath, port, ip));
  if (found == by_neighbor_.end()) return {};
  std::deque<WaitingPacket> packets = std::move(found->second->packets);
  queues_.erase(found->second);
  by_neighbor_.erase(found);
  return packets;
}

size_t WaitingRoom::Expire(Instant now) {
  size_t dropped = 0;
  for (; next_deadline() <= now; queues_.pop_front()) {
    dropped += queues_.front().packets.size();
    by_neighbor_.erase(queues_.front().neighbor);
  }
  return dropped;
}

}  // namespace ovnlite
