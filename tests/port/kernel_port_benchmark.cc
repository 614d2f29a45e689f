// What kernel ports cost: TAP and AF_PACKET on veth, receiving, sending, and how late a frame is. Needs root; run it in
// a namespace of its own: unshare -n bazel-bin/tests/port/kernel_port_benchmark

#include <benchmark/benchmark.h>
#include <poll.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "lib/port/offload_testutil.h"
#include "lib/port/segmenter.h"
#include "ovnlite/port/af_packet_port.h"
#include "ovnlite/port/tap_port.h"
#include "tests/port/kernel_testutil.h"

namespace ovnlite {
namespace {

enum Kind { kPlainTap, kTap, kVethSlots, kVethBlocks };
const char* const kNames[] = {"TAP", "TAP+offloads", "veth slots", "veth blocks"};

using WallClock = std::chrono::steady_clock;

struct Subject {
  SystemClock clock;
  std::unique_ptr<Port> port;
  std::unique_ptr<WireEnd> end;
};

std::unique_ptr<Subject> Open(benchmark::State& state, int64_t kind) {
  auto subject = std::make_unique<Subject>();
  std::optional<std::string> why = EnterFreshNamespace();
  if (!why.has_value()) why = WhyNoTap();
  if (why.has_value()) {
    state.SkipWithError(why->c_str());
    return nullptr;
  }
  state.SetLabel(kNames[kind]);
  absl::StatusOr<std::unique_ptr<Port>> port;
  if (kind == kPlainTap || kind == kTap) {
    port = OpenTapPort({.name = "far", .number = 1, .offloads = kind == kTap}, &subject->clock);
  } else {
    Shell("ip link add near type veth peer name far && ip link set near up && ip link set far up");
    port = OpenAfPacketPort(
        {.device = "near", .number = 1, .ring = kind == kVethSlots ? PacketRingKind::kSlots : PacketRingKind::kBlocks},
        &subject->clock);
  }
  if (!port.ok()) {
    state.SkipWithError(port.status().ToString().c_str());
    return nullptr;
  }
  subject->port = *std::move(port);
  return subject;
}

double Seconds(WallClock::duration d) { return std::chrono::duration<double>(d).count(); }

// Receive() alone: 256 frames are put on their way, and only taking them is timed.
void BM_Receive(benchmark::State& state) {
  const auto subject = Open(state, state.range(0));
  if (subject == nullptr) return;
  subject->end = std::make_unique<WireEnd>("far");
  Bytes frame(static_cast<size_t>(state.range(1)), 1);
  Store16(&frame[12], 0x88b5);
  const std::vector<Bytes> frames(256, frame);
  std::vector<Packet> storage(kBatchSize);
  uint64_t received = 0;
  for (auto _ : state) {
    subject->end->Send(frames);
    uint64_t got = 0;
    WallClock::duration spent{};
    while (got < frames.size()) {
      pollfd wait = {subject->port->fd(), POLLIN, 0};
      poll(&wait, 1, 100);
      const auto begin = WallClock::now();
      while (const int n = subject->port->Receive(absl::MakeSpan(storage))) got += static_cast<uint64_t>(n);
      spent += WallClock::now() - begin;
    }
    received += got;
    state.SetIterationTime(Seconds(spent));
  }
  state.SetItemsProcessed(static_cast<int64_t>(received));
}
BENCHMARK(BM_Receive)->ArgsProduct({{kPlainTap, kTap, kVethSlots, kVethBlocks}, {60, 1'514}})->UseManualTime();

void Send(benchmark::State& state, Port& port, std::vector<Packet>& packets) {
  PacketBatch batch;
  for (Packet& packet : packets) batch.Add(&packet);
  for (auto _ : state) port.Send(batch);
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * batch.size());
  if (port.counters().tx_dropped() > 0) state.SkipWithError(port.counters().ToString().c_str());
}

// Unrelated frames: one write, or one place in sendmmsg(2), each.
void BM_Send(benchmark::State& state) {
  const auto subject = Open(state, state.range(0));
  if (subject == nullptr) return;
  Bytes frame(static_cast<size_t>(state.range(1)), 1);
  Store16(&frame[12], 0x88b5);
  std::vector<Packet> packets;
  for (int i = 0; i < kBatchSize; ++i) packets.emplace_back(frame);
  Send(state, *subject->port, packets);
}
BENCHMARK(BM_Send)->ArgsProduct({{kPlainTap, kTap, kVethSlots}, {60, 1'514}});

// 32 segments of one TCP connection.
std::vector<Packet> TcpSegments(benchmark::State& state) {
  Random random(1);
  const SuperFrame super = MakeSuperFrame({.payload = 1'448 * kBatchSize}, random);
  Segmenter segmenter;
  if (!segmenter.Begin(super.notes, super.frame)) state.SkipWithError("no segments");
  std::vector<Packet> packets;
  while (!segmenter.done()) segmenter.Next(packets.emplace_back());
  return packets;
}

void BM_SendTcp(benchmark::State& state) {
  const auto subject = Open(state, state.range(0));
  if (subject == nullptr) return;
  std::vector<Packet> packets = TcpSegments(state);
  Send(state, *subject->port, packets);
}
BENCHMARK(BM_SendTcp)->DenseRange(kPlainTap, kVethSlots);

// The same segments, sent to us as one super-frame; only Receive() is timed.
void BM_ReceiveTcp(benchmark::State& state) {
  const auto subject = Open(state, state.range(0));
  if (subject == nullptr) return;
  const auto far = OpenAfPacketPort({.device = "far"}, &subject->clock);
  if (!far.ok()) state.SkipWithError(far.status().ToString().c_str());
  std::vector<Packet> packets = TcpSegments(state);
  PacketBatch batch;
  for (Packet& packet : packets) batch.Add(&packet);
  std::vector<Packet> storage(kBatchSize);
  for (auto _ : state) {
    (*far)->Send(batch);
    WallClock::duration spent{};
    for (int got = 0; got < kBatchSize;) {
      pollfd wait = {subject->port->fd(), POLLIN, 0};
      poll(&wait, 1, 100);
      const auto begin = WallClock::now();
      while (const int n = subject->port->Receive(absl::MakeSpan(storage))) got += n;
      spent += WallClock::now() - begin;
    }
    state.SetIterationTime(Seconds(spent));
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * kBatchSize);
}
BENCHMARK(BM_ReceiveTcp)->DenseRange(kPlainTap, kVethBlocks)->UseManualTime();

// From send(2) at the other end until Receive() has the frame, waiting in poll(2).
void BM_Lateness(benchmark::State& state) {
  const auto subject = Open(state, state.range(0));
  if (subject == nullptr) return;
  subject->end = std::make_unique<WireEnd>("far");
  Bytes frame(60, 1);
  Store16(&frame[12], 0x88b5);
  const std::vector<Bytes> frames(1, frame);
  std::vector<Packet> storage(kBatchSize);
  for (auto _ : state) {
    subject->end->Send(frames);
    while (subject->port->Receive(absl::MakeSpan(storage)) == 0) {
      pollfd wait = {subject->port->fd(), POLLIN, 0};
      poll(&wait, 1, 100);
    }
  }
}
BENCHMARK(BM_Lateness)->DenseRange(kPlainTap, kVethBlocks)->UseRealTime();

}  // namespace
}  // namespace ovnlite
