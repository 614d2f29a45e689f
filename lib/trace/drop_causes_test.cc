#include "lib/trace/drop_causes.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "lib/controller/network_testutil.h"
#include "lib/schema/message.h"
#include "lib/schema/ovn_nb.rows.h"
#include "lib/trace/traced_flow.h"
#include "ovnlite/packet/field.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

class DropCausesTest : public testing::Test {
 protected:
  DropCausesTest() {
    net_.Switch("s", 1);
    net_.Port("s", 2, "vm");
    world_.Refresh();
  }

  // Of a flow of `stage`, made for the Northbound row `hint` (zero: for none).
  DropCause Of(const std::string& stage, const Uuid& hint, const std::string& actions = "drop;", int priority = 1000) {
    sb::Logical_Flow row;
    row.set_pipeline(stage.substr(3, 3) == "out" ? "egress" : "ingress");
    row.set_table_id(8);
    row.set_priority(priority);
    row.set_match("ip4");
    row.set_actions(actions);
    (*row.mutable_external_ids())["stage-name"] = stage;
    if (!hint.IsZero())
      (*row.mutable_external_ids())["stage-hint"] = absl::StrCat(absl::Hex(hint.prefix(), absl::kZeroPad8));
    FlowKey key;
    key.Set(field::kMetadata, 1);
    key.Set(field::kLogicalInPort, 2);
    const Row made = RowFrom(SchemaOf<sb::Logical_Flow>(), row);
    return causes_.Of(MakeTracedFlow(pool_, flow_, sb::Logical_Flow_View(&made), nullptr), key);
  }
  std::string KindOf(const std::string& stage, const Uuid& hint, int priority = 1000) {
    return DropKindName(Of(stage, hint, "drop;", priority).kind);
  }

  const Uuid flow_ = Uuid::FromName("flow"), row_ = Uuid::FromName("northbound row");
  TestNetwork net_;
  TracedWorld world_{net_.sb()};
  DropCauses causes_{world_};
  ExprPool pool_;
};

TEST_F(DropCausesTest, WhatTheStageAndTheHintTell) {
  EXPECT_EQ(KindOf("ls_in_acl", row_), "acl");
  EXPECT_EQ(KindOf("ls_out_acl", row_), "acl");
  EXPECT_EQ(KindOf("ls_in_acl_after_lb", row_), "acl");
  EXPECT_EQ(KindOf("lr_in_policy", row_), "policy");
  EXPECT_EQ(KindOf("lr_in_ip_routing", row_), "route");
  EXPECT_EQ(KindOf("ls_in_check_port_sec", Uuid()), "port_security");
  EXPECT_EQ(KindOf("ls_out_apply_port_sec", Uuid()), "port_security");
  EXPECT_EQ(KindOf("ls_in_l2_lkup", row_), "flow");
}

// Nobody configured what every switch and router has.
TEST_F(DropCausesTest, WithoutHintItIsNobodysAcl) {
  EXPECT_EQ(KindOf("ls_in_acl", Uuid()), "rule");
  EXPECT_EQ(KindOf("ls_out_acl", Uuid(), 0), "stage_default");
  EXPECT_EQ(KindOf("lr_in_policy", Uuid()), "rule");
  EXPECT_EQ(KindOf("lr_in_ip_input", Uuid()), "rule");
  EXPECT_EQ(KindOf("lr_in_admission", Uuid(), 0), "stage_default");
  EXPECT_EQ(KindOf("lr_in_ip_routing", Uuid(), 0), "route") << "the lack of one";
  EXPECT_EQ(Of("ls_in_acl", Uuid()).text, "dropped by a rule (ls_in_acl: ip4, priority 1000)");
  EXPECT_EQ(Of("ls_in_l2_unknown", Uuid(), "drop;", 0).text,
            "dropped by the default of its stage (ls_in_l2_unknown: ip4, priority 0)");
  EXPECT_EQ(Of("lr_in_ip_routing", Uuid(), "drop;", 0).text,
            "dropped by the lack of a route (lr_in_ip_routing: ip4, priority 0)");
}

TEST_F(DropCausesTest, RefusalsAreAnswered) {
  EXPECT_FALSE(Of("ls_in_acl", row_).answered);
  for (const char* actions :
       {"reject { outport <-> inport; next(pipeline=egress,table=5); };", "icmp4 { eth.dst <-> eth.src; output; };",
        "tcp_reset { output; };", "sctp_abort { output; };", "icmp6_error { output; };"}) {
    const DropCause cause = Of("ls_in_acl", row_, actions);
    EXPECT_TRUE(cause.answered) << actions;
    EXPECT_EQ(cause.text.rfind("answered by ACL ", 0), 0u) << cause.text;
  }
}

TEST_F(DropCausesTest, SamplesOfDropsAreDrops) {
  const DropCause cause = Of("ls_in_l2_unknown", Uuid(),
                             "sample(probability=65535,collector_set=2,obs_domain=1,obs_point=$cookie); /* drop */");
  EXPECT_FALSE(cause.answered);
  EXPECT_EQ(cause.kind, DropKind::kRule);
}

TEST_F(DropCausesTest, PortSecurityNamesThePort) {
  const DropCause cause = Of("ls_in_apply_port_sec", Uuid());
  EXPECT_EQ(cause.table, "Port_Binding");
  EXPECT_EQ(cause.row, TestNetwork::Id("port vm").ToString());
  EXPECT_EQ(cause.name, "vm");
  EXPECT_EQ(cause.text, "dropped by port security of \"vm\" (ls_in_apply_port_sec: ip4, priority 1000)");
}

TEST_F(DropCausesTest, WithoutNorthboundOnlyDigitsAreKnown) {
  const DropCause cause = Of("ls_in_acl", row_);
  EXPECT_EQ(cause.table, "ACL");
  EXPECT_EQ(cause.row, absl::StrCat(absl::Hex(row_.prefix(), absl::kZeroPad8)));
  EXPECT_EQ(cause.name, "");
  // An ACL that logs has told its name.
  EXPECT_EQ(Of("ls_in_acl", row_, "log(name=\"no-telnet\", verdict=drop, severity=info);").name, "no-telnet");
}

TEST_F(DropCausesTest, NorthboundRowsAreNamed) {
  Database nb(NorthboundSchema());
  const Uuid route = Uuid::FromName("route"), policy = Uuid::FromName("policy"), port = Uuid::FromName("lsp");
  Transaction t = nb.Begin();
  auto* acl = t.Insert<nb::ACL>(row_);
  acl->set_name("no-telnet");
  acl->set_direction("from-lport");
  acl->set_priority(1001);
  acl->set_match("tcp.dst == 23");
  acl->set_action("drop");
  auto* static_route = t.Insert<nb::Logical_Router_Static_Route>(route);
  static_route->set_ip_prefix("10.99.0.0/16");
  static_route->set_nexthop("discard");
  auto* p = t.Insert<nb::Logical_Router_Policy>(policy);
  p->set_priority(10);
  p->set_match("ip4");
  p->set_action("drop");
  t.Insert<nb::Logical_Switch_Port>(port)->set_name("vm");
  // Somebody has to refer to them.
  auto* ls = t.Insert<nb::Logical_Switch>(Uuid::FromName("ls"));
  ls->set_name("s");
  *ls->add_acls() = TestNetwork::Ref("northbound row");
  *ls->add_ports() = TestNetwork::Ref("lsp");
  auto* lr = t.Insert<nb::Logical_Router>(Uuid::FromName("lr"));
  lr->set_name("r");
  *lr->add_static_routes() = TestNetwork::Ref("route");
  *lr->add_policies() = TestNetwork::Ref("policy");
  ASSERT_TRUE(nb.Commit(std::move(t)).ok());
  causes_.UseNorthbound(&nb);

  const DropCause by_acl = Of("ls_in_acl", row_);
  EXPECT_EQ(by_acl.table, "ACL");
  EXPECT_EQ(by_acl.row, row_.ToString());
  EXPECT_EQ(by_acl.name, "no-telnet");
  EXPECT_EQ(by_acl.text,
            "dropped by ACL \"no-telnet\" (from-lport 1001, tcp.dst == 23, drop) (ls_in_acl: ip4, priority 1000)");
  EXPECT_EQ(Of("lr_in_ip_routing", route).text,
            "dropped by route \"10.99.0.0/16\" (via discard) (lr_in_ip_routing: ip4, priority 1000)");
  EXPECT_EQ(Of("lr_in_policy", policy).text,
            absl::StrCat("dropped by policy ", policy.ToString(),
                         " (priority 10, ip4, drop) (lr_in_policy: ip4, priority 1000)"));
  EXPECT_EQ(Of("ls_in_l2_lkup", port).text,
            "dropped by a flow made for Logical_Switch_Port \"vm\" (ls_in_l2_lkup: ip4, priority 1000)");
  causes_.UseNorthbound(nullptr);
  EXPECT_EQ(Of("ls_in_acl", row_).name, "");
}

TEST_F(DropCausesTest, WhereNoLogicalFlowDecides) {
  EXPECT_EQ(DropCauses::NoFlow("ls_in_acl").text, "dropped: no flow of ls_in_acl matches");
  EXPECT_EQ(DropCauses::NoFlow("").text, "dropped: no flow matches");
  EXPECT_EQ(DropCauses::NoFlow("ls_in_acl").kind, DropKind::kStageDefault);
  EXPECT_EQ(DropCauses::Other(DropKind::kTtl, "over").kind, DropKind::kTtl);
}

}  // namespace
}  // namespace ovnlite
