// What one packet costs in the two-hypervisor laboratory on compute1, through what a Chassis runs: a port that replays
// a capture, the datapath with OVN's own flow tables, the transport that puts outer headers on or takes them off, and a
// port that counts what it sends. Beside the real thing and beside limit.cc by tests/bench/beside_ovs_dpdk.sh, or:
//
//   chassis_benchmark encap|encap6|decap|decap6 CAPTURE SECONDS            prints nanoseconds per packet
//   chassis_benchmark encap|encap6|decap|decap6 CAPTURE --output FILE      writes what is sent, to be compared
//   chassis_benchmark encap|encap6|decap|decap6 CAPTURE... SECONDS         a queue and a thread for each capture;
//   prints
//                                                                          millions of packets per second, by the clock
//
//   encap: VM-A -> LS1 -> LR1 -> LS2 -> Geneve.   decap: Geneve -> LS1 -> VM-A.   …6: over IPv6, inside and outside.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "lib/schema/ovn_nb.rows.h"
#include "ovnlite/base/status.h"
#include "ovnlite/lab/lab.h"
#include "ovnlite/node/chassis.h"
#include "ovnlite/port/pcap_replay_port.h"
#include "ovnlite/port/raw_tunnel.h"
#include "tests/bench/lab_frames.h"

namespace ovnlite {
namespace {

using Ends = LabEnds;

// Processor time of this thread: what a packet costs, whatever else the machine does.
double Seconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Tunnel keys as the captures have them.
absl::Status Renumber(Database& nb) {
  const std::map<std::string, uint32_t> keys = {{"LS1", Ends::kLs1},           {"ls1-lr1", Ends::kLs1Router},
                                                {"LSP1", Ends::kLs1VmA},       {"LS2", Ends::kLs2},
                                                {"ls2-lr1", Ends::kLs2Router}, {"LSP2", Ends::kLs2VmB}};
  Transaction t = nb.Begin();
  for (const auto& [uuid, row] : nb.Rows<nb::Logical_Switch>()) {
    t.InsertPair(nb::columns::Logical_Switch::other_config, uuid, "requested-tnl-key",
                 std::to_string(keys.at(std::string(row.name()))));
  }
  for (const auto& [uuid, row] : nb.Rows<nb::Logical_Switch_Port>()) {
    t.InsertPair(nb::columns::Logical_Switch_Port::options, uuid, "requested-tnl-key",
                 std::to_string(keys.at(std::string(row.name()))));
  }
  return nb.Commit(std::move(t)).status();
}

absl::Status Build(Lab& lab, bool v6) {
  const auto text = [](const auto& address) { return address.ToString(); };
  lab.AddChassis("compute1", v6 ? text(Ends::kCompute1V6) : text(Ends::kCompute1V4));
  lab.AddChassis("compute2", v6 ? text(Ends::kCompute2V6) : text(Ends::kCompute2V4));
  lab.AddSwitch("LS1");
  lab.AddSwitch("LS2");
  lab.AddRouter("LR1");
  lab.Connect("LR1", "LS1", text(Ends::kGatewayA), v6 ? "fd00::1/64" : "10.0.0.1/24");
  lab.Connect("LR1", "LS2", text(Ends::kGatewayB), v6 ? "fd00:0:0:1::1/64" : "10.0.1.1/24");
  lab.AddHost("VM-A", "LS1", "LSP1", "compute1", text(Ends::kVmA),
              v6 ? text(Ends::kVmA6) + "/64" : text(Ends::kVmA4) + "/24", v6 ? "fd00::1" : "10.0.0.1");
  lab.AddHost("VM-B", "LS2", "LSP2", "compute2", text(Ends::kVmB),
              v6 ? text(Ends::kVmB6) + "/64" : text(Ends::kVmB4) + "/24", v6 ? "fd00:0:0:1::1" : "10.0.1.1");
  OVNLITE_RETURN_IF_ERROR(lab.status());
  OVNLITE_RETURN_IF_ERROR(Renumber(lab.nb()));
  return lab.Sync();
}

struct Bench {
  const std::string mode;
  const std::vector<std::string> captures;
  const double seconds;
  const std::string output;

  bool v6() const { return mode.back() == '6'; }
  bool decap() const { return mode[0] == 'd'; }

  absl::Status Run() const {
    Lab lab;
    OVNLITE_RETURN_IF_ERROR(Build(lab, v6()));
    const SystemClock system_clock;
    const ManualClock still_clock;  // Times in captures, so that they can be compared.
    const Clock& clock = output.empty() ? static_cast<const Clock&>(system_clock) : still_clock;
    Chassis chassis(lab.sb(), clock, "compute1", {.queues = captures.size()});
    std::vector<Ports> queues;
    for (size_t queue = 0; queue < captures.size(); ++queue) {
      OVNLITE_ASSIGN_OR_RETURN(Ports ports, OpenQueue(chassis, queue, &clock));
      queues.push_back(ports);
    }
    if (!output.empty()) {
      while (queues[0].source->next_deadline() != kNever) chassis.Process();
      queues[0].sink->Refresh();
    } else if (queues.size() == 1) {
      Cost(chassis);
    } else {
      Rate(chassis);
    }
    for (const Ports& ports : queues) OVNLITE_RETURN_IF_ERROR(Check(*ports.source, *ports.sink));
    return absl::OkStatus();
  }

  struct Ports {
    Port* source;
    Port* sink;
  };
  absl::StatusOr<Ports> OpenQueue(Chassis& chassis, size_t queue, const Clock* clock) const {
    const auto open = [&](const char* name, bool receives) {
      return OpenPcapReplayPort({.name = name,
                                 .path = receives ? captures[queue] : "",
                                 .output_path = receives ? "" : output,
                                 .rounds = output.empty() ? 0u : 1u},
                                clock);
    };
    OVNLITE_ASSIGN_OR_RETURN(std::unique_ptr<Port> vm, open("vm-a", !decap()));
    OVNLITE_ASSIGN_OR_RETURN(std::unique_ptr<Port> uplink, open("uplink", decap()));
    const Ports ports = decap() ? Ports{uplink.get(), vm.get()} : Ports{vm.get(), uplink.get()};
    const IpAddress local = v6() ? IpAddress(Ends::kCompute1V6) : IpAddress(Ends::kCompute1V4);
    const IpAddress remote = v6() ? IpAddress(Ends::kCompute2V6) : IpAddress(Ends::kCompute2V4);
    auto transport = std::make_unique<RawTunnel>(TunnelOptions{.local = local},
                                                 RawTunnelOptions{.mac = Ends::kCompute1}, std::move(uplink), clock);
    transport->AddNeighbor(remote, Ends::kCompute2);
    chassis.SetTransport(std::move(transport), queue);
    OVNLITE_RETURN_IF_ERROR(chassis.AddPort("LSP1", std::move(vm), queue).status());
    return ports;
  }

  void Cost(Chassis& chassis) const {
    for (int i = 0; i < 1'000; ++i) chassis.Process();  // The caches fill.
    std::vector<double> costs;
    const double end = Seconds() + seconds;
    for (double now = Seconds(); now < end || costs.size() < 5;) {
      const double start = now;
      uint64_t packets = 0;
      while (now - start < 0.05) {
        for (int i = 0; i < 10; ++i) packets += chassis.Process();
        now = Seconds();
      }
      costs.push_back((now - start) * 1e9 / static_cast<double>(packets));
    }
    std::sort(costs.begin(), costs.end());
    const Datapath& datapath = chassis.hypervisor().datapath();
    std::printf(
        "%s ns/packet=%.2f megaflows=%zu hits=%.4f\n", mode.c_str(), costs[costs.size() / 2], datapath.megaflow_count(),
        static_cast<double>(datapath.counters().cache_hits) / static_cast<double>(datapath.counters().received));
  }

  // Queue 0 is of this thread, as it is of the Chassis.
  void Rate(Chassis& chassis) const {
    using Clock = std::chrono::steady_clock;
    std::atomic<bool> warm = false, done = false;
    std::atomic<uint64_t> total = 0;
    std::vector<std::thread> threads;
    for (size_t queue = 1; queue < captures.size(); ++queue) {
      threads.emplace_back([&, queue] {
        while (!warm) chassis.ProcessQueue(queue);
        uint64_t packets = 0;
        while (!done) packets += chassis.ProcessQueue(queue);
        total += packets;
      });
    }
    for (int i = 0; i < 1'000; ++i) chassis.Process();
    warm = true;
    const Clock::time_point start = Clock::now(), end = start + std::chrono::duration_cast<Clock::duration>(
                                                                    std::chrono::duration<double>(seconds));
    uint64_t packets = 0;
    while (Clock::now() < end) packets += chassis.Process();
    done = true;
    for (std::thread& thread : threads) thread.join();
    const double took = std::chrono::duration<double>(Clock::now() - start).count();
    std::printf("%s queues=%zu Mpps=%.2f\n", mode.c_str(), captures.size(),
                static_cast<double>(total + packets) / took * 1e-6);
  }

  // A benchmark of packets that went nowhere would be a fine one.
  static absl::Status Check(const Port& source, const Port& sink) {
    OVNLITE_RETURN_IF_ERROR(source.status());
    OVNLITE_RETURN_IF_ERROR(sink.status());
    if (source.counters().rx_packets > 0 && source.counters().rx_packets == sink.counters().tx_packets) {
      return absl::OkStatus();
    }
    return absl::InternalError("in: " + source.counters().ToString() + "; out: " + sink.counters().ToString());
  }
};

}  // namespace
}  // namespace ovnlite

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  double seconds = 0;
  const bool writes = argc == 5 && std::string(argv[3]) == "--output";
  const bool known = mode == "encap" || mode == "encap6" || mode == "decap" || mode == "decap6";
  if (!known || !(writes || (argc > 3 && absl::SimpleAtod(argv[argc - 1], &seconds)))) {
    std::cerr << "usage: chassis_benchmark encap|encap6|decap|decap6 CAPTURE --output FILE\n"
                 "       chassis_benchmark encap|encap6|decap|decap6 CAPTURE... SECONDS\n";
    return 1;
  }
  const std::vector<std::string> captures(argv + 2, writes ? argv + 3 : argv + argc - 1);
  const absl::Status status = ovnlite::Bench{mode, captures, seconds, writes ? argv[4] : ""}.Run();
  if (!status.ok()) std::cerr << status << "\n";
  return status.ok() ? 0 : 1;
}
