// File: known_underlay.h
// Tunnels on an underlay that is made up, in a lab or a replay: one segment, on which every chassis' MAC address is
// known beforehand. Whoever owns it brings outer frames and takes outer frames; what is in them is RawTunnel's business,
// as on a real wire.

#ifndef OVNLITE_LIB_NODE_KNOWN_UNDERLAY_H_
#define OVNLITE_LIB_NODE_KNOWN_UNDERLAY_H_

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/types/span.h"
#include "ovnlite/base/clock.h"
#include "ovnlite/node/hypervisor.h"
#include "ovnlite/packet/packet.h"
#include "ovnlite/port/port.h"
#include "ovnlite/port/raw_tunnel.h"

namespace ovnlite {

// A port whose other end is whoever made it.
class HeldWire final : public Port {
 public:
  using Sent = std::function<void(const Packet& frame)>;

  HeldWire(std::string name, const Clock* clock, Sent sent)
      : Port(std::move(name), 0, kMaxMtu, clock), sent_(std::move(sent)) {}

  // A frame for the next Receive().
  void Bring(absl::Span<const uint8_t> frame) { brought_.emplace_back(frame); }

  Instant next_deadline() const override { return brought_.empty() ? kNever : 0; }
  bool link_up() const override { return true; }
  void Close() override {
    CountDrop(PortDrop::kRxClosed, brought_.size());
    brought_.clear();
  }

 private:
  int DoReceive(absl::Span<Packet> storage) override {
    size_t n = 0;
    for (; n < storage.size() && !brought_.empty(); ++n, brought_.pop_front()) storage[n] = std::move(brought_.front());
    return static_cast<int>(n);
  }
  void DoSend(const PacketBatch& batch) override {
    for (const Packet* packet : batch) {
      CountSent(packet->size());
      sent_(*packet);
    }
  }

  const Sent sent_;
  std::deque<Packet> brought_;
};

// The transport of `chassis`, which is one of `addresses`; the others are its neighbours. Marks of congestion are
// treated as Open vSwitch treats them.
std::unique_ptr<RawTunnel> OpenKnownUnderlay(const std::map<std::string, ChassisAddress>& addresses,
                                             const std::string& chassis, bool verify_checksum,
                                             std::unique_ptr<Port> wire, const Clock* clock);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_NODE_KNOWN_UNDERLAY_H_
