// A frame from the underlay, given to transports of both families. What is delivered is from a remote and at least an
// Ethernet header long, and whatever is sent in answer is a frame.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "lib/wire/fuzz_testutil.h"
#include "ovnlite/port/memory_port.h"
#include "ovnlite/port/raw_tunnel.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ovnlite;
  ManualClock clock;
  for (const bool is_v6 : {false, true}) {
    MemoryPorts wire = MakeMemoryPorts({"a", 1}, {"b", 2}, &clock, {.mtu = Port::kMaxMtu, .queue = 8});
    TunnelOptions options;
    options.local = is_v6 ? IpAddress(Ipv6Address(0xfd00ull << 48, 0x11)) : IpAddress(Ipv4Address(0xc0a8'380b));
    const IpAddress remote =
        is_v6 ? IpAddress(Ipv6Address(0xfd00ull << 48, 0x12)) : IpAddress(Ipv4Address(0xc0a8'380c));
    RawTunnelOptions raw;
    raw.mac = MacAddress(0x0200'0000'0aaa);
    raw.verify_checksum = size % 2 == 0;
    RawTunnel tunnel(options, raw, std::move(wire.first), &clock);
    FuzzExpect(tunnel.AddRemote(9, remote).ok());
    std::vector<Packet> packets(1), storage(4);
    packets[0].Assign(absl::MakeConstSpan(data, size < 1'400 ? size : 1'400));
    PacketBatch batch;
    batch.Add(&packets[0]);
    tunnel.Send(9, batch);  // Waits for its neighbour, which the frame may be from.
    packets[0].Assign(absl::MakeConstSpan(data, size < 65'000 ? size : 65'000));
    wire.second->Send(batch);
    const int n = tunnel.Receive(absl::MakeSpan(storage));
    for (int i = 0; i < n; ++i) {
      FuzzExpect(storage[static_cast<size_t>(i)].size() >= 14);
      FuzzExpect(storage[static_cast<size_t>(i)].in_port == 9);
    }
    while (const int m = wire.second->Receive(absl::MakeSpan(storage))) {
      for (int i = 0; i < m; ++i) FuzzExpect(storage[static_cast<size_t>(i)].size() >= 42);
    }
  }
  return 0;
}
