#include "ovnlite/flow/value_set.h"

#include <gtest/gtest.h>

#include <bit>

#include "ovnlite/base/random.h"

namespace ovnlite {
namespace {

TEST(ValueSetTest, ARangePinsFewBits) {
  std::vector<ValueSet::Entry> entries;
  for (uint32_t v = 8000; v <= 8100; ++v) entries.push_back({v, 0xffff});
  const ValueSet ports(16, entries);
  EXPECT_TRUE(ports.Contains(8042));
  EXPECT_FALSE(ports.Contains(7999));
  EXPECT_EQ(static_cast<int>(ports.DecidingBits(0)), 0xf000);     // Everything below 4096 is outside.
  EXPECT_EQ(static_cast<int>(ports.DecidingBits(8042)), 0xffc0);  // 8000..8063 is inside as a whole.
  EXPECT_EQ(ValueSet(16, {}).DecidingBits(5), u128{0});
  EXPECT_EQ(ValueSet(16, {{0, 0}}).DecidingBits(5), u128{0});
}

TEST(ValueSetTest, DecidingBitsDecide) {
  const uint64_t seed = 42;
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Random random(seed);
  for (int round = 0; round < 2000; ++round) {
    std::vector<ValueSet::Entry> entries;
    for (int n = static_cast<int>(random.Below(6)); n > 0; --n) {
      const u128 mask = random.OneIn(3) ? random.Below(256) : (0xff << random.Below(9)) & 0xff;
      entries.push_back({random.Below(256), mask});
    }
    const ValueSet set(8, entries);
    const auto naive = [&](u128 v) {
      for (const ValueSet::Entry& e : entries) {
        if (((v ^ e.value) & e.mask) == 0) return true;
      }
      return false;
    };
    for (uint32_t v = 0; v < 256; ++v) {
      ASSERT_EQ(set.Contains(v), naive(v));
      const u128 bits = set.DecidingBits(v);
      for (uint32_t other = 0; other < 256; ++other) {
        if (((other ^ v) & bits) != 0) continue;
        ASSERT_EQ(naive(other), naive(v));
      }
    }
  }
}

}  // namespace
}  // namespace ovnlite
