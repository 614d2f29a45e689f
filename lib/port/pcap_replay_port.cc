#include "ovnlite/port/pcap_replay_port.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "ovnlite/base/status.h"
#include "ovnlite/packet/mapped_capture.h"
#include "ovnlite/packet/pcap_file.h"

namespace ovnlite {
namespace {

// Frames of a file, again and again: mapped if it is a classic capture, through libpcap if not.
class Source {
 public:
  static absl::StatusOr<Source> Open(const std::string& path) {
    Source source;
    source.path_ = path;
    absl::StatusOr<MappedCapture> mapped = MappedCapture::Open(path);
    if (mapped.ok()) {
      source.mapped_.emplace(*std::move(mapped));
    } else if (!absl::IsInvalidArgument(mapped.status())) {
      return mapped.status();
    } else {
      OVNLITE_RETURN_IF_ERROR(source.Reopen());
    }
    return source;
  }

  bool Next(CapturedFrame* frame) { return mapped_.has_value() ? mapped_->Next(frame) : reader_->Next(frame); }
  absl::Status status() const { return mapped_.has_value() ? mapped_->status() : reader_->status(); }
  absl::Status Rewind() {
    if (!mapped_.has_value()) return Reopen();
    mapped_->Rewind();
    return absl::OkStatus();
  }

 private:
  absl::Status Reopen() {
    absl::StatusOr<PcapReader> reader = PcapReader::Open(path_);
    if (!reader.ok()) return reader.status();
    reader_.emplace(*std::move(reader));
    return absl::OkStatus();
  }

  std::string path_;
  std::optional<MappedCapture> mapped_;
  std::optional<PcapReader> reader_;
};

class PcapReplayPort final : public Port {
 public:
  PcapReplayPort(const PcapReplayOptions& options, const Clock* clock, std::optional<Source> source,
                 std::optional<PcapWriter> writer)
      : Port(options.name, options.number, std::min(options.mtu, kMaxMtu), clock),
        source_(std::move(source)),
        writer_(std::move(writer)),
        rounds_left_(options.rounds),
        endless_(options.rounds == 0),
        paced_(options.paced),
        round_gap_(std::max<Nanoseconds>(options.round_gap, 0)),
        due_(clock->Now()) {
    Fetch();
  }
  ~PcapReplayPort() override { Close(); }

  Instant next_deadline() const override { return !has_next_ ? kNever : paced_ ? due_ : 0; }
  bool link_up() const override { return open_; }
  void Refresh() override {
    if (writer_.has_value()) Check(writer_->Flush());
  }
  void Close() override {
    Refresh();
    open_ = has_next_ = false;
    writer_.reset();
    source_.reset();
  }

 private:
  int DoReceive(absl::Span<Packet> storage) override {
    const Instant now = paced_ && has_next_ ? clock_->Now() : 0;
    size_t n = 0;
    while (n < storage.size() && has_next_ && (!paced_ || due_ <= now)) {
      if (next_.bytes.size() > Packet::kMaxSize) {
        CountDrop(PortDrop::kRxTooLong);
      } else {
        storage[n++].AssignSummed(next_.bytes, kUsualFrame);
      }
      Fetch();
    }
    return static_cast<int>(n);
  }

  void DoSend(const PacketBatch& batch) override {
    if (!open_) {
      CountDrop(PortDrop::kTxClosed, static_cast<uint64_t>(batch.size()));
      return;
    }
    const Instant now = writer_.has_value() ? clock_->Now() : 0;
    for (const Packet* packet : batch) {
      if (!Admit(*packet)) continue;
      if (writer_.has_value() && !Check(writer_->Write(now, packet->bytes()))) {
        CountDrop(PortDrop::kTxError);
        continue;
      }
      CountSent(packet->size());
    }
  }

  bool Check(absl::Status status) {
    if (status.ok()) return true;
    Break(std::move(status));
    return false;
  }

  // Makes the next frame next_, and says when it is due.
  void Fetch() {
    const Instant before = next_.time;
    has_next_ = source_.has_value() && source_->Next(&next_);
    if (has_next_) {
      const bool was_first = std::exchange(is_first_, false);
      if (!paced_) return;
      // Times may be anything; a gap that does not fit the type counts as none.
      Nanoseconds gap;
      if (was_first || __builtin_sub_overflow(next_.time, before, &gap) || gap < 0) gap = 0;
      Wait(gap);
      return;
    }
    if (!source_.has_value() || !Check(source_->status())) return;
    if ((!endless_ && --rounds_left_ == 0) || is_first_) return;  // An empty capture has no rounds.
    if (!Check(source_->Rewind())) return;
    is_first_ = true;
    Wait(round_gap_);
    Fetch();
  }
  void Wait(Nanoseconds gap) {
    if (__builtin_add_overflow(due_, gap, &due_)) due_ = kNever;
  }

  // So that a packet's buffer need not grow by small steps.
  static constexpr size_t kUsualFrame = 1'536;

  std::optional<Source> source_;
  std::optional<PcapWriter> writer_;
  bool open_ = true;
  CapturedFrame next_;
  bool has_next_ = false;
  bool is_first_ = true;  // The next frame is the first of a round.
  uint64_t rounds_left_;
  const bool endless_;
  const bool paced_;
  const Nanoseconds round_gap_;
  Instant due_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Port>> OpenPcapReplayPort(const PcapReplayOptions& options, const Clock* clock) {
  std::optional<Source> source;
  std::optional<PcapWriter> writer;
  if (!options.path.empty()) {
    OVNLITE_ASSIGN_OR_RETURN(source, Source::Open(options.path));
  }
  if (!options.output_path.empty()) {
    OVNLITE_ASSIGN_OR_RETURN(writer, PcapWriter::Create(options.output_path));
  }
  return std::make_unique<PcapReplayPort>(options, clock, std::move(source), std::move(writer));
}

}  // namespace ovnlite
