#include "lib/northd/tunnel_keys.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "ovnlite/base/random.h"

namespace ovnlite {
namespace {

TEST(TakenNumbers, AreAsASetOfThemWouldBe) {
  Random random(1);
  TakenNumbers taken;
  std::set<uint32_t> model;
  for (int i = 0; i < 20'000; ++i) {
    const auto number = static_cast<uint32_t>(random.Below(40) + 1);
    if (random.OneIn(2)) {
      taken.Take(number);
      model.insert(number);
    } else {
      taken.Release(number);
      model.erase(number);
    }
    const auto last = static_cast<uint32_t>(random.Below(42));
    uint32_t expected = 0;
    for (uint32_t n = 1; n <= 39 && expected == 0; ++n) {
      if (n > last && !model.contains(n)) expected = n;
    }
    for (uint32_t n = 1; n <= 39 && expected == 0; ++n) {
      if (!model.contains(n)) expected = n;
    }
    ASSERT_EQ(taken.Contains(number), model.contains(number));
    ASSERT_EQ(taken.NextFree(last, 39), expected);
  }
}

class TunnelKeysTest : public testing::Test {
 protected:
  using Pair = std::pair<Uuid, TunnelKeyWish>;
  static TunnelKeyWish Wish(int owner, uint32_t requested = 0, uint32_t limit = 100) {
    return {false, SharedString(absl::StrCat("p", 100 + owner)), Uuid(1, static_cast<uint64_t>(owner)), requested, limit};
  }
  void Change(std::vector<TunnelKeyWish> came, std::vector<TunnelKeyWish> gone, uint64_t scope = 7) {
    std::vector<Pair> pairs;
    for (const auto& wish : came) pairs.emplace_back(Uuid(0, scope), wish);
    for (const auto& wish : gone) pairs.emplace_back(Uuid(0, scope), wish);
    std::vector<const Pair*> added, removed;
    for (size_t i = 0; i < pairs.size(); ++i) (i < came.size() ? added : removed).push_back(&pairs[i]);
    keys_.Change(added, removed, [this](const Uuid& owner, uint32_t key) { given_[owner] = key; });
  }
  uint32_t KeyOf(int owner) { return given_[Uuid(1, static_cast<uint64_t>(owner))]; }
  size_t waiting() const {
    size_t all = 0;
    keys_.ForEachWaiting([&](const Uuid&, const TunnelKeyWish&, size_t count) { all += count; });
    return all;
  }
  size_t refused() const {
    size_t all = 0;
    keys_.ForEachRefused([&](const TunnelKeyWish&, bool) { ++all; });
    return all;
  }

  TunnelKeys keys_{200};
  std::map<Uuid, uint32_t> given_;
};

TEST_F(TunnelKeysTest, AreGivenByNameAndTheNextOneAfterTheLast) {
  Change({Wish(3), Wish(1), Wish(2)}, {});
  EXPECT_EQ(KeyOf(1), 1u);
  EXPECT_EQ(KeyOf(2), 2u);
  EXPECT_EQ(KeyOf(3), 3u);
  Change({}, {Wish(2)});
  EXPECT_EQ(KeyOf(2), 0u);
  Change({Wish(4)}, {});
  EXPECT_EQ(KeyOf(4), 4u);
}

TEST_F(TunnelKeysTest, WhatWasThereIsKept) {
  keys_.Adopt(Uuid(0, 7), "p102", 55);
  keys_.Adopt(Uuid(0, 7), "p109", 56);  // Nobody wants it any more.
  Change({Wish(1), Wish(2), Wish(3, 56)}, {});
  EXPECT_EQ(KeyOf(2), 55u);
  EXPECT_EQ(KeyOf(3), 56u);
  EXPECT_EQ(KeyOf(1), 57u);
}

TEST_F(TunnelKeysTest, WhoAsksGoesBeforeWhoDoesNot) {
  Change({Wish(1), Wish(2)}, {});
  Change({Wish(3, 1)}, {});
  EXPECT_EQ(KeyOf(3), 1u);
  EXPECT_EQ(KeyOf(1), 3u);
  // Of two who ask for one number the one that has it keeps it, and the other gets it when that goes.
  Change({Wish(4, 1)}, {});
  EXPECT_EQ(KeyOf(4), 4u);
  EXPECT_EQ(refused(), 1u);
  Change({}, {Wish(3, 1)});
  EXPECT_EQ(KeyOf(4), 1u);
  EXPECT_EQ(refused(), 0u);
  // A number that was asked for stays when nobody asks for it any more.
  Change({Wish(4)}, {Wish(4, 1)});
  EXPECT_EQ(KeyOf(4), 1u);
  Change({Wish(5, 201)}, {});
  EXPECT_EQ(refused(), 1u);
  EXPECT_NE(KeyOf(5), 0u);
}

TEST_F(TunnelKeysTest, WhoGetsNoneWaits) {
  Change({Wish(1, 0, 2), Wish(2, 0, 2), Wish(3, 0, 2), Wish(4, 0, 2)}, {});
  EXPECT_EQ(waiting(), 2u);
  EXPECT_EQ(KeyOf(3), 0u);
  Change({}, {Wish(1, 0, 2)});
  EXPECT_EQ(KeyOf(3), 1u);
  EXPECT_EQ(KeyOf(4), 0u);
  EXPECT_EQ(waiting(), 1u);
  Change({}, {Wish(4, 0, 2)});
  EXPECT_EQ(waiting(), 0u);
}

TEST_F(TunnelKeysTest, MovingToAnotherScopeGivesAnotherNumber) {
  Change({Wish(1), Wish(2)}, {});
  std::vector<Pair> pairs = {{Uuid(0, 8), Wish(2)}, {Uuid(0, 7), Wish(2)}};
  keys_.Change({{&pairs[0]}}, {{&pairs[1]}}, [this](const Uuid& owner, uint32_t key) { given_[owner] = key; });
  EXPECT_EQ(KeyOf(2), 1u);
  Change({Wish(3)}, {});
  EXPECT_EQ(KeyOf(3), 3u);
}

// Whatever the order in which changes are handed over, and no number is given twice.
TEST_F(TunnelKeysTest, DoNotDependOnTheOrder) {
  for (int seed = 0; seed < 50; ++seed) {
    Random random(static_cast<uint64_t>(seed));
    TunnelKeys a(20), b(20);
    std::map<Uuid, uint32_t> of_a, of_b;
    std::map<int, TunnelKeyWish> wishes;
    for (int step = 0; step < 60; ++step) {
      std::vector<Pair> came, gone;
      for (int i = 0; i < 4; ++i) {
        const int owner = static_cast<int>(random.Below(24));
        if (std::any_of(came.begin(), came.end(), [&](const Pair& p) { return p.second.owner == Wish(owner).owner; }) ||
            std::any_of(gone.begin(), gone.end(), [&](const Pair& p) { return p.second.owner == Wish(owner).owner; })) {
          continue;
        }
        const auto old = wishes.find(owner);
        if (old != wishes.end()) gone.emplace_back(Uuid(0, 7), old->second);
        if (old != wishes.end() && random.OneIn(2)) {
          wishes.erase(old);
          continue;
        }
        const TunnelKeyWish wish = Wish(owner, random.OneIn(3) ? static_cast<uint32_t>(random.Below(24)) : 0, 16);
        if (old != wishes.end() && old->second == wish) {
          gone.pop_back();
          continue;
        }
        wishes[owner] = wish;
        came.emplace_back(Uuid(0, 7), wish);
      }
      std::vector<const Pair*> added, removed;
      for (const Pair& pair : came) added.push_back(&pair);
      for (const Pair& pair : gone) removed.push_back(&pair);
      a.Change(added, removed, [&](const Uuid& owner, uint32_t key) { of_a[owner] = key; });
      std::reverse(added.begin(), added.end());
      std::reverse(removed.begin(), removed.end());
      b.Change(added, removed, [&](const Uuid& owner, uint32_t key) { of_b[owner] = key; });
      ASSERT_EQ(of_a, of_b) << "seed " << seed << " step " << step;
      std::set<uint32_t> used;
      for (const auto& [owner, key] : of_a) {
        if (key != 0) {
          ASSERT_TRUE(used.insert(key).second) << "seed " << seed << " step " << step << " key " << key;
        }
      }
      for (const auto& [owner, wish] : wishes) {
        if (used.size() < 16) {
          ASSERT_NE(of_a[wish.owner], 0u);
        }
      }
    }
  }
}

}  // namespace
}  // namespace ovnlite
