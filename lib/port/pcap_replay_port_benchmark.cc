// Frames out of a mapped capture, round and round: what reading costs before the datapath sees a packet.

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "ovnlite/packet/pcap_file.h"
#include "ovnlite/port/pcap_replay_port.h"

namespace ovnlite {
namespace {

// `count` frames of `size` bytes; 100,000 small ones do not fit the second-level cache.
void BM_Replay(benchmark::State& state) {
  std::string path = "/tmp/ovnlite_replay_benchmark_XXXXXX";
  const int fd = mkstemp(path.data());
  {
    absl::StatusOr<PcapWriter> writer = PcapWriter::Create(path);
    std::vector<uint8_t> frame(static_cast<size_t>(state.range(0)));
    for (int64_t i = 0; i < state.range(1); ++i) {
      frame[6] = static_cast<uint8_t>(i);
      if (!writer.ok() || !writer->Write(i, frame).ok()) state.SkipWithError("cannot write the capture");
    }
  }
  SystemClock clock;
  absl::StatusOr<std::unique_ptr<Port>> port = OpenPcapReplayPort({.path = path, .rounds = 0}, &clock);
  if (!port.ok()) {
    state.SkipWithError(port.status().ToString().c_str());
    return;
  }
  std::vector<Packet> storage(kBatchSize);
  for (auto _ : state) benchmark::DoNotOptimize((*port)->Receive(absl::MakeSpan(storage)));
  state.SetItemsProcessed(state.iterations() * kBatchSize);
  close(fd);
  unlink(path.c_str());
}
BENCHMARK(BM_Replay)->Args({64, 1'000})->Args({64, 1'000'000})->Args({1'400, 1'000})->Args({1'400, 100'000});

}  // namespace
}  // namespace ovnlite
