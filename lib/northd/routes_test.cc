// Routes as flows: which port they lead out of, which of them share traffic, and the numbers of groups and tables.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/northd/northd_testutil.h"
#include "lib/schema/ovn_nb.rows.h"
#include "ovnlite/northd/northd.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class RoutesTest : public testing::Test {
 protected:
  // A router r with ports p1 (10.0.0.1/16, fd00::1/64) and p2 (192.168.1.1/24, 192.168.2.1/24).
  RoutesTest() {
    Transaction t = nb_.Begin();
    t.Insert<nb::Logical_Router>(kRouter)->set_name("r");
    AddPort(t, 1, {"10.0.0.1/16", "fd00::1/64"});
    AddPort(t, 2, {"192.168.1.1/24", "192.168.2.1/24"});
    EXPECT_TRUE(nb_.Commit(std::move(t)).ok());
  }
  void AddPort(Transaction& t, int number, std::vector<std::string> networks, const std::string& table = "") {
    const Uuid uuid(2, static_cast<uint64_t>(number));
    auto* port = t.Insert<nb::Logical_Router_Port>(uuid);
    port->set_name(absl::StrCat("p", number));
    port->set_mac(absl::StrCat("02:00:00:00:00:0", number));
    for (const std::string& network : networks) port->add_networks(network);
    if (!table.empty()) (*port->mutable_options())["route_table"] = table;
    t.InsertMember(nb::columns::Logical_Router::ports, kRouter, uuid);
  }
  static Uuid Route(int number) { return Uuid(3, static_cast<uint64_t>(number)); }
  void Add(int number, const std::string& prefix, const std::string& next_hop, const std::string& table = "") {
    Transaction t = nb_.Begin();
    auto* route = t.Insert<nb::Logical_Router_Static_Route>(Route(number));
    route->set_ip_prefix(prefix);
    route->set_nexthop(next_hop);
    route->set_route_table(table);
    t.InsertMember(nb::columns::Logical_Router::static_routes, kRouter, Route(number));
    ASSERT_TRUE(nb_.Commit(std::move(t)).ok());
  }
  void Remove(int number) {
    Transaction t = nb_.Begin();
    t.EraseMember(nb::columns::Logical_Router::static_routes, kRouter, Route(number));
    ASSERT_TRUE(nb_.Commit(std::move(t)).ok());
  }
  // Flows of a stage whose match has `words`: "[match] [actions]".
  std::vector<std::string> Flows(const std::string& stage, const std::string& words) {
    EXPECT_TRUE(northd_.Update().ok());
    std::vector<std::string> found;
    for (const std::string& line : FlowLines(sb_)) {
      const std::string match = line.substr(0, line.find("] ["));
      if (absl::StrContains(line, absl::StrCat(" ", stage, " ")) && absl::StrContains(match, words)) {
        found.push_back(line.substr(line.find('[')));
      }
    }
    return found;
  }

  static constexpr Uuid kRouter{1, 1};
  Database nb_{NorthboundSchema()};
  Database sb_{SouthboundSchema()};
  Northd northd_{nb_, sb_};
};

TEST_F(RoutesTest, OutOfTheFirstPortThatHasTheNextHopInANetwork) {
  Add(1, "20.0.0.0/8", "192.168.2.9");
  Add(2, "21.0.0.0/8", "10.0.9.9");
  Add(3, "22.0.0.0/8", "172.16.0.1");
  EXPECT_THAT(Flows("lr_in_ip_routing", "20.0.0.0/8"),
              ElementsAre(HasSubstr("reg1 = 192.168.2.1; eth.src = 02:00:00:00:00:02; outport = \"p2\"")));
  EXPECT_THAT(Flows("lr_in_ip_routing", "21.0.0.0/8"), ElementsAre(HasSubstr("reg1 = 10.0.0.1")));
  EXPECT_THAT(Flows("lr_in_ip_routing", "22.0.0.0/8"), IsEmpty());

  // A port that comes before, with the next hop in a network of another length.
  Transaction t = nb_.Begin();
  AddPort(t, 0, {"192.168.0.1/16"});
  ASSERT_TRUE(nb_.Commit(std::move(t)).ok());
  EXPECT_THAT(Flows("lr_in_ip_routing", "20.0.0.0/8"), ElementsAre(HasSubstr("outport = \"p0\"")));
  Transaction gone = nb_.Begin();
  gone.EraseMember(nb::columns::Logical_Router::ports, kRouter, Uuid(2, 0));
  gone.Set(nb::columns::Logical_Router_Port::enabled, Uuid(2, 2), false);
  ASSERT_TRUE(nb_.Commit(std::move(gone)).ok());
  EXPECT_THAT(Flows("lr_in_ip_routing", "20.0.0.0/8"), ElementsAre(HasSubstr("outport = \"p2\"")));
}

// A third route does not make a group of a group.
TEST_F(RoutesTest, GroupsAreNumberedByTheirSecondRoute) {
  const char* prefixes[] = {"30.0.0.0/8", "31.0.0.0/8", "30.0.0.0/8", "30.0.0.0/8", "32.0.0.0/8", "31.0.0.0/8"};
  for (int i = 0; i < 6; ++i) Add(i + 1, prefixes[i], absl::StrCat("10.0.9.", i + 1));
  EXPECT_THAT(Flows("lr_in_ip_routing", "30.0.0.0/8"),
              ElementsAre(HasSubstr("reg8[0..15] = 1; reg8[16..31] = select(1, 2, 3);")));
  EXPECT_THAT(Flows("lr_in_ip_routing", "31.0.0.0/8"),
              ElementsAre(HasSubstr("reg8[0..15] = 2; reg8[16..31] = select(1, 2);")));
  EXPECT_THAT(Flows("lr_in_ip_routing", "32.0.0.0/8"), ElementsAre(HasSubstr("reg8[0..15] = 0; reg0 = 10.0.9.5")));
  EXPECT_THAT(Flows("lr_in_ip_routing_ecmp", "reg8[0..15] == 1 "),
              ElementsAre(HasSubstr("reg0 = 10.0.9.1"), HasSubstr("reg0 = 10.0.9.3"), HasSubstr("reg0 = 10.0.9.4")));
  EXPECT_THAT(Flows("lr_in_ip_routing_ecmp", "reg8[0..15] == 2 "),
              ElementsAre(HasSubstr("reg0 = 10.0.9.2"), HasSubstr("reg0 = 10.0.9.6")));
  Remove(3);
  Remove(4);
  EXPECT_THAT(Flows("lr_in_ip_routing", "30.0.0.0/8"), ElementsAre(HasSubstr("reg8[0..15] = 0; reg0 = 10.0.9.1")));
  EXPECT_THAT(Flows("lr_in_ip_routing_ecmp", "reg8[0..15] == 1 "),
              ElementsAre(HasSubstr("reg0 = 10.0.9.2"), HasSubstr("reg0 = 10.0.9.6")));
}

TEST_F(RoutesTest, PrefixAsWrittenAndTableTellRoutesApart) {
  Add(1, "30.0.0.1/8", "10.0.9.1");
  Add(2, "30.0.0.2/8", "10.0.9.2");
  Add(3, "30.0.0.1/8", "10.0.9.3", "blue");
  EXPECT_EQ(Flows("lr_in_ip_routing", "30.0.0.0/8").size(), 3u);
  EXPECT_THAT(Flows("lr_in_ip_routing_ecmp", "reg8[0..15] == 1 "), IsEmpty());
}

// Tables are numbered in the order in which they come up: those of ports first.
TEST_F(RoutesTest, TablesOfPortsComeFirst) {
  Transaction t = nb_.Begin();
  AddPort(t, 3, {"10.3.0.1/24"}, "red");
  AddPort(t, 4, {"10.4.0.1/24"}, "blue");
  AddPort(t, 5, {"10.5.0.1/24"}, "red");
  ASSERT_TRUE(nb_.Commit(std::move(t)).ok());
  Add(1, "30.0.0.0/8", "10.0.9.1", "green");
  Add(2, "31.0.0.0/8", "10.0.9.1");
  Add(3, "32.0.0.0/8", "10.0.9.1", "red");
  Add(4, "33.0.0.0/8", "10.0.9.1", "green");
  const auto table = [&](const char* prefix) {
    const std::string flow = Flows("lr_in_ip_routing", prefix)[0];
    return flow.substr(1, flow.find(" &&") - 1);
  };
  EXPECT_EQ(table("30.0.0.0/8"), "reg7 == 3");
  EXPECT_EQ(table("31.0.0.0/8"), "reg7 == 0");
  EXPECT_EQ(table("32.0.0.0/8"), "reg7 == 1");
  EXPECT_EQ(table("33.0.0.0/8"), "reg7 == 3");
  EXPECT_THAT(Flows("lr_in_ip_routing_pre", "\"p4\""), ElementsAre(HasSubstr("reg7 = 2;")));
  EXPECT_THAT(Flows("lr_in_ip_routing_pre", "\"p5\""), ElementsAre(HasSubstr("reg7 = 1;")));
}

}  // namespace
}  // namespace ovnlite
