#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/northd/northd.h"
#include "ovnlite/schema/schema.h"
#include "ovnlite/topology/topology.h"

namespace ovnlite {
namespace {

using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

class MulticastTest : public testing::Test {
 protected:
  using Groups = std::map<std::string, std::vector<std::string>>;

  MulticastTest() {
    EXPECT_TRUE(topology_.AddSwitch("s").ok());
    EXPECT_TRUE(topology_.AddRouter("r").ok());
  }
  LogicalSwitchPort Port(const std::string& name, std::vector<absl::string_view> addresses) {
    absl::StatusOr<LogicalSwitchPort> port = topology_.FindSwitch("s")->AddPort(name);
    EXPECT_TRUE(port.ok()) << port.status();
    EXPECT_TRUE(port->SetAddresses(addresses).ok());
    return *port;
  }
  // Ports of each group, by its name; those of the keys that OVN has for them.
  Groups Compile() {
    EXPECT_TRUE(northd_.Update().ok());
    const std::map<std::string, int64_t> keys = {{"_MC_flood", 32768}, {"_MC_unknown", 32769}, {"_MC_flood_l2", 32772}};
    Groups groups;
    for (const auto& [uuid, row] : sb_.Rows<sb::Multicast_Group>()) {
      EXPECT_EQ(row->tunnel_key(), keys.at(std::string(row->name())));
      for (const Uuid& port : row->ports()) {
        groups[std::string(row->name())].emplace_back(sb_.Read<sb::Port_Binding>(port)->logical_port());
      }
    }
    return groups;
  }

  Database nb_{NorthboundSchema()};
  Database sb_{SouthboundSchema()};
  Topology topology_{nb_};
  Northd northd_{nb_, sb_};
};

TEST_F(MulticastTest, WithoutPortsThereAreNoGroups) { EXPECT_THAT(Compile(), IsEmpty()); }

TEST_F(MulticastTest, RoutersAreLeftOutOfOne) {
  Port("a", {"02:00:00:00:00:01 10.0.0.1"});
  Port("b", {"unknown"});
  ASSERT_TRUE(topology_.FindRouter("r")->AddPort("r-s", "02:00:00:00:00:ff", {"10.0.0.254/24"}).ok());
  LogicalSwitchPort up = Port("s-r", {"router"});
  ASSERT_TRUE(up.SetType("router").ok());
  ASSERT_TRUE(up.SetOption("router-port", "r-s").ok());
  EXPECT_THAT(Compile(), UnorderedElementsAre(Pair("_MC_flood", UnorderedElementsAre("a", "b", "s-r")),
                                              Pair("_MC_flood_l2", UnorderedElementsAre("a", "b")),
                                              Pair("_MC_unknown", UnorderedElementsAre("b"))));
}

// What is flooded does not reach a port that is switched off.
TEST_F(MulticastTest, DisabledPortsAreInNone) {
  Port("a", {"02:00:00:00:00:01 10.0.0.1"});
  LogicalSwitchPort b = Port("b", {"unknown"});
  ASSERT_TRUE(b.SetEnabled(false).ok());
  EXPECT_THAT(Compile(), UnorderedElementsAre(Pair("_MC_flood", UnorderedElementsAre("a")),
                                              Pair("_MC_flood_l2", UnorderedElementsAre("a"))));
  ASSERT_TRUE(b.SetEnabled(true).ok());
  EXPECT_THAT(Compile()["_MC_flood"], UnorderedElementsAre("a", "b"));
}

}  // namespace
}  // namespace ovnlite
