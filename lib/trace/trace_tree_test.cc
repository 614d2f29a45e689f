#include "ovnlite/trace/trace_tree.h"

#include <gtest/gtest.h>

#include "ovnlite/trace/physical_path.h"
#include "ovnlite/trace/trace.h"

namespace ovnlite {
namespace {

// ingress { table { action, modify, table { action, egress { output } } } }
class TraceTreeTest : public testing::Test {
 protected:
  TraceTreeTest() {
    TraceNode* ingress = root_.Add(TraceKind::kPipeline, "ingress(dp=\"s\", inport=\"a\")");
    TraceNode* first = ingress->Add(TraceKind::kTable, " 0. first: 1, priority 50");
    first->Add(TraceKind::kAction, "ip.ttl--;");
    first->Add(TraceKind::kModify, "ip.ttl = 63");
    first->Add(TraceKind::kAction, "next(pipeline=ingress,table=1);");
    TraceNode* second = ingress->Add(TraceKind::kTable, " 1. second: 1, priority 0");
    second->Add(TraceKind::kAction, "output;");
    TraceNode* egress = second->Add(TraceKind::kPipeline, "egress(dp=\"s\", outport=\"b\")");
    egress->Add(TraceKind::kOutput, "/* output to \"b\" */");
    egress->Add(TraceKind::kError, "*** something");
  }
  TraceNode root_;
};

TEST_F(TraceTreeTest, Detailed) {
  EXPECT_EQ(FormatTraceTree(root_, TraceForm::kDetailed),
            "\n"
            "ingress(dp=\"s\", inport=\"a\")\n"
            "---------------------------\n"
            "     0. first: 1, priority 50\n"
            "            ip.ttl--;\n"
            "            next(pipeline=ingress,table=1);\n"
            " 1. second: 1, priority 0\n"
            "    output;\n"
            "\n"
            "egress(dp=\"s\", outport=\"b\")\n"
            "---------------------------\n"
            "    /* output to \"b\" */\n"
            "    *** something\n");
}

TEST_F(TraceTreeTest, SummaryHasNoTablesAndNoNext) {
  EXPECT_EQ(FormatTraceTree(root_, TraceForm::kSummary),
            "ingress(dp=\"s\", inport=\"a\") {\n"
            "    ip.ttl--;\n"
            "    output;\n"
            "    egress(dp=\"s\", outport=\"b\") {\n"
            "        /* output to \"b\" */;\n"
            "        *** something;\n"
            "    };\n"
            "};\n");
}

TEST_F(TraceTreeTest, MinimalHasOnlyWhatBecameOfThePacket) {
  EXPECT_EQ(FormatTraceTree(root_, TraceForm::kMinimal), "ip.ttl = 63;\n*** something;\n");
}

TEST(PhysicalPath, AChassisAtATime) {
  PhysicalPath path(4);
  path[0].chassis = path[1].chassis = path[2].chassis = "hv1";
  path[0].text = "from port \"a\"";
  path[1].kind = PhysicalKind::kFlow;
  path[1].text = "not in the text";
  path[2].kind = PhysicalKind::kTunnel;
  path[2].text = "into the tunnel to hv2";
  path[2].headers = "192.0.2.1 > 192.0.2.2";
  path[2].geneve = {0x02, 0x40};
  path[3].chassis = "hv2";
  path[3].kind = PhysicalKind::kDrop;
  path[3].text = "dropped";
  path[3].row_table = "Port_Binding";
  path[3].row = Uuid(1, 2);
  path[3].cause = DropCause();
  path[3].cause->text = "dropped";
  EXPECT_EQ(FormatPhysicalPath(path),
            "hv1:\n"
            "    from port \"a\"\n"
            "    into the tunnel to hv2\n"
            "        192.0.2.1 > 192.0.2.2\n"
            "        Geneve bytes 0240\n"
            "hv2:\n"
            "    dropped\n"
            "        because of Port_Binding 00000000-0000-0001-0000-000000000002\n");
  EXPECT_EQ(FormatPhysicalPath({}), "");
}

TEST(TraceJson, MembersAreThereWhenThereIsSomethingToSay) {
  Trace trace;
  trace.microflow = "icmp \"x\"\n";
  trace.warnings = {"é", "b\\c"};
  TraceNode* pipeline = trace.root.Add(TraceKind::kPipeline, "ingress");
  pipeline->datapath = "s";
  TraceNode* table = pipeline->Add(TraceKind::kTable, " 0. acl");
  table->table = 0;
  table->logical_flow = Uuid(1, 2);
  table->cause = std::make_unique<DropCause>();
  table->cause->kind = DropKind::kAcl;
  table->cause->answered = true;
  table->cause->text = "answered";
  EXPECT_EQ(
      trace.ToJson(),
      "{\"version\": 1, \"microflow\": \"icmp \\\"x\\\"\\n\", \"warnings\": [\"é\", \"b\\\\c\"], \"partial\": false, "
      "\"nodes\": "
      "[{\"kind\": \"pipeline\", \"text\": \"ingress\", \"datapath\": \"s\", \"nodes\": [{\"kind\": \"table\", "
      "\"text\": \" 0. acl\", \"logical_flow\": \"00000000-0000-0001-0000-000000000002\", \"table\": 0, \"cause\": "
      "{\"kind\": \"acl\", \"answered\": true, \"text\": \"answered\"}}]}], \"physical\": [], \"reply\": []}");
}

}  // namespace
}  // namespace ovnlite
