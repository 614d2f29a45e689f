// File: neighbors.h
// Next hops on an Ethernet segment and their MAC addresses, asked for by ARP (RFC 826) or Neighbor Discovery (RFC
// 4861).
//
//   unknown --Find()--> asking --answer--> known --30 s, Find()--> known, asking --answer--> known
//                          \--three times, 1 s each, no answer--> unknown         \--no answer--> unknown
//
// While a neighbour is asked for, packets to it wait; a neighbour that was known keeps being used while it is asked
// again. Only addresses that were added are learned. Time and frames go through the host: nothing here reads a clock or
// sends.

#ifndef OVNLITE_LIB_PORT_NEIGHBORS_H_
#define OVNLITE_LIB_PORT_NEIGHBORS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/types/span.h"
#include "ovnlite/base/clock.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/base/mac.h"
#include "ovnlite/packet/packet.h"

namespace ovnlite {

class NeighborHost {
 public:
  virtual ~NeighborHost() = default;
  // A request or reply to send on the segment.
  virtual void SendFrame(Packet& frame) = 0;
  // A packet that waited, for the tunnel of `port`; the neighbour is known now.
  virtual void SendWaiting(uint32_t port, Packet& inner) = 0;
  // So many packets waited in vain.
  virtual void DropWaiting(uint64_t count) = 0;
};

class Neighbors {
 public:
  static constexpr Nanoseconds kReachable = 30 * kSecond;
  static constexpr Nanoseconds kRetransmit = kSecond;
  static constexpr int kAttempts = 3;

  // All frames are sent from `mac` and `ip`, and requests for `ip` answered.
  Neighbors(MacAddress mac, const IpAddress& ip, size_t max_waiting, NeighborHost* host)
      : mac_(mac), ip_(ip), max_waiting_(max_waiting), host_(host) {}

  // `hop` may be learned. Counted: Remove() as often as Add().
  void Add(const IpAddress& hop);
  void Remove(const IpAddress& hop);
  // Known for good, added or not.
  void SetStatic(const IpAddress& hop, MacAddress mac);

  // The MAC address of a hop that was added. Asks for it where it is unknown or old.
  std::optional<MacAddress> Find(const IpAddress& hop, Instant now);
  // The same without asking.
  std::optional<MacAddress> Known(const IpAddress& hop) const;
  // Keeps a copy of `inner` until the hop is known. Only after Find() gave nothing.
  void Wait(const IpAddress& hop, uint32_t port, const Packet& inner);
  // Reads a frame: answers, learns. True if it was ARP, or Neighbor Discovery about neighbours.
  bool Take(absl::Span<const uint8_t> frame, Instant now);
  // Asks again, gives up.
  void Tick(Instant now);
  // When Tick() has something to do.
  Instant next_deadline() const { return next_deadline_; }
  // Changes when a MAC address does.
  uint64_t generation() const { return generation_; }
  // Forgets packets that wait; they count as dropped.
  void Clear();

 private:
  struct Waiting {
    uint32_t port;
    Packet inner;
  };
  struct Entry {
    int users = 0;
    bool is_static = false;
    std::optional<MacAddress> mac;
    Instant confirmed = 0;
    int attempts = 0;  // 0: not asking.
    Instant next_attempt = kNever;
    Instant last_attempt = -kRetransmit;
    std::vector<Waiting> waiting;
  };

  void Ask(const IpAddress& hop, Entry& entry, Instant now);
  void StartAsking(const IpAddress& hop, Entry& entry, Instant now);
  void Learn(const IpAddress& hop, MacAddress mac, Instant now);
  void Release(Entry& entry);
  void DropAll(Entry& entry);
  bool TakeArp(absl::Span<const uint8_t> arp, Instant now);
  bool TakeNd(absl::Span<const uint8_t> datagram, MacAddress from, Instant now);
  void SendArp(MacAddress destination, uint16_t operation, MacAddress target_mac, const IpAddress& target);
  // `option`: the MAC address in our source or target link-layer option is always ours.
  void SendNd(MacAddress destination_mac, const Ipv6Address& destination, uint8_t type, uint32_t flags,
              const Ipv6Address& target);
  void Reschedule();

  const MacAddress mac_;
  const IpAddress ip_;
  const size_t max_waiting_;
  NeighborHost* const host_;
  absl::btree_map<IpAddress, Entry> entries_;
  Instant next_deadline_ = kNever;
  uint64_t generation_ = 1;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_PORT_NEIGHBORS_H_
