// Expectations have the form that ovn-controller 23.03 gives these flows (tests/hypervisor, `move`).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "lib/controller/network_testutil.h"

namespace ovnlite {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

// A port that is on hv1 and, as its machine moves, on hv2.
class MovingPortsTest : public testing::Test {
 protected:
  MovingPortsTest() {
    for (const char* name : {"hv1", "hv2", "hv3"}) net_.Chassis(name, std::string("192.0.2.") + name[2]);
    net_.Switch("s", 1);
    net_.Port("s", 1, "other", nullptr, "hv3");
  }
  void Move(const std::map<std::string, std::string>& options = {}) {
    net_.Port(
        "s", 2, "vm",
        [&](auto& row) {
          *row.add_additional_chassis() = TestNetwork::Ref("chassis hv2");
          for (const auto& [key, value] : options) (*row.mutable_options())[key] = value;
        },
        "hv1");
  }
  Lines With(const std::string& chassis, int table, const std::string& start) {
    Lines lines;
    for (const std::string& line : net_.FlowsOn(chassis, table)) {
      if (absl::StartsWith(line, start)) lines.push_back(line);
    }
    return lines;
  }
  TestNetwork net_;
};

TEST_F(MovingPortsTest, OthersSendToBoth) {
  Move();
  const std::string to =
      "load:0x1->NXM_NX_TUN_ID[0..23],set_field:0x2->tun_metadata0,"
      "move:NXM_NX_REG14[0..14]->NXM_NX_TUN_METADATA0[16..30],output:";
  EXPECT_THAT(net_.FlowsOn("hv3", 39),
              Contains("priority=100,reg15=0x2,metadata=0x1 actions=" + to + "1," + to + "2,resubmit(,40)"));
}

// Until the machine announces itself there (RARP), it is neither heard nor spoken to.
TEST_F(MovingPortsTest, QuietUntilItAnnouncesItself) {
  Move({{"activation-strategy", "rarp"}});
  EXPECT_THAT(With("hv2", 0, "priority=10"), Contains(StartsWith("priority=1010,rarp,in_port=3 actions=")));
  EXPECT_THAT(With("hv2", 0, "priority=1000"), ElementsAre("priority=1000,in_port=3 actions=drop"));
  EXPECT_THAT(With("hv2", 65, "priority=1000"), ElementsAre("priority=1000,reg15=0x2,metadata=0x1 actions=drop"));
  EXPECT_THAT(With("hv1", 0, "priority=1000"), IsEmpty()) << "where it is still";
}

TEST_F(MovingPortsTest, HeardOnceActivated) {
  Move({{"activation-strategy", "rarp"}, {"additional-chassis-activated", "hv2"}});
  EXPECT_THAT(With("hv2", 0, "priority=1000"), IsEmpty());
}

// On a switch with a provider network frames for it go through tunnels all the same, and what is too big for one is
// refused.
TEST_F(MovingPortsTest, BesideAProviderNetwork) {
  Move();
  net_.Port("s", 3, "ln", [](auto& row) { row.set_type("localnet"); });
  EXPECT_THAT(With("hv1", 39, "priority=110"),
              ElementsAre(StartsWith("priority=110,reg14=0x2,reg15=0x1,metadata=0x1 actions=")));
  const Lines measured = With("hv1", 37, "priority=100");
  EXPECT_EQ(measured.size(), 4u) << "from it and to it, of both families";
  EXPECT_THAT(measured, Contains(HasSubstr("check_pkt_larger(1442)->NXM_NX_REG9[1],resubmit(,38)")));
  EXPECT_EQ(With("hv1", 38, "priority=100").size(), 4u);
  EXPECT_THAT(With("hv3", 37, "priority=100"), IsEmpty());
}

}  // namespace
}  // namespace ovnlite
