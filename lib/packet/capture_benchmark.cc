// Reading a capture, per packet: our mapped reader and libpcap on the same file, which is written first: a million UDP
// frames of 64 bytes, 76 MiB. Run with -c opt. The file is in the page cache; "touch" also reads each frame's headers.

#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "ovnlite/packet/extract.h"
#include "ovnlite/packet/mapped_capture.h"
#include "ovnlite/packet/pcap_file.h"
#include "ovnlite/packet/pcapng_writer.h"

namespace ovnlite {
namespace {

constexpr int kPackets = 1'000'000;
constexpr size_t kFrame = 64;

std::vector<uint8_t> Frame(uint32_t i) {
  std::vector<uint8_t> frame(kFrame, 0);
  Store16(&frame[12], 0x0800);
  frame[14] = 0x45;
  Store16(&frame[16], kFrame - 14);
  frame[23] = 17;
  Store32(&frame[26], i);
  return frame;
}

// The file all of this reads; removed when the program ends.
class Capture {
 public:
  Capture() {
    const char* const folder = std::getenv("TMPDIR");
    path_ = std::string(folder ? folder : "/tmp") + "/ovnlite_capture_benchmark.pcap";
    PcapWriter writer = *PcapWriter::Create(path_);
    for (int i = 0; i < kPackets; ++i) {
      if (!writer.Write(i * kMicrosecond, Frame(static_cast<uint32_t>(i))).ok()) std::abort();
    }
  }
  ~Capture() { std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};
const std::string& Path() {
  static const Capture capture;
  return capture.path();
}

template <typename Reader, typename F>
void Read(benchmark::State& state, F each) {
  const std::string& path = Path();
  for (auto _ : state) {
    absl::StatusOr<Reader> reader = Reader::Open(path);
    if (!reader.ok()) return state.SkipWithError(std::string(reader.status().message()).c_str());
    for (CapturedFrame frame; reader->Next(&frame);) each(frame);
    if (reader->count() != kPackets) return state.SkipWithError("packets are missing");
  }
  state.SetItemsProcessed(state.iterations() * kPackets);
  state.counters["per_packet"] = benchmark::Counter(static_cast<double>(state.iterations()) * kPackets,
                                                    benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

// From open to the last packet: mapping the file included.
void BM_Mapped(benchmark::State& state) {
  Read<MappedCapture>(state, [](const CapturedFrame& frame) { benchmark::DoNotOptimize(frame.bytes.data()); });
}
void BM_MappedTouch(benchmark::State& state) {
  Read<MappedCapture>(state, [](const CapturedFrame& frame) { benchmark::DoNotOptimize(Load64(&frame.bytes[26])); });
}
void BM_MappedExtract(benchmark::State& state) {
  FlowKey key;
  Read<MappedCapture>(
      state, [&key](const CapturedFrame& frame) { benchmark::DoNotOptimize(ExtractFlowKey(frame.bytes, key)); });
}
void BM_Libpcap(benchmark::State& state) {
  Read<PcapReader>(state, [](const CapturedFrame& frame) { benchmark::DoNotOptimize(frame.bytes.data()); });
}
BENCHMARK(BM_Mapped)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_MappedTouch)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_MappedExtract)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Libpcap)->Unit(benchmark::kMillisecond);

// A mapping that stays, as a replay that loops over its capture has it.
void BM_MappedAgain(benchmark::State& state) {
  absl::StatusOr<MappedCapture> capture = MappedCapture::Open(Path());
  if (!capture.ok()) return state.SkipWithError("cannot open");
  for (auto _ : state) {
    capture->Rewind();
    for (CapturedFrame frame; capture->Next(&frame);) benchmark::DoNotOptimize(frame.bytes.data());
  }
  state.counters["per_packet"] = benchmark::Counter(static_cast<double>(state.iterations()) * kPackets,
                                                    benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(BM_MappedAgain)->Unit(benchmark::kMillisecond);

void BM_WritePcapng(benchmark::State& state) {
  PcapngWriter writer = *PcapngWriter::Create("/dev/null");
  const uint32_t interface = writer.AddInterface("vm-a");
  const std::vector<uint8_t> frame = Frame(1);
  Instant time = 0;
  for (auto _ : state) {
    if (!writer.Write(interface, time++, frame, {.comment = "ls_in_l2_lkup"}).ok()) state.SkipWithError("cannot write");
  }
}
BENCHMARK(BM_WritePcapng);

}  // namespace
}  // namespace ovnlite
