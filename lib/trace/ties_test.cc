#include "lib/trace/ties.h"

#include <gtest/gtest.h>

namespace ovnlite {
namespace {

const Uuid kLogical = Uuid::FromName("logical flow");

Flow Make(uint32_t cookie, const Uuid& source = kLogical) {
  Flow flow;
  flow.cookie = cookie;
  flow.source = source;
  return flow;
}

// A table of few rows has four buckets, by the first word of the UUID.
TEST(Ties, ByBucket) {
  const TieOrder order = TiesAsInOvnTrace(4);
  EXPECT_TRUE(order(Make(0x0000'0001), Make(0x0000'0002)));
  EXPECT_FALSE(order(Make(0x0000'0002), Make(0x0000'0001)));
  EXPECT_TRUE(order(Make(0xffff'fff0), Make(0x0000'0003))) << "only the last bits count";
}

TEST(Ties, MoreRowsMoreBuckets) {
  EXPECT_TRUE(TiesAsInOvnTrace(7)(Make(0x8), Make(0x1))) << "bucket 0 before bucket 1 of 4";
  EXPECT_FALSE(TiesAsInOvnTrace(32)(Make(0x8), Make(0x1))) << "bucket 8 of 32";
}

TEST(Ties, OnlyLogicalFlowsHangInBuckets) {
  const TieOrder order = TiesAsInOvnTrace(4);
  const Flow a = Make(2, Uuid()), b = Make(1, Uuid());
  EXPECT_EQ(order(a, b), Precedes(a, b));
}

}  // namespace
}  // namespace ovnlite
