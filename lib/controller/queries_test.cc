#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/controller/network_testutil.h"

namespace ovnlite {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Which datapaths are compiled at a chassis: every datapath has one flow in its first stage.
class LocalDatapathsTest : public testing::Test {
 protected:
  LocalDatapathsTest() {
    for (const char* name : {"hv1", "hv2"}) net_.Chassis(name, std::string("192.0.2.") + name[2]);
    net_.Switch("s1", 1);
    net_.Switch("s2", 2);
    net_.Router("r", 3);
    for (const auto& [name, number] : {std::pair("s1", 1), std::pair("s2", 2), std::pair("r", 3)}) {
      net_.Flow(number, name, "ingress", 0, 1, "1", "next;");
    }
  }
  void Connect() {
    net_.Patch("s1", 10, "s1-r", "r-s1");
    net_.Patch("r", 10, "r-s1", "s1-r");
    net_.Patch("s2", 10, "s2-r", "r-s2");
    net_.Patch("r", 11, "r-s2", "s2-r");
  }
  // Keys of datapaths.
  std::vector<int> LocalOn(const std::string& chassis) {
    std::vector<int> keys;
    for (const std::string& line : net_.FlowsOn(chassis, 8)) keys.push_back(line[line.find("metadata=0x") + 11] - '0');
    return keys;
  }
  TestNetwork net_;
};

TEST_F(LocalDatapathsTest, ThoseOfPortsThatAreHere) {
  net_.Port("s1", 1, "a", nullptr, "hv1");
  EXPECT_THAT(LocalOn("hv1"), ElementsAre(1));
  EXPECT_THAT(LocalOn("hv2"), IsEmpty());
}

TEST_F(LocalDatapathsTest, AndWhatIsBehindTheirPatches) {
  Connect();
  net_.Port("s1", 1, "a", nullptr, "hv1");
  EXPECT_THAT(LocalOn("hv1"), ElementsAre(1, 2, 3));
}

TEST_F(LocalDatapathsTest, APatchOfOneSideIsNone) {
  net_.Patch("s1", 10, "s1-r", "r-s1");
  net_.Port("s1", 1, "a", nullptr, "hv1");
  EXPECT_THAT(LocalOn("hv1"), ElementsAre(1));
}

TEST_F(LocalDatapathsTest, ServicesAndProviderNetworksBringNone) {
  net_.Port(
      "s1", 1, "local", [](auto& row) { row.set_type("localport"); }, "hv1");
  net_.Port("s2", 1, "ln", [](auto& row) { row.set_type("localnet"); });
  EXPECT_THAT(LocalOn("hv1"), IsEmpty());
}

TEST_F(LocalDatapathsTest, ContainersBringTheirs) {
  net_.Port("s1", 1, "parent", nullptr, "hv1");
  net_.Port("s2", 1, "child", [](auto& row) {
    row.set_parent_port("parent");
    row.set_tag(7);
  });
  EXPECT_THAT(LocalOn("hv1"), ElementsAre(1, 2));
}

TEST_F(LocalDatapathsTest, GatewaysBringTheirs) {
  Connect();
  net_.Port(
      "r", 20, "cr",
      [](auto& row) {
        row.set_type("chassisredirect");
        (*row.mutable_options())["distributed-port"] = "r-s2";
      },
      "hv2");
  EXPECT_THAT(LocalOn("hv2"), ElementsAre(1, 2, 3));
  EXPECT_THAT(LocalOn("hv1"), IsEmpty());
}

TEST_F(LocalDatapathsTest, EverythingIsEverywhere) {
  FlowTables tables;
  Controller controller(net_.sb(), tables, {});
  controller.Update();
  EXPECT_EQ(FlowsIn(controller, 8).size(), 3u);
}

}  // namespace
}  // namespace ovnlite
