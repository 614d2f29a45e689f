// File: port.h
// A port: where frames enter and leave the datapath. One class for all kinds, each kind in its own file: memory_port.h,
// tap_port.h, af_packet_port.h, pcap_replay_port.h; and wrappers that stack on any of them: capture_port.h,
// tracer_port.h, fault_port.h. (OVS's word is netdev; tunnels have their own interface, tunnel_transport.h.)
//
//   wait until fd() is readable or next_deadline() has come, then
//   while (int n = port.Receive(storage)) { ... port.Send(batch) ... }
//
// The contract every kind keeps, and port_conformance_testutil.h checks:
//   1. Receive() never blocks. It fills the first n packets of `storage`, n <= kBatchSize, in the order the frames
//      arrived, and returns n; 0 means that nothing waits. Call it until it returns 0 before waiting on fd() again.
//   2. Every frame received has in_port = number(), tunnel = 0 and time = the clock's, read once per call.
//   3. Send() never blocks and only borrows: the packets are as before when it returns, and nothing of them is kept.
//   4. Frames go unchanged and in order. A frame of 14 bytes stays one of 14 bytes; VLAN tags are in the bytes.
//   5. Nothing is lost silently: every packet given to Send() is counted as sent or as dropped for a reason, and
//      what the kernel lost before Receive() could take it is counted after Refresh().
//   6. Once a port is warm (its storage has grown to the frames it sees), neither call allocates.
//   7. Close() may be called at any time, also twice. Afterwards Receive() returns 0, Send() drops and fd() is -1.
//      Frames that wait are lost; a port that knows their number counts them.
//
// An implementer overrides DoReceive() and DoSend(); counting, stamping and checking a frame's size are here:
//
//   class Reflector : public Port {      // Gives every frame back.
//    public:
//     explicit Reflector(const Clock* clock) : Port("reflector", 1, kDefaultMtu, clock) {}
//     Instant next_deadline() const override { return queue_.empty() ? kNever : 0; }   // There is no fd().
//     bool link_up() const override { return open_; }
//     void Close() override { open_ = false; CountDrop(PortDrop::kRxClosed, queue_.size()); queue_.clear(); }
//
//    private:
//     int DoReceive(absl::Span<Packet> storage) override {
//       size_t n = 0;
//       for (; n < storage.size() && !queue_.empty(); ++n, queue_.pop_front()) std::swap(storage[n], queue_.front());
//       return static_cast<int>(n);
//     }
//     void DoSend(const PacketBatch& batch) override {
//       for (const Packet* packet : batch) {
//         if (!open_) { CountDrop(PortDrop::kTxClosed); continue; }
//         if (!Admit(*packet)) continue;                       // Counts what is too short or too long.
//         if (queue_.size() == 1000) { CountDrop(PortDrop::kTxQueueFull); continue; }
//         queue_.push_back(packet->Clone());
//         CountSent(packet->size());
//       }
//     }
//     bool open_ = true;
//     std::deque<Packet> queue_;
//   };
//
// A port is for one thread at a time. Cost here: two virtual calls and one reading of the clock per batch.

#ifndef OVNLITE_PORT_PORT_H_
#define OVNLITE_PORT_PORT_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ovnlite/base/bytes.h"
#include "ovnlite/base/clock.h"
#include "ovnlite/packet/exit.h"
#include "ovnlite/packet/packet.h"
#include "ovnlite/wire/ethernet.h"
#include "ovnlite/wire/vlan.h"

namespace ovnlite {

// Why a frame was lost at a port.
enum class PortDrop : uint8_t {
  kRxOverrun,    // It came faster than Receive() took frames: the kernel's queue had no room.
  kRxTooLong,    // It is longer than the port's mtu() allows.
  kRxMalformed,  // What the kernel said about its offloads contradicts its bytes.
  kRxClosed,     // It waited when Close() was called.
  kRxFault,      // A FaultPort was told to lose it.
  kTxQueueFull,  // Whoever receives is too slow.
  kTxTooShort,   // Less than an Ethernet header.
  kTxTooLong,    // Longer than mtu() allows.
  kTxLinkDown,   // Nobody at the other end, or the interface is down.
  kTxClosed,     // Close() was called.
  kTxError,      // The operating system refused for another reason; see status().
  kTxFault,      // A FaultPort was told to lose it.
};
inline constexpr int kPortDropCount = 12;
// "receive overrun", "send queue full" ...
absl::string_view PortDropText(PortDrop reason);

// Bytes count whole Ethernet frames without their checksum, as in the interface statistics of Linux and Open vSwitch.
struct PortCounters {
  uint64_t rx_packets = 0;
  uint64_t rx_bytes = 0;
  uint64_t tx_packets = 0;
  uint64_t tx_bytes = 0;
  std::array<uint64_t, kPortDropCount> drops = {};

  uint64_t dropped(PortDrop reason) const { return drops[static_cast<size_t>(reason)]; }
  // Of all reasons: rx_dropped and tx_dropped of an Interface row (ovs-vswitchd.conf.db(5)).
  uint64_t rx_dropped() const;
  uint64_t tx_dropped() const;
  // "rx 3 packets 180 bytes, tx 0 packets 0 bytes, 2 dropped: send queue full"
  std::string ToString() const;
};

class Port : public Exit {
 public:
  static constexpr size_t kDefaultMtu = 1500;
  // The largest there is: what an IPv4 or IPv6 length field can say.
  static constexpr size_t kMaxMtu = 65'535;
  static constexpr size_t kMinFrame = 14;

  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;

  const std::string& name() const { return name_; }
  // The OpenFlow port number that received packets carry.
  uint32_t number() const { return number_; }
  // Another one from now on: whoever puts the port to use gives numbers (Chassis::AddPort()).
  virtual void SetNumber(uint32_t number) { number_ = number; }

  // A descriptor that poll(2) finds readable when frames wait; -1 for a port without one. It belongs to the port.
  virtual int fd() const { return -1; }
  // When Receive() may have frames though fd() is not readable, on the port's clock; an instant that has passed (0)
  // means at once. kNever where only fd() tells.
  virtual Instant next_deadline() const { return kNever; }

  int Receive(absl::Span<Packet> storage) {
    if (storage.size() > kBatchSize) storage = storage.first(kBatchSize);
    const int n = DoReceive(storage);
    if (n > 0 && clock_ != nullptr) Stamp(storage.first(static_cast<size_t>(n)));
    return n;
  }
  void Send(const PacketBatch& batch) final {
    if (!batch.empty()) DoSend(batch);
  }

  // Asks the operating system again for what may change without us: mtu(), link_up(), and frames it dropped.
  virtual void Refresh() {}
  virtual void Close() = 0;

  // The largest network-layer packet. The Ethernet header comes on top (14 bytes), and a VLAN tag (4 bytes).
  virtual size_t mtu() const { return mtu_; }
  // Whether frames have anywhere to go: as it was at the last Refresh().
  virtual bool link_up() const = 0;
  // Not ok once the port can no longer work: the interface was removed, the capture is damaged. For people to read.
  virtual const absl::Status& status() const { return status_; }
  virtual const PortCounters& counters() const { return counters_; }

 protected:
  // `clock` must outlive the port. A wrapper whose inner port stamps and counts already gives none.
  Port(std::string name, uint32_t number, size_t mtu, const Clock* clock)
      : clock_(clock), name_(std::move(name)), number_(number), mtu_(mtu) {}

  // As Receive() and Send(); `storage` has at most kBatchSize packets, the batch at least one. DoReceive() leaves
  // in_port, tunnel, time and the rx counters to Port; DoSend() counts each packet once, with CountSent() or a drop.
  virtual int DoReceive(absl::Span<Packet> storage) = 0;
  virtual void DoSend(const PacketBatch& batch) = 0;

  void CountSent(size_t bytes) {
    ++counters_.tx_packets;
    counters_.tx_bytes += bytes;
  }
  void CountSent(int packets, size_t bytes) {
    counters_.tx_packets += static_cast<uint64_t>(packets);
    counters_.tx_bytes += bytes;
  }
  void CountDrop(PortDrop reason, uint64_t n = 1) { counters_.drops[static_cast<size_t>(reason)] += n; }
  // Whether a frame may be sent by its size; counts it as dropped if not.
  bool Admit(const Packet& packet) {
    if (packet.size() < kMinFrame) {
      CountDrop(PortDrop::kTxTooShort);
      return false;
    }
    if (packet.size() > MaxFrame(packet.data())) {
      CountDrop(PortDrop::kTxTooLong);
      return false;
    }
    return true;
  }
  // The largest frame that may begin with the 14 bytes at `header`.
  size_t MaxFrame(const uint8_t* header) const {
    return mtu_ + kMinFrame + (IsVlanType(Load16(header + EthernetLayout::kType)) ? VlanLayout::kSize : 0);
  }
  void set_mtu(size_t mtu) { mtu_ = mtu; }
  // The first error stays.
  void Break(absl::Status status) {
    if (status_.ok()) status_ = std::move(status);
  }

  const Clock* const clock_;

 private:
  void Stamp(absl::Span<Packet> packets) {
    const Instant now = clock_->Now();
    uint64_t bytes = 0;
    for (Packet& packet : packets) {
      packet.in_port = number_;
      packet.tunnel = 0;
      packet.time = now;
      bytes += packet.size();
    }
    counters_.rx_packets += packets.size();
    counters_.rx_bytes += bytes;
  }

  const std::string name_;
  uint32_t number_;
  size_t mtu_;
  absl::Status status_;
  PortCounters counters_;
};

}  // namespace ovnlite

#endif  // OVNLITE_PORT_PORT_H_
