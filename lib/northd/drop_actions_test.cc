#include "lib/northd/drop_actions.h"

#include <gtest/gtest.h>

#include "lib/northd/options.h"

namespace ovnlite {
namespace {

// As ovn-northd 23.03 has it.
TEST(DropActions, SampleWhereAskedTo) {
  EXPECT_EQ(DropActions("", ""), "drop;");
  EXPECT_EQ(DropActions("1", "2"),
            "sample(probability=65535,collector_set=2,obs_domain=1,obs_point=$cookie); /* drop */");
  EXPECT_EQ(DropActions("", "2"),
            "sample(probability=65535,collector_set=2,obs_domain=0,obs_point=$cookie); /* drop */");
  EXPECT_EQ(DropActions("x", "2"), DropActions("0", "2"));
  EXPECT_EQ(DropActions(" 254", "+7"),
            "sample(probability=65535,collector_set=7,obs_domain=254,obs_point=$cookie); /* drop */");
  for (const char* none : {"", "0", "-2", "2 ", "0x2", "4294967296", "two"}) {
    EXPECT_EQ(DropActions("1", none), "drop;") << none;
  }
  EXPECT_EQ(DropActions("255", "2"), "drop;");
  EXPECT_EQ(DropActions("1", "4294967295"),
            "sample(probability=65535,collector_set=-1,obs_domain=1,obs_point=$cookie); /* drop */");
}

TEST(Options, Numbers) {
  EXPECT_EQ(ReadUint("7", 9), 7u);
  EXPECT_EQ(ReadUint(" \t7", 9), 7u);
  EXPECT_EQ(ReadUint("+7", 9), 7u);
  EXPECT_EQ(ReadUint("007", 9), 7u);
  EXPECT_EQ(ReadUint("4294967295", 9), 4294967295u);
  for (const char* none : {"", " ", "7 ", "-7", "7x", "0x7", "4294967296", "7.0"})
    EXPECT_EQ(ReadUint(none, 9), 9u) << none;
}

}  // namespace
}  // namespace ovnlite
