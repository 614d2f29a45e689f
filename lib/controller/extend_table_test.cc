#include "lib/controller/extend_table.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace ovnlite {
namespace {

using Texts = std::vector<std::string>;

class ExtendTableTest : public testing::Test {
 protected:
  // What is told: "a=1".
  Texts Change(const Texts& added, const Texts& removed = {}) {
    const auto pointers = [](const Texts& texts) {
      std::vector<const std::string*> all;
      for (const std::string& text : texts) all.push_back(&text);
      return all;
    };
    Texts told;
    table_.Change(pointers(added), pointers(removed),
                  [&](const std::string& text, uint32_t id) { told.push_back(absl::StrCat(text, "=", id)); });
    return told;
  }

  ExtendTable table_;
};

TEST_F(ExtendTableTest, NumbersFollowTheOrderOfDescriptionsAndAreGivenOutAgain) {
  EXPECT_EQ(Change({"c", "a", "b"}), (Texts{"a=1", "b=2", "c=3"}));
  EXPECT_EQ(Change({}, {"b", "a"}), (Texts{"b=0", "a=0"}));
  EXPECT_EQ(Change({"z", "y", "x"}), (Texts{"x=1", "y=2", "z=4"}));
  EXPECT_EQ(Change({}, {"nobody"}), Texts{});
}

TEST_F(ExtendTableTest, WhoFindsNoneWaits) {
  Texts all;
  for (uint32_t i = 0; i < ExtendTable::kLast; ++i) all.push_back(absl::StrCat("d", i));
  EXPECT_EQ(Change(all).size(), all.size());
  EXPECT_EQ(Change({"late", "later"}), Texts{});
  EXPECT_EQ(Change({}, {"d5", "later"}).size(), 2u);
  EXPECT_EQ(Change({}, {"late"}).size(), 1u);
}

}  // namespace
}  // namespace ovnlite
