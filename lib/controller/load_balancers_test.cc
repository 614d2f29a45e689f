// Expectations have the form that ovn-controller 23.03 gives these flows (tests/hypervisor, `shop`).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "lib/controller/network_testutil.h"

namespace ovnlite {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class LoadBalancersTest : public testing::Test {
 protected:
  LoadBalancersTest() {
    net_.Chassis("hv1", "192.0.2.1");
    net_.Switch("s", 1);
    net_.Switch("far", 2);
    net_.Port("s", 2, "vm", nullptr, "hv1");
    cookie_ = absl::StrCat("0x", absl::Hex(TestNetwork::Id("lb").prefix()));
  }
  void Balance(const std::map<std::string, std::string>& vips, const std::string& protocol = "",
               const std::string& snat = "", const std::string& datapath = "s") {
    net_.Insert<sb::Load_Balancer>("lb", [&](auto& row) {
      row.set_name("lb");
      for (const auto& [vip, backends] : vips) (*row.mutable_vips())[vip] = backends;
      if (!protocol.empty()) row.set_protocol(protocol);
      if (!snat.empty()) (*row.mutable_options())["hairpin_snat_ip"] = snat;
      *row.add_datapaths() = TestNetwork::Ref("datapath " + datapath);
    });
  }
  TestNetwork net_;
  std::string cookie_;
};

TEST_F(LoadBalancersTest, ABackendThatSpeaksToItself) {
  Balance({{"192.0.2.10:80", "10.0.0.2:8080"}}, "tcp");
  EXPECT_THAT(net_.FlowsOn("hv1", 68),
              ElementsAre(absl::StrCat(
                  "priority=100,ct_mark=0x2/0x2,tcp,reg1=0xc000020a,reg2=0x50/0xffff,nw_src=10.0.0.2,nw_dst=10.0.0.2,"
                  "tp_dst=8080 actions=load:0x1->NXM_NX_REG10[7],learn(table=69,delete_learned,cookie=",
                  cookie_,
                  ",OXM_OF_METADATA[],eth_type=0x800,NXM_OF_IP_SRC[],ip_dst=192.0.2.10,nw_proto=6,"
                  "NXM_OF_TCP_SRC[]=NXM_OF_TCP_DST[],load:0x1->NXM_NX_REG10[7])")));
  EXPECT_THAT(net_.FlowsOn("hv1", 70), ElementsAre("priority=100,tcp,reg1=0xc000020a,reg2=0x50/0xffff "
                                                   "actions=ct(commit,zone=NXM_NX_REG12[0..15],nat(src=192.0.2.10))"));
}

TEST_F(LoadBalancersTest, WithoutPortPriorityIsLower) {
  Balance({{"192.0.2.10", "10.0.0.2,10.0.0.3"}});
  EXPECT_EQ(net_.FlowsOn("hv1", 68).size(), 2u);
  EXPECT_THAT(net_.FlowsOn("hv1", 70), ElementsAre("priority=90,ip,reg1=0xc000020a "
                                                   "actions=ct(commit,zone=NXM_NX_REG12[0..15],nat(src=192.0.2.10))"));
}

// An address of its own is used on its own datapaths, and wins over what other balancers say everywhere.
TEST_F(LoadBalancersTest, AnAddressOfItsOwnIsOfItsDatapaths) {
  Balance({{"192.0.2.10:80", "10.0.0.2:80"}, {"192.0.2.11", "10.0.0.2"}}, "udp", "192.0.2.99 fd00::99");
  EXPECT_THAT(net_.FlowsOn("hv1", 70),
              UnorderedElementsAre("priority=200,udp,reg1=0xc000020a,reg2=0x50/0xffff,metadata=0x1 "
                                   "actions=ct(commit,zone=NXM_NX_REG12[0..15],nat(src=192.0.2.99))",
                                   "priority=190,ip,reg1=0xc000020b,metadata=0x1 "
                                   "actions=ct(commit,zone=NXM_NX_REG12[0..15],nat(src=192.0.2.99))"));
}

TEST_F(LoadBalancersTest, Ipv6) {
  Balance({{"[fd00::10]:80", "[fd00::2]:80,10.0.0.2:80"}}, "tcp");
  const Lines hairpins = net_.FlowsOn("hv1", 68);
  ASSERT_EQ(hairpins.size(), 1u) << "a backend of the other family is none";
  EXPECT_THAT(hairpins[0], testing::HasSubstr("tcp6,reg2=0x50/0xffff,reg4=0xfd000000,reg5=0,reg6=0,reg7=0x10,"));
  EXPECT_THAT(net_.FlowsOn("hv1", 70), ElementsAre(testing::HasSubstr("nat(src=fd00::10)")));
}

TEST_F(LoadBalancersTest, NotOfDatapathsElsewhere) {
  Balance({{"192.0.2.10:80", "10.0.0.2:80"}}, "tcp", "", "far");
  EXPECT_THAT(net_.FlowsOn("hv1", 68), IsEmpty());
  EXPECT_THAT(net_.FlowsOn("hv1", 70), IsEmpty());
}

TEST_F(LoadBalancersTest, VipsAndBackendsThatAreNone) {
  Balance({{"192.0.2.10:80", "bad,10.0.0.2:99999,10.0.0.3:80"}, {"nowhere", "10.0.0.2"}, {"[fd00::1", "fd00::2"}},
          "tcp");
  EXPECT_EQ(net_.FlowsOn("hv1", 68).size(), 1u);
  EXPECT_EQ(net_.FlowsOn("hv1", 70).size(), 1u);
}

}  // namespace
}  // namespace ovnlite
