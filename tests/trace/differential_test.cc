// Random networks compiled by a real ovn-northd, random packets: our trace and a real ovn-trace's, letter for letter.
// Needs Debian's ovn-central (not its running services: it starts its own, in a folder of its own); skips aloud
// without.
//
// OVNLITE_SEEDS=FROM-TO runs others than the few seeds of every test run.

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <regex>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "lib/trace/trace_testutil.h"
#include "ovnlite/trace/trace.h"
#include "tests/oracle/random_case.h"
#include "tests/oracle/random_microflow.h"
#include "tests/oracle/real_central.h"
#include "tests/oracle/seeds.h"

namespace ovnlite {
namespace {

constexpr int kMicroflows = 200;

// The argument list in one line, as for a shell.
std::string Line(const std::vector<std::string>& arguments) {
  std::string line;
  for (const std::string& argument : arguments) {
    const bool quote = absl::StrContains(argument, " ") || absl::StrContains(argument, "\"");
    absl::StrAppend(&line, line.empty() ? "" : " ", quote ? "'" : "", argument, quote ? "'" : "");
  }
  return line;
}

// What ovn-trace --all prints.
std::string AllForms(Tracer& tracer, const std::string& line) {
  const absl::StatusOr<TraceArguments> arguments = ParseTraceArguments(line);
  EXPECT_TRUE(arguments.ok()) << arguments.status();
  const absl::StatusOr<Trace> trace = tracer.Run(arguments->datapath, arguments->microflow, arguments->options);
  if (!trace.ok()) return absl::StrCat(std::string(trace.status().message()), "\n");
  return absl::StrCat("# ", trace->microflow, "\n# Detailed trace.\n",
                      FormatTraceTree(trace->root, TraceForm::kDetailed), "# Summary trace.\n",
                      FormatTraceTree(trace->root, TraceForm::kSummary), "# Minimal trace.\n",
                      FormatTraceTree(trace->root, TraceForm::kMinimal));
}

std::string FirstDifference(const std::string& real, const std::string& ours) {
  const std::vector<std::string> a = absl::StrSplit(real, '\n'), b = absl::StrSplit(ours, '\n');
  size_t at = 0;
  while (at < a.size() && at < b.size() && a[at] == b[at]) ++at;
  const auto around = [&](const std::vector<std::string>& lines) {
    const size_t from = at < 3 ? 0 : at - 3, to = std::min(lines.size(), at + 4);
    return from >= to ? std::string() : absl::StrJoin(lines.begin() + from, lines.begin() + to, "\n");
  };
  return absl::StrCat("ovn-trace:\n", around(a), "\novnlite:\n", around(b), "\n");
}

// ovn-trace judges port security by rules of its own, in which prefixes count as single addresses, frames that are
// neither IP nor ARP always pass, and neighbour solicitations are held to their source link-layer address. What
// hypervisors do is in the flow tables, which tests/hypervisor compares; that is what we trace (docs/differences.md).
bool IsOfPortSecurity(const std::string& real, const std::string& ours) {
  const size_t at =
      std::mismatch(real.begin(), real.begin() + std::min(real.size(), ours.size()), ours.begin()).first - real.begin();
  const size_t verdict = real.rfind("_port_sec();", at);
  // Nothing but "next;" and the title of the next flow may lie between.
  return verdict != std::string::npos && std::count(real.begin() + verdict, real.begin() + at, '\n') <= 2;
}

// The lines at which two texts part.
std::pair<std::string, std::string> PartingLines(const std::string& real, const std::string& ours) {
  size_t at = 0, line = 0;
  for (; at < real.size() && at < ours.size() && real[at] == ours[at]; ++at) {
    if (real[at] == '\n') line = at + 1;
  }
  return {real.substr(line, real.find('\n', line) - line), ours.substr(line, ours.find('\n', line) - line)};
}

// " 1. ls_out_pre_lb (northd.c:6034): eth.mcast, priority 110, uuid 89fa9f79" taken apart.
struct FlowLine {
  std::string stage, priority;
  uint32_t uuid = 0;
  explicit FlowLine(const std::string& line) {
    const size_t colon = line.find(" ("), at = line.rfind(", priority "), id = line.rfind(", uuid ");
    if (colon == std::string::npos || at == std::string::npos || id == std::string::npos) return;
    stage = line.substr(0, colon);
    priority = line.substr(at, id - at);
    (void)absl::SimpleHexAtoi(line.substr(id + 7), &uuid);
  }
};

// OVN leaves open which of two flows of one priority a packet takes that both match. We take the one that comes first
// in ovn-trace's hash table, but not where both share a bucket, for then it goes by the history of the table.
bool IsTie(const std::string& real, const std::string& ours) {
  const auto [real_line, our_line] = PartingLines(real, ours);
  const FlowLine a(real_line), b(our_line);
  return !a.stage.empty() && a.stage == b.stage && a.priority == b.priority && ((a.uuid ^ b.uuid) & 0x3f) == 0;
}

// ovn-trace takes a packet for the answer to a hairpinned one by rules of its own, whatever its protocol, where a
// hypervisor looks for a flow that the hairpinned packet had it learn (docs/differences.md).
bool IsOfHairpin(const std::string& real, const std::string& ours) {
  const size_t at =
      std::mismatch(real.begin(), real.begin() + std::min(real.size(), ours.size()), ours.begin()).first - real.begin();
  const size_t verdict = real.rfind(" = chk_lb_hairpin", at);
  return verdict != std::string::npos && std::count(real.begin() + verdict, real.begin() + at, '\n') <= 3;
}

// Among several backends ovn-trace chooses at random.
bool ChoosesAtRandom(const std::string& real) {
  static const std::regex kSeveral("ct_lb(_mark)?\\(backends=[^;)]*,");
  return std::regex_search(real, kSeveral);
}

// ovn-trace hands a packet of a multicast group to a distributed gateway port's "cr-" port itself, whose egress
// pipeline drops it. Hypervisors put the port in its place (docs/differences.md), and so do we.
bool IsOfRedirect(const std::string& real, const std::string& ours) {
  const auto [real_line, our_line] = PartingLines(real, ours);
  return absl::StrContains(real_line, "egress(dp=") && absl::StrContains(real_line, "outport=\"cr-") &&
         real.rfind("multicast(dp=", real.find(real_line)) != std::string::npos;
}

TEST(TraceDifferentialTest, EqualsARealOvnTrace) {
  if (const std::string missing = RealCentral::Missing(); !missing.empty()) {
    GTEST_SKIP() << missing << " is missing: install Debian's ovn-central to compare with a real ovn-trace";
  }
  const auto [from, to] = SeedsToTry({1, 8});
  RealCentral real;
  int compared = 0, aborted = 0, port_security = 0, ties = 0, redirects = 0, hairpins = 0, different = 0;
  for (uint64_t seed = from; seed <= to; ++seed) {
    const std::vector<std::string> lines = RandomCase(seed);
    absl::StatusOr<LoadedLog> sb = real.Build(lines);
    ASSERT_TRUE(sb.ok()) << "seed " << seed << ": " << sb.status();
    Tracer tracer(*sb->database);
    RandomMicroflows random(*sb->database, seed);
    int different_here = 0;
    for (int i = 0; i < kMicroflows && different_here < 3; ++i) {
      const std::string line = Line(random.Next());
      const std::string ours = AllForms(tracer, line);
      absl::StatusOr<std::string> theirs = real.Trace(absl::StrCat("--all ", line));
      if (absl::IsAborted(theirs.status())) {
        ++aborted;
        continue;
      }
      ASSERT_TRUE(theirs.ok()) << theirs.status();
      ++compared;
      for (int again = 0; again < 50 && *theirs != ours && ChoosesAtRandom(*theirs); ++again) {
        theirs = real.Trace(absl::StrCat("--all ", line));
        ASSERT_TRUE(theirs.ok()) << theirs.status();
      }
      if (*theirs == ours) continue;
      if (IsOfPortSecurity(*theirs, ours)) {
        ++port_security;
        continue;
      }
      if (IsOfHairpin(*theirs, ours)) {
        ++hairpins;
        continue;
      }
      if (IsOfRedirect(*theirs, ours)) {
        ++redirects;
        continue;
      }
      if (IsTie(*theirs, ours)) {
        ++ties;
        continue;
      }
      ++different_here;
      ADD_FAILURE() << "seed " << seed << ", microflow " << i << ": ovn-trace " << line << "\n"
                    << FirstDifference(*theirs, ours);
    }
    if (different_here > 0) {
      ++different;
      std::cout << "--- seed " << seed << ", as ovn-nbctl commands:\n" << absl::StrJoin(lines, "\n") << "\n---\n";
    }
    if (to - from > 20 && seed % 20 == 0) std::cout << "seed " << seed << ": " << compared << " traces" << std::endl;
  }
  std::cout << "seeds " << from << " to " << to << ": " << compared << " traces compared, " << different
            << " networks with differences; ovn-trace aborted " << aborted << " times and misjudged port security "
            << port_security << " times, lost packets of groups at gateway ports " << redirects
            << " times, misjudged hairpins " << hairpins << " times; " << ties << " ties of two flows in one bucket\n";
}

}  // namespace
}  // namespace ovnlite
