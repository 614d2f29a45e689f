// File: sim_host.h
// A small computer to plug into a logical port: it resolves its neighbours (ARP, IPv6 neighbour discovery), answers
// pings, echoes UDP on port 7, refuses other ports as hosts do, and remembers what it heard. Enough to play every step
// of a lab, and no more; time comes from outside and nothing happens by itself.

#ifndef OVNLITE_LAB_SIM_HOST_H_
#define OVNLITE_LAB_SIM_HOST_H_

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ovnlite/base/clock.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/packet/extract.h"
#include "ovnlite/packet/packet.h"

namespace ovnlite {

struct SimHostOptions {
  std::string name;
  MacAddress mac;
  std::vector<IpPrefix> addresses;  // With their subnet's length: "10.0.0.10/24", "fd00::a/64".
  std::vector<IpAddress> gateways;  // At most one of each family.
};

// Something a host heard that was meant for it.
struct HostEvent {
  enum class Kind : uint8_t {
    kEchoReply,  // To a ping: id, sequence.
    kUdp,        // A datagram to a port it has open, or an answer from an echo server: ports, payload.
    kIcmpError,  // type, code; `about` is the L4 destination port (or ICMP id) of the packet that caused it.
    kTcp,        // A TCP segment: ports, TCP flags in `code`.
  };
  Kind kind;
  Instant time = 0;
  IpAddress from;
  uint8_t type = 0;
  uint8_t code = 0;
  uint8_t ttl = 0;        // As it arrived.
  uint16_t id = 0;        // Or source port.
  uint16_t sequence = 0;  // Or destination port.
  uint16_t about = 0;
  std::string payload;
};

class SimHost {
 public:
  static constexpr uint16_t kEchoPort = 7;
  // Packets that wait for a neighbour's address, and for how long they do.
  static constexpr size_t kMaxWaiting = 16;
  static constexpr Nanoseconds kResolveTime = 3 * kSecond;

  SimHost(SimHostOptions options, const Clock& clock) : options_(std::move(options)), clock_(clock) {}

  const SimHostOptions& options() const { return options_; }

  // A frame has arrived.
  void Receive(absl::Span<const uint8_t> frame);
  // Frames the host wants to send, in order; they are taken away.
  std::vector<Packet> TakeOutput();

  // Each queues a packet (and the question for its next hop, if that is not known). NotFound when there is no way to
  // `destination`: no address of its family, or no gateway.
  absl::Status SendPing(const IpAddress& destination, uint16_t id, uint16_t sequence, absl::string_view payload = "",
                        uint8_t ttl = 64);
  absl::Status SendUdp(const IpAddress& destination, uint16_t source_port, uint16_t destination_port,
                       absl::string_view payload, uint8_t ttl = 64);
  absl::Status SendTcpSyn(const IpAddress& destination, uint16_t source_port, uint16_t destination_port);

  const std::deque<HostEvent>& events() const { return events_; }
  void ClearEvents() { events_.clear(); }
  const std::map<IpAddress, MacAddress>& neighbors() const { return neighbors_; }

 private:
  struct Waiting {
    Packet packet;
    Instant since;
  };

  bool IsMine(const IpAddress& ip) const;
  absl::StatusOr<IpAddress> SourceFor(const IpAddress& destination) const;
  absl::StatusOr<IpAddress> NextHop(const IpAddress& destination) const;
  // A key from this host to `destination`, MAC addresses and ports unset.
  absl::StatusOr<FlowKey> KeyTo(const IpAddress& destination, uint8_t proto_v4, uint8_t proto_v6, uint8_t ttl) const;
  absl::Status SendIp(Packet packet, const IpAddress& destination);
  void AskFor(const IpAddress& next_hop);
  void Learn(const IpAddress& ip, MacAddress mac);
  void HandleArp(const FlowKey& key);
  void HandleNd(const FlowKey& key);
  void HandleIp(absl::Span<const uint8_t> frame, const FlowKey& key, const PacketLayout& layout);
  void HandleIcmp(absl::Span<const uint8_t> frame, const FlowKey& key, const PacketLayout& layout,
                  const IpAddress& from);
  void Refuse(absl::Span<const uint8_t> frame, const FlowKey& key, const PacketLayout& layout, const IpAddress& from);
  void Record(HostEvent event);

  SimHostOptions options_;
  const Clock& clock_;
  std::map<IpAddress, MacAddress> neighbors_;
  std::map<IpAddress, std::deque<Waiting>> waiting_;
  std::vector<Packet> output_;
  std::deque<HostEvent> events_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LAB_SIM_HOST_H_
