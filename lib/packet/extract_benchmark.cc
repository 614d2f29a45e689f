// What extraction and composition cost per packet. Run with -c opt. Inputs are fixed and lie in the first-level cache.

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "ovnlite/packet/extract.h"
#include "ovnlite/wire/geneve_tunnel.h"

namespace ovnlite {
namespace {

const char kUdp[] = "00000000ff0100000000000a08004500001d00010000401165b20a00000a0a00011400010002000972bb78";
const char kTcp[] =
    "00000000ff0100000000000a08004500002800090000400665aa0a00000a0a0001140fa000500000000100000000500220006ad40000";
const char kVlanIcmp[] =
    "0000000a00020000000a00178100000708004500002a000b0000400166980a0a00110a0a000c0800a4120002000166726f6d20746865206368"
    "69"
    "6c64";
const char kArp[] = "ffffffffffff00000000000a0806000108000604000100000000000a0a00000a0000000000000a000001";
const char kUdp6[] =
    "00000000ff0100000000000a86dd6000000000091140fd000000000000000000000000000001fd000000000000000000000000000002000100"
    "0200"
    "098dd478";
const char kNeighborSolicit[] =
    "3333ff00000100000000000a86dd6000000000203afffd000000000000000000000000000001ff0200000000000000000001ff000001870000"
    "000000"
    "0000fd000000000000000000000000000002010100000000000a";
const char kGeneve[] =
    "7a02b1260c44966fa315784a08004500005a000040004011492bc0a8380bc0a8380c8e7a17c100468c4c024065580000010001028001000200"
    "0100"
    "000000000b00000000ff02080045000020d66040003f11504f0a00000a0a000114d32914e9000c1d377564700a";

std::vector<uint8_t> FromHex(const char* hex) {
  const std::string bytes = absl::HexStringToBytes(hex);
  return std::vector<uint8_t>(bytes.begin(), bytes.end());
}

void BM_Extract(benchmark::State& state, const char* hex) {
  const std::vector<uint8_t> frame = FromHex(hex);
  FlowKey key;
  for (auto _ : state) {
    absl::Span<const uint8_t> bytes = frame;
    benchmark::DoNotOptimize(bytes);
    benchmark::DoNotOptimize(ExtractFlowKey(bytes, key));
    benchmark::ClobberMemory();
  }
  benchmark::DoNotOptimize(key);
}
BENCHMARK_CAPTURE(BM_Extract, udp, kUdp);
BENCHMARK_CAPTURE(BM_Extract, tcp, kTcp);
BENCHMARK_CAPTURE(BM_Extract, vlan_icmp, kVlanIcmp);
BENCHMARK_CAPTURE(BM_Extract, arp, kArp);
BENCHMARK_CAPTURE(BM_Extract, udp6, kUdp6);
BENCHMARK_CAPTURE(BM_Extract, neighbor_solicit, kNeighborSolicit);

// A packet off the tunnel: outer headers checked (but not the UDP checksum), then the inner frame's key.
void BM_DecapAndExtract(benchmark::State& state) {
  const std::vector<uint8_t> frame = FromHex(kGeneve);
  GeneveEndpoint endpoint;
  endpoint.verify_checksum = false;
  FlowKey key;
  for (auto _ : state) {
    absl::Span<const uint8_t> bytes = frame;
    benchmark::DoNotOptimize(bytes);
    GeneveArrival arrival;
    if (ReceiveGeneve(bytes, endpoint, &arrival) != GeneveVerdict::kDeliver) state.SkipWithError("not delivered");
    benchmark::DoNotOptimize(ExtractFlowKey(bytes.subspan(arrival.inner_offset, arrival.inner_size), key));
    benchmark::ClobberMemory();
  }
  benchmark::DoNotOptimize(key);
}
BENCHMARK(BM_DecapAndExtract);

}  // namespace
}  // namespace ovnlite
