// Frames from one memory port to the other: what a hop costs in a lab.

#include <benchmark/benchmark.h>

#include <vector>

#include "ovnlite/port/memory_port.h"

namespace ovnlite {
namespace {

void BM_Hop(benchmark::State& state) {
  SystemClock clock;
  MemoryPorts ports = MakeMemoryPorts({"a", 1}, {"b", 2}, &clock);
  std::vector<Packet> out, in(kBatchSize);
  PacketBatch batch;
  for (int i = 0; i < kBatchSize; ++i) out.emplace_back(std::vector<uint8_t>(static_cast<size_t>(state.range(0)), 1));
  for (Packet& packet : out) batch.Add(&packet);
  for (auto _ : state) {
    ports.first->Send(batch);
    benchmark::DoNotOptimize(ports.second->Receive(absl::MakeSpan(in)));
  }
  state.SetItemsProcessed(state.iterations() * kBatchSize);
}
BENCHMARK(BM_Hop)->Arg(60)->Arg(1514);

}  // namespace
}  // namespace ovnlite
