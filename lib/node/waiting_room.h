// File: waiting_room.h
// Packets that wait for a neighbour's address, as OVN's controller buffers them: a few per next hop, for a few seconds,
// bounded altogether. Nothing here takes longer when more neighbours are waited for.

#ifndef OVNLITE_LIB_NODE_WAITING_ROOM_H_
#define OVNLITE_LIB_NODE_WAITING_ROOM_H_

#include <cstdint>
#include <deque>
#include <list>
#include <tuple>

#include "absl/container/flat_hash_map.h"
#include "ovnlite/base/clock.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/packet/flow_key.h"
#include "ovnlite/packet/packet.h"

namespace ovnlite {

struct WaitingPacket {
  Packet packet;
  FlowKey key;  // Its key when it had to wait: pipeline words are kept.
};

class WaitingRoom {
 public:
  WaitingRoom(size_t per_neighbor, size_t neighbors, Nanoseconds time)
      : per_neighbor_(per_neighbor), neighbors_(neighbors), time_(time) {}

  // Keeps a packet, and all that wait for the same neighbour for another while. Returns how many were dropped for it:
  // the oldest of its neighbour, or itself when too many neighbours are waited for.
  size_t Add(uint32_t datapath, uint32_t port, const IpAddress& ip, WaitingPacket packet, Instant now);
  // Takes out what waits for a neighbour, oldest first.
  std::deque<WaitingPacket> Take(uint32_t datapath, uint32_t port, const IpAddress& ip);
  // Drops what has waited long enough; returns how many packets.
  size_t Expire(Instant now);
  // The first instant at which Expire() would drop something.
  Instant next_deadline() const { return queues_.empty() ? kNever : queues_.front().until; }

 private:
  using Neighbor = std::tuple<uint32_t, uint32_t, IpAddress>;
  struct Queue {
    Neighbor neighbor;
    std::deque<WaitingPacket> packets;
    Instant until = 0;
  };

  size_t per_neighbor_;
  size_t neighbors_;
  Nanoseconds time_;
  std::list<Queue> queues_;  // The first to expire first.
  absl::flat_hash_map<Neighbor, std::list<Queue>::iterator> by_neighbor_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_NODE_WAITING_ROOM_H_
