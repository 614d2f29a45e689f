// What a trace costs in a process that traces much.
//
//   trace_benchmark SB.db [ROUNDS] < MICROFLOWS
//
// MICROFLOWS has one per line, "DATAPATH<tab>MICROFLOW". Each is traced ROUNDS times, and written as ovn-trace's
// --detailed form, first again and again, then all in turns. Prints `load_ms=… first_ms=… warm_us=… turns_us=…
// peak_kb=…`: loading, the very first trace, the medians of the two ways, and what memory it took at most.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "ovnlite/db/log_file.h"
#include "ovnlite/trace/trace.h"

namespace {

using Clock = std::chrono::steady_clock;

double MicrosecondsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

[[noreturn]] void Fail(absl::string_view what) {
  std::cerr << "trace_benchmark: " << what << "\n";
  std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace ovnlite;
  if (argc < 2) Fail("usage: trace_benchmark SB.db [ROUNDS] < MICROFLOWS");
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 100;
  std::vector<std::pair<std::string, std::string>> microflows;
  for (std::string line; std::getline(std::cin, line);) {
    const size_t tab = line.find('\t');
    if (tab == std::string::npos) Fail("a line without a tab: " + line);
    microflows.emplace_back(line.substr(0, tab), line.substr(tab + 1));
  }
  if (microflows.empty() || rounds < 1) Fail("nothing to trace");

  auto start = Clock::now();
  absl::StatusOr<LoadedLog> sb = LoadLog(argv[1]);
  if (!sb.ok()) Fail(sb.status().message());
  if (!sb->error.ok()) Fail(sb->error.message());
  const double load = MicrosecondsSince(start);
  start = Clock::now();
  Tracer tracer(*sb->database);
  size_t bytes = 0;
  const auto trace = [&](const std::pair<std::string, std::string>& what) {
    const auto begun = Clock::now();
    const absl::StatusOr<Trace> trace = tracer.Run(what.first, what.second);
    if (!trace.ok()) Fail(trace.status().message());
    bytes += trace->ToText(TraceForm::kDetailed).size();
    return MicrosecondsSince(begun);
  };
  trace(microflows[0]);
  const double first = MicrosecondsSince(start);
  std::vector<double> warm, turns;
  for (const auto& microflow : microflows) {
    trace(microflow);
    for (int round = 0; round < rounds; ++round) warm.push_back(trace(microflow));
  }
  for (int round = 0; round < rounds; ++round) {
    for (const auto& microflow : microflows) turns.push_back(trace(microflow));
  }
  if (bytes == 0) Fail("no trace says anything");
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  std::printf("load_ms=%.1f first_ms=%.1f warm_us=%.1f turns_us=%.1f peak_kb=%ld\n", load / 1000, first / 1000,
              Median(warm), Median(turns), usage.ru_maxrss);
}
