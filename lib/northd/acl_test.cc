// What follows from edits of ACLs, and what that costs. That the flows are OVN's is for northd_test.cc.

#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/northd/northd_testutil.h"
#include "lib/schema/ovn_nb.rows.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/northd/northd.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Switches s0, s1, … with two ports each: p0-0, p0-1, … Each edit is compiled at once.
class AclNetwork {
 public:
  explicit AclNetwork(int switches) : switches_(switches) {
    Transaction t = nb_.Begin();
    for (int s = 0; s < switches; ++s) {
      t.Insert<nb::Logical_Switch>(Switch(s))->set_name(absl::StrCat("s", s));
      for (int p = 0; p < 2; ++p) {
        t.Insert<nb::Logical_Switch_Port>(Port(s, p))->set_name(absl::StrCat("p", s, "-", p));
        t.InsertMember(nb::columns::Logical_Switch::ports, Switch(s), Port(s, p));
      }
    }
    Commit(std::move(t));
  }

  static Uuid Switch(int s) { return Uuid(1, static_cast<uint64_t>(s)); }
  static Uuid Port(int s, int p) { return Uuid(2, static_cast<uint64_t>(s * 2 + p)); }
  static Uuid Group() { return Uuid(3, 1); }

  void Commit(Transaction t) {
    const auto committed = nb_.Commit(std::move(t));
    EXPECT_TRUE(committed.ok()) << committed.status();
    const absl::Status updated = northd_.Update();
    EXPECT_TRUE(updated.ok()) << updated;
  }
  // The first port of every switch in one group.
  void AddGroup() {
    Transaction t = nb_.Begin();
    t.Insert<nb::Port_Group>(Group())->set_name("pg");
    for (int s = 0; s < switches_; ++s) t.InsertMember(nb::columns::Port_Group::ports, Group(), Port(s, 0));
    Commit(std::move(t));
  }
  Uuid NewAcl(Transaction& t, const std::string& match, const std::string& action) {
    const Uuid uuid(4, ++acls_);
    auto* acl = t.Insert<nb::ACL>(uuid);
    acl->set_direction("to-lport");
    acl->set_priority(7);
    acl->set_match(match);
    acl->set_action(action);
    return uuid;
  }
  Uuid AddAcl(int lswitch, const std::string& match, const std::string& action) {
    Transaction t = nb_.Begin();
    const Uuid uuid = NewAcl(t, match, action);
    t.InsertMember(nb::columns::Logical_Switch::acls, Switch(lswitch), uuid);
    Commit(std::move(t));
    return uuid;
  }
  Uuid AddAclToGroup(const std::string& match, const std::string& action) {
    Transaction t = nb_.Begin();
    const Uuid uuid = NewAcl(t, match, action);
    t.InsertMember(nb::columns::Port_Group::acls, Group(), uuid);
    Commit(std::move(t));
    return uuid;
  }
  void RemoveAcl(int lswitch, const Uuid& acl) {
    Transaction t = nb_.Begin();
    t.EraseMember(nb::columns::Logical_Switch::acls, Switch(lswitch), acl);
    Commit(std::move(t));
  }

  // Flows with this text in their match: "SWITCH [match] [actions]".
  std::vector<std::string> Flows(const std::string& text) const {
    std::vector<std::string> found;
    for (const std::string& line : FlowLines(sb_)) {
      if (!absl::StrContains(line.substr(line.find('[')), text)) continue;
      found.push_back(absl::StrCat(line.substr(0, line.find(' ')), " ", line.substr(line.find('['))));
    }
    return found;
  }
  struct Cost {
    uint64_t runs = 0;  // Of emitters.
    size_t rows = 0;    // That changed in the Southbound database.
    friend bool operator==(const Cost&, const Cost&) = default;
  };
  template <typename Edit>
  Cost CostOf(Edit edit) {
    Cost cost;
    const auto subscription = sb_.Subscribe([&cost](const Delta& delta) { cost.rows += delta.changes().size(); });
    const uint64_t before = northd_.statistics().emitter_runs;
    edit();
    cost.runs = northd_.statistics().emitter_runs - before;
    return cost;
  }

  Database& nb() { return nb_; }
  const Northd& northd() const { return northd_; }

 private:
  const int switches_;
  Database nb_{NorthboundSchema()};
  Database sb_{SouthboundSchema()};
  Northd northd_{nb_, sb_};
  uint64_t acls_ = 0;
};

TEST(AclTest, OneThatAsksForTrackingChangesTheOthersOfItsSwitch) {
  AclNetwork network(2);
  network.AddAcl(0, "tcp.dst == 25", "drop");
  network.AddAcl(1, "tcp.dst == 25", "drop");
  const std::vector<std::string> untracked = {"s0 [tcp.dst == 25] [/* drop */]", "s1 [tcp.dst == 25] [/* drop */]"};
  EXPECT_EQ(network.Flows("tcp.dst == 25"), untracked);
  const Uuid related = network.AddAcl(0, "udp", "allow-related");
  EXPECT_THAT(network.Flows("tcp.dst == 25"),
              ElementsAre("s0 [reg0[10] == 1 && (tcp.dst == 25)] [ct_commit { ct_mark.blocked = 1; }; /* drop */]",
                          "s0 [reg0[9] == 1 && (tcp.dst == 25)] [/* drop */]", "s1 [tcp.dst == 25] [/* drop */]"));
  EXPECT_FALSE(network.Flows("ct.inv").empty());
  network.RemoveAcl(0, related);
  EXPECT_EQ(network.Flows("tcp.dst == 25"), untracked);
  EXPECT_THAT(network.Flows("ct.inv"), IsEmpty());
}

TEST(AclTest, OneOfAPortGroupHasTheFormOfEachSwitch) {
  AclNetwork network(2);
  network.AddGroup();
  network.AddAclToGroup("outport == @pg && tcp", "allow");
  EXPECT_THAT(network.Flows("@pg && tcp"),
              ElementsAre("s0 [outport == @pg && tcp] [next;]", "s1 [outport == @pg && tcp] [next;]"));
  network.AddAcl(1, "udp", "allow-related");
  EXPECT_THAT(network.Flows("@pg && tcp"),
              ElementsAre("s0 [outport == @pg && tcp] [next;]",
                          "s1 [reg0[7] == 1 && (outport == @pg && tcp)] [reg0[1] = 1; next;]",
                          "s1 [reg0[8] == 1 && (outport == @pg && tcp)] [next;]"));
}

// A switch whose last port leaves the group has no ACL of it any more.
TEST(AclTest, PortsThatLeaveTakeTheAclsAlong) {
  AclNetwork network(2);
  network.AddGroup();
  network.AddAclToGroup("outport == @pg", "allow-related");
  EXPECT_EQ(network.Flows("@pg").size(), 4u);
  EXPECT_EQ(network.Flows("ct.inv").size(), 4u * 3);
  Transaction t = network.nb().Begin();
  t.EraseMember(nb::columns::Port_Group::ports, AclNetwork::Group(), AclNetwork::Port(1, 0));
  network.Commit(std::move(t));
  EXPECT_EQ(network.Flows("@pg").size(), 2u);
  EXPECT_EQ(network.Flows("ct.inv").size(), 2u * 3);
}

TEST(AclTest, SaysWhatItDoesNotCompile) {
  AclNetwork network(2);
  network.AddAcl(0, "tcp", "allow");
  EXPECT_THAT(network.northd().unsupported(), IsEmpty());
  Transaction t = network.nb().Begin();
  const Uuid uuid = network.NewAcl(t, "udp", "allow");
  t.InsertMember(nb::columns::Logical_Switch::acls, AclNetwork::Switch(0), uuid);
  auto* acl = t.Update<nb::ACL>(uuid);
  acl->set_name("loud");
  acl->set_log(true);
  acl->set_severity("info");
  acl->set_meter("acl-meter");
  acl->set_label(77);
  (*acl->mutable_options())["log-related"] = "true";
  (*acl->mutable_options())["apply-after-lb"] = "true";
  network.Commit(std::move(t));
  std::set<std::string> columns;
  for (const Unsupported& unsupported : network.northd().unsupported()) {
    EXPECT_EQ(unsupported.table, "ACL");
    EXPECT_EQ(unsupported.row, "loud");
    columns.insert(unsupported.column);
  }
  EXPECT_EQ(columns, (std::set<std::string>{"label", "log", "meter", "options:log-related", "severity"}));
}

TEST(AclTest, WithoutANameItIsCalledByItsUuid) {
  AclNetwork network(1);
  const Uuid acl = network.AddAcl(0, "tcp", "allow");
  Transaction t = network.nb().Begin();
  t.Update<nb::ACL>(acl)->set_label(7);
  network.Commit(std::move(t));
  EXPECT_THAT(network.northd().unsupported(), ElementsAre(Unsupported{"ACL", acl.ToString(), "label"}));
}

// -- What edits cost --

// A further ACL of a port group is one flow for all switches, and its verdict is another one.
TEST(AclCostTest, AnAclOfAGroupIsOneItemOnManySwitches) {
  const auto cost = [](int switches) {
    AclNetwork network(switches);
    network.AddGroup();
    network.AddAclToGroup("outport == @pg", "drop");
    Uuid acl;
    const AclNetwork::Cost added =
        network.CostOf([&] { acl = network.AddAclToGroup("outport == @pg && tcp", "drop"); });
    EXPECT_EQ(network.Flows("@pg && tcp").size(), static_cast<size_t>(switches));
    const AclNetwork::Cost edited = network.CostOf([&] {
      Transaction t = network.nb().Begin();
      t.Update<nb::ACL>(acl)->set_priority(8);
      network.Commit(std::move(t));
    });
    return std::make_pair(added, edited);
  };
  const auto few = cost(4), many = cost(100);
  EXPECT_EQ(few, many);
  EXPECT_EQ(many.first.rows, 1u);
  EXPECT_EQ(many.first.runs, 2u);
  EXPECT_EQ(many.second.rows, 2u);  // One goes, one comes.
  EXPECT_EQ(many.second.runs, 1u);
}

TEST(AclCostTest, AnAclDoesNotRunItsNeighbors) {
  const auto cost = [](int acls) {
    AclNetwork network(1);
    for (int i = 0; i < acls; ++i) network.AddAcl(0, absl::StrCat("tcp.dst == ", i), "drop");
    return network.CostOf([&] { network.AddAcl(0, "udp", "drop"); });
  };
  EXPECT_EQ(cost(3), cost(100));
  EXPECT_EQ(cost(100).rows, 1u);
}

// A group's ACLs care about switches only: a second port of one changes none of their flows.
TEST(AclCostTest, AMemberOnASwitchThatTheGroupHasRunsNoAcls) {
  const auto cost = [](int acls) {
    AclNetwork network(4);
    network.AddGroup();
    for (int i = 0; i < acls; ++i) network.AddAclToGroup(absl::StrCat("outport == @pg && tcp.dst == ", i), "drop");
    return network.CostOf([&] {
      Transaction t = network.nb().Begin();
      t.InsertMember(nb::columns::Port_Group::ports, AclNetwork::Group(), AclNetwork::Port(1, 1));
      network.Commit(std::move(t));
    });
  };
  EXPECT_EQ(cost(3), cost(50));
  EXPECT_EQ(cost(50).rows, 1u);  // The group's row of the switch.
}

}  // namespace
}  // namespace ovnlite
