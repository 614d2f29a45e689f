// The law of edits: what an edit makes anybody look at, run and write does not grow with the network. Counts, on the
// whole way from the Northbound commit to the flow tables of a chassis, what is read, run, put into place, written and
// allocated; a feature that goes through a table for every edit fails here, whatever the machine.

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <map>
#include <memory>
#include <new>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "ovnlite/base/clock.h"
#include "ovnlite/node/hypervisor.h"
#include "ovnlite/northd/northd.h"
#include "tests/scale/scale_network.h"
#include "tests/scale/scale_packets.h"

namespace {
uint64_t allocated = 0;
}
// Sanitizers have their own, and stay. GCC takes malloc() behind new for a mistake.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
void* operator new(size_t size) {
  allocated += size;
  if (void* const memory = std::malloc(size); memory != nullptr) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
#endif

namespace ovnlite::scale {
namespace {

// By what is counted.
using Work = std::map<std::string, uint64_t>;

class Rig {
 public:
  Rig(Shape shape, int ports) : network(shape, ports) {
    EXPECT_TRUE(network.Build().ok());
    northd = std::make_unique<Northd>(network.nb(), network.sb());
    EXPECT_TRUE(northd->Update().ok());
    EXPECT_TRUE(network.Bind().ok());
    EXPECT_TRUE(northd->Update().ok());
    hv = std::make_unique<Hypervisor>(
        network.sb(), clock, wires, HypervisorOptions{.chassis = ScaleNetwork::ChassisName(0), .plug_as_bound = true});
    hv->Update();
    MakeMegaflows(network, *hv);
    subscription = network.sb().Subscribe([this](const Delta& delta) { Note(delta); });
    for (const Edit edit : Edits()) (void)Of(edit);  // What is built at its first use is there.
  }

  Work Of(Edit edit) {
    work.clear();
    const CompileStatistics northd_before = northd->statistics(), hv_before = hv->controller().statistics();
    EXPECT_TRUE(network.Apply(edit).ok());
    const uint64_t allocated_before = allocated;
    EXPECT_TRUE(northd->Update().ok());
    const uint64_t allocated_between = allocated;
    hv->Update();
    const uint64_t allocated_after = allocated;
    Note("northd", northd_before, northd->statistics());
    Note("controller", hv_before, hv->controller().statistics());
    work["northd: bytes allocated"] = allocated_between - allocated_before;
    work["controller: bytes allocated"] = allocated_after - allocated_between;
    while (hv->next_deadline() <= clock.Now()) hv->Tick();
    return work;
  }

 private:
  void Note(const char* who, const CompileStatistics& before, const CompileStatistics& after) {
    const auto note = [&](const char* what, uint64_t from, uint64_t to) {
      work[absl::StrCat(who, ": ", what)] += to - from;
    };
    note("runs", before.emitter_runs + before.query_runs, after.emitter_runs + after.query_runs);
    note("reads", before.reads, after.reads);
    note("values read", before.values, after.values);
    note("items", before.items, after.items);
  }
  void Note(const Delta& delta) {
    for (const RowChange& change : delta.changes()) {
      ++work["rows written"];
      work["cells written"] += static_cast<uint64_t>(std::popcount(change.columns));
      ForEachColumn(*change.table, change.columns, [&](const ColumnSchema& column) {
        if (column.shape() != ColumnShape::kSet && column.shape() != ColumnShape::kMap) return;
        const auto count = [this](const AtomBits&, const AtomBits*) { ++work["members written"]; };
        change.DiffColumn(column.index(), count, count);
      });
    }
  }

 public:
  ScaleNetwork network;
  std::unique_ptr<Northd> northd;
  ManualClock clock;
  NoWires wires;
  std::unique_ptr<Hypervisor> hv;
  Work work;
  Database::Subscription subscription;
};

class EditWork : public testing::TestWithParam<Shape> {};

TEST_P(EditWork, DoesNotGrowWithTheNetwork) {
  std::map<Edit, Work> small;
  {
    Rig rig(GetParam(), 1'000);
    for (const Edit edit : Edits()) small[edit] = rig.Of(edit);
  }
  // A datapath has room for 32,767 ports.
  Rig rig(GetParam(), GetParam() == Shape::kWide ? 30'000 : 100'000);
  for (const Edit edit : Edits()) {
    SCOPED_TRACE(EditName(edit));
    for (const auto& [what, amount] : rig.Of(edit)) {
      const uint64_t before = small[edit][what];
      // Trees are a level or two higher: some tens more of anything are none.
      const uint64_t slack = absl::EndsWith(what, "allocated") ? 16'384 : 16;
      EXPECT_LE(amount, before + before / 2 + slack) << what << ": " << before << " in a network of 1,000 ports";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, EditWork, testing::Values(Shape::kRouted, Shape::kWide, Shape::kLonely),
                         [](const auto& info) { return std::string(ShapeName(info.param)); });

}  // namespace
}  // namespace ovnlite::scale
