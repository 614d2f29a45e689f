// Expectations have the form that ovn-controller 23.03 gives these flows (tests/hypervisor).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "lib/controller/network_testutil.h"

namespace ovnlite {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class NeighborsTest : public testing::Test {
 protected:
  NeighborsTest() {
    net_.Chassis("hv1", "192.0.2.1");
    net_.Switch("s", 1);
    net_.Switch("far", 3);
    net_.Router("r", 2);
    net_.Port("s", 2, "vm", nullptr, "hv1");
    net_.Patch("s", 1, "s-r", "r-s");
    net_.Patch("r", 5, "r-s", "s-r");
  }
  void Learn(const std::string& ip, const std::string& mac, const std::string& port = "r-s") {
    net_.Insert<sb::MAC_Binding>("binding " + ip, [&](auto& row) {
      row.set_logical_port(port);
      row.set_ip(ip);
      row.set_mac(mac);
      *row.mutable_datapath() = TestNetwork::Ref("datapath r");
    });
  }
  void Fix(const std::string& ip, const std::string& mac, bool overriding) {
    net_.Insert<sb::Static_MAC_Binding>("static " + ip, [&](auto& row) {
      row.set_logical_port("r-s");
      row.set_ip(ip);
      row.set_mac(mac);
      row.set_override_dynamic_mac(overriding);
      *row.mutable_datapath() = TestNetwork::Ref("datapath r");
    });
  }
  TestNetwork net_;
};

TEST_F(NeighborsTest, WhereTheyAreAndWhetherTheyAreKnown) {
  Learn("10.0.0.5", "02:00:00:00:00:05");
  EXPECT_THAT(net_.FlowsOn("hv1", 66), ElementsAre("priority=100,reg0=0xa000005,reg15=0x5,metadata=0x2 "
                                                   "actions=mod_dl_dst:02:00:00:00:00:05,load:0x1->NXM_NX_REG10[6]"));
  EXPECT_THAT(net_.FlowsOn("hv1", 67),
              ElementsAre("priority=100,arp,reg0=0xa000005,reg14=0x5,metadata=0x2,dl_src=02:00:00:00:00:05 "
                          "actions=load:0x1->NXM_NX_REG10[6]"));
}

TEST_F(NeighborsTest, Ipv6) {
  Learn("fd00::5", "02:00:00:00:00:05");
  EXPECT_THAT(net_.FlowsOn("hv1", 66), ElementsAre(testing::HasSubstr("reg0=0xfd000000,reg1=0,reg2=0,reg3=0x5,")));
  EXPECT_THAT(net_.FlowsOn("hv1", 67), ElementsAre(testing::HasSubstr("icmp_code=0")));
}

TEST_F(NeighborsTest, StaticOnesGiveWayUnlessTold) {
  Fix("10.0.0.5", "02:00:00:00:00:05", false);
  Fix("10.0.0.6", "02:00:00:00:00:06", true);
  EXPECT_THAT(net_.FlowsOn("hv1", 66), ElementsAre(testing::StartsWith("priority=150,reg0=0xa000006,"),
                                                   testing::StartsWith("priority=50,reg0=0xa000005,")));
}

TEST_F(NeighborsTest, RowsThatSayNothing) {
  Learn("10.0.0.5", "nobody");
  Learn("nowhere", "02:00:00:00:00:05");
  Learn("10.0.0.7", "02:00:00:00:00:07", "no-port");
  EXPECT_THAT(net_.FlowsOn("hv1", 66), IsEmpty());
}

TEST_F(NeighborsTest, LearnedPortsOfASwitch) {
  for (const int datapath : {1, 3}) {
    net_.Insert<sb::FDB>(absl::StrCat("fdb ", datapath), [&](auto& row) {
      row.set_mac("02:00:00:00:00:09");
      row.set_dp_key(datapath);
      row.set_port_key(2);
    });
  }
  EXPECT_THAT(net_.FlowsOn("hv1", 71), ElementsAre("priority=100,metadata=0x1,dl_dst=02:00:00:00:00:09 "
                                                   "actions=load:0x2->NXM_NX_REG15[]"))
      << "the other switch is not here";
  EXPECT_THAT(net_.FlowsOn("hv1", 72), ElementsAre("priority=100,reg14=0x2,metadata=0x1,dl_src=02:00:00:00:00:09 "
                                                   "actions=load:0x1->NXM_NX_REG10[8]"));
}

}  // namespace
}  // namespace ovnlite
