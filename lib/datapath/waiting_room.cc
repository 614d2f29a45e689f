#include "lib/datapath/waiting_room.h"

#include <algorithm>
#include <utility>

namespace ovnlite {

size_t WaitingRoom::Add(uint32_t datapath, uint32_t port, const IpAddress& ip, WaitingPacket packet, Instant now) {
  const Neighbor neighbor(datapath, port, ip);
  auto found = queues_.find(neighbor);
  if (found == queues_.end()) {
    if (queues_.size() >= neighbors_) return 1;
    found = queues_.try_emplace(neighbor).first;
  }
  Queue& queue = found->second;
  size_t dropped = 0;
  while (!queue.packets.empty() && queue.packets.size() >= per_neighbor_) {
    queue.packets.pop_front();
    ++dropped;
  }
  queue.packets.push_back(std::move(packet));
  queue.until = now + time_;
  return dropped;
}

std::deque<WaitingPacket> WaitingRoom::Take(uint32_t datapath, uint32_t port, const IpAddress& ip) {
  const auto found = queues_.find(Neighbor(datapath, port, ip));
  if (found == queues_.end()) return {};
  std::deque<WaitingPacket> packets = std::move(found->second.packets);
  queues_.erase(found);
  return packets;
}

size_t WaitingRoom::Expire(Instant now) {
  size_t dropped = 0;
  for (auto it = queues_.begin(); it != queues_.end();) {
    if (it->second.until > now) {
      ++it;
      continue;
    }
    dropped += it->second.packets.size();
    it = queues_.erase(it);
  }
  return dropped;
}

Instant WaitingRoom::next_deadline() const {
  Instant first = kNever;
  for (const auto& [neighbor, queue] : queues_) first = std::min(first, queue.until);
  return first;
}

}  // namespace ovnlite
