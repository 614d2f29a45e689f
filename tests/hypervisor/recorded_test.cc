// The hypervisor side against recordings of real hypervisors that are part of the project (testdata/README.md).
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "lib/base/shared_testutil.h"
#include "lib/node/known_underlay.h"
#include "ovnlite/lab/steps.h"
#include "ovnlite/node/hypervisor.h"
#include "ovnlite/node/show.h"
#include "ovnlite/topology/show.h"
#include "tests/hypervisor/recording.h"

namespace ovnlite {
namespace {

std::string Read(const std::string& name) { return ReadFileOrDie("tests/hypervisor/testdata/" + name); }
std::unique_ptr<Database> Office() { return LoadOrDie("tests/hypervisor/testdata/office_sb.db"); }

void CompareFrames(const std::string& network, size_t steps, size_t frames) {
  const std::unique_ptr<Database> sb = LoadOrDie(absl::StrCat("tests/hypervisor/testdata/", network, "_sb.db"));
  const std::string recorded = Read(network + ".steps");
  ASSERT_EQ(CountSteps(recorded), steps);
  ASSERT_EQ(CountFrames(recorded), frames);
  const absl::StatusOr<PlayedSteps> played = PlaySteps(*sb, recorded);
  ASSERT_TRUE(played.ok()) << played.status();
  EXPECT_EQ(CompareRecordings(recorded, played->text), "");
}

TEST(Recorded, EveryFrameOfTheOfficeIsTheSame) { CompareFrames("office", 41, 53); }

// Packets that wait at a gateway port, on its chassis and elsewhere; fragments.
TEST(Recorded, EveryFrameOfTheHarbourIsTheSame) { CompareFrames("harbour", 29, 39); }

// What docs/differences.md leaves out: flows that can match nothing.
bool IsMeantDifference(const std::string& flow) {
  // Of table 0, which is not printed.
  const size_t behind_cookie = flow.rfind("cookie=", 0) == 0 ? flow.find(", ") + 2 : 0;
  return flow.compare(behind_cookie, 13, "priority=180,") == 0;
}

// `errors` logical flows cannot be compiled.
void CompareTables(const std::string& network, const std::string& chassis, size_t errors = 0) {
  const std::unique_ptr<Database> sb = LoadOrDie(absl::StrCat("tests/hypervisor/testdata/", network, "_sb.db"));
  FlowTables tables;
  Controller controller(*sb, tables, {.chassis = chassis});
  UseNumbers(Read(absl::StrCat(network, ".", chassis, ".numbers")), controller);
  controller.Update();
  EXPECT_EQ(controller.errors().size(), errors);
  std::vector<std::string> recorded = absl::StrSplit(Read(absl::StrCat(network, ".", chassis, ".flows")), '\n');
  std::erase_if(recorded, IsMeantDifference);
  // OVN makes the cookie of tables 37 and 38 up when it starts; we give none.
  static const std::regex kMadeUp("^cookie=0x[0-9a-f]+, (table=3[78],)");
  for (std::string& flow : recorded) flow = std::regex_replace(flow, kMadeUp, "$1");
  ASSERT_GT(recorded.size(), 250u);
  EXPECT_EQ(CompareFlows(FlowSet(recorded), FlowSet(controller.DumpFlows())), "") << chassis;
}

TEST(Recorded, EveryFlowOfTheOfficeIsTheSame) {
  CompareTables("office", "north");
  CompareTables("office", "south");
}

// Load balancers, gateways, address translation: the flows are there, whatever the datapath makes of them.
TEST(Recorded, EveryFlowOfTheShopIsTheSame) {
  CompareTables("shop", "east");
  CompareTables("shop", "west");
}

// Ports on several chassis, as during a migration; one of them waits until the other side's machine announces itself.
TEST(Recorded, EveryFlowOfTheMoveIsTheSame) {
  CompareTables("move", "hv1");
  CompareTables("move", "hv2");
  CompareTables("move", "hv3");
}

// Half of what a network may get wrong: an empty parent, a gateway of one chassis, sets, matches and port security that
// are half wrong, samples for collectors that are not there.
TEST(Recorded, EveryFlowOfTheOddsIsTheSame) {
  CompareTables("odds", "hv1", 3);
  CompareTables("odds", "hv2");
  CompareTables("odds", "hv3");
}

TEST(Recorded, EveryFrameOfTheOddsIsTheSame) { CompareFrames("odds", 4, 2); }

TEST(Recorded, LogicalFlowsAreListedTheSame) {
  const absl::StatusOr<std::string> listed = ListLogicalFlows(*Office());
  ASSERT_TRUE(listed.ok()) << listed.status();
  EXPECT_EQ(*listed, Read("office.lflows"));
}

TEST(Recorded, OneDatapathCanBeListed) {
  const std::unique_ptr<Database> sb = Office();
  const absl::StatusOr<std::string> core = ListLogicalFlows(*sb, {.datapath = "core"});
  ASSERT_TRUE(core.ok()) << core.status();
  EXPECT_NE(Read("office.lflows").find(*core), std::string::npos);
  const size_t uuid = core->find('(') + 1;
  EXPECT_EQ(*ListLogicalFlows(*sb, {.datapath = core->substr(uuid, 36)}), *core);
  EXPECT_EQ(*ListLogicalFlows(*sb, {.datapath = core->substr(uuid, 8)}), *core);
  EXPECT_EQ(ListLogicalFlows(*sb, {.datapath = "cor"}).status().message(), "there is no datapath \"cor\"");
  const std::string with_uuids = *ListLogicalFlows(*sb, {.datapath = "core", .uuids = true});
  EXPECT_EQ(with_uuids.find("\n  uuid=0x"), with_uuids.find('\n'));
}

// `ovn-sbctl show` lists rows in the order of a hash table; lines are compared as a set.
TEST(Recorded, ChassisAreShownTheSame) {
  const auto lines = [](const std::string& text) {
    std::vector<std::string> all = absl::StrSplit(text, '\n');
    std::sort(all.begin(), all.end());
    return all;
  };
  EXPECT_EQ(lines(ShowSouthbound(*Office())), lines(Read("office.show")));
}

// What `show` prints, a switch, port, chassis or other thing with its lines each; of a list of gateways the words,
// which we print by priority.
std::multiset<std::string> Things(const std::string& shown) {
  std::multiset<std::string> things;
  std::string thing;
  for (absl::string_view line : absl::StrSplit(shown, '\n')) {
    const bool begins = !absl::StartsWith(line, "        ");
    if (begins) things.insert(std::exchange(thing, ""));
    std::string text(line);
    if (absl::StrContains(line, "gateway chassis: [")) {
      std::vector<std::string> words = absl::StrSplit(line, absl::ByAnyChar(" []"));
      std::sort(words.begin(), words.end());
      text = absl::StrJoin(words, " ");
    }
    absl::StrAppend(&thing, text, "\n");
  }
  things.insert(thing);
  return things;
}

// Names that are no words, whatever is in them.
TEST(Recorded, NamesAreShownTheSame) {
  const std::unique_ptr<Database> nb = LoadOrDie("tests/hypervisor/testdata/names_nb.db");
  const std::unique_ptr<Database> sb = LoadOrDie("tests/hypervisor/testdata/names_sb.db");
  EXPECT_EQ(Things(ShowNorthbound(*nb)), Things(Read("names.nb.show")));
  EXPECT_EQ(Things(ShowSouthbound(*sb)), Things(Read("names.sb.show")));
  EXPECT_GT(Things(ShowNorthbound(*nb)).size(), 30u);
  EXPECT_NE(Things("    port a\n        type: x\n        tag: 1\n"),
            Things("    port a\n        tag: 1\n        type: x\n"));
}

// A packet waits at one hypervisor (north) for an address that another one (south, which comes later by name) learns:
// it leaves as soon as that is learned.
TEST(Recorded, WhatOneLearnsReleasesWhatWaitsAtAnother) {
  const std::unique_ptr<Database> sb = Office();
  const std::string ping =
      "02000000020102000000201e080045000020000100004001db20c0a8141ec0a80a4d0800a3a9000100012a2a2a2a";
  const std::string reply = "02000000010102000000104d0806000108000604000202000000104dc0a80a4d020000000101c0a80a01";
  const absl::StatusOr<PlayedSteps> played = PlaySteps(*sb, absl::StrCat("host ", ping, "\nbob ", reply, "\n"));
  ASSERT_TRUE(played.ok()) << played.status();
  const size_t answered = played->text.find("\nbob 0200");
  ASSERT_NE(answered, std::string::npos) << played->text;
  EXPECT_NE(played->text.substr(0, answered).find("bob ffffffffffff"), std::string::npos) << "the question";
  // Nobody knows where that address is, so it goes to the port that takes what is unknown.
  EXPECT_NE(played->text.substr(answered).find("  guest 02000000104d020000000101080045000020000100003f01"),
            std::string::npos)
      << played->text;
}

class Outbox final : public HypervisorHost {
 public:
  void OnSend(Outlet, const std::string& port, uint32_t, const PacketBatch& batch, size_t) override {
    sent[port] += static_cast<size_t>(batch.size());
  }
  std::map<std::string, size_t> sent;
};

// ovn-nb(5), activation-strategy=rarp.
TEST(Recorded, AMachineThatMovedIsHeardOnceItAnnouncesItself) {
  const std::unique_ptr<Database> sb = LoadOrDie("tests/hypervisor/testdata/move_sb.db");
  ManualClock clock;
  Outbox outbox;
  Hypervisor hypervisor(*sb, clock, outbox, {.chassis = "hv1", .plug_as_bound = true});
  auto wire = std::make_unique<HeldWire>("underlay", &clock, [&](const Packet&) { ++outbox.sent["the underlay"]; });
  hypervisor.SetTransport(OpenKnownUnderlay(ChassisAddresses(*sb), "hv1", true, std::move(wire), &clock));
  const auto say = [&](absl::string_view hex) {
    hypervisor.Update();
    outbox.sent.clear();
    const std::string bytes = absl::HexStringToBytes(hex);
    Packet packet(absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()));
    PacketBatch batch;
    batch.Add(&packet);
    EXPECT_TRUE(hypervisor.ReceivePort("crate", batch));
    hypervisor.Update();
    return outbox.sent;
  };
  const std::string to_cask = "02000000200102000000200308004500001800010000401164bd0a00010d0a00010b0001000200040000";
  const std::string rarp = "ffffffffffff020000002003803500010800060400030200000020030000000002000000200300000000";
  EXPECT_TRUE(say(to_cask).empty());
  EXPECT_FALSE(say(rarp).empty()) << "it is told to everybody";
  EXPECT_EQ(say(to_cask), (std::map<std::string, size_t>{{"cask", 1}}));
}

// The comparisons must be able to fail.
TEST(Recorded, ComparisonsSeeDifferences) {
  EXPECT_EQ(CompareRecordings("start\na 00\n  b 0102\n", "start\na 00\n  b 0102\n"), "");
  EXPECT_NE(CompareRecordings("start\na 00\n  b 0102\n", "start\na 00\n  b 0103\n"), "");
  EXPECT_NE(CompareRecordings("start\na 00\n  b 0102\n", "start\na 00\n  b 0102\n  b 0102\n"), "");
  EXPECT_NE(CompareRecordings("start\na 00\n", "start\n"), "");
  const auto flows = [](const char* a, const char* b, const char* c) { return FlowSet({a, b, c}); };
  const auto one = flows("priority=1,conj_id=5,ip actions=drop", "priority=1,udp actions=conjunction(5,1/2)",
                         "priority=1,tcp actions=conjunction(5,2/2)");
  EXPECT_EQ(CompareFlows(one, flows("priority=1,conj_id=7,ip actions=drop", "priority=1,udp actions=conjunction(7,1/2)",
                                    "priority=1,tcp actions=conjunction(7,2/2)")),
            "");
  EXPECT_NE(CompareFlows(one, flows("priority=1,conj_id=7,ip actions=drop", "priority=1,udp actions=conjunction(7,1/2)",
                                    "priority=1,tcp actions=conjunction(8,2/2)")),
            "");
  EXPECT_NE(CompareFlows(FlowSet({"cookie=0x1, priority=1 actions=drop"}), FlowSet({"priority=1 actions=drop"})), "");
}

}  // namespace
}  // namespace ovnlite
