#include "lib/controller/ct_zones.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace ovnlite {
namespace {

// The zones of the lab's two hypervisors as a real ovn-controller numbered them.
TEST(CtZonesTest, NumbersAsAFreshController) {
  const std::string ls1 = "3c319fdd-7475-47e4-b51d-28bd8a45fe0e", ls2 = "cf0b6a0e-c3ae-4ae2-9732-1789b673603f",
                    lr1 = "f3edbab4-2fdd-44e5-ad03-a468e9492c33";
  const auto owners = [&](const std::string& port) {
    return std::vector<std::string>{port,          ls2 + "_dnat", ls2 + "_snat", ls1 + "_dnat",
                                    ls1 + "_snat", lr1 + "_dnat", lr1 + "_snat"};
  };
  CtZones compute1;
  compute1.Change({}, owners("LSP1"), [](const std::string&, uint32_t) {});
  EXPECT_EQ(compute1.zones(), (std::map<std::string, uint32_t>{{lr1 + "_snat", 1},
                                                               {ls1 + "_dnat", 2},
                                                               {lr1 + "_dnat", 3},
                                                               {ls1 + "_snat", 4},
                                                               {ls2 + "_snat", 5},
                                                               {"LSP1", 6},
                                                               {ls2 + "_dnat", 7}}));
  CtZones compute2;
  compute2.Change({}, owners("LSP2"), [](const std::string&, uint32_t) {});
  EXPECT_EQ(compute2.zones(), (std::map<std::string, uint32_t>{{lr1 + "_snat", 1},
                                                               {ls1 + "_dnat", 2},
                                                               {"LSP2", 3},
                                                               {lr1 + "_dnat", 4},
                                                               {ls1 + "_snat", 5},
                                                               {ls2 + "_snat", 6},
                                                               {ls2 + "_dnat", 7}}));
}

TEST(CtZonesTest, NumbersAreKeptAndReused) {
  CtZones zones;
  std::map<std::string, uint32_t> told;
  const auto tell = [&](const std::string& owner, uint32_t zone) { told[owner] = zone; };
  zones.Change({}, {"a", "b", "c"}, tell);
  EXPECT_EQ(told, zones.zones());
  const auto before = zones.zones();
  told.clear();
  zones.Change({"a"}, {"d", "e", "b"}, tell);
  EXPECT_EQ(zones.zones().at("b"), before.at("b"));
  EXPECT_EQ(zones.zones().at("c"), before.at("c"));
  EXPECT_TRUE(zones.zones().at("d") == before.at("a") || zones.zones().at("e") == before.at("a"));
  EXPECT_EQ(told.size(), 3u);
  EXPECT_EQ(told.at("a"), 0u);
  zones.Change({"b", "c", "d", "e"}, {}, tell);
  EXPECT_EQ(zones.zones().size(), 1u) << "b was added twice";
  zones.Change({"b"}, {}, tell);
  EXPECT_TRUE(zones.zones().empty());
}

TEST(CtZonesTest, RestoredNumbersAreOfThoseThatAreStillThere) {
  CtZones zones;
  std::map<std::string, uint32_t> told;
  zones.Restore({{"a", 7}, {"b", 7}, {"gone", 1}, {"none", 0}, {"many", 70'000}});
  EXPECT_TRUE(zones.has_restored());
  zones.Change({}, {"a", "b"}, [&](const std::string& owner, uint32_t zone) { told[owner] = zone; });
  EXPECT_EQ(told, (std::map<std::string, uint32_t>{{"a", 7}, {"b", 1}}));
  EXPECT_EQ(zones.zones(), told);
  EXPECT_FALSE(zones.has_restored());
}

TEST(CtZonesTest, EveryKeyIsListedOnce) {
  for (size_t n = 0; n < 200; ++n) {
    std::vector<uint32_t> hashes;
    for (size_t i = 0; i < n; ++i) hashes.push_back(OvsStringHash(std::to_string(i)));
    std::vector<size_t> order = OvsTableOrder(hashes);
    std::sort(order.begin(), order.end());
    for (size_t i = 0; i < n; ++i) ASSERT_EQ(order[i], i);
    ASSERT_EQ(order.size(), n);
  }
}

}  // namespace
}  // namespace ovnlite
