#include "ovnlite/node/replay.h"

#include <algorithm>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "lib/node/known_underlay.h"
#include "ovnlite/base/status.h"
#include "ovnlite/node/hypervisor.h"
#include "ovnlite/packet/pcap_file.h"
#include "ovnlite/wire/ethernet.h"

namespace ovnlite {
namespace {

std::string FileName(absl::string_view port) {
  std::string name;
  for (const char c : port) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = absl::ascii_isalnum(byte) || c == '-' || c == '_' || (c == '.' && !name.empty());
    absl::StrAppend(&name, plain ? std::string(1, c) : absl::StrFormat("%%%02X", byte));
  }
  return name + ".pcap";
}

// Writes what a hypervisor sends.
class Recorder final : public HypervisorHost {
 public:
  Recorder(const Clock& clock, std::string folder) : clock_(clock), folder_(std::move(folder)) {}

  const absl::Status& status() const { return status_; }
  std::map<std::string, uint64_t> counts() const { return counts_; }
  void OnTunnelled(const Packet& frame) { Write("tunnel.pcap", frame); }
  absl::Status Finish() {
    for (auto& [name, writer] : writers_) status_.Update(writer.Flush());
    return status_;
  }

 private:
  void OnSend(Outlet, const std::string& logical_port, uint32_t, const PacketBatch& batch, size_t) override {
    for (const Packet* packet : batch) Write(FileName(logical_port), *packet);
  }

  void Write(const std::string& file, const Packet& packet) {
    auto writer = writers_.find(file);
    if (writer == writers_.end()) {
      absl::StatusOr<PcapWriter> created = PcapWriter::Create(absl::StrCat(folder_, "/", file));
      if (!created.ok()) return status_.Update(created.status());
      writer = writers_.emplace(file, *std::move(created)).first;
    }
    status_.Update(writer->second.Write(clock_.Now(), packet.bytes()));
    ++counts_[file];
  }

  const Clock& clock_;
  std::string folder_;
  absl::Status status_;
  std::map<std::string, PcapWriter> writers_;
  std::map<std::string, uint64_t> counts_;
};

// One capture, with its next frame at hand.
struct Source {
  const ReplayInput* input;
  uint32_t number;  // OpenFlow port; 0 for tunnels.
  PcapReader reader;
  CapturedFrame frame = {};
  bool has_frame = false;

  void Advance() { has_frame = reader.Next(&frame); }
};

absl::StatusOr<uint32_t> NumberOf(const Hypervisor& hypervisor, const ReplayInput& input) {
  if (input.port.empty()) return 0;
  const std::map<std::string, uint32_t>& ports = hypervisor.controller().ports();
  const auto found = ports.find(input.port);
  if (found != ports.end()) return found->second;
  const std::string known =
      absl::StrJoin(ports, ", ", [](std::string* out, const auto& p) { absl::StrAppend(out, p.first); });
  return absl::NotFoundError(absl::StrCat("chassis \"", hypervisor.chassis(), "\" has no port \"", input.port,
                                          "\" (it has: ", known.empty() ? "none" : known, ")"));
}

bool IsFrom(absl::Span<const uint8_t> frame, MacAddress sender) {
  return frame.size() >= EthernetLayout::kSize && MacAddress(Load48(frame.data() + EthernetLayout::kSource)) == sender;
}

}  // namespace

absl::StatusOr<ReplayReport> Replay(Database& sb, const ReplayOptions& options,
                                    const std::vector<ReplayInput>& inputs) {
  const std::map<std::string, ChassisAddress> chassis = ChassisAddresses(sb);
  const auto me = chassis.find(options.chassis);
  if (me == chassis.end()) {
    return absl::NotFoundError(absl::StrCat(
        "there is no chassis \"", options.chassis, "\" with a geneve Encap (there are: ",
        absl::StrJoin(chassis, ", ", [](std::string* out, const auto& c) { absl::StrAppend(out, c.first); }), ")"));
  }
  ManualClock clock;
  Recorder recorder(clock, options.out);
  Hypervisor hypervisor(sb, clock, recorder, {.chassis = options.chassis, .plug_as_bound = true});
  // Captures made before a network card filled in checksums have wrong ones, so nobody looks at them.
  auto wire = std::make_unique<HeldWire>("underlay", &clock, [&](const Packet& frame) { recorder.OnTunnelled(frame); });
  HeldWire& underlay = *wire;
  hypervisor.SetTransport(
      OpenKnownUnderlay(chassis, options.chassis, /*verify_checksum=*/false, std::move(wire), &clock));
  hypervisor.Update();
  std::vector<Source> sources;
  for (const ReplayInput& input : inputs) {
    OVNLITE_ASSIGN_OR_RETURN(const uint32_t number, NumberOf(hypervisor, input));
    OVNLITE_ASSIGN_OR_RETURN(PcapReader reader, PcapReader::Open(input.file));
    sources.push_back({&input, number, std::move(reader)});
    sources.back().Advance();
  }
  ReplayReport report;
  while (recorder.status().ok()) {
    const auto earlier = [](const Source& a, const Source& b) {
      return a.has_frame != b.has_frame ? a.has_frame : a.has_frame && a.frame.time < b.frame.time;
    };
    const auto next = std::min_element(sources.begin(), sources.end(), earlier);
    if (next == sources.end() || !next->has_frame) break;
    for (Instant due = hypervisor.next_deadline(); due <= next->frame.time; due = hypervisor.next_deadline()) {
      clock.AdvanceTo(due);
      hypervisor.Tick();
    }
    clock.AdvanceTo(next->frame.time);
    const absl::Span<const uint8_t> bytes = next->frame.bytes;
    if (next->frame.original_size > bytes.size()) {
      ++report.cut;
    } else if (next->input->sender.has_value() && !IsFrom(bytes, *next->input->sender)) {
      ++report.passed_over;
    } else if (next->number == 0) {
      // What is no Geneve to this chassis from one that is known does not come in.
      underlay.Bring(bytes);
      (hypervisor.TakeFromTunnels(1) > 0 ? report.taken : report.passed_over) += 1;
    } else {
      Packet packet(bytes);
      packet.time = clock.Now();
      PacketBatch batch;
      batch.Add(&packet);
      hypervisor.Receive(next->number, batch);
      ++report.taken;
    }
    hypervisor.Update();  // What this frame taught, before the next.
    next->Advance();
  }
  OVNLITE_RETURN_IF_ERROR(recorder.Finish());
  for (const Source& source : sources) OVNLITE_RETURN_IF_ERROR(source.reader.status());
  report.sent = recorder.counts();
  report.left_out = hypervisor.LeftOut();
  return report;
}

}  // namespace ovnlite
