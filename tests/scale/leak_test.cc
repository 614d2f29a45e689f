// Memory under endless edits: after thousands of cycles of each kind, databases, northd and a chassis hold what they
// held after the first hundreds. Counts the bytes that are in use, whoever holds them.
//
// OVNLITE_CYCLES=10000 runs as many cycles of each kind; without it a number that CI has the time for.

#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <new>
#include <string>

#include "absl/strings/numbers.h"
#include "ovnlite/base/clock.h"
#include "ovnlite/node/hypervisor.h"
#include "ovnlite/northd/northd.h"
#include "tests/scale/scale_network.h"
#include "tests/scale/scale_packets.h"

namespace {
int64_t in_use = 0;
}
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define OVNLITE_COUNTS_MEMORY 1
void* operator new(size_t size) {
  void* const memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  in_use += static_cast<int64_t>(malloc_usable_size(memory));
  return memory;
}
void operator delete(void* memory) noexcept {
  if (memory != nullptr) in_use -= static_cast<int64_t>(malloc_usable_size(memory));
  std::free(memory);
}
void operator delete(void* memory, size_t) noexcept { operator delete(memory); }
#endif

namespace ovnlite::scale {
namespace {

class Rig {
 public:
  Rig() : network(Shape::kRouted, 200) {
    EXPECT_TRUE(network.Build().ok());
    northd = std::make_unique<Northd>(network.nb(), network.sb());
    EXPECT_TRUE(northd->Update().ok());
    EXPECT_TRUE(network.Bind().ok());
    EXPECT_TRUE(northd->Update().ok());
    hv = std::make_unique<Hypervisor>(
        network.sb(), clock, wires, HypervisorOptions{.chassis = ScaleNetwork::ChassisName(0), .plug_as_bound = true});
    hv->Update();
    MakeMegaflows(network, *hv);
  }

  void Apply(Edit edit) {
    ASSERT_TRUE(network.Apply(edit).ok());
    ASSERT_TRUE(northd->Update().ok());
    hv->Update();
    while (hv->next_deadline() <= clock.Now()) hv->Tick();
  }

  ManualClock clock;
  NoWires wires;
  ScaleNetwork network;
  std::unique_ptr<Northd> northd;
  std::unique_ptr<Hypervisor> hv;
};

// Pairs that leave the network as it was; an edit of an address goes through as many addresses as there are.
struct Cycle {
  std::string name;
  std::vector<Edit> edits;
};
std::vector<Cycle> Cycles() {
  return {{"Address", {Edit::kAddress}},
          {"Port", {Edit::kPortAdd, Edit::kPortDelete}},
          {"Switch", {Edit::kSwitchAdd, Edit::kSwitchDelete}},
          {"Route", {Edit::kRouteAdd, Edit::kRouteDelete}},
          {"AddressSetMember", {Edit::kMemberAdd, Edit::kMemberDelete}},
          {"PortGroupMember", {Edit::kPortGroupAdd, Edit::kPortGroupDelete}}};
}

class LeakTest : public testing::TestWithParam<Cycle> {};

TEST_P(LeakTest, MemoryIsFlatUnderEndlessEdits) {
#ifndef OVNLITE_COUNTS_MEMORY
  GTEST_SKIP() << "a sanitizer has the memory functions";
#endif
  int cycles = 4'000;
  if (const char* const asked = std::getenv("OVNLITE_CYCLES"); asked != nullptr) {
    ASSERT_TRUE(absl::SimpleAtoi(asked, &cycles) && cycles >= 1'000) << "OVNLITE_CYCLES: 1000 at least";
  }
  Rig rig;
  const auto run = [&rig](int n) {
    for (int i = 0; i < n; ++i) {
      for (const Edit edit : GetParam().edits) rig.Apply(edit);
    }
  };
  // Tables that grow in steps have taken theirs; what is thrown away now and then has been thrown away once.
  run(cycles / 2);
  const int64_t before = in_use;
  run(cycles / 2);
  const int64_t grown = in_use - before;
  std::cout << "in use after " << cycles / 2 << " cycles: " << before / 1024 << " KB; grown by " << grown
            << " bytes in as many more\n";
  // A word for each cycle would be a leak; a hash table may take a step. Every new switch has a tunnel key of its own, up
  // to 4,095 of which flow tables find their part by an index with a word for each.
  int64_t allowed = 8 * cycles / 2 + (32 << 10);
  if (GetParam().name == "Switch") {
    constexpr int kIndexed = 4'096, kTables = 100;
    allowed += 8 * kTables * (std::min(cycles, kIndexed) - std::min(cycles / 2, kIndexed));
  }
  EXPECT_LT(grown, allowed);
}

INSTANTIATE_TEST_SUITE_P(Kinds, LeakTest, testing::ValuesIn(Cycles()),
                         [](const testing::TestParamInfo<Cycle>& info) { return info.param.name; });

}  // namespace
}  // namespace ovnlite::scale
