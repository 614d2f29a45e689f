// What an edit costs on its whole way: the Northbound commit, northd, the Southbound commit, the flow tables of one
// chassis, and the megaflows that packets have left there, of which the edit touches some. In one process and one
// thread.
//
//   edit_benchmark routed|wide|lonely PORTS [ROUNDS]
//
// Prints what building and first compiling cost, in time and in memory, and for every kind of edit the median and the
// 99th percentile of ROUNDS (200), in microseconds, in all and for each step.

#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/base/clock.h"
#include "ovnlite/base/status.h"
#include "ovnlite/node/hypervisor.h"
#include "ovnlite/northd/northd.h"
#include "tests/scale/scale_network.h"
#include "tests/scale/scale_packets.h"

namespace ovnlite::scale {
namespace {

double Now() {
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now().time_since_epoch()).count();
}
size_t HeapBytes() { return mallinfo2().uordblks + mallinfo2().hblkhd; }

enum Step { kCommit, kNorthd, kChassis, kRevalidate, kAll, kSteps };
constexpr const char* kStepNames[kSteps] = {"commit", "northd", "chassis", "megaflows", "all"};

struct Samples {
  std::vector<double> of[kSteps];
  uint64_t northd_runs = 0, chassis_runs = 0;  // In the last round.
};

uint64_t Runs(const CompileStatistics& s) { return s.emitter_runs + s.query_runs; }

double Percentile(std::vector<double>& values, double which) {
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1, static_cast<size_t>(which * static_cast<double>(values.size())))];
}

absl::Status Run(Shape shape, int ports, int rounds) {
  ScaleNetwork network(shape, ports);
  const size_t empty = HeapBytes();
  double start = Now();
  OVNLITE_RETURN_IF_ERROR(network.Build());
  std::cout << absl::StrFormat("%s, %d ports\n  Northbound rows           %8.0f ms  %6.2f KB a port\n",
                               ShapeName(shape), ports, (Now() - start) / 1e3,
                               static_cast<double>(HeapBytes() - empty) / ports / 1024);
  start = Now();
  Northd northd(network.nb(), network.sb());
  OVNLITE_RETURN_IF_ERROR(northd.Update());
  const double compile = Now() - start;
  const size_t flows = network.sb().RowCount<sb::Logical_Flow>();
  std::cout << absl::StrFormat(
      "  northd, first             %8.0f ms  %6.2f KB a port with both databases\n"
      "                            %8d logical flows, %.2f us each\n",
      compile / 1e3, static_cast<double>(HeapBytes() - empty) / ports / 1024, flows,
      compile / static_cast<double>(flows));
  OVNLITE_RETURN_IF_ERROR(network.Bind());
  OVNLITE_RETURN_IF_ERROR(northd.Update());

  ManualClock clock;
  NoWires host;
  const size_t before = HeapBytes();
  start = Now();
  Hypervisor hv(network.sb(), clock, host, {.chassis = ScaleNetwork::ChassisName(0), .plug_as_bound = true});
  hv.Update();
  std::cout << absl::StrFormat("  chassis, first            %8.0f ms  %6.2f KB a port, %d flows\n",
                               (Now() - start) / 1e3, static_cast<double>(HeapBytes() - before) / ports / 1024,
                               hv.tables().size());
  const size_t megaflows = MakeMegaflows(network, hv);
  std::cout << absl::StrFormat("  %d megaflows\n", megaflows);

  std::vector<Samples> samples(Edits().size());
  for (int round = -2; round < rounds; ++round) {
    for (size_t e = 0; e < Edits().size(); ++e) {
      double at[kAll + 1];
      const CompileStatistics northd_before = northd.statistics(), hv_before = hv.controller().statistics();
      at[0] = Now();
      OVNLITE_RETURN_IF_ERROR(network.Apply(Edits()[e]));
      at[1] = Now();
      OVNLITE_RETURN_IF_ERROR(northd.Update());
      at[2] = Now();
      hv.Update();
      at[3] = Now();
      while (hv.next_deadline() <= clock.Now()) hv.Tick();
      at[4] = Now();
      samples[e].northd_runs = Runs(northd.statistics()) - Runs(northd_before);
      samples[e].chassis_runs = Runs(hv.controller().statistics()) - Runs(hv_before);
      if (round < 0) continue;
      for (int step = 0; step < kAll; ++step) samples[e].of[step].push_back(at[step + 1] - at[step]);
      samples[e].of[kAll].push_back(at[4] - at[0]);
    }
  }
  std::cout << "  median / 99th percentile, us";
  for (const char* name : kStepNames) std::cout << absl::StrFormat("%18s", name);
  std::cout << absl::StrFormat("%20s\n", "functions run");
  for (size_t e = 0; e < Edits().size(); ++e) {
    std::cout << absl::StrFormat("  %-28s", EditName(Edits()[e]));
    for (auto& of : samples[e].of) {
      std::cout << absl::StrFormat("%18s", absl::StrFormat("%.1f / %.1f", Percentile(of, 0.5), Percentile(of, 0.99)));
    }
    std::cout << absl::StrFormat("%20s\n", absl::StrCat(samples[e].northd_runs, " + ", samples[e].chassis_runs));
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace ovnlite::scale

int main(int argc, char** argv) {
  using ovnlite::scale::Shape;
  int ports = 0, rounds = 200;
  Shape shape = Shape::kRouted;
  const std::string name = argc > 1 ? argv[1] : "";
  bool known = false;
  for (const Shape s : {Shape::kRouted, Shape::kWide, Shape::kLonely}) {
    if (name != ovnlite::scale::ShapeName(s)) continue;
    shape = s;
    known = true;
  }
  if (!known || argc < 3 || !absl::SimpleAtoi(argv[2], &ports) || ports < 100 ||
      (argc > 3 && (!absl::SimpleAtoi(argv[3], &rounds) || rounds < 1))) {
    std::cerr << "usage: edit_benchmark routed|wide|lonely PORTS [ROUNDS]     (100 ports at least)\n";
    return 2;
  }
  const absl::Status status = ovnlite::scale::Run(shape, ports, rounds);
  if (!status.ok()) std::cerr << status << "\n";
  return status.ok() ? 0 : 1;
}
