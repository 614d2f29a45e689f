#include "ovnlite/logical/action_parse.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "ovnlite/logical/lexer.h"

namespace ovnlite {
namespace {

const ActionContext kContext = {.table = 10, .tables = 24};

class ActionParseTest : public ::testing::Test {
 protected:
  ActionList Parse(absl::string_view text, const ActionContext& context = kContext) {
    absl::StatusOr<ParsedActions> parsed = ParseActions(pool_, text, context);
    EXPECT_TRUE(parsed.ok()) << text << ": " << parsed.status();
    if (!parsed.ok()) return {};
    prerequisites_ = parsed->prerequisites;
    return std::move(parsed->actions);
  }
  std::string Prerequisites() const { return prerequisites_ == nullptr ? "" : ToString(prerequisites_); }
  std::string Error(absl::string_view text, const ActionContext& context = kContext) {
    const absl::StatusOr<ParsedActions> parsed = ParseActions(pool_, text, context);
    return parsed.ok() ? "no error" : ExplainError(parsed.status(), text);
  }

  std::string Message(absl::string_view text, const ActionContext& context = kContext) {
    const std::string error = Error(text, context);
    return error.substr(0, error.find('\n'));
  }

  ExprPool pool_;
  const Expr* prerequisites_ = nullptr;
};

TEST_F(ActionParseTest, ReadsKindsAndBodies) {
  const ActionList actions = Parse("reg0 = 5; outport <-> inport; ct_snat(10.0.0.1, 1-9); next;");
  ASSERT_EQ(actions.size(), 4u);
  EXPECT_EQ(actions[0].kind, ActionKind::kLoad);
  EXPECT_EQ(actions[0].as<LoadBody>().value.integer.value, 5u);
  EXPECT_EQ(actions[1].as<MoveBody>().src.symbol->name, "inport");
  EXPECT_EQ(actions[2].as<CtNatBody>().address->ToString(), "10.0.0.1");
  EXPECT_EQ(actions[2].as<CtNatBody>().port_high, 9);
  EXPECT_EQ(actions[2].as<CtNatBody>().table, 11);
  EXPECT_EQ(actions[3].as<NextBody>().table, 11);
  EXPECT_EQ(FormatActions(actions), "reg0 = 5; outport <-> inport; ct_snat(10.0.0.1,1-9); next;");
  EXPECT_EQ(Prerequisites(), "ip");
}

TEST_F(ActionParseTest, KnowsWhereEachActionStands) {
  const absl::string_view text = " reg0 = 5 ;  clone { output; next ; };";
  const ActionList actions = Parse(text);
  ASSERT_EQ(actions.size(), 2u);
  const auto place = [&](const Action& a) { return std::string(text.substr(a.begin, a.end - a.begin)); };
  EXPECT_EQ(place(actions[0]), "reg0 = 5 ");
  EXPECT_EQ(place(actions[1]), "clone { output; next ; }");
  EXPECT_EQ(place((*actions[1].nested())[0]), "output");
  EXPECT_EQ(CountActions(actions), 4);
}

TEST_F(ActionParseTest, DropIsNothing) {
  EXPECT_TRUE(Parse("drop;").empty());
  EXPECT_TRUE(Parse(" /* nothing */ ").empty());
  EXPECT_EQ(FormatActions({}), "drop;");
  EXPECT_EQ(FormatActions(Parse("arp { };")), "arp { drop; };");
}

TEST_F(ActionParseTest, CollectsPrerequisites) {
  Parse("tcp.dst = 80;");
  EXPECT_EQ(Prerequisites(), "ip.proto == 0x6 && (eth.type == 0x800 || eth.type == 0x86dd)");
  Parse("put_arp(inport, arp.spa, arp.sha);");
  EXPECT_EQ(Prerequisites(), "eth.type == 0x806 && eth.type == 0x806");
  Parse("reg0[17] = 1; ct_commit_nat;");
  EXPECT_EQ(Prerequisites(), "ip");
  Parse("vlan.pcp = 2; ip.ttl--;");
  EXPECT_EQ(Prerequisites(), "vlan.tci[12] && ip");
  // What is done to another packet needs nothing of this one; a clone is this packet.
  Parse("arp { tcp.dst = 80; };");
  EXPECT_EQ(Prerequisites(), "ip4");
  Parse("clone { ip4.dst = 1.1.1.1; };");
  EXPECT_EQ(Prerequisites(), "eth.type == 0x800");
  Parse("reg0 = 1;");
  EXPECT_EQ(Prerequisites(), "");
}

TEST_F(ActionParseTest, ErrorsShowTheirPlace) {
  EXPECT_EQ(Error("reg0 = 5; nexxt;"),
            "Syntax error at `nexxt' expecting action.\n"
            "reg0 = 5; nexxt;\n"
            "          ^^^^^");
  EXPECT_EQ(Error("ip.proto = 6;"),
            "Field ip.proto is not modifiable.\n"
            "ip.proto = 6;\n"
            "           ^");
}

TEST_F(ActionParseTest, SaysWhereScopesEnd) {
  Parse("ct_commit { ct_mark = 1; };");
  EXPECT_EQ(Message("ct_mark = 1;"), "Field ct_mark is not modifiable.");
  EXPECT_EQ(Message("ct_commit { reg0 = 1; };"), "Field reg0 is not modifiable.");
}

TEST_F(ActionParseTest, NextStaysWithinThePipeline) {
  EXPECT_EQ(FormatActions(Parse("next(pipeline=egress, table=0);")), "next(pipeline=egress, table=0);");
  EXPECT_EQ(FormatActions(Parse("next(11);")), "next;");
  EXPECT_EQ(FormatActions(Parse("next(3);")), "next(3);");
  EXPECT_EQ(Message("next(24);"), "\"next\" action cannot advance beyond table 23.");
  EXPECT_EQ(Message("next;", {.tables = 0}), "\"next\" action not allowed here.");
}

TEST_F(ActionParseTest, NestsThirtyOneDeep) {
  const auto nested = [](int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += "clone { ";
    text += "next; ";
    for (int i = 0; i < depth; ++i) text += "}; ";
    return text;
  };
  EXPECT_EQ(CountActions(Parse(nested(31))), 32);
  EXPECT_EQ(Message(nested(32)), "maximum depth of nested actions reached");
}

TEST_F(ActionParseTest, OptionsComeFromTables) {
  const OptionTable table({{"offerip", 0, OptionType::kIpv4}, {"color", 200, OptionType::kString}});
  const ActionContext context = {.table = 10, .dhcp_options = &table};
  const ActionList actions = Parse("reg0[1] = put_dhcp_opts(offerip=10.0.0.1, color={\"red\",\"blue\"});", context);
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].as<OptionsBody>().options[1].def.code, 200);
  EXPECT_EQ(FormatAction(actions[0]), "reg0[1] = put_dhcp_opts(offerip = 10.0.0.1, color = {\"red\", \"blue\"});");
  EXPECT_EQ(Message("reg0[1] = put_dhcp_opts(router=10.0.0.1);", context),
            "Syntax error at `router' expecting DHCPv4 option name.");
  EXPECT_EQ(Message("reg0[1] = put_dhcp_opts(offerip=1.1.1.1);", {.dhcp_options = nullptr}),
            "Syntax error at `offerip' expecting DHCPv4 option name.");
}

TEST_F(ActionParseTest, EqualityIsOfValues) {
  EXPECT_EQ(Parse("reg0=5;next;"), Parse("  reg0 = 5; next(11);"));
  EXPECT_FALSE(Parse("reg0 = 5;") == Parse("reg0 = 0x5;"));  // They print differently.
  EXPECT_FALSE(Parse("clone { next; };") == Parse("clone { output; };"));
}

}  // namespace
}  // namespace ovnlite
