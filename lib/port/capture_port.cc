#include "ovnlite/port/capture_port.h"

#include <utility>

#include "ovnlite/packet/pcap_file.h"
#include "ovnlite/packet/pcapng_writer.h"

namespace ovnlite {
namespace {

class PcapSink final : public CaptureSink {
 public:
  explicit PcapSink(PcapWriter writer) : writer_(std::move(writer)) {}
  uint32_t AddPort(const std::string&) override { return 0; }
  absl::Status Write(uint32_t, bool, Instant time, absl::Span<const uint8_t> frame) override {
    return writer_.Write(time, frame);
  }
  absl::Status Flush() override { return writer_.Flush(); }

 private:
  PcapWriter writer_;
};

class PcapngSink final : public CaptureSink {
 public:
  explicit PcapngSink(PcapngWriter writer) : writer_(std::move(writer)) {}
  uint32_t AddPort(const std::string& name) override { return writer_.AddInterface(name); }
  absl::Status Write(uint32_t port, bool received, Instant time, absl::Span<const uint8_t> frame) override {
    PcapngWriter::Notes notes;
    notes.direction = received ? PcapngWriter::Direction::kInbound : PcapngWriter::Direction::kOutbound;
    return writer_.Write(port, time, frame, notes);
  }
  absl::Status Flush() override { return writer_.Flush(); }

 private:
  PcapngWriter writer_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<CaptureSink>> OpenPcapSink(const std::string& path) {
  absl::StatusOr<PcapWriter> writer = PcapWriter::Create(path);
  if (!writer.ok()) return writer.status();
  return std::make_shared<PcapSink>(*std::move(writer));
}

absl::StatusOr<std::shared_ptr<CaptureSink>> OpenPcapngSink(const std::string& path) {
  absl::StatusOr<PcapngWriter> writer = PcapngWriter::Create(path);
  if (!writer.ok()) return writer.status();
  return std::make_shared<PcapngSink>(*std::move(writer));
}

CapturePort::CapturePort(std::unique_ptr<Port> inner, std::shared_ptr<CaptureSink> sink, const Clock* clock)
    : PortWrapper(std::move(inner)), sink_(std::move(sink)), sending_clock_(clock), id_(sink_->AddPort(name())) {}

void CapturePort::Refresh() {
  PortWrapper::Refresh();
  Break(sink_->Flush());
}

void CapturePort::Close() {
  PortWrapper::Close();
  Break(sink_->Flush());
}

int CapturePort::DoReceive(absl::Span<Packet> storage) {
  const int n = PortWrapper::DoReceive(storage);
  for (const Packet& packet : storage.first(static_cast<size_t>(n))) {
    Break(sink_->Write(id_, true, packet.time, packet.bytes()));
  }
  return n;
}

void CapturePort::DoSend(const PacketBatch& batch) {
  const Instant now = sending_clock_->Now();
  for (const Packet* packet : batch) Break(sink_->Write(id_, false, now, packet->bytes()));
  PortWrapper::DoSend(batch);
}

}  // namespace ovnlite
