// What tunnels cost per packet: outer headers taken off and put on, checksums. Run with -c opt.
// Inputs are fixed and lie in the first-level cache.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <vector>

#include "absl/strings/escaping.h"
#include "ovnlite/wire/checksum.h"
#include "ovnlite/wire/crc32c.h"
#include "ovnlite/wire/geneve_tunnel.h"
#include "ovnlite/wire/ipv4.h"
#include "ovnlite/wire/udp.h"

namespace ovnlite {
namespace {

// A UDP packet of OVN's lab between two hypervisors, its inner payload extended to `inner` bytes of frame.
std::vector<uint8_t> Frame(size_t inner_size) {
  const std::string real = absl::HexStringToBytes(
      "7a02b1260c44966fa315784a08004500005a000040004011492bc0a8380bc0a8380c8e7a17c100468c4c02406558000001000102800100"
      "02000100000000000b00000000ff02080045000020d66040003f11504f0a00000a0a000114d32914e9000c1d377564700a");
  std::vector<uint8_t> inner(real.begin() + 58, real.end());
  inner.resize(std::max(inner.size(), inner_size));
  Store16(&inner[16], static_cast<uint16_t>(inner.size() - 14));
  Store16(&inner[38], static_cast<uint16_t>(inner.size() - 34));
  GeneveTunnel tunnel;
  tunnel.source = Ipv4Address(0xc0a8380b);
  tunnel.destination = Ipv4Address(0xc0a8380c);
  const GenevePath path(tunnel, 1, OvnGeneveOption::Of(2, 1));
  std::vector<uint8_t> frame(58 + inner.size());
  std::copy(inner.begin(), inner.end(), frame.begin() + 58);
  path.Write(absl::MakeSpan(frame), 36474);
  return frame;
}

// Outer Ethernet, IPv4, UDP, Geneve, OVN's option, inner Ethernet, IPv4, UDP: everything checked but the UDP checksum.
void BM_ParseOuterAndInner(benchmark::State& state) {
  const std::vector<uint8_t> frame = Frame(64);
  GeneveEndpoint endpoint;
  endpoint.verify_checksum = false;
  uint64_t sum = 0;
  for (auto _ : state) {
    absl::Span<const uint8_t> bytes = frame;
    benchmark::DoNotOptimize(bytes);
    GeneveArrival arrival;
    if (ReceiveGeneve(bytes, endpoint, &arrival) != GeneveVerdict::kDeliver) state.SkipWithError("not delivered");
    const auto inner = bytes.subspan(arrival.inner_offset, arrival.inner_size);
    if (!EthernetView::IsValid(inner)) state.SkipWithError("no Ethernet");
    const auto ethernet = EthernetView(inner);
    if (!Ipv4View::IsValid(ethernet.payload())) state.SkipWithError("no IPv4");
    const Ipv4View ip(ethernet.payload());
    if (!UdpView::IsValid(ip.payload())) state.SkipWithError("no UDP");
    const UdpView udp(ip.payload());
    sum += arrival.vni + arrival.option->body + ip.destination().bits() + udp.destination_port();
  }
  benchmark::DoNotOptimize(sum);
}
BENCHMARK(BM_ParseOuterAndInner);

// Argument: size of the inner frame; its sum is part of the UDP checksum.
void BM_Receive(benchmark::State& state) {
  const std::vector<uint8_t> frame = Frame(static_cast<size_t>(state.range(0)));
  const GeneveEndpoint endpoint;
  for (auto _ : state) {
    absl::Span<const uint8_t> bytes = frame;
    benchmark::DoNotOptimize(bytes);
    GeneveArrival arrival;
    if (ReceiveGeneve(bytes, endpoint, &arrival) != GeneveVerdict::kDeliver) state.SkipWithError("not delivered");
    benchmark::DoNotOptimize(arrival);
  }
}
BENCHMARK(BM_Receive)->Arg(64)->Arg(1400);

void Write(benchmark::State& state, bool checksum, bool sum_known) {
  std::vector<uint8_t> frame = Frame(static_cast<size_t>(state.range(0)));
  GeneveTunnel tunnel;
  tunnel.source = Ipv4Address(0xc0a8380b);
  tunnel.destination = Ipv4Address(0xc0a8380c);
  tunnel.checksum = checksum;
  const GenevePath path(tunnel, 1, OvnGeneveOption::Of(2, 1));
  uint16_t port = 32768;
  for (auto _ : state) {
    absl::Span<uint8_t> bytes = absl::MakeSpan(frame);
    benchmark::DoNotOptimize(bytes);
    if (sum_known) {
      path.WriteWithSum(bytes, 0x1234, port++);
    } else {
      path.Write(bytes, port++);
    }
    benchmark::ClobberMemory();
  }
}
void BM_WriteWithoutChecksum(benchmark::State& state) { Write(state, false, false); }
BENCHMARK(BM_WriteWithoutChecksum)->Arg(64);
void BM_WriteWithSumKnown(benchmark::State& state) { Write(state, true, true); }
BENCHMARK(BM_WriteWithSumKnown)->Arg(64);
void BM_Write(benchmark::State& state) { Write(state, true, false); }
BENCHMARK(BM_Write)->Arg(64)->Arg(1400);

void BM_Checksum(benchmark::State& state) {
  const std::vector<uint8_t> bytes(static_cast<size_t>(state.range(0)), 0x5a);
  for (auto _ : state) {
    absl::Span<const uint8_t> span = bytes;
    benchmark::DoNotOptimize(span);
    benchmark::DoNotOptimize(Checksum(span));
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Checksum)->Arg(20)->Arg(64)->Arg(1400)->Arg(65536);

void BM_Crc32c(benchmark::State& state) {
  const std::vector<uint8_t> bytes(static_cast<size_t>(state.range(0)), 0x5a);
  for (auto _ : state) {
    absl::Span<const uint8_t> span = bytes;
    benchmark::DoNotOptimize(span);
    benchmark::DoNotOptimize(Crc32c(span));
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Crc32c)->Arg(64)->Arg(1400);

}  // namespace
}  // namespace ovnlite
