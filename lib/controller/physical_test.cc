// Expectations have the form that ovn-controller 23.03 gives these flows (tests/hypervisor).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "lib/controller/network_testutil.h"

namespace ovnlite {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr char kToRemote[] = "move:NXM_NX_REG14[0..14]->NXM_NX_TUN_METADATA0[16..30]";
std::string Tunnelled(int datapath, int port) {
  return absl::StrCat("load:0x", absl::Hex(datapath), "->NXM_NX_TUN_ID[0..23],set_field:0x", absl::Hex(port),
                      "->tun_metadata0,", kToRemote);
}

class PhysicalTest : public testing::Test {
 protected:
  PhysicalTest() {
    net_.Chassis("hv1", "192.0.2.1");
    net_.Chassis("hv2", "192.0.2.2");
    net_.Chassis("hv3", "192.0.2.3");
    net_.Switch("s", 1);
  }
  // From `port` and `to`, only the flows that have to do with a port of key 2 in datapath 1.
  static Lines About(const Lines& lines, const std::string& what) {
    Lines about;
    for (const std::string& line : lines) {
      if (line.find(what) != line.npos) about.push_back(line);
    }
    return about;
  }
  TestNetwork net_;
};

TEST_F(PhysicalTest, TunnelsBringPacketsToTheLocalOutputWithoutCookie) {
  net_.Port("s", 2, "vm", nullptr, "hv1");
  const std::string move =
      "move:NXM_NX_TUN_ID[0..23]->OXM_OF_METADATA[0..23],move:NXM_NX_TUN_METADATA0[16..30]->NXM_NX_REG14[0..14],"
      "move:NXM_NX_TUN_METADATA0[0..15]->NXM_NX_REG15[0..15],resubmit(,40)";
  FlowTables tables;
  Controller controller(net_.sb(), tables, {.chassis = "hv1"});
  controller.PlugAsBound();
  controller.Update();
  const Lines all = controller.DumpFlows();
  EXPECT_THAT(all, Contains(" priority=100,in_port=1 actions=" + move));
  EXPECT_THAT(all, Contains(" priority=100,in_port=2 actions=" + move));
}

TEST_F(PhysicalTest, APortHere) {
  net_.Port("s", 2, "vm", nullptr, "hv1");
  EXPECT_THAT(net_.FlowsOn("hv1", 0),
              Contains("priority=100,in_port=3 actions=load:0x1->OXM_OF_METADATA[],load:0x2->NXM_NX_REG14[],"
                       "resubmit(,8)"));
  EXPECT_EQ(About(net_.FlowsOn("hv1", 40), "reg15=0x2"),
            Lines{"priority=100,reg15=0x2,metadata=0x1 actions=resubmit(,41)"});
  EXPECT_EQ(About(net_.FlowsOn("hv1", 41), "reg15=0x2"),
            Lines{"priority=100,reg10=0/0x1,reg14=0x2,reg15=0x2,metadata=0x1 actions=drop"});
  EXPECT_EQ(About(net_.FlowsOn("hv1", 64), "reg15=0x2"),
            Lines{"priority=100,reg10=0x1/0x1,reg15=0x2,metadata=0x1 "
                  "actions=push:NXM_OF_IN_PORT[],load:0xffff->NXM_OF_IN_PORT[],resubmit(,65),pop:NXM_OF_IN_PORT[]"});
  EXPECT_EQ(About(net_.FlowsOn("hv1", 65), "reg15=0x2"), Lines{"priority=100,reg15=0x2,metadata=0x1 actions=output:3"});
  EXPECT_TRUE(About(net_.FlowsOn("hv1", 39), "reg15=0x2").empty());
}

TEST_F(PhysicalTest, APortElsewhereIsReachedByItsTunnel) {
  net_.Port("s", 1, "here", nullptr, "hv1");
  net_.Port("s", 2, "vm", nullptr, "hv3");
  EXPECT_EQ(
      About(net_.FlowsOn("hv1", 39), "reg15=0x2"),
      Lines{absl::StrCat("priority=100,reg15=0x2,metadata=0x1 actions=", Tunnelled(1, 2), ",output:2,resubmit(,40)")});
  EXPECT_TRUE(About(net_.FlowsOn("hv1", 40), "reg15=0x2").empty());
  EXPECT_TRUE(About(net_.FlowsOn("hv1", 65), "reg15=0x2").empty());
}

// While its machine moves, a port that is here is on another chassis as well: it gets a copy.
TEST_F(PhysicalTest, APortHereAndElsewhere) {
  net_.Port(
      "s", 2, "vm", [](auto& row) { *row.add_additional_chassis() = TestNetwork::Ref("chassis hv2"); }, "hv1");
  EXPECT_EQ(
      About(net_.FlowsOn("hv1", 39), "reg15=0x2"),
      Lines{absl::StrCat("priority=100,reg15=0x2,metadata=0x1 actions=", Tunnelled(1, 2), ",output:1,resubmit(,40)")});
  EXPECT_EQ(
      About(net_.FlowsOn("hv2", 39), "reg15=0x2"),
      Lines{absl::StrCat("priority=100,reg15=0x2,metadata=0x1 actions=", Tunnelled(1, 2), ",output:1,resubmit(,40)")});
  EXPECT_EQ(About(net_.FlowsOn("hv2", 65), "reg15=0x2").size(), 1u);
}

TEST_F(PhysicalTest, AContainerIsBehindItsParent) {
  net_.Port("s", 1, "parent", nullptr, "hv1");
  net_.Port(
      "s", 2, "child",
      [](auto& row) {
        row.set_parent_port("parent");
        row.set_tag(7);
      },
      "hv1");
  EXPECT_THAT(net_.FlowsOn("hv1", 0),
              Contains("priority=150,in_port=3,dl_vlan=7 actions=load:0x1->NXM_NX_REG10[5],strip_vlan,"
                       "load:0x1->OXM_OF_METADATA[],load:0x2->NXM_NX_REG14[],resubmit(,8)"));
  EXPECT_EQ(About(net_.FlowsOn("hv1", 65), "reg15=0x2"),
            Lines{"priority=100,reg15=0x2,metadata=0x1 actions=mod_vlan_vid:7,output:3,strip_vlan"});
  // From one container to another a packet leaves where it came from.
  EXPECT_THAT(net_.FlowsOn("hv1", 64), Contains(HasSubstr("reg10=0x20/0x20,reg15=0x1")));
}

// `lsp-add SWITCH PORT "" TAG`.
TEST_F(PhysicalTest, AnEmptyParentIsNone) {
  net_.Port(
      "s", 2, "vm",
      [](auto& row) {
        row.set_parent_port("");
        row.set_tag(5);
      },
      "hv1");
  EXPECT_EQ(Controller::BoundPorts(net_.sb(), "hv1"), Lines{"vm"});
  EXPECT_EQ(About(net_.FlowsOn("hv1", 65), "reg15=0x2"), Lines{"priority=100,reg15=0x2,metadata=0x1 actions=output:3"});
}

TEST_F(PhysicalTest, AProviderNetwork) {
  net_.Port("s", 1, "vm", nullptr, "hv1");
  net_.Port("s", 2, "ln", [](auto& row) { row.set_type("localnet"); });
  net_.Port("s", 3, "far", nullptr, "hv2");
  EXPECT_THAT(net_.FlowsOn("hv1", 0), Contains(HasSubstr("priority=100,in_port=3,vlan_tci=0x0000/0x1000 actions=")));
  EXPECT_THAT(net_.FlowsOn("hv1", 0), Contains(HasSubstr("priority=100,in_port=3,dl_vlan=0 actions=strip_vlan,")));
  EXPECT_EQ(About(net_.FlowsOn("hv1", 65), "reg15=0x2"), Lines{"priority=100,reg15=0x2,metadata=0x1 actions=output:3"});
  EXPECT_EQ(About(net_.FlowsOn("hv1", 41), "priority=160"),
            (Lines{"priority=160,reg10=0x10/0x10,reg15=0x2,metadata=0x1 actions=drop",
                   "priority=160,reg10=0x400/0x400,reg15=0x2,metadata=0x1 actions=drop"}));
  // The physical network leads to ports elsewhere too.
  EXPECT_EQ(About(net_.FlowsOn("hv1", 40), "reg15=0x3"),
            Lines{"priority=100,reg15=0x3,metadata=0x1 actions=load:0x2->NXM_NX_REG15[],resubmit(,40)"});
  EXPECT_TRUE(About(net_.FlowsOn("hv1", 39), "reg15=0x3").empty());
}

TEST_F(PhysicalTest, ATaggedProviderNetwork) {
  net_.Port("s", 1, "vm", nullptr, "hv1");
  net_.Port("s", 2, "ln", [](auto& row) {
    row.set_type("localnet");
    row.set_tag(100);
  });
  EXPECT_THAT(net_.FlowsOn("hv1", 0), Contains(HasSubstr("priority=150,in_port=3,dl_vlan=100 actions=strip_vlan,")));
  EXPECT_EQ(About(net_.FlowsOn("hv1", 65), "reg15=0x2"),
            Lines{"priority=100,reg15=0x2,metadata=0x1 actions=mod_vlan_vid:100,output:3,strip_vlan"});
}

TEST_F(PhysicalTest, ALocalportStaysHere) {
  net_.Port("s", 1, "vm", nullptr, "hv1");
  net_.Port(
      "s", 2, "service", [](auto& row) { row.set_type("localport"); }, "hv1");
  EXPECT_EQ(About(net_.FlowsOn("hv1", 39), "reg14=0x2"),
            Lines{"priority=150,reg14=0x2,metadata=0x1 actions=resubmit(,40)"});
  EXPECT_THAT(net_.FlowsOn("hv1", 0), Contains(HasSubstr("load:0x1->NXM_NX_REG10[10],resubmit(,8)")));
  EXPECT_TRUE(About(net_.FlowsOn("hv2", 39), "reg15=0x2").empty());
}

TEST_F(PhysicalTest, PatchesAreCrossed) {
  net_.Router("r", 2);
  net_.Port("s", 1, "vm", nullptr, "hv1");
  net_.Patch("s", 2, "s-r", "r-s");
  net_.Patch("r", 3, "r-s", "s-r");
  std::string zeros;
  for (int i = 0; i < 10; ++i) absl::StrAppend(&zeros, "load:0->NXM_NX_REG", i, "[],");
  EXPECT_EQ(About(net_.FlowsOn("hv1", 65), "reg15=0x2,metadata=0x1"),
            Lines{absl::StrCat("priority=100,reg15=0x2,metadata=0x1 actions=clone(ct_clear,load:0->NXM_NX_REG11[],"
                               "load:0->NXM_NX_REG12[],load:0->NXM_NX_REG13[],load:0x2->OXM_OF_METADATA[],"
                               "load:0x3->NXM_NX_REG14[],load:0->NXM_NX_REG10[],load:0->NXM_NX_REG15[],",
                               zeros, "resubmit(,8))")});
}

// -- Gateway ports.

class GatewayTest : public PhysicalTest {
 protected:
  GatewayTest() {
    net_.Router("r", 2);
    net_.Port("s", 1, "vm", nullptr, "hv3");
    net_.Patch("s", 2, "s-r", "r-s");
    net_.Patch("r", 1, "r-s", "s-r");
    net_.Patch("r", 2, "r-up", "");
  }
  void Redirect(const Lines& gateways, const std::string& bound) {
    net_.Port(
        "r", 3, "cr-r-up",
        [&](auto& row) {
          row.set_type("chassisredirect");
          (*row.mutable_options())["distributed-port"] = "r-up";
        },
        bound);
    // Rows that nobody refers to do not last: all at once.
    Transaction t = net_.sb().Begin();
    auto* port = t.Update<sb::Port_Binding>(TestNetwork::Id("port cr-r-up"));
    int priority = 100;
    for (const std::string& chassis : gateways) {
      auto* gateway = t.Insert<sb::Gateway_Chassis>(TestNetwork::Id("gateway " + chassis));
      gateway->set_name("gateway " + chassis);
      *gateway->mutable_chassis() = TestNetwork::Ref("chassis " + chassis);
      gateway->set_priority(priority -= 10);
      *port->add_gateway_chassis() = TestNetwork::Ref("gateway " + chassis);
    }
    net_.Commit(std::move(t));
  }
};

TEST_F(GatewayTest, OneGatewayIsReachedLikeAnyPort) {
  Redirect({"hv1"}, "hv1");
  EXPECT_EQ(
      About(net_.FlowsOn("hv3", 39), "reg15=0x3"),
      Lines{absl::StrCat("priority=100,reg15=0x3,metadata=0x2 actions=", Tunnelled(2, 3), ",output:1,resubmit(,40)")});
}

TEST_F(GatewayTest, SeveralAreABundleByPriority) {
  Redirect({"hv2", "hv1"}, "hv2");
  EXPECT_EQ(About(net_.FlowsOn("hv3", 39), "reg15=0x3"),
            Lines{absl::StrCat("priority=100,reg15=0x3,metadata=0x2 actions=", Tunnelled(2, 3),
                               ",bundle(eth_src,0,active_backup,ofport,members:2,1)")});
  // Of two, the one that does not have it knows one other.
  EXPECT_EQ(About(net_.FlowsOn("hv1", 39), "reg15=0x3"),
            Lines{absl::StrCat("priority=100,reg15=0x3,metadata=0x2 actions=", Tunnelled(2, 3),
                               ",bundle(eth_src,0,active_backup,ofport,members:1)")});
}

TEST_F(GatewayTest, WhereItIsItIsTheDistributedPort) {
  Redirect({"hv1"}, "hv1");
  EXPECT_EQ(About(net_.FlowsOn("hv1", 40), "reg15=0x3"),
            Lines{"priority=100,reg15=0x3,metadata=0x2 actions=load:0x2->NXM_NX_REG15[],resubmit(,41)"});
  EXPECT_TRUE(About(net_.FlowsOn("hv1", 39), "reg15=0x3").empty());
}

TEST_F(GatewayTest, BoundNowhereItIsNowhere) {
  Redirect({"hv1"}, "");
  EXPECT_TRUE(About(net_.FlowsOn("hv3", 39), "reg15=0x3").empty());
}

// -- Chassis that speak something else.

TEST_F(PhysicalTest, WithoutGeneveNobodyIsReached) {
  net_.Chassis("gw", "192.0.2.9", "vxlan");
  net_.Port("s", 1, "vm", nullptr, "hv1");
  net_.Port("s", 2, "far", nullptr, "gw");
  EXPECT_EQ(Controller::ChassisWithoutGeneve(net_.sb()), Lines{"gw"});
  EXPECT_FALSE(Controller::GeneveAddress(net_.sb(), "gw").has_value());
  EXPECT_FALSE(Controller::GeneveAddress(net_.sb(), "nobody").has_value());
  EXPECT_EQ(Controller::GeneveAddress(net_.sb(), "hv2")->ToString(), "192.0.2.2");
  EXPECT_TRUE(About(net_.FlowsOn("hv1", 39), "reg15=0x2").empty());
  // Tunnels to the others are numbered as if it were not there.
  EXPECT_THAT(net_.FlowsOn("hv1", 65), Contains("priority=100,reg15=0x1,metadata=0x1 actions=output:3"));
}

TEST_F(PhysicalTest, AnAddressThatIsNoneIsNoEncap) {
  net_.Chassis("odd", "nowhere");
  EXPECT_EQ(Controller::ChassisWithoutGeneve(net_.sb()), Lines{"odd"});
}

TEST_F(PhysicalTest, ZonesGoIntoRegisters) {
  net_.Port("s", 2, "vm", nullptr, "hv1");
  FlowTables tables;
  Controller controller(net_.sb(), tables, {.chassis = "hv1"});
  controller.PlugAsBound();
  const std::string datapath = TestNetwork::Id("datapath s").ToString();
  controller.RestoreZones({{"vm", 17}, {datapath + "_dnat", 18}, {datapath + "_snat", 19}});
  controller.Update();
  const std::string zones = "load:0x11->NXM_NX_REG13[],load:0x12->NXM_NX_REG11[],load:0x13->NXM_NX_REG12[],";
  EXPECT_THAT(controller.DumpFlows(), Contains(HasSubstr("priority=100,in_port=3 actions=" + zones)));
  EXPECT_THAT(controller.DumpFlows(),
              Contains(HasSubstr("priority=100,reg15=0x2,metadata=0x1 actions=" + zones + "resubmit(,41)")));
}

}  // namespace
}  // namespace ovnlite
