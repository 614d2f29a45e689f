// What follows from edits of load balancers, and what that costs; what becomes of rows that are there already. That the
// flows are OVN's is for northd_test.cc.

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/northd/northd_testutil.h"
#include "lib/schema/ovn_nb.rows.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/db/log_file.h"
#include "ovnlite/northd/northd.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

using Rows = std::map<std::string, std::vector<std::string>>;

// Of each Load_Balancer, by name: the names of the switches that it is on.
Rows BalancersOf(const Database& sb) {
  Rows rows;
  for (const auto& [uuid, row] : sb.Rows<sb::Load_Balancer>()) {
    std::vector<std::string>& on = rows[std::string(row->name())];
    for (const Uuid& datapath : sb.Read<sb::Logical_DP_Group>(row->datapath_group())->datapaths()) {
      on.emplace_back(sb.Read<sb::Datapath_Binding>(datapath)->external_ids("name").value_or(""));
    }
  }
  return rows;
}

// Switches s0, s1, … and a load balancer, which is on none. Each edit is compiled at once.
class BalancedNetwork {
 public:
  explicit BalancedNetwork(int switches = 2) {
    Edit([&](Transaction& t) {
      for (int s = 0; s < switches; ++s) t.Insert<nb::Logical_Switch>(Switch(s))->set_name(absl::StrCat("s", s));
      auto* row = t.Insert<nb::Load_Balancer>(Balancer());
      row->set_name("lb");
      row->set_protocol("udp");
    });
  }

  static Uuid Switch(int s) { return Uuid(1, static_cast<uint64_t>(s)); }
  static Uuid Balancer() { return Uuid(2, 1); }
  static Uuid Group() { return Uuid(3, 1); }

  template <typename Make>
  void Edit(Make make) {
    Transaction t = nb_.Begin();
    make(t);
    const auto committed = nb_.Commit(std::move(t));
    EXPECT_TRUE(committed.ok()) << committed.status();
    Update();
  }
  void Update() {
    const absl::Status updated = northd_.Update();
    EXPECT_TRUE(updated.ok()) << updated;
  }
  void SetVip(const std::string& vip, const std::string& backends) {
    Edit([&](Transaction& t) { (*t.Update<nb::Load_Balancer>(Balancer())->mutable_vips())[vip] = backends; });
  }
  void Attach(int lswitch) {
    Edit([&](Transaction& t) {
      t.InsertMember(nb::columns::Logical_Switch::load_balancer, Switch(lswitch), Balancer());
    });
  }

  // Flows of a stage with this text in their match: "SWITCH [match] [actions]".
  std::vector<std::string> Flows(const std::string& stage, const std::string& text) const {
    std::vector<std::string> found;
    for (const std::string& line : FlowLines(sb_)) {
      const std::string rest = line.substr(line.find('['));
      if (!absl::StrContains(line, absl::StrCat(" ", stage, " ")) || !absl::StrContains(rest, text)) continue;
      found.push_back(absl::StrCat(line.substr(0, line.find(' ')), " ", rest));
    }
    return found;
  }
  struct Cost {
    uint64_t runs = 0;  // Of emitters.
    size_t rows = 0;    // That changed in the Southbound database.
    friend bool operator==(const Cost&, const Cost&) = default;
  };
  template <typename Do>
  Cost CostOf(Do make) {
    Cost cost;
    const auto subscription = sb_.Subscribe([&cost](const Delta& delta) { cost.rows += delta.changes().size(); });
    const uint64_t before = northd_.statistics().emitter_runs;
    make();
    cost.runs = northd_.statistics().emitter_runs - before;
    return cost;
  }

  Database& sb() { return sb_; }
  const Northd& northd() const { return northd_; }

 private:
  Database nb_{NorthboundSchema()};
  Database sb_{SouthboundSchema()};
  Northd northd_{nb_, sb_};
};

TEST(LoadBalancerTest, AVipIsOnTheSwitchesThatNameIt) {
  BalancedNetwork network;
  network.SetVip("10.0.0.9:53", "10.0.0.1:53");
  EXPECT_THAT(network.Flows("ls_in_lb", "10.0.0.9"), IsEmpty());
  EXPECT_THAT(BalancersOf(network.sb()), IsEmpty());
  network.Attach(0);
  network.Attach(1);
  const std::string flow =
      "[ct.new && ip4.dst == 10.0.0.9 && udp.dst == 53] [reg0[1] = 0; "
      "ct_lb_mark(backends=10.0.0.1:53);]";
  EXPECT_THAT(network.Flows("ls_in_lb", "10.0.0.9"), ElementsAre("s0 " + flow, "s1 " + flow));
  EXPECT_THAT(BalancersOf(network.sb()), ElementsAre(Pair("lb", UnorderedElementsAre("s0", "s1"))));
  network.Edit([](Transaction& t) {
    t.EraseMember(nb::columns::Logical_Switch::load_balancer, BalancedNetwork::Switch(0), BalancedNetwork::Balancer());
  });
  EXPECT_THAT(network.Flows("ls_in_lb", "10.0.0.9"), ElementsAre("s1 " + flow));
  EXPECT_THAT(BalancersOf(network.sb()), ElementsAre(Pair("lb", ElementsAre("s1"))));
  network.Edit([](Transaction& t) { t.Delete<nb::Load_Balancer>(BalancedNetwork::Balancer()); });
  EXPECT_THAT(network.Flows("ls_in_lb", "10.0.0.9"), IsEmpty());
  EXPECT_THAT(BalancersOf(network.sb()), IsEmpty());
}

// All connections of a switch are tracked as soon as there is a VIP, and no longer.
TEST(LoadBalancerTest, AVipMakesItsSwitchTrack) {
  BalancedNetwork network;
  network.Attach(0);
  EXPECT_THAT(network.Flows("ls_in_pre_lb", "ip]"), IsEmpty());
  network.SetVip("10.0.0.9", "");
  EXPECT_THAT(network.Flows("ls_in_pre_lb", "ip]"), ElementsAre("s0 [ip] [reg0[2] = 1; next;]"));
  EXPECT_THAT(network.Flows("ls_in_lb", "10.0.0.9"), ElementsAre("s0 [ct.new && ip4.dst == 10.0.0.9] [drop;]"));
  EXPECT_EQ(network.Flows("ls_in_acl", "ct.inv").size(), 3u);
  network.Edit([](Transaction& t) { t.Update<nb::Load_Balancer>(BalancedNetwork::Balancer())->clear_vips(); });
  EXPECT_THAT(network.Flows("ls_in_pre_lb", "ip]"), IsEmpty());
  EXPECT_THAT(network.Flows("ls_in_acl", "ct.inv"), IsEmpty());
}

TEST(LoadBalancerTest, ByGroupAndByItselfIsOnce) {
  BalancedNetwork network(3);
  network.SetVip("10.0.0.9", "10.0.0.1");
  network.Attach(0);
  network.Edit([](Transaction& t) {
    t.Insert<nb::Load_Balancer_Group>(BalancedNetwork::Group())->set_name("lbg");
    t.InsertMember(nb::columns::Load_Balancer_Group::load_balancer, BalancedNetwork::Group(),
                   BalancedNetwork::Balancer());
    for (int s : {0, 1}) {
      t.InsertMember(nb::columns::Logical_Switch::load_balancer_group, BalancedNetwork::Switch(s),
                     BalancedNetwork::Group());
    }
  });
  EXPECT_EQ(network.Flows("ls_in_lb", "10.0.0.9").size(), 2u);
  EXPECT_THAT(BalancersOf(network.sb()), ElementsAre(Pair("lb", UnorderedElementsAre("s0", "s1"))));
  network.Edit([](Transaction& t) { t.Delete<nb::Logical_Switch>(BalancedNetwork::Switch(0)); });
  EXPECT_THAT(BalancersOf(network.sb()), ElementsAre(Pair("lb", ElementsAre("s1"))));
}

TEST(LoadBalancerTest, SaysWhatItLeavesOut) {
  BalancedNetwork network;
  network.Attach(0);
  network.SetVip("10.0.0.9:53", "10.0.0.1");
  EXPECT_EQ(network.northd().warnings(),
            (std::vector<NorthdWarning>{
                {"Load_Balancer", "lb", "left out: backend \"10.0.0.1\" has no port, as its VIP has"}}));
  EXPECT_THAT(network.northd().unsupported(), IsEmpty());
  network.Edit([](Transaction& t) {
    auto* lb = t.Update<nb::Load_Balancer>(BalancedNetwork::Balancer());
    for (const char* option : {"reject", "hairpin_snat_ip", "skip_snat", "template", "affinity_timeout", "add_route",
                               "neighbor_responder", "note"}) {
      (*lb->mutable_options())[option] = "1";
    }
    (*lb->mutable_ip_port_mappings())["10.0.0.1"] = "p:10.0.0.2";
    t.Insert<nb::Load_Balancer_Health_Check>(Uuid(4, 1))->set_vip("10.0.0.9:53");
    t.InsertMember(nb::columns::Load_Balancer::health_check, BalancedNetwork::Balancer(), Uuid(4, 1));
  });
  std::vector<std::string> columns;
  for (const Unsupported& unsupported : network.northd().unsupported()) {
    EXPECT_EQ(unsupported.table, "Load_Balancer");
    columns.push_back(unsupported.column);
  }
  EXPECT_THAT(columns, ElementsAre("health_check", "ip_port_mappings", "options:add_route", "options:affinity_timeout",
                                   "options:hairpin_snat_ip", "options:neighbor_responder", "options:reject",
                                   "options:skip_snat", "options:template"));
}

TEST(LoadBalancerTest, WhatOthersTakeAwayIsMadeAgain) {
  BalancedNetwork network;
  network.SetVip("10.0.0.9", "10.0.0.1");
  network.Attach(0);
  const std::string before = FormatLog(network.sb());
  Transaction t = network.sb().Begin();
  for (const auto& [uuid, row] : network.sb().Rows<sb::Load_Balancer>()) t.Delete<sb::Load_Balancer>(uuid);
  ASSERT_TRUE(network.sb().Commit(std::move(t)).ok());
  network.Update();
  EXPECT_EQ(FormatLog(network.sb()), before);
}

// A real ovn-northd has given rows other UUIDs, and one Logical_DP_Group to load balancers on the same switches.
TEST(LoadBalancerTest, RowsThatAreThereAreTakenOver) {
  auto nb = LoadLog("lib/northd/testdata/load_balancers.nb.db");
  auto sb = LoadLog("lib/northd/testdata/load_balancers.sb.db");
  ASSERT_TRUE(nb.ok()) << nb.status();
  ASSERT_TRUE(sb.ok()) << sb.status();
  const auto uuids = [&sb] {
    std::map<std::string, Uuid> uuids;
    for (const auto& [uuid, row] : sb->database->Rows<sb::Load_Balancer>()) uuids[std::string(row->name())] = uuid;
    return uuids;
  };
  const std::map<std::string, Uuid> uuids_before = uuids();
  const std::multiset<std::string> rows = RowLines(*sb->database), flows = FlowLines(*sb->database);
  {
    Northd northd(*nb->database, *sb->database);
    ASSERT_TRUE(northd.Update().ok());
    EXPECT_EQ(Difference(rows, RowLines(*sb->database)), "");
    EXPECT_EQ(Difference(flows, FlowLines(*sb->database)), "");
    EXPECT_EQ(uuids(), uuids_before);
    // One of those that shared a group goes elsewhere; the others stay.
    const Rows before = BalancersOf(*sb->database);
    Transaction t = nb->database->Begin();
    const Uuid lswitch = nb->database->Find(nb::columns::Logical_Switch::name, "u").front();
    const Uuid lb = nb->database->Find(nb::columns::Load_Balancer::name, "tcp").front();
    t.InsertMember(nb::columns::Logical_Switch::load_balancer, lswitch, lb);
    ASSERT_TRUE(nb->database->Commit(std::move(t)).ok());
    ASSERT_TRUE(northd.Update().ok());
    Rows expected = before;
    expected["tcp"] = {"s", "u"};
    Rows after = BalancersOf(*sb->database);
    std::sort(after["tcp"].begin(), after["tcp"].end());
    EXPECT_EQ(after, expected);
    Database fresh(SouthboundSchema());
    Northd compiled_anew(*nb->database, fresh);
    ASSERT_TRUE(compiled_anew.Update().ok());
    EXPECT_EQ(Difference(FlowLines(fresh), FlowLines(*sb->database)), "");
    EXPECT_EQ(Difference(RowLines(fresh), RowLines(*sb->database)), "");
  }
  const std::string written = FormatLog(*sb->database);
  Northd successor(*nb->database, *sb->database);
  ASSERT_TRUE(successor.Update().ok());
  EXPECT_EQ(FormatLog(*sb->database), written);
}

// -- What edits cost --

TEST(LoadBalancerCostTest, AVipIsOneItemOnManySwitches) {
  const auto cost = [](int switches) {
    BalancedNetwork network(switches);
    for (int s = 0; s < switches; ++s) network.Attach(s);
    network.SetVip("10.0.0.9:53", "10.0.0.1:53");
    const BalancedNetwork::Cost added = network.CostOf([&] { network.SetVip("10.0.0.10:53", "10.0.0.1:53"); });
    EXPECT_EQ(network.Flows("ls_in_lb", "10.0.0.10").size(), static_cast<size_t>(switches));
    return added;
  };
  EXPECT_EQ(cost(4), cost(100));
  EXPECT_EQ(cost(4).rows, 3u);  // Two flows, and the row that hypervisors read.
}

TEST(LoadBalancerCostTest, AVipDoesNotRunItsNeighbors) {
  const auto cost = [](int vips) {
    BalancedNetwork network;
    network.Attach(0);
    network.Edit([&](Transaction& t) {
      auto* lb = t.Update<nb::Load_Balancer>(BalancedNetwork::Balancer());
      for (int v = 0; v < vips; ++v) (*lb->mutable_vips())[absl::StrCat("10.0.1.", v, ":53")] = "10.0.0.1:53";
    });
    return network.CostOf([&] { network.SetVip("10.0.1.0:53", "10.0.0.2:53"); });
  };
  EXPECT_EQ(cost(2), cost(200));
}

}  // namespace
}  // namespace ovnlite
