// Expectations have the form that ovn-controller 23.03 gives these flows (tests/hypervisor).
#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/controller/network_testutil.h"

namespace ovnlite {
namespace {

class MulticastTest : public testing::Test {
 protected:
  MulticastTest() {
    for (int i = 1; i <= 4; ++i) net_.Chassis(absl::StrCat("hv", i), absl::StrCat("192.0.2.", i));
    net_.Switch("s", 1);
  }
  // The flow of the group on hv1, without its match; empty when there is none.
  std::string Flow(int table) {
    constexpr absl::string_view kMatch = "priority=100,reg15=0x8000,metadata=0x1 actions=";
    for (const std::string& line : net_.FlowsOn("hv1", table)) {
      if (absl::StartsWith(line, kMatch)) return line.substr(kMatch.size());
    }
    return "";
  }
  static std::string Deliver(int key) {
    return absl::StrCat("load:0x", absl::Hex(key), "->NXM_NX_REG15[],resubmit(,41),");
  }
  static std::string Tunnels(const std::string& outputs) {
    return absl::StrCat("load:0x1->NXM_NX_TUN_ID[0..23],set_field:0x8000->tun_metadata0,",
                        "move:NXM_NX_REG14[0..14]->NXM_NX_TUN_METADATA0[16..30],", outputs);
  }
  const std::string back_ = "load:0x8000->NXM_NX_REG15[]";
  TestNetwork net_;
};

TEST_F(MulticastTest, MembersHereInTheirOrder) {
  net_.Port("s", 2, "a", nullptr, "hv1");
  net_.Port("s", 3, "b", nullptr, "hv1");
  net_.Group("s", 32768, "_MC_flood", {"a", "b"});
  const std::string flow = Flow(40);
  EXPECT_TRUE(flow == Deliver(2) + Deliver(3) + back_ || flow == Deliver(3) + Deliver(2) + back_) << flow;
  EXPECT_EQ(Flow(39), "");
}

TEST_F(MulticastTest, OneCopyForEachOtherChassis) {
  net_.Port("s", 2, "a", nullptr, "hv1");
  net_.Port("s", 3, "b", nullptr, "hv2");
  net_.Port("s", 4, "c", nullptr, "hv2");
  net_.Group("s", 32768, "_MC_flood", {"a", "b", "c"});
  EXPECT_EQ(Flow(40), Deliver(2) + back_);
  EXPECT_EQ(Flow(39), Tunnels("output:1,resubmit(,40)"));
}

TEST_F(MulticastTest, MembersElsewhereOnly) {
  net_.Port("s", 1, "here", nullptr, "hv1");
  net_.Port("s", 2, "b", nullptr, "hv3");
  net_.Group("s", 32768, "_MC_flood", {"b"});
  EXPECT_EQ(Flow(40), "");
  EXPECT_EQ(Flow(39), Tunnels("output:2"));
}

// While a port's machine moves, a flood reaches both its chassis.
TEST_F(MulticastTest, AMovingPortIsFloodedToAllItsChassis) {
  net_.Port("s", 2, "a", nullptr, "hv1");
  net_.Port(
      "s", 3, "b",
      [](auto& row) {
        *row.add_additional_chassis() = TestNetwork::Ref("chassis hv3");
        *row.add_additional_chassis() = TestNetwork::Ref("chassis hv4");
      },
      "hv2");
  net_.Group("s", 32768, "_MC_flood", {"a", "b"});
  const std::string flow = Flow(39);
  for (int tunnel = 1; tunnel <= 3; ++tunnel) {
    EXPECT_TRUE(absl::StrContains(flow, absl::StrCat("output:", tunnel, ","))) << flow;
  }
}

// It is here too, besides its own chassis: it is delivered here, and its own chassis has a copy.
TEST_F(MulticastTest, AMovingPortThatIsHereAsWell) {
  net_.Port(
      "s", 3, "b", [](auto& row) { *row.add_additional_chassis() = TestNetwork::Ref("chassis hv1"); }, "hv2");
  net_.Group("s", 32768, "_MC_flood", {"b"});
  EXPECT_EQ(Flow(40), Deliver(3) + back_);
}

TEST_F(MulticastTest, PatchesAreCrossedAtTheSender) {
  net_.Router("r", 2);
  net_.Port("s", 2, "a", nullptr, "hv1");
  net_.Patch("s", 3, "s-r", "r-s");
  net_.Patch("r", 1, "r-s", "s-r");
  net_.Port("s", 4, "c", nullptr, "hv2");
  net_.Group("s", 32768, "_MC_flood", {"a", "s-r", "c"});
  EXPECT_EQ(Flow(40), Deliver(2) + back_);
  EXPECT_EQ(Flow(39), Deliver(3) + back_ + "," + Tunnels("output:1,resubmit(,40)"));
}

TEST_F(MulticastTest, AProviderNetworkCarriesItElsewhere) {
  net_.Port("s", 2, "a", nullptr, "hv1");
  net_.Port("s", 3, "ln", [](auto& row) { row.set_type("localnet"); });
  net_.Port("s", 4, "c", nullptr, "hv2");
  net_.Group("s", 32768, "_MC_flood", {"a", "ln", "c"});
  EXPECT_TRUE(absl::StrContains(Flow(40), Deliver(3)));
  EXPECT_EQ(Flow(39), "");
}

TEST_F(MulticastTest, ContainersCountWhereTheyAreBound) {
  net_.Port("s", 2, "parent", nullptr, "hv1");
  net_.Port("s", 3, "child", [](auto& row) {
    row.set_parent_port("parent");
    row.set_tag(7);
  });
  net_.Group("s", 32768, "_MC_flood", {"child"});
  EXPECT_EQ(Flow(40), back_) << "its zone is loaded, wherever it is";
  net_.Update<sb::Port_Binding>("port child",
                                [](auto& row) { *row.mutable_chassis() = TestNetwork::Ref("chassis hv1"); });
  EXPECT_EQ(Flow(40), Deliver(3) + back_);
}

// Where everything is here, members come in the order of their names, and there are no tunnels.
TEST_F(MulticastTest, Everywhere) {
  net_.Port("s", 2, "b", nullptr, "hv1");
  net_.Port("s", 3, "a", nullptr, "hv2");
  net_.Group("s", 32768, "_MC_flood", {"a", "b"});
  FlowTables tables;
  Controller controller(net_.sb(), tables, {});
  controller.Update();
  const Lines lines = FlowsIn(controller, 40);
  EXPECT_EQ(std::count(lines.begin(), lines.end(),
                       "priority=100,reg15=0x8000,metadata=0x1 actions=" + Deliver(3) + Deliver(2) + back_),
            1);
  EXPECT_EQ(FlowsIn(controller, 39).size(), 3u) << "what every bridge has";
}

}  // namespace
}  // namespace ovnlite
