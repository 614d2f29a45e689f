// Beside OVN's own cases (tests/conformance): what a real bridge has and those do not say.
#include "lib/controller/encode.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "lib/controller/network_testutil.h"

namespace ovnlite {
namespace {

class EncodeTest : public testing::Test {
 protected:
  EncodeTest() {
    net_.Chassis("hv1", "192.0.2.1");
    net_.Switch("s", 1);
    net_.Port("s", 2, "vm", nullptr, "hv1");
  }
  // The OpenFlow actions of a flow of the switch's first ingress stage.
  std::string Encoded(const std::string& match, const std::string& actions) {
    ++flows_;
    net_.Flow(flows_, "s", "ingress", 0, flows_, match, actions);
    for (const std::string& line : net_.FlowsOn("hv1", 8)) {
      if (line.rfind(absl::StrCat("priority=", flows_, ","), 0) == 0) return line.substr(line.find("actions=") + 8);
    }
    return "none";
  }
  TestNetwork net_;
  int flows_ = 0;
};

// Flows that are learned have no cookie of their own; those of load balancers' hairpins have (load_balancers_test.cc).
TEST_F(EncodeTest, LearnedFlowsWithoutCookie) {
  EXPECT_EQ(Encoded("ip4 && tcp",
                    "commit_lb_aff(vip = \"192.0.2.80:443\", backend = \"10.1.0.11:443\", proto = tcp, "
                    "timeout = 60); next;"),
            "learn(table=78,idle_timeout=60,delete_learned,OXM_OF_METADATA[],eth_type=0x800,NXM_OF_IP_SRC[],"
            "ip_dst=192.0.2.80,nw_proto=6,tcp_dst=443,load:0x1->NXM_NX_REG10[14],load:0xa01000b->NXM_NX_REG4[],"
            "load:0x1bb->NXM_NX_REG8[0..15]),resubmit(,9)");
  const std::string learned = Encoded("ip4 && tcp", "commit_ecmp_nh(ipv6 = false, proto = tcp); next;");
  EXPECT_EQ(learned.find("cookie"), learned.npos) << learned;
  EXPECT_NE(learned.find("learn(table=76,idle_timeout=20,hard_timeout=30,delete_learned,OXM_OF_METADATA[]"),
            learned.npos)
      << learned;
}

TEST_F(EncodeTest, PortsThatAreNowhereAreZero) {
  EXPECT_EQ(Encoded("1", "outport = \"vm\"; next;"), "load:0x2->NXM_NX_REG15[],resubmit(,9)");
  EXPECT_EQ(Encoded("1", "outport = \"nobody\"; next;"), "load:0->NXM_NX_REG15[],resubmit(,9)");
  EXPECT_EQ(Encoded("1", "outport = \"\"; next;"), "load:0->NXM_NX_REG15[],resubmit(,9)");
}

TEST_F(EncodeTest, EqualGroupsAreOne) {
  const std::string first = Encoded("ip4", "ct_lb_mark(backends=10.0.0.1:80,10.0.0.2:80);");
  EXPECT_EQ(first, Encoded("ip4", "ct_lb_mark(backends=10.0.0.1:80,10.0.0.2:80);"));
  EXPECT_NE(first, Encoded("ip4", "ct_lb_mark(backends=10.0.0.1:80,10.0.0.3:80);"));
}

}  // namespace
}  // namespace ovnlite
