#include "lib/northd/route_groups.h"

#include <gtest/gtest.h>

namespace ovnlite {
namespace {

StaticRoute To(const char* prefix, const char* table = "") {
  StaticRoute route;
  route.prefix = *IpPrefix::Parse(prefix);
  route.route_table = table;
  return route;
}

class RouteGroupsTest : public testing::Test {
 protected:
  // Adds a route that counts; its UUID is its place, from 1.
  void Add(StaticRoute route) { routes_.push_back(std::move(route)); }
  RouterRoutes Group(const std::vector<std::string>& port_tables = {}) const {
    std::vector<UsableRoute> usable;
    for (size_t i = 0; i < routes_.size(); ++i) usable.push_back({Uuid(0, i + 1), &routes_[i]});
    return GroupRoutes(port_tables, usable);
  }

  std::vector<StaticRoute> routes_;
};

// A third route does not make a group of a group.
TEST_F(RouteGroupsTest, GroupsAreNumberedWhenTheirSecondRouteComes) {
  for (const char* prefix : {"10.0.0.0/8", "11.0.0.0/8", "10.0.0.0/8", "10.0.0.0/8", "12.0.0.0/8", "11.0.0.0/8"}) {
    Add(To(prefix));
  }
  const RouterRoutes routes = Group();
  ASSERT_EQ(routes.groups.size(), 3u);
  const auto group = [&](const char* prefix) { return routes.groups.at(KeyOf(To(prefix))); };
  EXPECT_EQ(group("10.0.0.0/8").number, 1);
  EXPECT_EQ(group("10.0.0.0/8").routes, (std::vector<Uuid>{Uuid(0, 1), Uuid(0, 3), Uuid(0, 4)}));
  EXPECT_EQ(group("11.0.0.0/8").number, 2);
  EXPECT_EQ(group("11.0.0.0/8").routes, (std::vector<Uuid>{Uuid(0, 2), Uuid(0, 6)}));
  EXPECT_EQ(group("12.0.0.0/8").number, 0);
}

TEST_F(RouteGroupsTest, PrefixAsWrittenDirectionAndTableTellRoutesApart) {
  Add(To("10.0.0.1/8"));
  Add(To("10.0.0.2/8"));
  Add(To("10.0.0.1/8", "blue"));
  StaticRoute from = To("10.0.0.1/8");
  from.from_source = true;
  Add(from);
  const RouterRoutes routes = Group();
  EXPECT_EQ(routes.groups.size(), 4u);
  for (const auto& [key, group] : routes.groups) EXPECT_EQ(group.number, 0);
}

TEST_F(RouteGroupsTest, TablesOfPortsComeFirst) {
  Add(To("10.0.0.0/8", "green"));
  Add(To("10.0.0.0/8"));
  Add(To("10.0.0.0/8", "red"));
  Add(To("11.0.0.0/8", "green"));
  EXPECT_EQ(Group({"", "red", "blue", "red"}).tables,
            (std::map<std::string, uint32_t>{{"red", 1}, {"blue", 2}, {"green", 3}}));
}

}  // namespace
}  // namespace ovnlite
