// Random networks on real hypervisors: the flow tables that real ovn-controllers give their br-int, and ours. Needs
// Debian's ovn-central, ovn-host and openvswitch-switch (not their running services, nor root); skips aloud without.
//
// OVNLITE_SEEDS=FROM-TO runs others than the few seeds of every test run. OVNLITE_KEEP=DIR keeps there what the real
// ones did, and takes it from there the next time instead of asking them again.

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/base/status.h"
#include "ovnlite/controller/controller.h"
#include "tests/hypervisor/recording.h"
#include "tests/oracle/random_case.h"
#include "tests/oracle/real_central.h"
#include "tests/oracle/real_hypervisor.h"
#include "tests/oracle/seeds.h"

namespace ovnlite {
namespace {

// The ports that a case's "lsp-bind PORT CHASSIS" binds, without containers, which are in another port; and those that
// are requested there while they move.
std::vector<std::string> PortsAt(const std::vector<std::string>& lines, const std::string& chassis) {
  std::vector<std::string> ports;
  const std::regex bind("lsp-bind (p[0-9_]+) " + chassis + "\\b"), local("lsp-add s[0-9] (local[0-9]) "),
      moves("Logical_Switch_Port (p[0-9_]+) options:requested-chassis=[^ ]*" + chassis + "\\b");
  for (const std::string& line : lines) {
    for (const std::regex& kind : {bind, local, moves}) {
      for (std::sregex_iterator it(line.begin(), line.end(), kind), end; it != end; ++it) ports.push_back((*it)[1]);
    }
  }
  std::sort(ports.begin(), ports.end());
  ports.erase(std::unique(ports.begin(), ports.end()), ports.end());
  return ports;
}

// What docs/differences.md leaves out: flows that can match nothing.
bool IsMeantDifference(const std::string& flow) {
  return absl::StrContains(flow, " priority=180,") && !absl::StrContains(flow, "table=");
}

// What real hypervisors made of a network: by chassis its flow table, and what it was free to number.
struct Recording {
  std::unique_ptr<Database> sb;
  struct Chassis {
    std::vector<std::string> flows;
    std::string numbers;
  };
  std::map<std::string, Chassis> chassis;
};

// "table=8, priority=50,ip actions=drop" as its match and its actions.
std::pair<std::string, std::string> MatchAndActions(const std::string& line) {
  const size_t actions = line.find(" actions=");
  if (actions == std::string::npos) return {line, ""};
  const size_t cookie = line.find("cookie="), begin = cookie < actions ? line.find(", ", cookie) + 2 : 0;
  return {std::string(absl::StripAsciiWhitespace(line.substr(begin, actions - begin))), line.substr(actions)};
}

// What several logical flows match alike, each with actions of its own: OVN leaves open which of them a packet takes.
std::set<std::string> AmbiguousMatches(Database& sb, const Controller& controller) {
  std::map<std::string, std::set<std::string>> actions;
  for (const auto& [uuid, row] : sb.Rows<sb::Logical_Flow>()) {
    for (const std::string& line : controller.DumpFlowsOf(uuid)) {
      const auto [match, what] = MatchAndActions(line);
      if (!absl::StrContains(what, "conjunction(")) actions[match].insert(what);
    }
  }
  std::set<std::string> ambiguous;
  for (const auto& [match, all] : actions) {
    if (all.size() > 1 + all.count(" actions=drop")) ambiguous.insert(match);
  }
  return ambiguous;
}

// OVN 23.03 loses a `ct_commit` that follows a `log`: its length is added to that of the first action
// (docs/differences.md).
std::string WithoutLostCommit(const std::string& line) {
  static const std::regex kLost(
      "(actions=controller\\(userdata=00\\.00\\.00\\.07\\.[^)]*\\)),ct\\(commit,.*?\\]\\)\\)");
  return std::regex_replace(line, kLost, "$1");
}

bool HasMovingPort(const Database& sb) {
  for (const auto& [uuid, port] : sb.Rows<sb::Port_Binding>()) {
    if (!port.additional_chassis().empty()) return true;
  }
  return false;
}

// Ports on the move have flows about what fits into a tunnel, once ovn-controller has learned the MTU of their
// interface: now or never, as it happens. A recorded network has them (`move` in testdata).
bool IsOfPathMtu(const std::string& line) {
  return absl::StrContains(line, "table=37, priority=100,") || absl::StrContains(line, "table=38, priority=100,");
}

std::string Compare(Database& sb, const std::string& chassis, const Recording::Chassis& real) {
  FlowTables tables;
  Controller controller(sb, tables, {.chassis = chassis});
  UseNumbers(real.numbers, controller);
  controller.Update();
  std::vector<std::string> theirs = real.flows, ours = controller.DumpFlows();
  std::erase_if(theirs, IsMeantDifference);
  if (HasMovingPort(sb) && std::none_of(theirs.begin(), theirs.end(), IsOfPathMtu)) std::erase_if(ours, IsOfPathMtu);
  std::transform(ours.begin(), ours.end(), ours.begin(), WithoutLostCommit);
  const std::set<std::string> ambiguous = AmbiguousMatches(sb, controller);
  const auto is_ambiguous = [&](const std::string& line) { return ambiguous.contains(MatchAndActions(line).first); };
  EXPECT_EQ(std::erase_if(theirs, is_ambiguous), std::erase_if(ours, is_ambiguous));
  return CompareFlows(FlowSet(theirs), FlowSet(ours));
}

// The differences of all chassis, "" for none.
std::string Compare(Recording& recording) {
  std::string all;
  for (const auto& [name, chassis] : recording.chassis) {
    const std::string difference = Compare(*recording.sb, name, chassis);
    if (!difference.empty()) absl::StrAppend(&all, name, ":\n", difference);
  }
  return all;
}

// Hypervisors settle in steps: ports are claimed, gateways elected, told to the others. Waits until nothing differs
// from ours, and records what is there when that does not happen.
absl::StatusOr<Recording> Record(RealCentral& central, const std::vector<std::string>& lines) {
  OVNLITE_RETURN_IF_ERROR(central.Build(lines).status());
  std::map<std::string, std::unique_ptr<RealHypervisor>> hypervisors;
  for (const auto& [name, ip] : {std::pair("hv1", "192.168.56.11"), std::pair("gw1", "192.168.56.13")}) {
    hypervisors[name] = std::make_unique<RealHypervisor>(central, name, ip);
    OVNLITE_RETURN_IF_ERROR(hypervisors[name]->Start(PortsAt(lines, name)));
  }
  Recording recording;
  for (int attempt = 0; attempt < 6; ++attempt) {
    usleep(500'000);
    OVNLITE_ASSIGN_OR_RETURN(LoadedLog log, central.Settled());
    recording.sb = std::move(log.database);
    for (const auto& [name, hypervisor] : hypervisors) {
      OVNLITE_ASSIGN_OR_RETURN(recording.chassis[name].flows, hypervisor->Flows());
      OVNLITE_ASSIGN_OR_RETURN(recording.chassis[name].numbers, hypervisor->Numbers());
    }
    if (Compare(recording).empty()) break;
  }
  return recording;
}

std::string ReadFile(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

absl::StatusOr<Recording> RecordOnce(RealCentral& central, uint64_t seed) {
  const char* keep = std::getenv("OVNLITE_KEEP");
  if (keep == nullptr) return Record(central, RandomCase(seed));
  const std::string stem = absl::StrCat(keep, "/", seed, ".");
  const auto file = [&](const std::string& chassis, const char* what) {
    return absl::StrCat(stem, chassis, ".", what);
  };
  if (!std::filesystem::exists(stem + "sb.db")) {
    OVNLITE_ASSIGN_OR_RETURN(Recording recording, Record(central, RandomCase(seed)));
    for (const auto& [name, chassis] : recording.chassis) {
      std::ofstream(file(name, "flows")) << absl::StrJoin(chassis.flows, "\n");
      std::ofstream(file(name, "numbers")) << chassis.numbers;
    }
    OVNLITE_RETURN_IF_ERROR(SaveLog(*recording.sb, stem + "sb.db"));
    return recording;
  }
  Recording recording;
  OVNLITE_ASSIGN_OR_RETURN(LoadedLog log, LoadLog(stem + "sb.db"));
  recording.sb = std::move(log.database);
  for (const char* name : {"hv1", "gw1"}) {
    recording.chassis[name] = {absl::StrSplit(ReadFile(file(name, "flows")), '\n'), ReadFile(file(name, "numbers"))};
  }
  return recording;
}

TEST(HypervisorDifferentialTest, FlowTablesEqualThoseOfRealHypervisors) {
  if (const std::string missing = RealHypervisor::Missing(); !missing.empty()) {
    GTEST_SKIP() << missing
                 << " is missing: install Debian's ovn-central, ovn-host and openvswitch-switch to compare with real "
                    "hypervisors";
  }
  const auto [from, to] = SeedsToTry({1, 1});
  RealCentral central;
  size_t compared = 0;
  for (uint64_t seed = from; seed <= to; ++seed) {
    absl::StatusOr<Recording> recording = RecordOnce(central, seed);
    ASSERT_TRUE(recording.ok()) << "seed " << seed << ": " << recording.status();
    for (const auto& [name, chassis] : recording->chassis) compared += chassis.flows.size();
    const std::string differences = Compare(*recording);
    if (differences.empty()) continue;
    ADD_FAILURE() << "seed " << seed << ", " << differences;
    std::cout << "--- seed " << seed << ":\n" << absl::StrJoin(RandomCase(seed), "\n") << "\n---\n";
  }
  std::cout << "seeds " << from << " to " << to << ": " << compared << " flows compared\n";
}

}  // namespace
}  // namespace ovnlite
