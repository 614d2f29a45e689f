// File: port_wrapper.h
// What stands between a port and its user, and looks like the port: the base of capture_port.h, tracer_port.h and
// fault_port.h, which stack in any order. A wrapper overrides what it cares about; the rest goes to the inner port.
//
//   std::unique_ptr<Port> port = OpenTapPort(...);
//   port = std::make_unique<CapturePort>(std::move(port), sink, &clock);

#ifndef OVNLITE_PORT_PORT_WRAPPER_H_
#define OVNLITE_PORT_PORT_WRAPPER_H_

#include <memory>
#include <utility>

#include "ovnlite/port/port.h"

namespace ovnlite {

class PortWrapper : public Port {
 public:
  Port& inner() { return *inner_; }
  const Port& inner() const { return *inner_; }

  void SetNumber(uint32_t number) override {
    Port::SetNumber(number);
    inner_->SetNumber(number);
  }
  int fd() const override { return inner_->fd(); }
  Instant next_deadline() const override { return inner_->next_deadline(); }
  void Refresh() override { inner_->Refresh(); }
  void Close() override { inner_->Close(); }
  size_t mtu() const override { return inner_->mtu(); }
  bool link_up() const override { return inner_->link_up(); }
  // The inner port's trouble before one's own.
  const absl::Status& status() const override { return inner_->status().ok() ? Port::status() : inner_->status(); }
  const PortCounters& counters() const override { return inner_->counters(); }

 protected:
  // With a clock the wrapper stamps and counts what it gives out anew.
  explicit PortWrapper(std::unique_ptr<Port> inner, const Clock* restamp = nullptr)
      : Port(inner->name(), inner->number(), inner->mtu(), restamp), inner_(std::move(inner)) {}

  int DoReceive(absl::Span<Packet> storage) override { return inner_->Receive(storage); }
  void DoSend(const PacketBatch& batch) override { inner_->Send(batch); }
  // Of what the wrapper itself gave out and dropped.
  const PortCounters& own_counters() const { return Port::counters(); }

 private:
  const std::unique_ptr<Port> inner_;
};

}  // namespace ovnlite

#endif  // OVNLITE_PORT_PORT_WRAPPER_H_
