#include "ovnlite/port/tracer_port.h"

#include <utility>

#include "absl/strings/str_format.h"
#include "ovnlite/packet/describe.h"

namespace ovnlite {

TracerPort::TracerPort(std::unique_ptr<Port> inner, Sink sink, const Clock* clock)
    : PortWrapper(std::move(inner)), sink_(std::move(sink)), sending_clock_(clock) {}

int TracerPort::DoReceive(absl::Span<Packet> storage) {
  const int n = PortWrapper::DoReceive(storage);
  for (const Packet& packet : storage.first(static_cast<size_t>(n))) Say("rx", packet.time, packet);
  return n;
}

void TracerPort::DoSend(const PacketBatch& batch) {
  const Instant now = sending_clock_->Now();
  for (const Packet* packet : batch) Say("tx", now, *packet);
  PortWrapper::DoSend(batch);
}

void TracerPort::Say(const char* direction, Instant time, const Packet& packet) const {
  sink_(
      absl::StrFormat("%d.%09d %s %s %s", time / kSecond, time % kSecond, name(), direction, Describe(packet.bytes())));
}

}  // namespace ovnlite
