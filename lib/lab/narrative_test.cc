#include "ovnlite/lab/narrative.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "ovnlite/lab/lab.h"
#include "ovnlite/topology/topology.h"

namespace ovnlite {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class NarrativeTest : public testing::Test {
 protected:
  void SetUp() override {
    lab_.AddChassis("compute1", "192.168.56.11");
    lab_.AddChassis("compute2", "192.168.56.12");
    lab_.AddSwitch("LS1");
    lab_.AddSwitch("LS2");
    lab_.AddRouter("LR1");
    lab_.Connect("LR1", "LS1", "00:00:00:00:ff:01", "10.0.0.1/24");
    lab_.Connect("LR1", "LS2", "00:00:00:00:ff:02", "10.0.1.1/24");
    lab_.AddHost("VM-A", "LS1", "LSP1", "compute1", "00:00:00:00:00:0a", "10.0.0.10/24", "10.0.0.1");
    lab_.AddHost("VM-B", "LS2", "LSP2", "compute2", "00:00:00:00:00:0b", "10.0.1.20/24", "10.0.1.1");
    ASSERT_TRUE(lab_.status().ok()) << lab_.status();
  }

  // "1 L2 LS1 compute1" of each step.
  static std::vector<std::string> Heads(const Journey& journey) {
    std::vector<std::string> heads;
    for (const NarrativeStep& s : journey.steps) {
      heads.push_back(
          absl::StrCat(s.number, " ", s.layer, " ", s.component, s.chassis.empty() ? "" : " on ", s.chassis));
    }
    return heads;
  }

  Lab lab_;
};

TEST_F(NarrativeTest, TheSixSteps) {
  const Narrative narrative = *lab_.Explain("VM-A", "VM-B");
  ASSERT_EQ(narrative.journeys.size(), 4u);
  EXPECT_EQ(narrative.journeys[0].title, "VM-A asks who has 10.0.0.1: 00:00:00:00:ff:01, answered by LS1 on compute1");
  EXPECT_EQ(narrative.journeys[2].title, "VM-B asks who has 10.0.1.1: 00:00:00:00:ff:02, answered by LS2 on compute2");
  const Journey& there = narrative.journeys[1];
  EXPECT_EQ(there.title, "VM-A to VM-B: ICMP echo request");
  EXPECT_EQ(there.path,
            "VM-A -> LS1 -> LR1 -> Geneve encapsulation -> underlay -> Geneve decapsulation -> LS2 -> VM-B");
  EXPECT_THAT(Heads(there),
              ElementsAre("1 L2 LS1 on compute1", "2 L3 LR1 on compute1", "3 L3/L2 OVS / Geneve on compute1",
                          "4 physical underlay", "5 L3/L2 OVS / Geneve on compute2", "6 L2 LS2 on compute2"));
  EXPECT_THAT(Heads(narrative.journeys[3]),
              ElementsAre("1 L2 LS2 on compute2", "2 L3 LR1 on compute2", "3 L3/L2 OVS / Geneve on compute2",
                          "4 physical underlay", "5 L3/L2 OVS / Geneve on compute1", "6 L2 LS1 on compute1"));

  // What routing does, and by which logical flows.
  const NarrativeStep& routing = there.steps[1];
  ASSERT_EQ(routing.flows.size(), 2u);
  EXPECT_EQ(routing.flows[0].stage, "lr_in_ip_routing");
  EXPECT_THAT(routing.flows[0].changes,
              ElementsAre(FieldChange{"eth.src", "00:00:00:00:00:0a", "00:00:00:00:ff:02"},
                          FieldChange{"ip.ttl", "64", "63"}, FieldChange{"outport", "", "lr1-ls2"}));
  EXPECT_EQ(routing.flows[1].stage, "lr_in_arp_resolve");
  EXPECT_THAT(routing.flows[1].changes, ElementsAre(FieldChange{"eth.dst", "00:00:00:00:ff:01", "00:00:00:00:00:0b"}));
  EXPECT_EQ(routing.packet,
            "00:00:00:00:ff:02 > 00:00:00:00:00:0b, 10.0.0.10 > 10.0.1.20: ICMP echo request, id 1, seq 1, ttl 63, "
            "length 98");

  // What encapsulation adds: keys are northd's to choose, and the source port a hash.
  const std::vector<FieldChange>& added = there.steps[2].added;
  ASSERT_EQ(added.size(), 4u);
  EXPECT_EQ(added[0].after, "192.168.56.11 > 192.168.56.12, ttl 64");
  EXPECT_THAT(added[1].after, HasSubstr(" > 6081"));
  EXPECT_THAT(added[2].after, HasSubstr("(LS2)"));
  EXPECT_THAT(added[3].after, testing::StartsWith("class 0x0102, type 0x80: from port "));
  EXPECT_THAT(added[3].after, HasSubstr("(ls2-lr1) to port "));
  EXPECT_EQ(there.steps[3].action, "192.168.56.11 to 192.168.56.12, UDP 6081, 156 bytes");
  EXPECT_EQ(there.steps[5].action, "out by LSP2, delivered to VM-B");
}

TEST_F(NarrativeTest, TextFitsATerminal) {
  for (const char* to : {"VM-B", "10.0.1.1", "10.0.1.99"}) {
    const std::string text = lab_.Explain("VM-A", to)->ToText() + DiagnosticsToText(*lab_.Diagnose("compute2"));
    for (const absl::string_view line : absl::StrSplit(text, '\n')) {
      EXPECT_LE(line.size(), 100u) << line;
      EXPECT_FALSE(absl::EndsWith(line, " ")) << "\"" << line << "\"";
    }
  }
}

TEST_F(NarrativeTest, JsonSaysTheSame) {
  const Narrative narrative = *lab_.Explain("VM-A", "VM-B");
  const auto json = nlohmann::json::parse(narrative.ToJson());
  EXPECT_EQ(json["ping"]["received"], 1);
  ASSERT_EQ(json["journeys"].size(), 4u);
  const auto& step = json["journeys"][1]["steps"][1];
  EXPECT_EQ(step["layer"], "L3");
  EXPECT_EQ(step["flows"][0]["changes"][1], (nlohmann::json{{"field", "ip.ttl"}, {"before", "64"}, {"after", "63"}}));
  EXPECT_THAT(step["flows"][0]["actions"].get<std::string>(), HasSubstr("ip.ttl--"));
  const auto commands = nlohmann::json::parse(DiagnosticsToJson(*lab_.Diagnose("compute1")));
  EXPECT_EQ(commands[0]["command"], "ovs-vsctl list interface | grep -A5 geneve");
}

TEST_F(NarrativeTest, TheRouterAnswersByItself) {
  const Narrative narrative = *lab_.Explain("VM-A", "10.0.1.1");
  const Journey& ping = narrative.journeys.back();
  EXPECT_EQ(ping.path, "VM-A -> LS1 -> LR1 -> LS1 -> VM-A");
  EXPECT_THAT(Heads(ping), ElementsAre("1 L2 LS1 on compute1", "2 L3 LR1 on compute1", "3 L2 LS1 on compute1"));
}

TEST_F(NarrativeTest, ADropSaysWhere) {
  LogicalSwitchPort vm_a = *lab_.topology().FindSwitchPort("LSP1");
  ASSERT_TRUE(vm_a.SetPortSecurity({"00:00:00:00:00:0a 10.0.0.99"}).ok());
  const Narrative spoofed = *lab_.Explain("VM-A", "VM-B");
  EXPECT_THAT(spoofed.ToText(), HasSubstr("seq 1, no answer"));
  // Its question for the router is dropped already.
  EXPECT_THAT(spoofed.journeys[0].title, HasSubstr("VM-A asks who has 10.0.0.1: no answer"));
  ASSERT_FALSE(spoofed.journeys[0].steps.empty());
  EXPECT_THAT(spoofed.journeys[0].steps.back().action,
              HasSubstr("dropped by port security of \"LSP1\" (ls_in_apply_port_sec: "));
}

// A router looks up who its neighbors are on the way, and finds nobody: that is not what ends the packet.
TEST_F(NarrativeTest, ADiscardRouteDropsByAFlow) {
  LogicalRouter router = *lab_.topology().FindRouter("LR1");
  ASSERT_TRUE(router.AddStaticRoute("10.99.0.0/16", "discard").ok());
  const Narrative narrative = *lab_.Explain("VM-A", "10.99.0.1");
  const Journey& ping = narrative.journeys.back();
  ASSERT_FALSE(ping.steps.empty());
  EXPECT_THAT(ping.steps.back().action,
              HasSubstr("dropped by route \"10.99.0.0/16\" (via discard) (lr_in_ip_routing: "));
}

TEST_F(NarrativeTest, OvnTraceOfThePing) {
  const absl::StatusOr<std::string> trace = lab_.Trace("VM-A", "VM-B");
  ASSERT_TRUE(trace.ok()) << trace.status();
  for (const char* line : {"ingress(dp=\"LS1\", inport=\"LSP1\")", "ingress(dp=\"LR1\", inport=\"lr1-ls1\")",
                           "egress(dp=\"LS2\", inport=\"ls2-lr1\", outport=\"LSP2\")", "output to \"LSP2\""}) {
    EXPECT_THAT(*trace, HasSubstr(line));
  }
  EXPECT_EQ(lab_.Trace("VM-A", "10.0.0.55").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace ovnlite
