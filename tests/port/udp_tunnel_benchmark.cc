// What the UDP tunnel costs between two namespaces on one core: unrelated small packets, and runs of full ones. Needs
// root.

#include <benchmark/benchmark.h>
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/port/tunnel_conformance_testutil.h"
#include "ovnlite/port/udp_tunnel.h"
#include "tests/port/kernel_testutil.h"

namespace ovnlite {
namespace {

// size, flows in a batch, offloads. Reports the time of Send() and of Receive() apart.
void BM_Across(benchmark::State& state) {
  if (const auto why = EnterFreshNamespace(); why.has_value()) {
    state.SkipWithError(why->c_str());
    return;
  }
  const Namespace b;
  EnterFreshNamespace();
  const Namespace a;
  Shell(absl::StrCat("ip link add near address 02:00:00:00:00:11 type veth peer name far address 02:00:00:00:00:12 ",
                     "netns /proc/", getpid(), "/fd/", b.fd(),
                     " && ip addr add 10.0.0.1/24 dev near && ip link set near up"));
  b.Enter();
  Shell("ip addr add 10.0.0.2/24 dev far");
  BringUp("far");
  Shell("ip neigh add 10.0.0.1 lladdr 02:00:00:00:00:11 dev far");
  SystemClock clock;
  TunnelOptions options;
  UdpTunnelOptions udp;
  udp.offloads = state.range(2) != 0;
  options.local = *IpAddress::Parse("10.0.0.2");
  auto right = OpenUdpTunnel(options, udp, &clock);
  a.Enter();
  BringUp("near");
  Shell("ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:12 dev near");
  options.local = *IpAddress::Parse("10.0.0.1");
  auto left = OpenUdpTunnel(options, udp, &clock);
  if (!left.ok() || !right.ok() || !(*left)->AddRemote(1, *IpAddress::Parse("10.0.0.2")).ok() ||
      !(*right)->AddRemote(1, *IpAddress::Parse("10.0.0.1")).ok()) {
    state.SkipWithError("cannot open");
    return;
  }
  std::vector<Packet> out, in(kBatchSize);
  PacketBatch batch;
  for (uint16_t i = 0; i < kBatchSize; ++i) {
    const auto flow = static_cast<uint16_t>(i % state.range(1));
    out.emplace_back(InnerTestFrame(flow, i, static_cast<size_t>(state.range(0)))).tunnel = 5ull << 32 | 1;
  }
  for (Packet& packet : out) batch.Add(&packet);
  std::chrono::duration<double> sending{}, receiving{};
  for (auto _ : state) {
    const auto begin = std::chrono::steady_clock::now();
    (*left)->Send(1, batch);
    const auto middle = std::chrono::steady_clock::now();
    for (int got = 0, tries = 0; got < kBatchSize && tries < 1'000; ++tries) {
      got += (*right)->Receive(absl::MakeSpan(in));
    }
    sending += middle - begin;
    receiving += std::chrono::steady_clock::now() - middle;
  }
  const auto packets = static_cast<double>(state.iterations() * kBatchSize);
  state.counters["send_ns"] = sending.count() * 1e9 / packets;
  state.counters["receive_ns"] = receiving.count() * 1e9 / packets;
  if ((*right)->counters().rx_packets != static_cast<uint64_t>(packets)) {
    state.SkipWithError(((*right)->counters().ToString() + (*left)->counters().ToString()).c_str());
  }
}
BENCHMARK(BM_Across)
    ->ArgNames({"size", "flows", "offloads"})
    ->Args({64, 32, 0})
    ->Args({64, 32, 1})
    ->Args({64, 1, 1})
    ->Args({1'400, 32, 1})
    ->Args({1'400, 1, 0})
    ->Args({1'400, 1, 1});

}  // namespace
}  // namespace ovnlite
