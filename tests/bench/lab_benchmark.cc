// What one packet costs in the two-hypervisor laboratory, on compute1, by OVN's own flow tables: the capture is read
// from a mapped file, goes through the datapath and ends in a sink, as in the peer's measurement (OVS-DPDK between a
// capture and a null port). Run it through //tests/bench:beside_ovs_dpdk, or:
//
//   lab_benchmark encap|decap|drop CAPTURE [SECONDS]
//
//   encap: VM-A -> LS1 -> LR1 -> LS2 -> Geneve.   decap: Geneve -> VM-A.   drop: the first flow drops everything.
// Prints nanoseconds per packet, reading the capture included, and what reading alone takes.

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "lib/schema/ovn_nb.pb.h"
#include "ovnlite/lab/lab.h"
#include "ovnlite/node/hypervisor.h"
#include "ovnlite/packet/mapped_capture.h"
#include "ovnlite/wire/geneve_tunnel.h"

namespace ovnlite {
namespace {

class Sink : public HypervisorHost {
 public:
  void OnSend(Outlet outlet, const std::string&, uint32_t, const PacketBatch& batch) override {
    packets[static_cast<int>(outlet)] += static_cast<uint64_t>(batch.size());
    for (const Packet* packet : batch) bytes += packet->size();
  }
  uint64_t packets[3] = {};
  uint64_t bytes = 0;
};

// Processor time of this thread: what a packet costs, whatever else the machine does.
double Seconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// The peer's numbers: the capture of tunnelled packets names them.
absl::Status Renumber(Database& nb) {
  Transaction t = nb.Begin();
  for (const auto& [uuid, port] : nb.Rows<nb::Logical_Switch_Port>()) {
    const char* key = port.name() == "LSP1" ? "2" : port.name() == "ls1-lr1" ? "1" : nullptr;
    if (key != nullptr) (*t.Update<nb::Logical_Switch_Port>(uuid)->mutable_options())["requested-tnl-key"] = key;
  }
  for (const auto& [uuid, row] : nb.Rows<nb::Logical_Switch>()) {
    if (row.name() == "LS1") (*t.Update<nb::Logical_Switch>(uuid)->mutable_other_config())["requested-tnl-key"] = "1";
  }
  return nb.Commit(std::move(t)).status();
}

// Puts a tunnel's frame back to the inner one, with what the tunnel said; false when it is none of ours.
bool Decapsulate(Packet& packet) {
  GeneveArrival arrival;
  if (ReceiveGeneve(packet.bytes(), GeneveEndpoint(), &arrival) != GeneveVerdict::kDeliver) return false;
  packet.tunnel = uint64_t{arrival.vni} << 32 | (arrival.option.has_value() ? arrival.option->body : 0);
  packet.Consume(arrival.inner_offset);
  packet.Truncate(arrival.inner_size);
  return true;
}

int Run(const std::string& mode, const std::string& path, double seconds) {
  Lab lab;
  lab.AddChassis("compute1", "192.168.56.11");
  lab.AddChassis("compute2", "192.168.56.12");
  lab.AddSwitch("LS1");
  lab.AddSwitch("LS2");
  lab.AddRouter("LR1");
  lab.Connect("LR1", "LS1", "00:00:00:00:ff:01", "10.0.0.1/24");
  lab.Connect("LR1", "LS2", "00:00:00:00:ff:02", "10.0.1.1/24");
  lab.AddHost("VM-A", "LS1", "LSP1", "compute1", "00:00:00:00:00:0a", "10.0.0.10/24", "10.0.0.1");
  lab.AddHost("VM-B", "LS2", "LSP2", "compute2", "00:00:00:00:00:0b", "10.0.1.20/24", "10.0.1.1");
  for (const absl::Status& status : {Renumber(lab.nb()), lab.Sync()}) {
    if (status.ok()) continue;
    std::cerr << status << "\n";
    return 1;
  }
  const SystemClock clock;
  Sink sink;
  Hypervisor hypervisor(lab.sb(), clock, sink, {.chassis = "compute1", .tunnels = TunnelMode::kFrames});
  const uint32_t vm = hypervisor.Plug("LSP1");
  hypervisor.Update();
  const bool decap = mode == "decap";
  uint32_t in = vm;
  if (decap) in = hypervisor.tunnels().begin()->first;
  if (mode == "drop") in = 0xfff0;  // A port that no flow knows.

  absl::StatusOr<MappedCapture> capture = MappedCapture::Open(path);
  if (!capture.ok()) {
    std::cerr << capture.status() << "\n";
    return 1;
  }
  std::vector<Packet> packets(kBatchSize);
  const auto round = [&](bool process) {
    capture->Rewind();
    uint64_t count = 0;
    CapturedFrame frame;
    bool more = true;
    while (more) {
      PacketBatch batch;
      while (!batch.full() && (more = capture->Next(&frame))) {
        Packet& packet = packets[static_cast<size_t>(batch.size())];
        packet.Assign(frame.bytes);
        if (process && decap && !Decapsulate(packet)) continue;
        batch.Add(&packet);
      }
      count += static_cast<uint64_t>(batch.size());
      if (process) hypervisor.Receive(in, batch);
    }
    return count;
  };
  const auto measure = [&](bool process) {
    for (int i = 0; i < 2; ++i) round(process);  // The caches fill.
    std::vector<double> costs;
    const double end = Seconds() + seconds;
    double now = Seconds();
    while (now < end || costs.size() < 3) {
      uint64_t count = 0;
      const double start = now;
      while (now - start < 0.05) {
        count += round(process);
        now = Seconds();
      }
      costs.push_back((now - start) * 1e9 / static_cast<double>(count));
    }
    std::sort(costs.begin(), costs.end());
    return costs[costs.size() / 2];
  };
  const double reading = measure(false);
  const double all = measure(true);
  const DatapathCounters& counters = hypervisor.datapath().counters();
  std::printf("%s ns/packet=%.1f reading=%.1f megaflows=%zu to_vm=%llu to_tunnel=%llu dropped=%llu hits=%.4f\n",
              mode.c_str(), all, reading, hypervisor.datapath().megaflow_count(),
              static_cast<unsigned long long>(sink.packets[0]), static_cast<unsigned long long>(sink.packets[1]),
              static_cast<unsigned long long>(counters.dropped),
              static_cast<double>(counters.cache_hits) / static_cast<double>(counters.received));
  // A benchmark of packets that went nowhere would be a fine one.
  const uint64_t arrived = mode == "drop" ? counters.dropped : sink.packets[decap ? 0 : 1];
  return arrived == counters.received ? 0 : 1;
}

}  // namespace
}  // namespace ovnlite

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  double seconds = 2;
  if (argc < 3 || argc > 4 || (mode != "encap" && mode != "decap" && mode != "drop") ||
      (argc == 4 && !absl::SimpleAtod(argv[3], &seconds))) {
    std::cerr << "usage: lab_benchmark encap|decap|drop CAPTURE [SECONDS]\n";
    return 1;
  }
  return ovnlite::Run(mode, argv[2], seconds);
}
