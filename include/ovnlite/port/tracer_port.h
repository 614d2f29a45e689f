// File: tracer_port.h
// Says what passes a port: a line for each frame.
//
//   port = std::make_unique<TracerPort>(std::move(port), [](absl::string_view line) { std::cout << line << "\n"; },
//   &clock);
//
//   1700000000.000000000 vif1 rx 00:00:00:00:00:0a > 00:00:00:00:ff:01, 10.0.0.10 > 10.0.1.20: ICMP echo request, …
//
// "rx" is what the port received, "tx" what it was given to send. The frame's text is Describe()'s (packet/describe.h).
// Cost: a microsecond or two per frame.

#ifndef OVNLITE_PORT_TRACER_PORT_H_
#define OVNLITE_PORT_TRACER_PORT_H_

#include <functional>
#include <memory>

#include "absl/strings/string_view.h"
#include "ovnlite/base/clock.h"
#include "ovnlite/port/port_wrapper.h"

namespace ovnlite {

class TracerPort final : public PortWrapper {
 public:
  using Sink = std::function<void(absl::string_view line)>;

  // `clock` tells when frames are sent; those received carry their time.
  TracerPort(std::unique_ptr<Port> inner, Sink sink, const Clock* clock);

 private:
  int DoReceive(absl::Span<Packet> storage) override;
  void DoSend(const PacketBatch& batch) override;
  void Say(const char* direction, Instant time, const Packet& packet) const;

  const Sink sink_;
  const Clock* const sending_clock_;
};

}  // namespace ovnlite

#endif  // OVNLITE_PORT_TRACER_PORT_H_
