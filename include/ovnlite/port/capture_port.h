// File: capture_port.h
// Writes every frame that passes a port, both ways, into a capture file. One file serves any number of ports: in pcapng
// each is an interface with its name, and each frame has its direction, so that Wireshark shows a whole network in one
// window.
//
//   auto sink = OpenPcapngSink("lab.pcapng");
//   port = std::make_unique<CapturePort>(std::move(port), *sink, &clock);
//
// What is sent is written before the inner port decides whether it can send it. An error of writing shows in status();
// frames go on passing. Call Refresh(), or Flush() of the sink, before reading the file.
//
// Cost: a copy of the frame, and a system call per 64 KiB.

#ifndef OVNLITE_PORT_CAPTURE_PORT_H_
#define OVNLITE_PORT_CAPTURE_PORT_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "ovnlite/base/clock.h"
#include "ovnlite/port/port_wrapper.h"

namespace ovnlite {

// A file, or anything else that takes frames.
class CaptureSink {
 public:
  virtual ~CaptureSink() = default;
  // Announces a port; the number is for Write().
  virtual uint32_t AddPort(const std::string& name) = 0;
  // `received`: the port received the frame; otherwise it was given it to send.
  virtual absl::Status Write(uint32_t port, bool received, Instant time, absl::Span<const uint8_t> frame) = 0;
  virtual absl::Status Flush() = 0;
};

// Classic pcap keeps neither port nor direction. Both create or truncate `path`.
absl::StatusOr<std::shared_ptr<CaptureSink>> OpenPcapSink(const std::string& path);
absl::StatusOr<std::shared_ptr<CaptureSink>> OpenPcapngSink(const std::string& path);

class CapturePort final : public PortWrapper {
 public:
  // `clock` tells when frames are sent; those received carry their time.
  CapturePort(std::unique_ptr<Port> inner, std::shared_ptr<CaptureSink> sink, const Clock* clock);

  void Refresh() override;
  void Close() override;

 private:
  int DoReceive(absl::Span<Packet> storage) override;
  void DoSend(const PacketBatch& batch) override;

  const std::shared_ptr<CaptureSink> sink_;
  const Clock* const sending_clock_;
  const uint32_t id_;
};

}  // namespace ovnlite

#endif  // OVNLITE_PORT_CAPTURE_PORT_H_
