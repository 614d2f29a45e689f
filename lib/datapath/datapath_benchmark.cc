// The engine alone, on tables small enough to read: what a cached packet costs by what is done to it. Whole hypervisors
// with OVN's own tables are measured by //tests/bench.
#include <benchmark/benchmark.h>

#include "ovnlite/datapath/datapath.h"
#include "ovnlite/datapath/translate.h"
#include "ovnlite/packet/compose.h"

namespace ovnlite {
namespace {

class Sink : public DatapathHost {
 public:
  void Transmit(uint32_t, const PacketBatch& batch) override { sent += static_cast<uint64_t>(batch.size()); }
  void OnLearned(const LearnedNeighbor&) override {}
  uint64_t sent = 0;
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
  key.Set(field::kEthType, 0x800);
  key.Set(field::kIp4Src, 0x0a00000a);
  key.Set(field::kIp4Dst, 0x0a000114);
  key.Set(field::kIpProto, 17);
  key.Set(field::kIpTtl, 64);
  key.Set(field::kL4Src, port);
  key.Set(field::kL4Dst, 53);
  return key;
}

// `tunnel`: routed and put into Geneve; otherwise passed on as it is.
void Cached(benchmark::State& state, bool tunnel) {
  FlowTables tables;
  OpList ops;
  if (tunnel) {
    ops = {Op::Simple(OpKind::kDecTtl), Op::SetField(OfField::kEthSrc, 0xff02), Op::SetField(OfField::kEthDst, 0x0b),
           Op::Set({OfField::kTunId, 0, 24}, 2), Op::SetField(OfField::kTunMetadata0, 0x20001)};
  }
  ops.push_back(Op::Output(2));
  tables.Add(MakeFlow(0, ops, field::kInPort, 1));
  ManualClock clock;
  Sink sink;
  Datapath datapath(tables, clock, sink);
  GeneveTunnel geneve;
  geneve.source = Ipv4Address(0xc0a8380b);
  geneve.destination = Ipv4Address(0xc0a8380c);
  if (tunnel) datapath.AddTunnel(2, geneve, TunnelMode::kFrames);
  const std::string payload(static_cast<size_t>(state.range(0)), 'x');
  const auto span = absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(payload.data()), payload.size());
  std::vector<Packet> originals, packets(kBatchSize);
  for (uint16_t i = 0; i < kBatchSize; ++i)
    originals.push_back(ComposePacket(Udp(static_cast<uint16_t>(1000 + i)), span));
  for (auto _ : state) {
    PacketBatch batch;
    for (int i = 0; i < kBatchSize; ++i) {
      packets[i].Assign(originals[i].bytes());
      packets[i].in_port = 1;
      batch.Add(&packets[i]);
    }
    datapath.Process(batch);
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * kBatchSize);
  state.counters["ns/packet"] = benchmark::Counter(static_cast<double>(state.iterations()) * kBatchSize * 1e-9,
                                                   benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK_CAPTURE(Cached, pass, false)->Arg(18)->Arg(1358);
BENCHMARK_CAPTURE(Cached, route_and_encapsulate, true)->Arg(18)->Arg(1358);

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
