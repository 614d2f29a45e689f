#include "lib/controller/logical_flows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/controller/extend_table.h"
#include "lib/controller/network_testutil.h"

namespace ovnlite {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class LogicalFlowsTest : public testing::Test {
 protected:
  LogicalFlowsTest() {
    net_.Chassis("hv1", "192.0.2.1");
    net_.Chassis("hv2", "192.0.2.2");
    net_.Switch("s", 1);
    net_.Switch("far", 2);
    net_.Port("s", 2, "a", nullptr, "hv1");
    net_.Port("s", 3, "b", nullptr, "hv2");
    net_.Port("far", 2, "c", nullptr, "hv2");
  }
  Lines Ingress() { return net_.FlowsOn("hv1", 8); }
  Lines Egress() { return net_.FlowsOn("hv1", 42); }
  // Of a controller for hv1.
  std::vector<FlowError> Errors() {
    FlowTables tables;
    Controller controller(net_.sb(), tables, {.chassis = "hv1"});
    controller.PlugAsBound();
    controller.Update();
    return controller.errors();
  }
  TestNetwork net_;
};

TEST_F(LogicalFlowsTest, AStageIsATable) {
  net_.Flow(1, "s", "ingress", 0, 50, "1", "next;");
  net_.Flow(2, "s", "egress", 0, 60, "ip4", "output;");
  EXPECT_THAT(Ingress(), ElementsAre("priority=50,metadata=0x1 actions=resubmit(,9)"));
  EXPECT_THAT(Egress(), ElementsAre("priority=60,ip,metadata=0x1 actions=resubmit(,64)"));
}

TEST_F(LogicalFlowsTest, OnlyOfDatapathsThatHaveSomethingHere) {
  net_.Flow(1, "far", "ingress", 0, 50, "1", "next;");
  EXPECT_THAT(Ingress(), IsEmpty());
  EXPECT_THAT(net_.FlowsOn("hv2", 8), ElementsAre("priority=50,metadata=0x2 actions=resubmit(,9)"));
}

TEST_F(LogicalFlowsTest, AGroupOfDatapaths) {
  net_.Port("far", 3, "d", nullptr, "hv1");
  net_.Flow(1, "s", "ingress", 0, 50, "1", "outport = \"a\"; next;");
  Transaction t = net_.sb().Begin();
  auto* group = t.Insert<sb::Logical_DP_Group>(TestNetwork::Id("group"));
  *group->add_datapaths() = TestNetwork::Ref("datapath s");
  *group->add_datapaths() = TestNetwork::Ref("datapath far");
  auto* flow = t.Update<sb::Logical_Flow>(TestNetwork::Id("flow 1"));
  flow->clear_logical_datapath();
  *flow->mutable_logical_dp_group() = TestNetwork::Ref("group");
  net_.Commit(std::move(t));
  EXPECT_THAT(Ingress(), UnorderedElementsAre("priority=50,metadata=0x1 actions=load:0x2->NXM_NX_REG15[],resubmit(,9)",
                                              // There is no such port on the other one.
                                              "priority=50,metadata=0x2 actions=load:0->NXM_NX_REG15[],resubmit(,9)"));
}

// Packets of ports elsewhere do not come by here.
TEST_F(LogicalFlowsTest, OnlyForPortsThatAreHere) {
  net_.Flow(1, "s", "ingress", 0, 50, "inport == \"a\"", "next;");
  net_.Flow(2, "s", "ingress", 0, 50, "inport == \"b\"", "next;");
  net_.Flow(3, "s", "ingress", 0, 51, "inport == {\"a\", \"b\"}", "next;");
  net_.Flow(4, "s", "ingress", 0, 52, "1", "next;");
  net_.Update<sb::Logical_Flow>("flow 4", [](auto& row) { (*row.mutable_tags())["in_out_port"] = "b"; });
  EXPECT_THAT(Ingress(), ElementsAre("priority=50,reg14=0x2,metadata=0x1 actions=resubmit(,9)",
                                     "priority=51,reg14=0x2,metadata=0x1 actions=resubmit(,9)"));
}

TEST_F(LogicalFlowsTest, SetsAndGroups) {
  net_.Insert<sb::Address_Set>("office", [](auto& row) {
    row.set_name("office");
    // Members that are none are passed over.
    for (const char* member : {"10.0.0.1 ", "x", "10.0.0.1/33", "", "10.0.0.5"}) row.add_addresses(member);
  });
  net_.Insert<sb::Port_Group>("web", [](auto& row) {
    row.set_name("1_web");
    row.add_ports("a");
    row.add_ports("b");
  });
  net_.Flow(1, "s", "ingress", 0, 50, "inport == @web && ip4.src == $office", "next;");
  EXPECT_THAT(Ingress(), ElementsAre("priority=50,ip,reg14=0x2,metadata=0x1,nw_src=10.0.0.1 actions=resubmit(,9)",
                                     "priority=50,ip,reg14=0x2,metadata=0x1,nw_src=10.0.0.5 actions=resubmit(,9)"));
  // A member of another kind of address costs the flow.
  net_.Update<sb::Address_Set>("office", [](auto& row) { row.add_addresses("fd00::7"); });
  EXPECT_THAT(Ingress(), IsEmpty());
  ASSERT_EQ(Errors().size(), 1u);
  EXPECT_EQ(Errors()[0].message, "128-bit constant is not compatible with 32-bit field ip4.src.");
}

TEST_F(LogicalFlowsTest, Residence) {
  net_.Flow(1, "s", "ingress", 0, 50, "is_chassis_resident(\"a\") && ip4", "next;");
  net_.Flow(2, "s", "ingress", 0, 51, "is_chassis_resident(\"b\") && ip4", "next;");
  net_.Flow(3, "s", "ingress", 0, 52, "!is_chassis_resident(\"b\") && ip4", "next;");
  EXPECT_THAT(Ingress(), ElementsAre("priority=50,ip,metadata=0x1 actions=resubmit(,9)",
                                     "priority=52,ip,metadata=0x1 actions=resubmit(,9)"));
}

TEST_F(LogicalFlowsTest, TemplatesOfThisChassis) {
  net_.Insert<sb::Chassis_Template_Var>("variables", [](auto& row) {
    row.set_chassis("hv1");
    (*row.mutable_variables())["vip"] = "192.0.2.77";
  });
  net_.Flow(1, "s", "ingress", 0, 50, "ip4.dst == ^vip", "reg0 = ^vip; next;");
  EXPECT_THAT(Ingress(), ElementsAre("priority=50,ip,metadata=0x1,nw_dst=192.0.2.77 "
                                     "actions=load:0xc000024d->NXM_NX_XXREG0[96..127],resubmit(,9)"));
}

TEST_F(LogicalFlowsTest, ASampleWithoutCollectorIsNone) {
  const std::string sample = "sample(probability=65535,collector_set=2,obs_domain=1,obs_point=$cookie);";
  net_.Flow(1, "s", "ingress", 0, 1, "ip4", sample + " /* drop */");
  net_.Flow(2, "s", "ingress", 0, 2, "ip4", sample + " next;");
  net_.Flow(3, "s", "ingress", 0, 3, "ip4", "clone { " + sample + " }; next;");
  EXPECT_THAT(Ingress(),
              ElementsAre("priority=1,ip,metadata=0x1 actions=drop", "priority=2,ip,metadata=0x1 actions=resubmit(,9)",
                          "priority=3,ip,metadata=0x1 actions=clone(drop),resubmit(,9)"));
}

// In ovn-trace's words.
TEST_F(LogicalFlowsTest, WhatCannotBeReadIsLeftOutAndSaid) {
  net_.Flow(1, "s", "ingress", 0, 1, "ip4.src == <nil> && tcp", "drop;");
  net_.Flow(2, "s", "ingress", 0, 2, "eth.type == 0x1234", "flood_remote;");
  net_.Flow(3, "s", "ingress", 0, 3, "ip4.src == 1.2.3.4 && foo", "bar;");
  net_.Flow(4, "s", "ingress", 0, 4, "1", "next");
  net_.Flow(5, "s", "ingress", 0, 5, "1", "next;");
  net_.Flow(6, "far", "ingress", 0, 6, "ip4 &&", "next;");
  EXPECT_EQ(Ingress().size(), 1u);
  std::vector<std::string> texts;
  for (const FlowError& error : Errors()) texts.push_back(error.ToString());
  EXPECT_THAT(texts,
              UnorderedElementsAre(
                  "ip4.src == <nil> && tcp: parsing expression failed (Syntax error at `<' expecting constant.)",
                  "flood_remote;: parsing actions failed (Syntax error at `flood_remote' expecting action.)",
                  "ip4.src == 1.2.3.4 && foo: parsing expression failed (Syntax error at `foo' expecting field name.)",
                  "next: parsing actions failed (Syntax error at end of input expecting `;'.)"))
      << "and nothing of the datapath that is not here";
}

TEST_F(LogicalFlowsTest, ErrorsGoWithTheirCause) {
  net_.Flow(1, "s", "ingress", 0, 1, "ip4 &&", "next;");
  FlowTables tables;
  Controller controller(net_.sb(), tables, {.chassis = "hv1"});
  controller.PlugAsBound();
  controller.Update();
  ASSERT_EQ(controller.errors().size(), 1u);
  EXPECT_EQ(controller.errors()[0].logical_flow, TestNetwork::Id("flow 1"));
  EXPECT_EQ(controller.errors()[0].part, FlowError::Part::kMatch);
  net_.Update<sb::Logical_Flow>("flow 1", [](auto& row) { row.set_match("ip4"); });
  controller.Update();
  EXPECT_THAT(controller.errors(), IsEmpty());
  net_.Update<sb::Logical_Flow>("flow 1", [](auto& row) { row.set_actions("nothing"); });
  controller.Update();
  ASSERT_EQ(controller.errors().size(), 1u);
  EXPECT_EQ(controller.errors()[0].part, FlowError::Part::kActions);
  Transaction t = net_.sb().Begin();
  t.Delete<sb::Logical_Flow>(TestNetwork::Id("flow 1"));
  net_.Commit(std::move(t));
  controller.Update();
  EXPECT_THAT(controller.errors(), IsEmpty());
}

// Four negated prefixes of 48 bits are 48 * 48 * 48 * 48 combinations of bits: more than are written out. The tables
// have them, as a set.
TEST_F(LogicalFlowsTest, WhatCannotBeWrittenOutIsSaid) {
  net_.Insert<sb::Address_Set>("overlay", [](auto& row) {
    row.set_name("overlay6");
    for (const char* member : {"fd00:1::/48", "fd00:2::/48", "fd00:3::/48", "fd00:4::/48"}) row.add_addresses(member);
  });
  net_.Flow(1, "s", "egress", 0, 2005, "outport == \"a\" && ip6.src != $overlay6 && tcp", "drop;");
  net_.Flow(2, "s", "egress", 0, 1, "1", "next;");
  net_.Flow(3, "s", "egress", 0, 2, "ip4 &&", "next;");
  FlowTables tables;
  Controller controller(net_.sb(), tables, {.chassis = "hv1"});
  controller.PlugAsBound();
  controller.Update();
  EXPECT_EQ(controller.errors().size(), 1u) << "only what cannot be read";
  std::vector<FlowError> left_out;
  const Lines lines = controller.DumpFlows(&left_out);
  EXPECT_EQ(left_out.size(), 2u);
  for (const FlowError& error : left_out) {
    if (error.logical_flow != TestNetwork::Id("flow 1")) continue;
    EXPECT_EQ(error.part, FlowError::Part::kSize);
    EXPECT_EQ(error.ToString(),
              "outport == \"a\" && ip6.src != $overlay6 && tcp: the expression comes to more than 1048576 comparisons "
              "when it is written out for OpenFlow");
  }
  absl::Status reason;
  EXPECT_THAT(controller.DumpFlowsOf(TestNetwork::Id("flow 1"), &reason), IsEmpty());
  EXPECT_THAT(std::string(reason.message()), HasSubstr("comparisons"));
  bool executed = false;
  tables.ForEach(
      [&](const Flow& flow) { executed = executed || flow.source == TestNetwork::Id("flow 1"); });
  EXPECT_TRUE(executed);
}

// -- Numbers of groups and meters.

TEST_F(LogicalFlowsTest, MoreMetersThanNumbers) {
  // A meter of set_meter() is its flow's own.
  Transaction t = net_.sb().Begin();
  const int flows = static_cast<int>(ExtendTable::kLast) + 2;
  for (int i = 0; i < flows; ++i) {
    auto* flow = t.Insert<sb::Logical_Flow>(Uuid(7, static_cast<uint64_t>(i)));
    *flow->mutable_logical_datapath() = TestNetwork::Ref("datapath s");
    flow->set_pipeline("ingress");
    flow->set_priority(1);
    flow->set_match(absl::StrCat("reg0 == ", i));
    flow->set_actions("set_meter(100); next;");
  }
  net_.Commit(std::move(t));
  FlowTables tables;
  Controller controller(net_.sb(), tables, {.chassis = "hv1"});
  controller.PlugAsBound();
  controller.Update();
  EXPECT_TRUE(controller.status().ok()) << controller.status();
  ASSERT_EQ(controller.errors().size(), 2u);
  EXPECT_EQ(controller.errors()[0].part, FlowError::Part::kMeter);
  EXPECT_EQ(controller.errors()[0].ToString(), "set_meter(100); next;: all 65535 OpenFlow meters are in use");
  size_t compiled = 0, metered = 0;
  tables.ForEach([&](const Flow& flow) {
    if (flow.source.IsZero()) return;
    ++compiled;
    metered += (*flow.ops)[0].kind == OpKind::kMeter;
  });
  EXPECT_EQ(compiled, static_cast<size_t>(flows)) << "the flows are there, as in OVN";
  EXPECT_EQ(metered, size_t{ExtendTable::kLast});
}

TEST_F(LogicalFlowsTest, NumbersAreGivenBack) {
  net_.Flow(1, "s", "ingress", 0, 1, "ip4", "ct_lb_mark(backends=10.0.0.1:80);");
  net_.Flow(2, "s", "ingress", 0, 2, "ip4", "ct_lb_mark(backends=10.0.0.2:80);");
  FlowTables tables;
  Controller controller(net_.sb(), tables, {.chassis = "hv1"});
  controller.PlugAsBound();
  controller.Update();
  const Lines before = FlowsIn(controller, 8);
  ASSERT_EQ(before.size(), 2u);
  Transaction t = net_.sb().Begin();
  t.Delete<sb::Logical_Flow>(TestNetwork::Id("flow 1"));
  net_.Commit(std::move(t));
  controller.Update();
  net_.Flow(3, "s", "ingress", 0, 1, "ip4", "ct_lb_mark(backends=10.0.0.3:80);");
  controller.Update();
  EXPECT_EQ(FlowsIn(controller, 8), before);
}

// -- On demand.

TEST_F(LogicalFlowsTest, ErrorsThatAPacketMayMeet) {
  net_.Flow(1, "s", "ingress", 0, 1, "ip4 &&", "next;");
  net_.Flow(2, "s", "ingress", 0, 2, "inport == \"a\" && <nil>", "next;");
  net_.Flow(3, "s", "ingress", 0, 3, "inport == \"b\" && <nil>", "next;");
  net_.Flow(4, "s", "ingress", 1, 4, "ip4 &&", "next;");
  net_.Flow(5, "far", "ingress", 0, 5, "ip4 &&", "next;");
  FlowTables tables;
  Controller controller(net_.sb(), tables, {.on_demand = true});
  controller.Update();
  const auto met = [&](uint32_t datapath, uint32_t port) {
    FlowKey key;
    key.Set(field::kMetadata, datapath);
    key.Set(field::kLogicalInPort, port);
    controller.Prepare(8, key);
    std::vector<int> numbers;
    for (const FlowError& error : controller.ErrorsMet(8, key)) {
      for (int i = 1; i <= 5; ++i) {
        if (error.logical_flow == TestNetwork::Id(absl::StrCat("flow ", i))) numbers.push_back(i);
      }
    }
    return numbers;
  };
  EXPECT_THAT(met(1, 2), UnorderedElementsAre(1, 2));
  EXPECT_THAT(met(1, 3), UnorderedElementsAre(1, 3));
  EXPECT_THAT(met(1, 2), UnorderedElementsAre(1, 2)) << "whatever was asked before";
  EXPECT_THAT(met(2, 2), ElementsAre(5));
  EXPECT_THAT(met(9, 2), IsEmpty());
}

}  // namespace
}  // namespace ovnlite
