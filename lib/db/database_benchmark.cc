// What databases cost: rows in and out, single edits in a full database, files. Run with -c opt; a file of your own
// with OVNLITE_BENCHMARK_LOG=/etc/ovn/ovnsb_db.db.
#include <benchmark/benchmark.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "lib/schema/column_access.h"
#include "lib/schema/ovn_nb.rows.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/db/database.h"
#include "ovnlite/db/log_file.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

Uuid Id(uint64_t n) { return Uuid(n * 0x9e3779b97f4a7c15, n); }

// `n` switches with ten ports each, in one transaction.
Transaction Switches(const Database& nb, int64_t n) {
  Transaction t = nb.Begin();
  for (int64_t i = 0; i < n; ++i) {
    auto* ls = t.Insert<nb::Logical_Switch>(Id(static_cast<uint64_t>(i) * 16));
    ls->set_name(absl::StrCat("ls", i));
    for (uint64_t p = 1; p <= 10; ++p) {
      const Uuid uuid = Id(static_cast<uint64_t>(i) * 16 + p);
      auto* port = t.Insert<nb::Logical_Switch_Port>(uuid);
      port->set_name(absl::StrCat("ls", i, "p", p));
      port->add_addresses(absl::StrCat("02:00:00:00:00:01 10.", i / 256, ".", i % 256, ".", p));
      ToProto(uuid, ls->add_ports());
    }
  }
  return t;
}

void InsertRows(benchmark::State& state) {
  for (auto _ : state) {
    Database nb(NorthboundSchema());
    benchmark::DoNotOptimize(nb.Commit(Switches(nb, state.range(0))));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0) * 11);
}
BENCHMARK(InsertRows)->Arg(100)->Arg(10000)->Unit(benchmark::kMillisecond);

// One column of one row among many.
void EditOneRow(benchmark::State& state) {
  Database nb(NorthboundSchema());
  if (!nb.Commit(Switches(nb, state.range(0))).ok()) return state.SkipWithError("commit");
  (void)nb.Find(nb::columns::Logical_Switch_Port::name, "");
  int64_t tag = 0;
  for (auto _ : state) {
    Transaction t = nb.Begin();
    t.Update<nb::Logical_Switch_Port>(Id(1))->set_tag(1 + ++tag % 4000);
    benchmark::DoNotOptimize(nb.Commit(std::move(t)));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(EditOneRow)->Arg(10)->Arg(10000);

// A port more, and one less: references, garbage, unique names.
void AddAndRemoveAPort(benchmark::State& state) {
  Database nb(NorthboundSchema());
  if (!nb.Commit(Switches(nb, state.range(0))).ok()) return state.SkipWithError("commit");
  for (auto _ : state) {
    Transaction t = nb.Begin();
    const Uuid uuid = Id(15);
    t.Insert<nb::Logical_Switch_Port>(uuid)->set_name("extra");
    ToProto(uuid, t.Update<nb::Logical_Switch>(Id(0))->add_ports());
    benchmark::DoNotOptimize(nb.Commit(std::move(t)));
    Transaction u = nb.Begin();
    auto* ports = u.Update<nb::Logical_Switch>(Id(0))->mutable_ports();
    for (int i = 0; i < ports->size(); ++i) {
      if (FromProto(ports->Get(i)) == uuid) ports->DeleteSubrange(i--, 1);
    }
    benchmark::DoNotOptimize(nb.Commit(std::move(u)));
  }
  state.SetItemsProcessed(state.iterations() * 2);
}
BENCHMARK(AddAndRemoveAPort)->Arg(10)->Arg(10000);

void ReadAll(benchmark::State& state) {
  Database nb(NorthboundSchema());
  if (!nb.Commit(Switches(nb, state.range(0))).ok()) return state.SkipWithError("commit");
  size_t bytes = 0;
  for (auto _ : state) {
    for (const RowOf<nb::Logical_Switch_Port>& port : nb.Rows<nb::Logical_Switch_Port>())
      bytes += port.row.name().size();
  }
  benchmark::DoNotOptimize(bytes);
  state.SetItemsProcessed(state.iterations() * state.range(0) * 10);
}
BENCHMARK(ReadAll)->Arg(10000)->Unit(benchmark::kMicrosecond);

// Logical flows, as northd writes them.
std::string SyntheticLog(int64_t flows) {
  Database sb(SouthboundSchema());
  Transaction t = sb.Begin();
  for (uint64_t i = 0; i < 100; ++i) {
    auto* dp = t.Insert<sb::Datapath_Binding>(Id(i));
    dp->set_tunnel_key(static_cast<int64_t>(i + 1));
    (*dp->mutable_external_ids())["name"] = absl::StrCat("ls", i);
  }
  for (int64_t i = 0; i < flows; ++i) {
    auto* flow = t.Insert<sb::Logical_Flow>(Id(1000 + static_cast<uint64_t>(i)));
    ToProto(Id(static_cast<uint64_t>(i % 100)), flow->mutable_logical_datapath());
    flow->set_pipeline(i % 3 != 0 ? "ingress" : "egress");
    flow->set_table_id(i % 27);
    flow->set_priority(50 + i % 100);
    flow->set_match(
        absl::StrCat("eth.dst == 02:00:00:00:", i / 256 % 256, ":", i % 256, " && ip4.src == 10.0.0.", i % 256));
    flow->set_actions(absl::StrCat("outport = \"ls", i % 100, "p", i % 997, "\"; output;"));
    (*flow->mutable_external_ids())["source"] = "northd.c:8000";
    (*flow->mutable_external_ids())["stage-name"] = "ls_in_l2_lkup";
  }
  if (!sb.Commit(std::move(t)).ok()) return "";
  return FormatLog(sb);
}

void ParseSyntheticLog(benchmark::State& state) {
  const std::string log = SyntheticLog(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(ParseLog(log));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(log.size()));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(ParseSyntheticLog)->Arg(1000)->Arg(40000)->Unit(benchmark::kMillisecond);

void FormatSyntheticLog(benchmark::State& state) {
  const absl::StatusOr<LoadedLog> log = ParseLog(SyntheticLog(state.range(0)));
  if (!log.ok()) return state.SkipWithError("parse");
  size_t bytes = 0;
  for (auto _ : state) bytes += FormatLog(*log->database).size();
  state.SetBytesProcessed(static_cast<int64_t>(bytes));
}
BENCHMARK(FormatSyntheticLog)->Arg(40000)->Unit(benchmark::kMillisecond);

// Resident memory in bytes.
double Resident() {
  long pages = 0, resident = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%ld %ld", &pages, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

void LoadOwnLog(benchmark::State& state) {
  const char* path = std::getenv("OVNLITE_BENCHMARK_LOG");
  if (path == nullptr) return state.SkipWithError("OVNLITE_BENCHMARK_LOG names no file");
  const double before = Resident();
  for (auto _ : state) {
    absl::StatusOr<LoadedLog> log = LoadLog(path);
    state.PauseTiming();  // Destroying it is not loading it.
    if (!log.ok() || !log->error.ok()) return state.SkipWithError("damaged");
    state.counters["database_MB"] = (Resident() - before) / 1e6;
    rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    state.counters["peak_MB"] = static_cast<double>(usage.ru_maxrss) * 1024 / 1e6;
    log = absl::UnknownError("");
    state.ResumeTiming();
  }
}
BENCHMARK(LoadOwnLog)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace ovnlite
