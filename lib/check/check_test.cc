// What is found in networks recorded from a real ovn-northd 23.03, that the recordings bear it out, and that nothing is
// found in networks that make sense.

#include "ovnlite/check/check.h"

#include <ctime>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "lib/base/shared_testutil.h"
#include "lib/schema/ovn_nb.rows.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/db/log_file.h"
#include "ovnlite/schema/schema.h"
#include "ovnlite/topology/random_topology.h"
#include "ovnlite/topology/topology.h"

namespace ovnlite {
namespace {

std::unique_ptr<Database> Load(const std::string& path) {
  auto log = LoadLog(path);
  EXPECT_TRUE(log.ok()) << log.status();
  return log.ok() ? std::move(log->database) : nullptr;
}

std::string Lines(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) absl::StrAppend(&text, finding.ToString(), "\n");
  return text;
}

// -- Recorded networks --

class RecordedTest : public testing::TestWithParam<const char*> {
 protected:
  const std::string base_ = absl::StrCat("lib/check/testdata/", GetParam());
};

TEST_P(RecordedTest, FindsWhatIsWrong) {
  const auto nb = Load(base_ + ".nb.db");
  EXPECT_EQ(Lines(CheckNorthbound(*nb)), ReadFileOrDie(base_ + ".findings"));
}

// The lines of NAME.evidence: how many logical flows of the real ovn-northd say a text, and the text.
TEST_P(RecordedTest, RealNorthdDidSo) {
  const auto sb = Load(base_ + ".sb.db");
  for (const absl::string_view line : absl::StrSplit(ReadFileOrDie(base_ + ".evidence"), '\n', absl::SkipEmpty())) {
    if (line[0] == '#') continue;
    const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(line, absl::MaxSplits(' ', 1));
    int flows = 0;
    for (const auto& [uuid, flow] : sb->Rows<sb::Logical_Flow>()) {
      if (absl::StrContains(flow->match(), parts.second) || absl::StrContains(flow->actions(), parts.second)) ++flows;
    }
    EXPECT_EQ(absl::StrCat(flows), parts.first) << parts.second;
  }
}

INSTANTIATE_TEST_SUITE_P(Check, RecordedTest, testing::Values("ports", "routers", "routes", "rules", "nat", "services"),
                         [](const auto& info) { return std::string(info.param); });

// -- Networks that make ovn-northd 23.03 stand still, so that there is no recording --

class CheckTest : public testing::Test {
 protected:
  CheckTest() : nb_(NorthboundSchema()), topology_(nb_) {}

  void SetPeer(const LogicalRouterPort& port, absl::string_view peer) {
    ASSERT_TRUE(topology_
                    .Edit<nb::Logical_Router_Port>(
                        port.uuid(), [&](nb::Logical_Router_Port& row) { row.set_peer(std::string(peer)); })
                    .ok());
  }
  template <typename T>
  void Insert(const std::function<void(T&)>& fill) {
    Transaction t = nb_.Begin();
    fill(*t.Insert<T>(topology_.NewUuid()));
    ASSERT_TRUE(nb_.Commit(std::move(t)).ok());
  }
  std::string Found() const { return Lines(CheckNorthbound(nb_)); }

  Database nb_;
  Topology topology_;
};

TEST_F(CheckTest, PeerOfAPortThatASwitchPortLeadsTo) {
  const LogicalRouter router = *topology_.AddRouter("LR1");
  const LogicalSwitch lswitch = *topology_.AddSwitch("LS1");
  const LogicalRouterPort port =
      *topology_.Connect(router, "lr1-ls1", lswitch, "ls1-lr1", "00:00:00:00:ff:01", {"10.0.0.1/24"});
  EXPECT_EQ(Found(), "");
  SetPeer(port, "whoever");
  EXPECT_EQ(Found(),
            "error: Logical_Router_Port lr1-ls1: peer \"whoever\": a switch port leads here too: ovn-northd 23.03 ends "
            "with a failed assertion\n");
}

TEST_F(CheckTest, SetsThatNorthdMakesItself) {
  Insert<nb::Port_Group>([](nb::Port_Group& row) { row.set_name("pg"); });
  Insert<nb::Address_Set>([](nb::Address_Set& row) { row.set_name("pg_ip4"); });
  Insert<nb::Address_Set>([](nb::Address_Set& row) { row.set_name("pg9_ip4"); });
  Insert<nb::Address_Set>([](nb::Address_Set& row) { row.set_name("svc_monitor_mac"); });
  const std::vector<Finding> findings = CheckNorthbound(nb_);
  ASSERT_EQ(findings.size(), 2);
  EXPECT_EQ(findings[0].row, "pg_ip4");
  EXPECT_EQ(findings[1].row, "svc_monitor_mac");
}

TEST_F(CheckTest, SwitchPortAndRouterPortOfOneName) {
  const LogicalRouter router = *topology_.AddRouter("LR1");
  ASSERT_TRUE(topology_.AddSwitch("LS1")->AddPort("same").ok());
  // Topology would not have it.
  const Uuid uuid = topology_.NewUuid();
  Transaction t = nb_.Begin();
  nb::Logical_Router_Port* port = t.Insert<nb::Logical_Router_Port>(uuid);
  port->set_name("same");
  port->set_mac("00:00:00:00:ff:01");
  port->add_networks("10.0.0.1/24");
  t.InsertMember(nb::columns::Logical_Router::ports, router.uuid(), uuid);
  ASSERT_TRUE(nb_.Commit(std::move(t)).ok());
  EXPECT_TRUE(
      absl::StrContains(Found(), "error: Logical_Router_Port same: name \"same\": a switch port has the same name"));
}

// -- What findings are --

TEST_F(CheckTest, FindingsInFull) {
  LogicalSwitch lswitch = *topology_.AddSwitch("LS1");
  LogicalSwitchPort port = *lswitch.AddPort("VM-A");
  ASSERT_TRUE(port.SetOption("router-port", "lrp").ok());
  const std::vector<Finding> findings = CheckNorthbound(nb_);
  ASSERT_EQ(findings.size(), 1);
  const Finding& f = findings[0];
  EXPECT_EQ(f.severity, Severity::kError);
  EXPECT_EQ(absl::StrJoin({f.table, f.row, f.uuid.ToString(), f.column, f.key, f.value}, " "),
            absl::StrCat("Logical_Switch_Port VM-A ", port.uuid().ToString(), " options router-port lrp"));
  EXPECT_EQ(f.ToString(), absl::StrCat("error: Logical_Switch_Port VM-A: options:router-port \"lrp\": ", f.message));
  EXPECT_EQ(FindingsToJson(findings),
            absl::StrCat("{\"findings\": [{\"severity\": \"error\", \"table\": \"Logical_Switch_Port\", \"row\": "
                         "\"VM-A\", \"uuid\": \"",
                         port.uuid().ToString(),
                         "\", \"column\": \"options\", \"key\": \"router-port\", \"value\": \"lrp\", \"message\": \"",
                         f.message, "\"}]}"));
  EXPECT_TRUE(IsAnythingWrong(findings));
}

TEST_F(CheckTest, NotesAreNothingWrong) {
  EXPECT_FALSE(IsAnythingWrong(CheckNorthbound(nb_)));
  EXPECT_EQ(FindingsToJson({}), "{\"findings\": []}");
  ASSERT_TRUE(topology_.AddSwitch("LS1").ok());
  EXPECT_EQ(Found(), "note: Logical_Switch LS1: it has no ports\n");
  EXPECT_FALSE(IsAnythingWrong(CheckNorthbound(nb_)));
}

// -- Networks that make sense --

TEST(SoundNetworkTest, NothingIsFoundInTheLaboratory) {
  EXPECT_EQ(Lines(CheckNorthbound(*Load("lib/northd/testdata/lab.nb.db"))), "");
}

TEST(SoundNetworkTest, NothingIsWrongWithRandomNetworks) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Database nb(NorthboundSchema());
    // Without edits, which leave routes and peers behind that lead nowhere.
    RandomTopology random(nb, seed, {.edits = 0, .acls = true, .localnet = true, .address_sets = true});
    ASSERT_TRUE(random.Build().ok());
    for (const Finding& finding : CheckNorthbound(nb)) {
      EXPECT_EQ(finding.severity, Severity::kNote) << "seed " << seed << ": " << finding.ToString() << "\n"
                                                   << random.log();
    }
  }
}

// -- Cost --

// `size` switch ports of which half share addresses, on one switch; routes and ACLs as many.
void Fill(Database& nb, int size) {
  Topology topology(nb);
  Transaction t = nb.Begin();
  const Uuid lswitch = topology.NewUuid(), router = topology.NewUuid();
  t.Insert<nb::Logical_Switch>(lswitch);
  t.Insert<nb::Logical_Router>(router);
  ASSERT_TRUE(nb.Commit(std::move(t)).ok());
  t = nb.Begin();
  for (int i = 0; i < size; ++i) {
    const Uuid port = topology.NewUuid(), acl = topology.NewUuid(), route = topology.NewUuid();
    nb::Logical_Switch_Port* p = t.Insert<nb::Logical_Switch_Port>(port);
    p->set_name(absl::StrCat("p", i));
    const int n = i / 2;
    p->add_addresses(absl::StrCat("02:00:00:00:", absl::Hex(n >> 8 & 255, absl::kZeroPad2), ":",
                                  absl::Hex(n & 255, absl::kZeroPad2), " 10.0.", n >> 8 & 255, ".", n & 255));
    nb::ACL* a = t.Insert<nb::ACL>(acl);
    a->set_priority(i % 1000);
    a->set_direction("to-lport");
    a->set_match(absl::StrCat("outport == \"p", i + 1, "\" && ip4"));
    a->set_action("drop");
    nb::Logical_Router_Static_Route* r = t.Insert<nb::Logical_Router_Static_Route>(route);
    r->set_ip_prefix(absl::StrCat("10.", i >> 8 & 255, ".", i & 255, ".0/24"));
    r->set_nexthop("192.168.0.1");
    t.InsertMember(nb::columns::Logical_Switch::ports, lswitch, port);
    t.InsertMember(nb::columns::Logical_Switch::acls, lswitch, acl);
    t.InsertMember(nb::columns::Logical_Router::static_routes, router, route);
  }
  ASSERT_TRUE(nb.Commit(std::move(t)).ok());
}

// Processor time of a check of a network of this size.
double SecondsFor(int size, size_t* findings) {
  Database nb(NorthboundSchema());
  Fill(nb, size);
  const std::clock_t begin = std::clock();
  *findings = CheckNorthbound(nb).size();
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

// Sixteen times the rows: with a loop over all pairs it would be 256 times the time.
TEST(CostTest, IsLinearInRows) {
  size_t few = 0, many = 0;
  const double small = SecondsFor(1000, &few), large = SecondsFor(16'000, &many);
  EXPECT_GT(few, 1000);
  EXPECT_NEAR(static_cast<double>(many) / static_cast<double>(few), 16, 0.5);
  EXPECT_LT(large, 80 * small + 0.1);
}

}  // namespace
}  // namespace ovnlite
