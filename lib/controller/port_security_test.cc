// Expectations have the form that ovn-controller 23.03 gives these flows (tests/hypervisor, `odds` among others).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/controller/network_testutil.h"

namespace ovnlite {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr char kPass[] = "load:0->NXM_NX_REG10[12]", kFail[] = "load:0x1->NXM_NX_REG10[12]";

class PortSecurityTest : public testing::Test {
 protected:
  PortSecurityTest() {
    net_.Chassis("hv1", "192.0.2.1");
    net_.Switch("s", 1);
  }
  void Secure(const Lines& allowed) {
    net_.Port(
        "s", 2, "vm",
        [&](auto& row) {
          for (const std::string& text : allowed) row.add_port_security(text);
        },
        "hv1");
  }
  // What is let through to an IPv4 address behind the port, "nw_dst=…" each.
  Lines Ipv4To() {
    Lines out;
    for (const std::string& line : net_.FlowsOn("hv1", 75)) {
      if (!absl::StartsWith(line, "priority=95,ip,")) continue;
      EXPECT_TRUE(absl::EndsWith(line, kPass)) << line;
      const size_t at = line.find("nw_dst=");
      out.push_back(line.substr(at, line.find(' ') - at));
    }
    return out;
  }
  // What an IPv4 sender may be called.
  Lines Ipv4From() {
    Lines out;
    for (const std::string& line : net_.FlowsOn("hv1", 73)) {
      const size_t at = line.find("nw_src=");
      if (!absl::StartsWith(line, "priority=90,") || at == line.npos || absl::StrContains(line, "nw_src=0.0.0.0,"))
        continue;
      out.push_back(line.substr(at, line.find(' ') - at));
    }
    return out;
  }
  TestNetwork net_;
};

TEST_F(PortSecurityTest, NoneWithoutAny) {
  Secure({});
  for (int table : {73, 74, 75}) EXPECT_TRUE(net_.FlowsOn("hv1", table).empty()) << table;
}

TEST_F(PortSecurityTest, AMacAddressAlone) {
  Secure({"02:00:00:00:00:01"});
  EXPECT_THAT(net_.FlowsOn("hv1", 73),
              testing::UnorderedElementsAre(
                  absl::StrCat("priority=80,reg14=0x2,metadata=0x1 actions=", kFail),
                  "priority=95,arp,reg14=0x2,metadata=0x1 actions=resubmit(,74)",
                  "priority=90,reg14=0x2,metadata=0x1,dl_src=02:00:00:00:00:01 actions=resubmit(,74)"));
  EXPECT_THAT(net_.FlowsOn("hv1", 75),
              testing::UnorderedElementsAre(
                  absl::StrCat("priority=80,reg15=0x2,metadata=0x1 actions=", kFail),
                  absl::StrCat("priority=85,reg15=0x2,metadata=0x1,dl_dst=02:00:00:00:00:01 actions=", kPass)));
}

TEST_F(PortSecurityTest, AnAddressWithItsNetworkHearsTheBroadcasts) {
  Secure({"02:00:00:00:00:01 10.0.0.5/24"});
  EXPECT_THAT(Ipv4From(), ElementsAre("nw_src=10.0.0.5"));
  EXPECT_THAT(Ipv4To(), testing::UnorderedElementsAre("nw_dst=10.0.0.5", "nw_dst=10.0.0.255", "nw_dst=255.255.255.255",
                                                      "nw_dst=224.0.0.0/4"));
}

// A prefix without host bits is all its addresses; its broadcast address is one of them, with no flow of its own.
TEST_F(PortSecurityTest, ABarePrefixIsAllItsAddresses) {
  Secure({"02:00:00:00:00:01 10.0.0.0/24"});
  EXPECT_THAT(Ipv4From(), ElementsAre("nw_src=10.0.0.0/24"));
  EXPECT_THAT(Ipv4To(),
              testing::UnorderedElementsAre("nw_dst=10.0.0.0/24", "nw_dst=255.255.255.255", "nw_dst=224.0.0.0/4"));
  EXPECT_THAT(net_.FlowsOn("hv1", 74),
              Contains(absl::StrCat("priority=90,arp,reg14=0x2,metadata=0x1,dl_src=02:00:00:00:00:01,"
                                    "arp_spa=10.0.0.0/24,arp_sha=02:00:00:00:00:01 actions=",
                                    kPass)));
}

TEST_F(PortSecurityTest, AHostHearsNoOtherBroadcast) {
  Secure({"02:00:00:00:00:01 10.0.0.5"});
  EXPECT_THAT(Ipv4To(),
              testing::UnorderedElementsAre("nw_dst=10.0.0.5", "nw_dst=255.255.255.255", "nw_dst=224.0.0.0/4"));
}

TEST_F(PortSecurityTest, Ipv6AddressesComeWithTheLinkLocalOne) {
  Secure({"02:00:00:00:00:01 fd00::5/64"});
  const Lines in = net_.FlowsOn("hv1", 73);
  for (const char* source : {"fd00::5", "fe80::ff:fe00:1"}) {
    EXPECT_THAT(in, Contains(absl::StrCat("priority=90,ipv6,reg14=0x2,metadata=0x1,dl_src=02:00:00:00:00:01,ipv6_src=",
                                          source, " actions=resubmit(,74)")));
  }
  EXPECT_THAT(net_.FlowsOn("hv1", 75),
              Contains(absl::StrCat("priority=95,ipv6,reg15=0x2,metadata=0x1,dl_dst=02:00:00:00:00:01,"
                                    "ipv6_dst=ff00::/8 actions=",
                                    kPass)));
  // An IPv4 packet has no business there.
  EXPECT_THAT(net_.FlowsOn("hv1", 75),
              Contains(absl::StrCat("priority=90,ip,reg15=0x2,metadata=0x1,dl_dst=02:00:00:00:00:01 actions=", kFail)));
}

TEST_F(PortSecurityTest, HalfOfWhatIsWrongCounts) {
  Secure({"bad", "02:00:00:00:00:01 10.0.0.18,10.0.0.19", "10.0.0.20", "02:00:00:00:00:02 10.0.0.21 x 10.0.0.22"});
  EXPECT_THAT(Ipv4From(), testing::UnorderedElementsAre("nw_src=10.0.0.18", "nw_src=10.0.0.21"));
}

TEST_F(PortSecurityTest, NothingThatMakesSenseIsNothing) {
  Secure({"bad", "10.0.0.20"});
  for (int table : {73, 74, 75}) EXPECT_TRUE(net_.FlowsOn("hv1", table).empty()) << table;
}

TEST_F(PortSecurityTest, OnlyOfPortsThatAreHereAndStay) {
  net_.Chassis("hv2", "192.0.2.2");
  net_.Port(
      "s", 2, "vm",
      [&](auto& row) {
        row.add_port_security("02:00:00:00:00:01");
        *row.add_additional_chassis() = TestNetwork::Ref("chassis hv2");
      },
      "hv1");
  EXPECT_FALSE(net_.FlowsOn("hv1", 73).empty());
  EXPECT_TRUE(net_.FlowsOn("hv2", 73).empty()) << "on its way here it is trusted";
}

}  // namespace
}  // namespace ovnlite
