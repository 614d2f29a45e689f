#include "lib/controller/extend_table.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace ovnlite {
namespace {

TEST(ExtendTable, TheSameDescriptionHasOneNumber) {
  ExtendTable table;
  EXPECT_EQ(table.Acquire("a"), 1u);
  EXPECT_EQ(table.Acquire("b"), 2u);
  EXPECT_EQ(table.Acquire("a"), 1u);
  table.Release("a");
  EXPECT_EQ(table.Acquire("c"), 3u) << "one of two uses is left";
  table.Release("a");
  EXPECT_EQ(table.Acquire("d"), 1u) << "the lowest free number";
  EXPECT_EQ(table.descriptions(), (std::map<uint32_t, std::string>{{1, "d"}, {2, "b"}, {3, "c"}}));
}

TEST(ExtendTable, WhatNobodyHasIsReleasedByNobody) {
  ExtendTable table;
  table.Release("a");
  EXPECT_EQ(table.Acquire("a"), 1u);
}

TEST(ExtendTable, NumbersRunOut) {
  ExtendTable table;
  for (uint32_t i = 1; i <= ExtendTable::kLast; ++i) ASSERT_EQ(table.Acquire(absl::StrCat(i)), i);
  EXPECT_EQ(table.Acquire("one more"), 0u);
  EXPECT_EQ(table.Acquire("7"), 7u);
  table.Release("7");
  table.Release("7");
  EXPECT_EQ(table.Acquire("one more"), 7u);
}

}  // namespace
}  // namespace ovnlite
