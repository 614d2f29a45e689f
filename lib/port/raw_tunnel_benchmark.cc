// What a raw tunnel costs in both directions over a wire in memory; the wire's own cost is memory_port_benchmark's.

#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "lib/port/tunnel_conformance_testutil.h"
#include "ovnlite/port/memory_port.h"
#include "ovnlite/port/raw_tunnel.h"

namespace ovnlite {
namespace {

void BM_Across(benchmark::State& state) {
  SystemClock clock;
  MemoryPorts wire = MakeMemoryPorts({"a"}, {"b"}, &clock, {.mtu = 1'600});
  const IpAddress a = Ipv4Address(0xc0a8'380b), b = Ipv4Address(0xc0a8'380c);
  const MacAddress mac_a(0x0200'0000'0aaa), mac_b(0x0200'0000'0bbb);
  TunnelOptions options;
  options.checksum = state.range(1) != 0;
  options.local = a;
  RawTunnel left(options, {.mac = mac_a}, std::move(wire.first), &clock);
  options.local = b;
  RawTunnel right(options, {.mac = mac_b}, std::move(wire.second), &clock);
  left.AddNeighbor(b, mac_b);
  if (!left.AddRemote(1, b).ok() || !right.AddRemote(1, a).ok()) state.SkipWithError("no remotes");
  std::vector<Packet> out, in(kBatchSize);
  PacketBatch batch;
  for (uint16_t i = 0; i < kBatchSize; ++i) {
    out.emplace_back(InnerTestFrame(i, i, static_cast<size_t>(state.range(0)))).tunnel = 5ull << 32 | 1;
  }
  for (Packet& packet : out) batch.Add(&packet);
  for (auto _ : state) {
    left.Send(1, batch);
    benchmark::DoNotOptimize(right.Receive(absl::MakeSpan(in)));
  }
  state.SetItemsProcessed(state.iterations() * kBatchSize);
  if (right.counters().rx_packets != static_cast<uint64_t>(state.iterations() * kBatchSize)) {
    state.SkipWithError(right.counters().ToString().c_str());
  }
}
BENCHMARK(BM_Across)->ArgNames({"size", "checksum"})->ArgsProduct({{64, 1'400}, {0, 1}});

}  // namespace
}  // namespace ovnlite
