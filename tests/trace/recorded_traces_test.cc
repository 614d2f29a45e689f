// Every recorded trace, letter for letter.
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/base/shared_testutil.h"
#include "lib/trace/trace_testutil.h"
#include "ovnlite/db/log_file.h"
#include "ovnlite/packet/extract.h"
#include "ovnlite/trace/trace.h"

namespace ovnlite {
namespace {

constexpr absl::string_view kRandomly = " /* Randomly selected. Use --select-id to specify. */";

// ovn-trace throws dice where a route has several members; the comparison takes the member that it took, and tells so
// by
// --select-id, which makes the remark (and the line below it) shorter.
std::string AsRecorded(Tracer& tracer, TraceArguments arguments, TraceForm form, std::string& recorded) {
  const size_t at = recorded.find(std::string(kRandomly));
  if (at != std::string::npos) {
    const size_t equals = recorded.rfind(" = ", at);
    uint32_t id = 0;
    EXPECT_TRUE(absl::SimpleAtoi(recorded.substr(equals + 3, at - equals - 3), &id));
    arguments.options.select_id = static_cast<uint16_t>(id);
    recorded.erase(at, kRandomly.size());
    if (form == TraceForm::kDetailed) recorded.erase(recorded.find('\n', at) + 1, kRandomly.size());
  }
  absl::StatusOr<Trace> trace = tracer.Run(arguments.datapath, arguments.microflow, arguments.options);
  return trace.ok() ? trace->ToText(form) : std::string(trace.status().message());
}

// What the VMs got of real hypervisors for the packet that `key` describes, as "PORT HEX", from the recording of their
// steps.
std::multiset<std::string> RecordedDeliveries(const std::string& steps, const std::string& inport, const FlowKey& key) {
  std::multiset<std::string> delivered;
  bool found = false, here = false;
  for (const absl::string_view line : absl::StrSplit(steps, '\n', absl::SkipEmpty())) {
    const std::vector<std::string> words = absl::StrSplit(absl::StripAsciiWhitespace(line), ' ');
    if (words.size() != 2) continue;
    if (line[0] != ' ') {
      FlowKey sent;
      const std::string bytes = absl::HexStringToBytes(words[1]);
      ExtractFlowKey({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}, sent);
      here = words[0] == inport;
      for (const FieldRef f : {field::kEthSrc, field::kEthDst, field::kEthType, field::kIp6Src, field::kIp6Dst,
                               field::kIpProto, field::kL4Src, field::kNdTarget}) {
        here = here && sent.Get(f) == key.Get(f);
      }
      found = found || here;
    } else if (here && !absl::StrContains(words[0], '.')) {
      delivered.insert(absl::StrCat(words[0], " ", words[1]));
    }
  }
  EXPECT_TRUE(found) << "no step sends this packet";
  return delivered;
}

// Where ovn-trace aborts, the hypervisors are the judge: the trace delivers what they delivered, byte for byte.
void ExpectWhatHypervisorsDo(const std::string& folder, const TraceArguments& arguments) {
  absl::StatusOr<LoadedLog> sb = LoadLog(folder + ".packets/sb.db");
  ASSERT_TRUE(sb.ok()) << sb.status();
  TraceOptions options = arguments.options;
  options.physical = true;
  Tracer tracer(*sb->database);
  const absl::StatusOr<Trace> trace = tracer.Run(arguments.datapath, arguments.microflow, options);
  ASSERT_TRUE(trace.ok()) << trace.status();
  std::string inport;
  std::multiset<std::string> delivered;
  for (const PhysicalStep& step : trace->physical) {
    if (step.kind == PhysicalKind::kEnter && inport.empty()) inport = step.port;
    if (step.kind != PhysicalKind::kDeliver) continue;
    const absl::string_view frame(reinterpret_cast<const char*>(step.frame.data()), step.frame.size());
    delivered.insert(absl::StrCat(step.port, " ", absl::BytesToHexString(frame)));
    // The logical trace comes to the same port.
    EXPECT_TRUE(absl::StrContains(FormatTraceTree(trace->root, TraceForm::kMinimal),
                                  absl::StrCat("output(\"", step.port, "\")")));
  }
  EXPECT_FALSE(delivered.empty());
  EXPECT_EQ(delivered, RecordedDeliveries(ReadFileOrDie(folder + ".packets/steps.txt"), inport, trace->key));
}

class RecordedTraces : public testing::TestWithParam<const char*> {};

TEST_P(RecordedTraces, AreEqual) {
  const std::string name = GetParam();
  OVNLITE_SHARED_OR_SKIP(folder, absl::StrCat("oracle/cases/", name));
  absl::StatusOr<LoadedLog> sb = LoadLog(folder + "/sb.db");
  ASSERT_TRUE(sb.ok()) << sb.status();
  Tracer tracer(*sb->database);
  const std::vector<std::string> lines = TraceLines(ReadFileOrDie(folder + ".traces"));
  ASSERT_FALSE(lines.empty());
  int compared = 0, aborted = 0;
  for (size_t i = 0; i < lines.size(); ++i) {
    SCOPED_TRACE(absl::StrCat(name, " line ", i + 1, ": ", lines[i]));
    absl::StatusOr<TraceArguments> arguments = ParseTraceArguments(lines[i]);
    ASSERT_TRUE(arguments.ok()) << arguments.status();
    const std::string prefix = absl::StrCat(folder, "/", TraceNumber(i + 1));
    std::string detailed = ReadFileOrDie(prefix + ".trace"), summary = ReadFileOrDie(prefix + ".summary");
    if (absl::StrContains(detailed, "ovn-trace 23.03 aborts")) {
      ExpectWhatHypervisorsDo(folder, *arguments);
      ++aborted;
      continue;
    }
    EXPECT_EQ(AsRecorded(tracer, *arguments, TraceForm::kDetailed, detailed), detailed);
    EXPECT_EQ(AsRecorded(tracer, *arguments, TraceForm::kSummary, summary), summary);
    ++compared;
  }
  std::cout << name << ": " << compared << " traces compared, " << aborted << " on which ovn-trace aborts\n";
}

INSTANTIATE_TEST_SUITE_P(Cases, RecordedTraces, testing::Values("lab", "acl", "nat_lb", "services"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace ovnlite
