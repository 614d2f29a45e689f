#include "lib/controller/local_datapaths.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

#include "ovnlite/base/random.h"

namespace ovnlite {
namespace {

Uuid Id(int n) { return Uuid(1, static_cast<uint64_t>(n)); }

std::vector<std::pair<int, bool>> Settle(LocalDatapaths& local) {
  std::vector<std::pair<int, bool>> told;
  local.Settle([&](const Uuid& datapath, bool is_local) { told.emplace_back(static_cast<int>(datapath.low()), is_local); });
  return told;
}

using Told = std::vector<std::pair<int, bool>>;

TEST(LocalDatapaths, FollowPatches) {
  LocalDatapaths local;
  local.AddPatch(Id(1), Id(2));
  local.AddPatch(Id(2), Id(3));
  EXPECT_EQ(Settle(local), Told());
  local.AddSeed(Id(1));
  EXPECT_EQ(Settle(local), (Told{{1, true}, {2, true}, {3, true}}));
  local.RemovePatch(Id(2), Id(3));
  EXPECT_EQ(Settle(local), (Told{{3, false}}));
  local.RemoveSeed(Id(1));
  EXPECT_EQ(Settle(local), (Told{{1, false}, {2, false}}));
}

// Two that lead to each other do not keep each other.
TEST(LocalDatapaths, ACircleNeedsSomethingHere) {
  LocalDatapaths local;
  for (const auto& [from, to] : {std::pair(1, 2), {2, 1}, {2, 3}, {3, 2}}) local.AddPatch(Id(from), Id(to));
  local.AddSeed(Id(1));
  local.AddSeed(Id(3));
  EXPECT_EQ(Settle(local).size(), 3u);
  local.RemoveSeed(Id(1));
  EXPECT_EQ(Settle(local), Told());
  local.RemoveSeed(Id(3));
  EXPECT_EQ(Settle(local), (Told{{1, false}, {2, false}, {3, false}}));
}

// After any edits: what a search from what is here finds.
TEST(LocalDatapaths, AreWhatASearchFinds) {
  for (int seed = 1; seed <= 200; ++seed) {
    Random random(static_cast<uint64_t>(seed));
    const int n = 2 + static_cast<int>(random.Below(9));
    LocalDatapaths local;
    std::map<std::pair<int, int>, int> patches;
    std::map<int, int> seeds;
    std::set<int> before;
    for (int step = 0; step < 80; ++step) {
      for (uint64_t i = random.Below(4); i > 0; --i) {
        const int a = static_cast<int>(random.Below(static_cast<uint64_t>(n)));
        const int b = static_cast<int>(random.Below(static_cast<uint64_t>(n)));
        switch (random.Below(4)) {
          case 0:
            local.AddPatch(Id(a), Id(b));
            ++patches[{a, b}];
            break;
          case 1:
            if (patches[{a, b}] == 0) break;
            local.RemovePatch(Id(a), Id(b));
            --patches[{a, b}];
            break;
          case 2:
            local.AddSeed(Id(a));
            ++seeds[a];
            break;
          case 3:
            if (seeds[a] == 0) break;
            local.RemoveSeed(Id(a));
            --seeds[a];
            break;
        }
      }
      std::set<int> found;
      std::vector<int> todo;
      for (const auto& [at, count] : seeds) {
        if (count > 0 && found.insert(at).second) todo.push_back(at);
      }
      while (!todo.empty()) {
        const int at = todo.back();
        todo.pop_back();
        for (const auto& [patch, count] : patches) {
          if (count > 0 && patch.first == at && found.insert(patch.second).second) todo.push_back(patch.second);
        }
      }
      std::set<int> told = before;
      for (const auto& [at, is_local] : Settle(local)) {
        EXPECT_NE(told.contains(at), is_local);
        is_local ? void(told.insert(at)) : void(told.erase(at));
      }
      ASSERT_EQ(told, found) << "seed " << seed << " step " << step;
      for (int i = 0; i < n; ++i) ASSERT_EQ(local.Contains(Id(i)), found.contains(i));
      before = found;
    }
  }
}

}  // namespace
}  // namespace ovnlite
