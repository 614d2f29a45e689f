// The engine alone, on tables small enough to read: what a cached packet costs by what is done to it, what the first
// packet costs, and what packets cost behind an edit that touches a full cache. Whole hypervisors with OVN's own tables
// are measured by //tests/bench.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "ovnlite/datapath/datapath.h"
#include "ovnlite/datapath/translate.h"
#include "ovnlite/packet/compose.h"
#include "ovnlite/wire/ethernet.h"

namespace ovnlite {
namespace {

class Sink : public DatapathHost, public Exit {
 public:
  Exit* ExitTo(uint32_t, uint64_t) override { return this; }
  bool OnPacketIn(PacketIn) override { return false; }
  void Send(const PacketBatch& batch) override { sent += static_cast<uint64_t>(batch.size()); }
  bool spreads_flows() const override { return tunnel; }
  uint64_t sent = 0;
  bool tunnel = false;
};

Flow MakeFlow(uint8_t table, OpList ops, FieldRef f, u128 value) {
  Flow flow;
  flow.table = table;
  flow.priority = 100;
  flow.match.Add(f, value);
  flow.ops = std::make_shared<const OpList>(std::move(ops));
  return flow;
}

FlowKey Udp(uint16_t port) {
  FlowKey key;
  key.Set(field::kEthDst, 0xff01);
  key.Set(field::kEthSrc, 0x0a);
  key.Set(field::kEthType, kEthTypeIpv4);
  key.Set(field::kIp4Src, 0x0a00000a);
  key.Set(field::kIp4Dst, 0x0a000114);
  key.Set(field::kIpProto, 17);
  key.Set(field::kIpTtl, 64);
  key.Set(field::kL4Src, port);
  key.Set(field::kL4Dst, 53);
  return key;
}

OpList Routed(uint32_t port) {
  return {Op::Simple(OpKind::kDecTtl),
          Op::SetField(OfField::kEthSrc, 0xff02),
          Op::SetField(OfField::kEthDst, 0x0b),
          Op::Set({OfField::kTunId, 0, 24}, 2),
          Op::SetField(OfField::kTunMetadata0, 0x20001),
          Op::Output(port)};
}

// Packets that one flow treats with `ops`.
void Cached(benchmark::State& state, const OpList& ops, bool v6) {
  FlowTables tables;
  tables.Add(MakeFlow(0, ops, field::kInPort, 1));
  ManualClock clock;
  Sink sink;
  sink.tunnel = ops.size() > 1;
  Datapath datapath(tables, clock, sink);
  const std::string payload(static_cast<size_t>(state.range(0)), 'x');
  const auto span = absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(payload.data()), payload.size());
  std::vector<Packet> originals, packets(kBatchSize);
  for (uint16_t i = 0; i < kBatchSize; ++i) {
    FlowKey key = Udp(static_cast<uint16_t>(1000 + i));
    if (v6) {
      key.words[kWordIpv4] = 0;
      key.Set(field::kEthType, kEthTypeIpv6);
      key.Set(field::kIp6Src, 0x0a);
      key.Set(field::kIp6Dst, 0x0b);
    }
    originals.push_back(ComposePacket(key, span));
  }
  for (auto _ : state) {
    PacketBatch batch;
    for (size_t i = 0; i < kBatchSize; ++i) {
      packets[i].AssignSummed(originals[i].bytes());
      packets[i].in_port = 1;
      packets[i].time = 1;
      batch.Add(&packets[i]);
    }
    datapath.Process(batch);
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * kBatchSize);
  state.counters["ns/packet"] = benchmark::Counter(static_cast<double>(state.iterations()) * kBatchSize * 1e-9,
                                                   benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK_CAPTURE(Cached, pass, {Op::Output(2)}, false)->Arg(18)->Arg(1358);
BENCHMARK_CAPTURE(Cached, route, Routed(2), false)->Arg(18)->Arg(1358);
BENCHMARK_CAPTURE(Cached, route_ipv6, Routed(2), true)->Arg(18);
BENCHMARK_CAPTURE(Cached, nat,
                  {Op::SetField(OfField::kIpDst, 0x0a000163), Op::SetField(OfField::kUdpDst, 80), Op::Output(2)}, false)
    ->Arg(18);

// 200,000 megaflows, and an edit that touches all of them before each call: what a batch takes at the most, and what a
// part of the work on the others takes.
void Edited(benchmark::State& state) {
  constexpr uint32_t kMegaflows = 200'000;
  FlowTables tables;
  for (uint8_t t = 0; t < 60; ++t) {
    tables.Add(MakeFlow(t, {Op::Resubmit(static_cast<uint8_t>(t + 1))}, field::kInPort, 1));
  }
  tables.Add(MakeFlow(60,
                      {Op::Move({OfField::kUdpSrc, 0, 16}, {OfReg(1), 0, 16}),
                       Op::Move({OfField::kUdpDst, 0, 16}, {OfReg(2), 0, 16}), Op::Output(2)},
                      field::kInPort, 1));
  ManualClock clock;
  Sink sink;
  Datapath datapath(tables, clock, sink, nullptr, {.max_megaflows = kMegaflows});
  std::vector<Packet> packets(kBatchSize);
  uint32_t next = 0;
  const auto send = [&] {
    PacketBatch batch;
    for (size_t i = 0; i < kBatchSize; ++i) {
      next = (next + 7919) % kMegaflows;
      FlowKey key = Udp(static_cast<uint16_t>(next));
      key.Set(field::kL4Dst, next >> 16);
      packets[i] = ComposePacket(key);
      packets[i].in_port = 1;
      batch.Add(&packets[i]);
    }
    const auto start = std::chrono::steady_clock::now();
    datapath.Process(batch);
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
  };
  while (datapath.megaflow_count() < kMegaflows) send();
  std::vector<double> usual, edited, parts;
  for (auto _ : state) {
    while (!datapath.Revalidate()) {
    }
    for (int i = 0; i < 100; ++i) usual.push_back(send());
    const FlowId flow = tables.Add(MakeFlow(30, {Op::Resubmit(31)}, field::kInPort, 2));
    for (int i = 0; i < 100; ++i) {
      edited.push_back(send());
      const auto start = std::chrono::steady_clock::now();
      datapath.Revalidate();
      parts.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count());
    }
    tables.Remove(flow);
  }
  const auto quantile = [](std::vector<double>& v, double q) {
    std::sort(v.begin(), v.end());
    return v[static_cast<size_t>(q * static_cast<double>(v.size() - 1))];
  };
  state.counters["usual_us"] = quantile(usual, 0.5);
  state.counters["edited_us"] = quantile(edited, 0.5);
  state.counters["edited_99_us"] = quantile(edited, 0.99);
  state.counters["part_us"] = quantile(parts, 0.5);
  state.counters["part_99_us"] = quantile(parts, 0.99);
}
BENCHMARK(Edited)->Iterations(5)->Unit(benchmark::kMillisecond);

// A chain of tables, as OVN's pipelines are: the first packet of a flow.
void Translate(benchmark::State& state) {
  FlowTables tables;
  for (int t = 0; t < state.range(0); ++t) {
    for (uint32_t i = 0; i < 5; ++i) {
      Flow flow = MakeFlow(static_cast<uint8_t>(t), {Op::Resubmit(static_cast<uint8_t>(t + 1))}, field::kMetadata, 3);
      flow.priority = static_cast<uint16_t>(i);
      if (i > 0) flow.match.Add(field::kEthDst, i);
      tables.Add(std::move(flow));
    }
  }
  tables.Add(MakeFlow(static_cast<uint8_t>(state.range(0)), {Op::Output(2)}, field::kMetadata, 3));
  FlowKey key = Udp(1);
  key.Set(field::kMetadata, 3);
  const Translator translator(tables);
  for (auto _ : state) benchmark::DoNotOptimize(translator.Run(key, 0));
}
BENCHMARK(Translate)->Arg(10)->Arg(60);

}  // namespace
}  // namespace ovnlite
