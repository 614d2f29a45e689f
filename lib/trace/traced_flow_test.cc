#include "lib/trace/traced_flow.h"

#include <gtest/gtest.h>

#include "lib/schema/message.h"

namespace ovnlite {
namespace {

class TracedFlowTest : public testing::Test {
 protected:
  TracedFlow Make(const std::string& match, const std::string& actions,
                  const std::function<std::string(std::string)>& friendly = nullptr) {
    sb::Logical_Flow row;
    row.set_pipeline("ingress");
    row.set_table_id(3);
    row.set_priority(50);
    row.set_match(match);
    row.set_actions(actions);
    (*row.mutable_external_ids())["stage-name"] = "ls_in_acl";
    (*row.mutable_external_ids())["source"] = "northd.c:1";
    const Row made = RowFrom(SchemaOf<sb::Logical_Flow>(), row);
    return MakeTracedFlow(pool_, Uuid(0x1234'5678'0000'0000, 1), sb::Logical_Flow_View(&made), friendly);
  }
  TracedFlow::Ending EndingOf(const std::string& actions) { return Make("1", actions).ending; }
  ExprPool pool_;
};

TEST_F(TracedFlowTest, Title) {
  EXPECT_EQ(Make("ip4", "next;").title, " 3. ls_in_acl (northd.c:1): ip4, priority 50, uuid 12345678");
}

TEST_F(TracedFlowTest, FriendlyNamesEndAtTheLastToken) {
  const auto friendly = [](std::string text) { return text + "!"; };
  EXPECT_EQ(Make("ip4  /* comment */ ", "next;", friendly).title,
            " 3. ls_in_acl (northd.c:1): ip4!, priority 50, uuid 12345678");
  EXPECT_EQ(Make("ip4", "reg0 = 1; next;", friendly).places[0].text, "reg0 = 1;!");
}

TEST_F(TracedFlowTest, PlacesNest) {
  const TracedFlow flow = Make("1", "clone { reg0 = 1; output; }; next;");
  ASSERT_EQ(flow.places.size(), 4u);
  EXPECT_EQ(flow.places[0].end, 3);
  EXPECT_EQ(flow.places[1].text, "reg0 = 1;");
  EXPECT_EQ(flow.places[1].end, 2);
  EXPECT_EQ(flow.places[3].text, "next;");
  EXPECT_EQ(flow.places[3].end, 4);
}

TEST_F(TracedFlowTest, TrivialIsOnlyGoingOnWithEverything) {
  EXPECT_TRUE(Make("1", "next;").is_trivial);
  EXPECT_FALSE(Make("ip4", "next;").is_trivial);
  EXPECT_FALSE(Make("1", "reg0 = 1; next;").is_trivial);
  EXPECT_FALSE(Make("1", "next(pipeline=ingress, table=7);").is_trivial);
  EXPECT_FALSE(Make("1", "output;").is_trivial);
}

TEST_F(TracedFlowTest, WhatBecomesOfPackets) {
  for (const char* actions :
       {"next;", "output;", "reg0 = 1; next;", "ct_next;", "ct_snat(10.0.0.1);", "reg8[16..31] = select(1, 2);",
        "arp { output; };", "put_arp(inport, arp.spa, arp.sha);", "igmp;"}) {
    EXPECT_EQ(EndingOf(actions), TracedFlow::Ending::kGoesOn) << actions;
  }
  for (const char* actions : {"reject { output; };", "tcp_reset { next; };", "icmp4 { output; };",
                              "sctp_abort { output; };", "icmp6_error { output; }; next;"}) {
    EXPECT_EQ(EndingOf(actions), TracedFlow::Ending::kAnswers) << actions;
  }
  for (const char* actions : {"drop;", "reg0 = 1;", "log(severity=info);",
                              "sample(probability=65535,collector_set=2,obs_domain=1,obs_point=$cookie);"}) {
    EXPECT_EQ(EndingOf(actions), TracedFlow::Ending::kDrops) << actions;
  }
}

TEST_F(TracedFlowTest, ActionsThatCannotBeReadAreNone) {
  const TracedFlow flow = Make("1", "flood_remote;");
  EXPECT_TRUE(flow.places.empty());
  EXPECT_FALSE(flow.is_trivial);
}

}  // namespace
}  // namespace ovnlite
