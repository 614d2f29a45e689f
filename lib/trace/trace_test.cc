#include "ovnlite/trace/trace.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/base/shared_testutil.h"
#include "lib/controller/network_testutil.h"
#include "lib/trace/trace_testutil.h"
#include "ovnlite/db/log_file.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

constexpr absl::string_view kPing =
    "inport==\"LSP1\" && eth.src==00:00:00:00:00:0a && eth.dst==00:00:00:00:ff:01 && ip4.src==10.0.0.10 && "
    "ip4.dst==10.0.1.20 && ip.ttl==64 && icmp4.type==8";

std::unique_ptr<Database> Load(absl::string_view name) {
  absl::StatusOr<LoadedLog> log = LoadLog(absl::StrCat("lib/trace/testdata/", name, "/sb.db"));
  EXPECT_TRUE(log.ok() && log->error.ok());
  return std::move(log->database);
}

TraceOptions Physical() {
  TraceOptions options;
  options.physical = true;
  return options;
}

// What ovn-trace printed, in all three forms, letter for letter.
struct Case {
  const char* name;
  size_t traces;
};
class TestData : public testing::TestWithParam<Case> {};

TEST_P(TestData, IsReproduced) {
  const std::string name = GetParam().name;
  const std::unique_ptr<Database> sb = Load(name);
  Tracer tracer(*sb);
  const std::vector<std::string> lines =
      TraceLines(ReadFileOrDie(absl::StrCat("lib/trace/testdata/", name, ".traces")));
  ASSERT_EQ(lines.size(), GetParam().traces);
  for (size_t i = 0; i < lines.size(); ++i) {
    SCOPED_TRACE(lines[i]);
    const absl::StatusOr<TraceArguments> arguments = ParseTraceArguments(lines[i]);
    ASSERT_TRUE(arguments.ok()) << arguments.status();
    const absl::StatusOr<Trace> trace = tracer.Run(arguments->datapath, arguments->microflow, arguments->options);
    ASSERT_TRUE(trace.ok()) << trace.status();
    const std::string prefix = absl::StrCat("lib/trace/testdata/", name, "/", TraceNumber(i + 1));
    EXPECT_EQ(trace->ToText(TraceForm::kDetailed), ReadFileOrDie(prefix + ".trace"));
    EXPECT_EQ(trace->ToText(TraceForm::kSummary), ReadFileOrDie(prefix + ".summary"));
    EXPECT_EQ(trace->ToText(TraceForm::kMinimal), ReadFileOrDie(prefix + ".minimal"));
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, TestData,
                         testing::Values(Case{"lab", 10}, Case{"nat_lb", 8}, Case{"refusals", 25}, Case{"groups", 8},
                                         Case{"peers", 9}, Case{"answers", 1}, Case{"unreadable", 2}),
                         [](const auto& info) { return std::string(info.param.name); });

// Of the flows that the packet may have met; `CheckFlows` has all that ovn-trace has.
TEST(Trace, WarnsOfFlowsThatCannotBeRead) {
  const std::unique_ptr<Database> sb = Load("unreadable");
  Tracer tracer(*sb);
  const std::vector<std::string> lines = TraceLines(ReadFileOrDie("lib/trace/testdata/unreadable.traces"));
  const std::vector<std::string> recorded =
      absl::StrSplit(ReadFileOrDie("lib/trace/testdata/unreadable/warnings"), '\n', absl::SkipEmpty());
  std::vector<std::string> all = tracer.CheckFlows();
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, recorded);
  std::vector<std::vector<std::string>> warnings;
  for (const std::string& line : lines) {
    const absl::StatusOr<TraceArguments> arguments = ParseTraceArguments(line);
    ASSERT_TRUE(arguments.ok());
    absl::StatusOr<Trace> trace = tracer.Run(arguments->datapath, arguments->microflow, arguments->options);
    ASSERT_TRUE(trace.ok()) << trace.status();
    std::sort(trace->warnings.begin(), trace->warnings.end());
    EXPECT_TRUE(std::includes(recorded.begin(), recorded.end(), trace->warnings.begin(), trace->warnings.end()));
    warnings.push_back(trace->warnings);
  }
  const auto has = [&](size_t trace, absl::string_view start) {
    return std::any_of(warnings[trace].begin(), warnings[trace].end(),
                       [&](const std::string& w) { return absl::StartsWith(w, start); });
  };
  // From a to b.
  EXPECT_TRUE(has(0, "outport == \"b\" && ip4.src == <nil> && tcp: parsing expression failed ("));
  EXPECT_TRUE(has(0, "flood_remote;: parsing actions failed ("));
  EXPECT_TRUE(has(0, "ip4 && (tcp: parsing expression failed ("));
  EXPECT_FALSE(has(0, "outport == \"a\"")) << "for another port";
  EXPECT_FALSE(has(0, "ip4 &&: parsing")) << "of another switch";
  EXPECT_TRUE(has(1, "outport == \"a\""));
  EXPECT_TRUE(has(1, "inport == \"b\" && foo == 1"));
  // A tracer that was asked other things before says the same.
  Tracer fresh(*sb);
  const absl::StatusOr<TraceArguments> arguments = ParseTraceArguments(lines[1]);
  std::vector<std::string> again = fresh.Run(arguments->datapath, arguments->microflow)->warnings;
  std::sort(again.begin(), again.end());
  EXPECT_EQ(again, warnings[1]);
  EXPECT_TRUE(absl::StrContains(fresh.Run(arguments->datapath, arguments->microflow)->ToJson(), "\"warnings\": [\""))
      << "programs are told as well";
}

TEST(Trace, SaysWhichChassisCannotBeReached) {
  TestNetwork net;
  net.Chassis("hv1", "192.0.2.1");
  net.Chassis("hv2", "192.0.2.2", "vxlan");
  net.Switch("s", 1);
  net.Port("s", 1, "a", nullptr, "hv1");
  net.Port("s", 2, "b", nullptr, "hv2");
  net.Flow(1, "s", "ingress", 0, 1, "1", "outport = \"b\"; output;");
  net.Flow(2, "s", "egress", 0, 1, "1", "output;");
  Tracer tracer(net.sb());
  const absl::StatusOr<Trace> trace = tracer.Run("s", "inport == \"a\" && ip4", Physical());
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_EQ(trace->warnings, (std::vector<std::string>{"chassis hv2 has no Geneve Encap: it cannot be reached"}));
  ASSERT_FALSE(trace->physical.empty());
  EXPECT_EQ(trace->physical.back().text,
            "dropped in OpenFlow table 40: no way to port \"b\" from here: chassis hv2 has no Geneve Encap");
  EXPECT_EQ(trace->physical.back().cause->kind, DropKind::kUnreachable);
  // What nobody asks for is not said.
  EXPECT_TRUE(tracer.Run("s", "inport == \"a\" && ip4")->warnings.empty());
}

// `lsp-add SWITCH PORT "" TAG` makes an ordinary port.
TEST(Trace, AnEmptyParentIsNone) {
  TestNetwork net;
  net.Chassis("hv1", "192.0.2.1");
  net.Switch("s", 1);
  const auto parentless = [](auto& row) { row.set_parent_port(""); };
  net.Port("s", 1, "a", parentless, "hv1");
  net.Port("s", 2, "b", parentless, "hv1");
  net.Flow(1, "s", "ingress", 0, 1, "1", "outport = \"b\"; output;");
  net.Flow(2, "s", "egress", 0, 1, "1", "output;");
  Tracer tracer(net.sb());
  const absl::StatusOr<Trace> trace = tracer.Run("s", "inport == \"a\" && ip4", Physical());
  ASSERT_TRUE(trace.ok()) << trace.status();
  ASSERT_FALSE(trace->physical.empty());
  EXPECT_EQ(trace->physical.back().kind, PhysicalKind::kDeliver);
  EXPECT_EQ(trace->physical.back().port, "b");
}

TEST(Trace, OpenFlowThatCannotBeWrittenOutIsSaid) {
  TestNetwork net;
  net.Switch("s", 1);
  net.Port("s", 1, "a");
  net.Insert<sb::Address_Set>("overlay", [](auto& row) {
    row.set_name("overlay6");
    for (const char* member : {"fd00:1::/48", "fd00:2::/48", "fd00:3::/48", "fd00:4::/48"}) row.add_addresses(member);
  });
  net.Flow(1, "s", "ingress", 0, 1, "ip6.src != $overlay6", "drop;");
  Tracer tracer(net.sb());
  TraceOptions options;
  options.openflow = true;
  const absl::StatusOr<Trace> trace = tracer.Run("s", "inport == \"a\" && ip6.src == fd00::1", options);
  ASSERT_TRUE(trace.ok()) << trace.status();
  ASSERT_EQ(trace->warnings.size(), 1u);
  EXPECT_TRUE(absl::StrContains(trace->warnings[0], "more than 1048576 comparisons")) << trace->warnings[0];
}

TEST(Trace, ErrorsInOvnTracesWords) {
  const std::unique_ptr<Database> sb = Load("lab");
  Tracer tracer(*sb);
  const auto message = [&](absl::string_view datapath, absl::string_view microflow) {
    return std::string(tracer.Run(datapath, microflow).status().message());
  };
  EXPECT_EQ(message("LS9", kPing), "unknown datapath \"LS9\"");
  EXPECT_EQ(message("", "inport == \"nope\""), "unknown port \"nope\"");
  EXPECT_EQ(message("", "ip4"), "error parsing flow: flow match expression does not match on inport");
  EXPECT_EQ(message("LS1", "ip4 && ip6"), "error parsing flow: Constraints are contradictory.");
  EXPECT_EQ(message("LS1", "foo == 1"), "error parsing flow: Syntax error at `foo' expecting field name.");
}

TEST(Trace, UnknownPortsAreWarnings) {
  const std::unique_ptr<Database> sb = Load("lab");
  Tracer tracer(*sb);
  absl::StatusOr<Trace> trace = tracer.Run("LS1", "inport == \"nope\"");
  ASSERT_TRUE(trace.ok());
  EXPECT_EQ(trace->warnings,
            (std::vector<std::string>{"nope: unknown logical port", "microflow does not specify ingress port"}));
  EXPECT_TRUE(trace->root.children.empty());
  trace = tracer.Run("LS1", "inport == \"LSP2\"");
  ASSERT_TRUE(trace.ok());
  EXPECT_EQ(trace->warnings[0], "port LSP2 is in wrong datapath");
}

TEST(Trace, DatapathsByNameAndUuid) {
  const std::unique_ptr<Database> sb = Load("lab");
  Tracer tracer(*sb);
  const std::string expected = tracer.Run("LS1", kPing)->ToText(TraceForm::kDetailed);
  EXPECT_EQ(tracer.Run("", kPing)->ToText(TraceForm::kDetailed), expected);
  TraceOptions long_names;
  long_names.friendly_names = false;
  const std::string northbound = tracer.Run("LS1", kPing, long_names)->root.children[0]->datapath;
  ASSERT_EQ(northbound.size(), 36u);
  EXPECT_EQ(tracer.Run(northbound, kPing)->ToText(TraceForm::kDetailed), expected);
  EXPECT_EQ(tracer.Run(northbound.substr(0, 8), kPing)->ToText(TraceForm::kDetailed), expected);
}

TEST(Trace, CtStateFlags) {
  EXPECT_EQ(ParseCtStateFlags("new,rpl").value(), kCtTrk | kCtNew | kCtRpl);
  EXPECT_EQ(ParseCtStateFlags("trk est dnat").value(), kCtTrk | kCtEst | kCtDnat);
  EXPECT_EQ(ParseCtStateFlags("").value(), kCtTrk);
  EXPECT_EQ(ParseCtStateFlags("new,foo").status().message(), "foo: unknown connection tracking state flag");
}

TEST(Trace, ShowsOpenFlow) {
  const std::unique_ptr<Database> sb = Load("lab");
  Tracer tracer(*sb);
  TraceOptions options;
  options.openflow = true;
  const std::string text = tracer.Run("LS1", kPing, options)->ToText(TraceForm::kDetailed);
  EXPECT_TRUE(absl::StrContains(text, "table=33")) << text;  // ls_in_l2_lkup is 8 + 25.
  EXPECT_TRUE(absl::StrContains(text, "dl_dst=00:00:00:00:ff:01")) << text;
}

// Forwarding forgets the connection where it crosses to another datapath; ovn-trace does not.
TEST(Trace, AsForwarded) {
  const std::unique_ptr<Database> sb = Load("lab");
  Tracer tracer(*sb);
  TraceOptions options;
  options.as_forwarded = true;
  const std::string text = tracer.Run("LS1", kPing, options)->ToText(TraceForm::kMinimal);
  EXPECT_TRUE(absl::StrContains(text, "output(\"LSP2\")")) << text;
}

TEST(Trace, PhysicalPathOfAPing) {
  const std::unique_ptr<Database> sb = Load("lab");
  Tracer tracer(*sb);
  const absl::StatusOr<Trace> trace = tracer.Run("LS1", kPing, Physical());
  ASSERT_TRUE(trace.ok());
  const PhysicalStep *tunnel = nullptr, *delivery = nullptr;
  for (const PhysicalStep& step : trace->physical) {
    EXPECT_NE(step.kind, PhysicalKind::kDrop) << step.text;
    if (step.kind == PhysicalKind::kTunnel) tunnel = &step;
    if (step.kind == PhysicalKind::kDeliver) delivery = &step;
  }
  ASSERT_NE(tunnel, nullptr);
  ASSERT_NE(delivery, nullptr);
  EXPECT_EQ(tunnel->chassis, "compute1");
  EXPECT_EQ(tunnel->to, "compute2");
  EXPECT_TRUE(absl::StrContains(tunnel->headers, "192.168.56.11 > 192.168.56.12")) << tunnel->headers;
  // VNI 2 is LS2; ports 1 (to the router) and 2 (LSP2).
  EXPECT_EQ(tunnel->geneve,
            (std::vector<uint8_t>{0x02, 0x40, 0x65, 0x58, 0, 0, 2, 0, 0x01, 0x02, 0x80, 0x01, 0, 1, 0, 2}));
  EXPECT_EQ(delivery->chassis, "compute2");
  EXPECT_EQ(delivery->port, "LSP2");
  EXPECT_EQ(delivery->frame, tunnel->frame);
}

TEST(Trace, PhysicalPathNamesTheRowThatDrops) {
  const std::unique_ptr<Database> sb = Load("lab");
  Tracer tracer(*sb);
  const absl::StatusOr<Trace> trace = tracer.Run(
      "LS1",
      "inport==\"LSP1\" && eth.src==00:00:00:00:00:0c && eth.dst==00:00:00:00:ff:01 && ip4.src==10.0.0.10 && "
      "ip4.dst==10.0.1.20 && ip.ttl==64 && icmp4.type==8",
      Physical());
  ASSERT_TRUE(trace.ok());
  ASSERT_FALSE(trace->physical.empty());
  const PhysicalStep& last = trace->physical.back();
  EXPECT_EQ(last.kind, PhysicalKind::kDrop);
  EXPECT_EQ(last.row_table, "Logical_Flow");
  EXPECT_TRUE(absl::StrContains(last.text, "ls_in_apply_port_sec")) << last.text;
}

TEST(Trace, Json) {
  const std::unique_ptr<Database> sb = Load("lab");
  Tracer tracer(*sb);
  const std::string json = tracer.Run("LS1", kPing, Physical())->ToJson();
  EXPECT_TRUE(absl::StartsWith(json, "{\"version\": 1, \"microflow\": \"icmp,reg14=0x2,")) << json;
  EXPECT_TRUE(absl::StrContains(json, "\"text\": \"ingress(dp=\\\"LS1\\\", inport=\\\"LSP1\\\")\"")) << json;
  EXPECT_TRUE(absl::StrContains(json, "\"geneve\": \"02406558000002000102800100010002\"")) << json;
  EXPECT_TRUE(absl::EndsWith(json, "]}"));
}

// The tracer follows its database: what is no longer there is no longer met.
TEST(Trace, FollowsTheDatabase) {
  const std::unique_ptr<Database> sb = Load("lab");
  Tracer tracer(*sb);
  const absl::StatusOr<Trace> before = tracer.Run("LS1", kPing);
  ASSERT_TRUE(before.ok());
  const Uuid first = before->root.children.at(0)->children.at(0)->logical_flow;
  ASSERT_FALSE(first.IsZero());
  Transaction transaction = sb->Begin();
  transaction.Delete(*sb->schema().FindTable("Logical_Flow"), first);
  ASSERT_TRUE(sb->Commit(std::move(transaction)).ok());
  const absl::StatusOr<Trace> after = tracer.Run("LS1", kPing);
  ASSERT_TRUE(after.ok());
  EXPECT_TRUE(absl::StrContains(after->ToText(TraceForm::kDetailed), "no match (implicit drop)"))
      << after->ToText(TraceForm::kDetailed);
}

}  // namespace
}  // namespace ovnlite
