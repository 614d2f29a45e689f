#include "ovnlite/controller/controller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/controller/network_testutil.h"

namespace ovnlite {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

class ControllerTest : public testing::Test {
 protected:
  ControllerTest() {
    net_.Chassis("hv1", "192.0.2.1");
    net_.Chassis("hv2", "192.0.2.2");
    net_.Switch("s", 1);
  }
  TestNetwork net_;
};

TEST_F(ControllerTest, PortsThatTheDatabaseSaysAreThere) {
  net_.Port("s", 1, "b", nullptr, "hv1");
  net_.Port(
      "s", 2, "a", [](auto& row) { row.set_parent_port(""); }, "hv1");
  net_.Port(
      "s", 3, "child",
      [](auto& row) {
        row.set_parent_port("a");
        row.set_tag(1);
      },
      "hv1");
  net_.Port("s", 4, "far", nullptr, "hv2");
  net_.Port(
      "s", 5, "moving", [](auto& row) { *row.add_additional_chassis() = TestNetwork::Ref("chassis hv1"); }, "hv2");
  net_.Port("s", 6, "ln", [](auto& row) { row.set_type("localnet"); });
  net_.Port(
      "s", 7, "virtual", [](auto& row) { row.set_type("virtual"); }, "hv1");
  net_.Patch("s", 8, "s-r", "r-s");
  net_.Port("s", 9, "unbound");
  EXPECT_THAT(Controller::BoundPorts(net_.sb(), "hv1"), ElementsAre("a", "b", "ln", "moving"));
  EXPECT_THAT(Controller::BoundPorts(net_.sb(), "hv2"), ElementsAre("far", "ln", "moving"));
  EXPECT_THAT(Controller::BoundPorts(net_.sb(), ""), ElementsAre("a", "b", "far", "ln", "moving", "unbound"));
}

TEST_F(ControllerTest, NumbersTunnelsFirst) {
  net_.Chassis("hv3", "192.0.2.3");
  net_.Chassis("gw", "192.0.2.9", "vxlan");
  net_.Chassis("six", "fd00::1");
  net_.Port("s", 1, "b", nullptr, "hv1");
  net_.Port("s", 2, "a", nullptr, "hv1");
  FlowTables tables;
  Controller controller(net_.sb(), tables, {.chassis = "hv1"});
  controller.PlugAsBound();
  EXPECT_THAT(controller.tunnels(), UnorderedElementsAre(Pair("hv2", 1u), Pair("hv3", 2u)))
      << "one speaks VXLAN only, one another family";
  EXPECT_THAT(controller.ports(), UnorderedElementsAre(Pair("a", 3u), Pair("b", 4u)));
  Controller other(net_.sb(), tables, {.chassis = "gw"});
  other.PlugAsBound();
  EXPECT_THAT(other.tunnels(), IsEmpty());
}

TEST_F(ControllerTest, PluggingAndUnplugging) {
  net_.Port("s", 2, "vm");
  FlowTables tables;
  Controller controller(net_.sb(), tables, {.chassis = "hv1"});
  controller.Update();
  EXPECT_THAT(FlowsIn(controller, 65), ElementsAre("priority=0 actions=drop"));
  controller.Plug("vm", 7);
  EXPECT_GT(controller.Update().added, 0u);
  EXPECT_EQ(FlowsIn(controller, 65).size(), 2u);
  controller.Plug("vm", 0);
  EXPECT_GT(controller.Update().removed, 0u);
  EXPECT_THAT(FlowsIn(controller, 65), ElementsAre("priority=0 actions=drop"));
  EXPECT_THAT(controller.ports(), IsEmpty());
}

}  // namespace
}  // namespace ovnlite
