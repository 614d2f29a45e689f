// File: fault_port.h
// A bad wire: loses, repeats, damages, delays and reorders frames, each way for itself. With a seeded Random and a
// virtual clock a run is the same every time, byte for byte. (Linux has this as the netem queueing discipline,
// tc-netem(8).)
//
//   port = std::make_unique<FaultPort>(std::move(port), FaultOptions{.receive = {.drop_one_in = 100}}, &random,
//   &clock);
//
// Frames that are delayed on their way out leave within the calls of Receive() and Send() after their time has come;
// next_deadline() says when that is. tx counters count frames as they leave.
//
// Cost: without delay, reordering and repetition a draw or two per frame; with them a copy and a queue.

#ifndef OVNLITE_PORT_FAULT_PORT_H_
#define OVNLITE_PORT_FAULT_PORT_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "ovnlite/base/clock.h"
#include "ovnlite/base/random.h"
#include "ovnlite/port/port_wrapper.h"

namespace ovnlite {

// What befalls frames. "One in n": on average; 0 is never.
struct Faults {
  uint64_t drop_one_in = 0;
  uint64_t duplicate_one_in = 0;  // Comes twice.
  uint64_t corrupt_one_in = 0;    // One bit is turned.
  uint64_t reorder_one_in = 0;    // Comes reorder_by later than it would, and others overtake it.
  Nanoseconds reorder_by = kMillisecond;
  Nanoseconds delay = 0;
  Nanoseconds jitter = 0;  // Up to that much more delay; frames keep their order.
  size_t queue = 1'000;    // Frames that may be under way; others are dropped.
};

struct FaultOptions {
  Faults receive = {};
  Faults send = {};
};

class FaultPort final : public PortWrapper {
 public:
  // `random` and `clock` must outlive the port.
  FaultPort(std::unique_ptr<Port> inner, const FaultOptions& options, Random* random, const Clock* clock);
  ~FaultPort() override;

  Instant next_deadline() const override;
  void Close() override;
  // The inner port's, but frames received are counted as they are given out, and faults as drops.
  const PortCounters& counters() const override;

 private:
  class Line;

  int DoReceive(absl::Span<Packet> storage) override;
  void DoSend(const PacketBatch& batch) override;
  void SendDue(Instant now);

  const Clock* const fault_clock_;
  const std::unique_ptr<Line> receive_;
  const std::unique_ptr<Line> send_;
  std::vector<Packet> storage_;
  bool open_ = true;
  mutable PortCounters merged_;
};

}  // namespace ovnlite

#endif  // OVNLITE_PORT_FAULT_PORT_H_
