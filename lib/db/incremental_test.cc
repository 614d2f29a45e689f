#include "ovnlite/db/incremental.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "lib/schema/ovn_nb.rows.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/base/random.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
namespace lsp = nb::columns::Logical_Switch_Port;
namespace ls = nb::columns::Logical_Switch;

// A toy compiler over the Northbound schema. For every switch a line with its name, whether it is big, and its ports of
// type router; for every port a line with its switch; for every port in a group a line with the group; addresses of the
// ports of a group joined with the sets they are in; lines by type on demand.
struct ToyCompiler {
  explicit ToyCompiler(Database& db) : engine({&db}) {
    lines = engine.AddCollection<std::string>("lines");
    routers = engine.AddRelation<Uuid, std::string>("routers");      // Switch → names of its ports of type router.
    group_names = engine.AddRelation<Uuid, std::string>("groups");   // Port → names of groups.
    is_big = engine.AddQuery<Uuid, bool>("is_big", [](Reader& r, const Uuid& uuid) {
      const auto row = r.Get<nb::Logical_Switch>(uuid);
      return row && row->ports().size() > 3;
    });
    switch_of = engine.AddQuery<Uuid, std::string>("switch_of", [](Reader& r, const Uuid& port) {
      const RowIds owners = r.Find(ls::ports, port);
      return owners.size() == 1 ? std::string(r.Get<nb::Logical_Switch>(owners.front())->name()) : "none";
    });
    count = engine.AddQuery<std::string, size_t>(
        "count", [](Reader& r, const std::string& type) { return r.Find(lsp::type, type).size(); });
    suffix = engine.AddInput<Uuid, std::string>("suffix");
    engine.AddEmitter<nb::Logical_Switch>("switch", [this](Reader& r, const Uuid& uuid, Output& out) {
      const auto row = r.Get<nb::Logical_Switch>(uuid);
      std::string line = absl::StrCat("switch ", row->name(), r.Ask(is_big, uuid) ? " big" : "");
      for (const std::string& name : r.Members(routers, uuid)) absl::StrAppend(&line, " ", name);
      if (row->other_config("subnet").has_value()) absl::StrAppend(&line, " in ", *row->other_config("subnet"));
      out.Add(lines, line);
      if (r.Any(routers, uuid)) out.Add(lines, "some switch has routers");
      if (r.Contains(routers, uuid, "r")) out.Add(lines, "there is an r");
    });
    engine.AddEmitter<nb::Logical_Switch_Port>("port", [this](Reader& r, const Uuid& uuid, Output& out) {
      const auto row = r.Get<nb::Logical_Switch_Port>(uuid);
      const RowIds owners = r.Find(ls::ports, uuid);
      const bool found = owners.size() == 1;
      out.Add(lines, absl::StrCat("port ", row->name(), " of ", r.Ask(switch_of, uuid),
                                  found && r.Ask(is_big, owners.front()) ? " big" : "", " among ",
                                  r.Ask(count, row->type()), found ? r.Ask(suffix, owners.front()) : ""));
      if (!row->type().empty()) out.Add(lines, absl::StrCat("type ", row->type()));  // Shared by many ports.
    });
    engine.AddEmitter<nb::Logical_Switch_Port>(
        "router_port",
        [this](Reader& r, const Uuid& uuid, Output& out) {
          const auto row = r.Get<nb::Logical_Switch_Port>(uuid);
          if (row->type() != "router") return;
          for (const Uuid& owner : r.Find(ls::ports, uuid)) out.Add(routers, owner, std::string(row->name()));
        },
        {routers});
    engine.AddMemberEmitter(
        "group_member", nb::columns::Port_Group::ports,
        [this](Reader& r, const Uuid& group, const Uuid& port, Output& out) {
          const auto row = r.Get<nb::Port_Group>(group);
          out.Add(group_names, port, std::string(row->name()));
        },
        {group_names});
    engine.AddPairEmitter("group_line", group_names,
                          [this](Reader& r, const Uuid& port, const std::string& group, Output& out) {
                            const auto row = r.Get<nb::Logical_Switch_Port>(port);
                            out.Add(lines, absl::StrCat("port ", row ? row->name() : "?", " in ", group));
                          });
    // DHCP options by the groups that their ports are in.
    options_groups = engine.AddRelation<Uuid, std::string>("options_groups");
    engine.AddPairEmitter(
        "options_group", group_names,
        [this](Reader& r, const Uuid& port, const std::string& group, Output& out) {
          const auto row = r.Get<nb::Logical_Switch_Port>(port);
          if (row && row->has_dhcpv4_options()) out.Add(options_groups, row->dhcpv4_options(), group);
        },
        {options_groups});
    engine.AddJoinEmitter("joined", lsp::dhcpv4_options, options_groups,
                          [this](Reader& r, const Uuid& port, const std::string& group, Output& out) {
                            const auto row = r.Get<nb::Logical_Switch_Port>(port);
                            out.Add(lines, absl::StrCat("port ", row ? row->name() : "?", " shares options with ", group));
                          });
    engine.AddSingleEmitter("total", [this](Reader& r, Output& out) {
      out.Add(lines, absl::StrCat("total ", r.All<nb::Logical_Switch_Port>().size()));
    });
    of_type = engine.AddDemandedEmitter<std::string>("of_type", [this](Reader& r, const std::string& type, Output& out) {
      std::string line = absl::StrCat("of type ", type, ":");
      for (const Uuid& uuid : r.Find(lsp::type, type)) {
        absl::StrAppend(&line, " ", r.Get<nb::Logical_Switch_Port>(uuid)->name());
      }
      out.Add(lines, line);
    });
  }

  // Applies the changes and returns all that is emitted.
  const std::set<std::string>& Update() {
    EXPECT_EQ(engine.Update(), absl::OkStatus());
    const auto changes = engine.TakeChanges(lines);
    for (const std::string* line : changes.removed) EXPECT_EQ(output.erase(*line), 1u) << "removed what was not there";
    for (const std::string* line : changes.added) EXPECT_TRUE(output.insert(*line).second) << "added what was there";
    return output;
  }

  Incremental engine;
  std::set<std::string> output;
  Collection<std::string> lines;
  Relation<Uuid, std::string> routers, group_names, options_groups;
  Query<Uuid, bool> is_big;
  Query<Uuid, std::string> switch_of;
  Query<std::string, size_t> count;
  Query<Uuid, std::string> suffix;
  DemandedEmitter<std::string> of_type;
};

class IncrementalTest : public testing::Test {
 protected:
  void Commit(Transaction t) {
    const auto result = db_.Commit(std::move(t));
    EXPECT_TRUE(result.ok()) << result.status();
  }
  Uuid AddSwitch(const std::string& name) {
    const Uuid uuid = Uuid::FromName(name);
    Transaction t = db_.Begin();
    t.Insert<nb::Logical_Switch>(uuid)->set_name(name);
    Commit(std::move(t));
    return uuid;
  }
  Uuid AddPort(const Uuid& owner, const std::string& name, const std::string& type = "") {
    const Uuid uuid = Uuid::FromName(name);
    Transaction t = db_.Begin();
    auto* port = t.Insert<nb::Logical_Switch_Port>(uuid);
    port->set_name(name);
    port->set_type(type);
    t.InsertMember(ls::ports, owner, uuid);
    Commit(std::move(t));
    return uuid;
  }
  void SetPort(const Uuid& port, const std::string& type) {
    Transaction t = db_.Begin();
    t.Set(lsp::type, port, type);
    Commit(std::move(t));
  }

  Database db_{NorthboundSchema()};
};

TEST_F(IncrementalTest, OnlyWhatReadTheChangeRunsAgain) {
  ToyCompiler toy(db_);
  const Uuid ls1 = AddSwitch("ls1"), ls2 = AddSwitch("ls2");
  AddPort(ls1, "a");
  AddPort(ls2, "b", "x");
  EXPECT_EQ(toy.Update(), (std::set<std::string>{"switch ls1", "switch ls2", "port a of ls1 among 1",
                                                 "port b of ls2 among 1", "type x", "total 2"}));
  const Incremental::Statistics before = toy.engine.statistics();
  Transaction t = db_.Begin();
  t.Set(ls::name, ls2, "renamed");
  Commit(std::move(t));
  toy.Update();
  EXPECT_TRUE(toy.output.contains("port b of renamed among 1"));
  EXPECT_EQ(toy.engine.statistics().emitter_runs - before.emitter_runs, 2u)
      << "the switch and its port, not the others";
}

TEST_F(IncrementalTest, ColumnsAndKeysThatNobodyReadWakeNobody) {
  ToyCompiler toy(db_);
  const Uuid uuid = AddSwitch("ls");
  const Uuid port = AddPort(uuid, "p");
  toy.Update();
  const auto runs = [&toy] { return toy.engine.statistics().emitter_runs + toy.engine.statistics().query_runs; };
  uint64_t before = runs();
  Transaction t = db_.Begin();
  t.InsertPair(ls::other_config, uuid, "mcast_snoop", "true");
  t.InsertPair(lsp::external_ids, port, "a", "b");
  t.Set(lsp::enabled, port, false);
  Commit(std::move(t));
  toy.Update();
  EXPECT_EQ(runs(), before);
  Transaction u = db_.Begin();
  u.InsertPair(ls::other_config, uuid, "subnet", "10.0.0.0/8");
  Commit(std::move(u));
  EXPECT_TRUE(toy.Update().contains("switch ls in 10.0.0.0/8"));
  EXPECT_EQ(runs(), before + 1);
  Transaction v = db_.Begin();
  v.EraseMember(ls::other_config, uuid, "subnet");
  Commit(std::move(v));
  EXPECT_TRUE(toy.Update().contains("switch ls"));
}

TEST_F(IncrementalTest, AnUnchangedAnswerStopsTheWave) {
  ToyCompiler toy(db_);
  const Uuid uuid = AddSwitch("ls");
  for (int i = 0; i < 10; ++i) AddPort(uuid, absl::StrCat("p", i), "x");
  AddPort(uuid, "lonely", "y");
  toy.Update();
  const Incremental::Statistics before = toy.engine.statistics();
  AddPort(uuid, "new", "z");
  toy.Update();
  // The new port's two, and the total. The 11 other ports and the switch asked whether it is big; it still is.
  EXPECT_EQ(toy.engine.statistics().emitter_runs - before.emitter_runs, 3u);
}

TEST_F(IncrementalTest, ARelationTellsOfOnePair) {
  ToyCompiler toy(db_);
  const Uuid uuid = AddSwitch("ls");
  std::vector<Uuid> ports;
  for (int i = 0; i < 100; ++i) ports.push_back(AddPort(uuid, absl::StrCat("p", i), i < 50 ? "router" : ""));
  toy.Update();
  EXPECT_TRUE(toy.output.contains("some switch has routers"));
  SetPort(ports[99], "router");
  const Incremental::Statistics before = toy.engine.statistics();
  toy.Update();
  EXPECT_EQ(toy.engine.statistics().emitter_runs - before.emitter_runs, 102u)
      << "the port's own two, the switch; and 99 lines that say how many ports of a type there are";
  EXPECT_LE(toy.engine.statistics().items - before.items, 2u * 103u) << "one pair of 51 moved";
}

TEST_F(IncrementalTest, NothingChangedNothingRuns) {
  ToyCompiler toy(db_);
  AddPort(AddSwitch("ls"), "p", "router");
  toy.Update();
  EXPECT_FALSE(toy.engine.IsStale());
  const uint64_t runs = toy.engine.statistics().emitter_runs + toy.engine.statistics().query_runs;
  toy.Update();
  EXPECT_EQ(toy.engine.statistics().emitter_runs + toy.engine.statistics().query_runs, runs);
}

TEST_F(IncrementalTest, InputsWakeTheirReadersAndAreForgotten) {
  ToyCompiler toy(db_);
  const Uuid uuid = AddSwitch("ls");
  AddPort(uuid, "p");
  toy.Update();
  const size_t nodes = toy.engine.node_count();
  toy.engine.Set(toy.suffix, uuid, "!");
  EXPECT_TRUE(toy.Update().contains("port p of ls among 1!"));
  toy.engine.Set(toy.suffix, uuid, "");
  EXPECT_TRUE(toy.Update().contains("port p of ls among 1"));
  for (uint64_t i = 1; i <= 100; ++i) {  // Of things nobody asks for.
    toy.engine.Set(toy.suffix, Uuid(i, i), "x");
    toy.engine.Set(toy.suffix, Uuid(i, i), "");
  }
  toy.Update();
  EXPECT_EQ(toy.engine.node_count(), nodes);
}

TEST_F(IncrementalTest, WhatIsNotDemandedDoesNotRun) {
  ToyCompiler toy(db_);
  const Uuid uuid = AddSwitch("ls");
  AddPort(uuid, "p", "x");
  EXPECT_FALSE(toy.Update().contains("of type x: p"));
  const size_t nodes = toy.engine.node_count();
  toy.engine.Demand(toy.of_type, "x");
  EXPECT_TRUE(toy.Update().contains("of type x: p"));
  const uint64_t runs = toy.engine.statistics().emitter_runs;
  toy.engine.Demand(toy.of_type, "x");
  toy.Update();
  EXPECT_EQ(toy.engine.statistics().emitter_runs, runs);
  toy.engine.LetGo(toy.of_type, "x");
  EXPECT_FALSE(toy.Update().contains("of type x: p"));
  EXPECT_EQ(toy.engine.node_count(), nodes);
}

TEST_F(IncrementalTest, MembersPairsAndJoins) {
  ToyCompiler toy(db_);
  const Uuid uuid = AddSwitch("ls");
  const Uuid a = AddPort(uuid, "a"), b = AddPort(uuid, "b"), c = AddPort(uuid, "c");
  const Uuid options(7, 7), group(8, 8);
  Transaction t = db_.Begin();
  t.Insert<nb::DHCP_Options>(options);
  t.Insert<nb::Port_Group>(group)->set_name("g");
  t.InsertMember(nb::columns::Port_Group::ports, group, a);
  for (const Uuid& port : {a, b}) t.Set(lsp::dhcpv4_options, port, options);
  Commit(std::move(t));
  toy.Update();
  EXPECT_TRUE(toy.output.contains("port a in g"));
  EXPECT_TRUE(toy.output.contains("port a shares options with g"));
  EXPECT_TRUE(toy.output.contains("port b shares options with g"));
  EXPECT_FALSE(toy.output.contains("port c shares options with g"));
  // A row comes to the relation, a row leaves it.
  Transaction u = db_.Begin();
  u.Set(lsp::dhcpv4_options, c, options);
  u.Clear(lsp::dhcpv4_options, b);
  Commit(std::move(u));
  toy.Update();
  EXPECT_TRUE(toy.output.contains("port c shares options with g"));
  EXPECT_FALSE(toy.output.contains("port b shares options with g"));
  // The relation leaves the rows.
  Transaction v = db_.Begin();
  v.EraseMember(nb::columns::Port_Group::ports, group, a);
  Commit(std::move(v));
  toy.Update();
  EXPECT_FALSE(toy.output.contains("port a in g"));
  EXPECT_FALSE(toy.output.contains("port c shares options with g"));
}

TEST_F(IncrementalTest, CyclesAreReportedWithTheirMembersAndEnd) {
  Incremental engine({&db_});
  Query<int, int> a, b;
  a = engine.AddQuery<int, int>("a", [&b](Reader& r, const int& n) { return n == 3 ? r.Ask(b, n) + 1 : n; });
  b = engine.AddQuery<int, int>("b", [&a](Reader& r, const int& n) { return r.Ask(a, n) + 1; });
  const auto asked = engine.AddInput<int, int>("asked");
  int seen = 0;
  engine.AddSingleEmitter("e", [&](Reader& r, Output&) { seen = r.Ask(a, r.Ask(asked, 0)); });
  EXPECT_EQ(engine.Update(), absl::OkStatus());
  engine.Set(asked, 0, 3);
  for (int i = 0; i < 2; ++i) {
    const absl::Status status = engine.Update();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(status.message(), AnyOf(HasSubstr("a(3) reads b(3) reads a(3)"), HasSubstr("b(3) reads a(3) reads b(3)")))
        << "until it is mended";
  }
  engine.Set(asked, 0, 4);
  EXPECT_EQ(engine.Update(), absl::OkStatus());
  EXPECT_EQ(seen, 4);
}

TEST_F(IncrementalTest, ARelationThatIsReadByWhatFeedsItIsACycle) {
  Incremental engine({&db_});
  const auto names = engine.AddRelation<int, std::string>("names");
  const auto any = engine.AddQuery<int, bool>("any", [&](Reader& r, const int& n) { return r.Any(names, n); });
  engine.AddEmitter<nb::Logical_Switch>(
      "feeder",
      [&](Reader& r, const Uuid& uuid, Output& out) {
        if (r.Ask(any, 1)) return;
        out.Add(names, 1, std::string(r.Get<nb::Logical_Switch>(uuid)->name()));
      },
      {names});
  AddSwitch("ls");
  const absl::Status status = engine.Update();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr("reads any(1)"));
  EXPECT_FALSE(engine.Update().ok());
}

// An emitter that asks a query before and after something that the query depends on becomes stale.
TEST_F(IncrementalTest, AnAnswerThatIsReplacedMeanwhileIsAskedAgain) {
  Incremental engine({&db_});
  const auto lines = engine.AddCollection<std::string>("lines");
  const auto low = engine.AddInput<int, int>("low");
  const auto high = engine.AddQuery<int, int>("high", [&](Reader& r, const int& n) { return r.Ask(low, n) * 10; });
  const auto higher = engine.AddQuery<int, int>("higher", [&](Reader& r, const int& n) { return r.Ask(high, n) + 1; });
  const auto which = engine.AddInput<int, int>("which");
  engine.AddSingleEmitter("e", [&](Reader& r, Output& out) {
    // Whether `higher` is asked changes together with what it depends on.
    const int n = r.Ask(which, 0);
    out.Add(lines, n == 0 ? "off" : absl::StrCat(r.Ask(higher, 1)));
  });
  engine.AddSingleEmitter("f", [&](Reader& r, Output& out) { out.Add(lines, absl::StrCat("f ", r.Ask(higher, 1))); });
  ASSERT_EQ(engine.Update(), absl::OkStatus());
  engine.TakeChanges(lines);
  for (int i = 1; i < 10; ++i) {
    engine.Set(which, 0, i % 2);
    engine.Set(low, 1, i);
    ASSERT_EQ(engine.Update(), absl::OkStatus());
    std::set<std::string> now;
    engine.ForEach(lines, [&](const std::string& line) { now.insert(line); });
    EXPECT_EQ(now, (std::set<std::string>{i % 2 == 0 ? "off" : absl::StrCat(i * 10 + 1), absl::StrCat("f ", i * 10 + 1)}));
  }
}

TEST_F(IncrementalTest, TellsWhatRanAndWhy) {
  ToyCompiler toy(db_);
  const Uuid uuid = AddSwitch("ls");
  toy.Update();
  std::vector<std::string> told;
  toy.engine.WatchRuns([&](const Incremental::Run& run) {
    told.push_back(absl::StrCat(run.function, " because of ", run.cause));
  });
  Transaction t = db_.Begin();
  t.Set(ls::name, uuid, "renamed");
  Commit(std::move(t));
  toy.Update();
  EXPECT_THAT(told, ElementsAre(absl::StrCat("switch because of Logical_Switch row ", uuid.ToString())));
  const auto functions = toy.engine.functions();
  const auto found = std::find_if(functions.begin(), functions.end(), [](const auto& f) { return f.name == "switch"; });
  ASSERT_NE(found, functions.end());
  EXPECT_EQ(found->runs, 2u);
  EXPECT_EQ(found->remembered, 1u);
}

TEST_F(IncrementalTest, RelationsCanBeFollowed) {
  Incremental engine({&db_});
  const auto types = engine.AddRelation<std::string, Uuid>("types");
  engine.Follow(types);
  engine.AddEmitter<nb::Logical_Switch_Port>(
      "type",
      [&](Reader& r, const Uuid& uuid, Output& out) {
        out.Add(types, std::string(r.Get<nb::Logical_Switch_Port>(uuid)->type()), uuid);
      },
      {types});
  const Uuid port = AddPort(AddSwitch("ls"), "p", "x");
  using Pair = std::pair<std::string, Uuid>;
  const auto take = [&] {
    EXPECT_EQ(engine.Update(), absl::OkStatus());
    const auto changes = engine.TakeChanges(types);
    std::vector<Pair> added, removed;
    for (const Pair* pair : changes.added) added.push_back(*pair);
    for (const Pair* pair : changes.removed) removed.push_back(*pair);
    return std::make_pair(added, removed);
  };
  EXPECT_EQ(take(), std::make_pair(std::vector<Pair>{{"x", port}}, std::vector<Pair>{}));
  SetPort(port, "y");
  EXPECT_EQ(take(), std::make_pair(std::vector<Pair>{{"y", port}}, std::vector<Pair>{{"x", port}}));
  SetPort(port, "x");
  EXPECT_EQ(engine.Update(), absl::OkStatus());
  SetPort(port, "y");
  EXPECT_EQ(take(), std::make_pair(std::vector<Pair>{}, std::vector<Pair>{})) << "there and back again";
}

// A random edit of switches, ports and groups.
class RandomEdits {
 public:
  RandomEdits(Database& db, uint64_t seed) : db_(db), random_(seed) {}

  void Step() {
    Transaction t = db_.Begin();
    for (int edits = 1 + static_cast<int>(random_.Below(3)); edits > 0; --edits) Edit(t);
    const auto committed = db_.Commit(std::move(t));
    ASSERT_TRUE(committed.ok()) << committed.status();
  }
  Random& random() { return random_; }

 private:
  template <typename T>
  Uuid Some() {
    const auto rows = db_.Rows<T>();
    return rows.empty() ? Uuid() : rows[random_.Below(rows.size())].uuid;
  }
  void Edit(Transaction& t) {
    const Uuid some_switch = Some<nb::Logical_Switch>(), port = Some<nb::Logical_Switch_Port>(),
               group = Some<nb::Port_Group>(), options = Some<nb::DHCP_Options>();
    const bool has_switch = !some_switch.IsZero() && t.Read<nb::Logical_Switch>(some_switch);
    const bool has_port = !port.IsZero() && t.Read<nb::Logical_Switch_Port>(port);
    switch (random_.Below(12)) {
      case 0:
        t.Insert<nb::Logical_Switch>(Uuid::Generate(random_))->set_name(absl::StrCat("s", random_.Below(5)));
        return;
      case 1:
        if (random_.OneIn(3)) t.Delete<nb::Logical_Switch>(some_switch);  // Its ports go with it.
        return;
      case 2:
      case 3:
      case 4:
        if (has_switch) {
          const Uuid fresh = Uuid::Generate(random_);
          auto* row = t.Insert<nb::Logical_Switch_Port>(fresh);
          row->set_name(fresh.ToString());
          row->set_type(random_.OneIn(2) ? "" : "router");
          t.InsertMember(ls::ports, some_switch, fresh);
        }
        return;
      case 5:
        if (has_port) t.Set(lsp::type, port, random_.OneIn(2) ? "router" : "localnet");
        return;
      case 6:
        if (has_port) t.Set(lsp::name, port, Uuid::Generate(random_).ToString());
        return;
      case 7:
        for (const Uuid& owner : db_.Find(ls::ports, port)) {
          if (t.Read<nb::Logical_Switch>(owner)) t.EraseMember(ls::ports, owner, port);
        }
        return;
      case 8:
        if (random_.OneIn(2) && !group.IsZero()) {
          t.Delete<nb::Port_Group>(group);
        } else if (db_.RowCount<nb::Port_Group>() < 5) {
          const Uuid fresh = Uuid::Generate(random_);
          t.Insert<nb::Port_Group>(fresh)->set_name(fresh.ToString());
          t.Insert<nb::DHCP_Options>(Uuid::Generate(random_));
        }
        return;
      case 9:
      case 10:
        if (has_port && !group.IsZero() && t.Read<nb::Port_Group>(group)) {
          if (random_.OneIn(3)) {
            t.EraseMember(nb::columns::Port_Group::ports, group, port);
          } else {
            t.InsertMember(nb::columns::Port_Group::ports, group, port);
          }
        }
        return;
      case 11:
        if (!has_port) return;
        if (random_.OneIn(3) || options.IsZero()) {
          t.Clear(lsp::dhcpv4_options, port);
        } else {
          t.Set(lsp::dhcpv4_options, port, options);
        }
        return;
    }
  }

  Database& db_;
  Random random_;
};

// The law: whatever is edited, in however many steps, the output is what a fresh engine would make of the database.
TEST(IncrementalLawTest, DeltaAppliedEqualsFullRecompute) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Database db(NorthboundSchema());
    RandomEdits edits(db, seed);
    ToyCompiler toy(db);
    toy.engine.Demand(toy.of_type, "router");
    for (int step = 0; step < 200; ++step) {
      edits.Step();
      if (edits.random().OneIn(3)) continue;  // Several commits per update.
      ToyCompiler fresh(db);
      fresh.engine.Demand(fresh.of_type, "router");
      ASSERT_EQ(toy.Update(), fresh.Update()) << "step " << step;
      ASSERT_EQ(toy.engine.node_count(), fresh.engine.node_count()) << "nothing is remembered longer than needed";
    }
  }
}

// The order in which functions run depends on the edits alone: two engines do the same, run for run.
TEST(IncrementalLawTest, RunsAreTheSameEachTime) {
  const auto runs = [] {
    Database db(NorthboundSchema());
    RandomEdits edits(db, 5);
    ToyCompiler toy(db);
    std::vector<std::string> told;
    toy.engine.WatchRuns([&](const Incremental::Run& run) { told.push_back(run.key); });
    for (int step = 0; step < 100; ++step) {
      edits.Step();
      toy.Update();
    }
    return told;
  };
  EXPECT_EQ(runs(), runs());
}

// What one edit brings is no cycle, however much it is beside what there was.
TEST(IncrementalLoadTest, AnUpdateMayRunMoreThanThereWasBefore) {
  Database db(NorthboundSchema());
  ToyCompiler toy(db);
  ASSERT_TRUE(toy.engine.Update().ok());
  Transaction t = db.Begin();
  constexpr int kPorts = 5'000;
  t.Insert<nb::Logical_Switch>(Uuid(1, 1))->set_name("s");
  for (int i = 0; i < kPorts; ++i) {
    t.Insert<nb::Logical_Switch_Port>(Uuid(2, static_cast<uint64_t>(i)))->set_name(absl::StrCat("p", i));
    t.InsertMember(ls::ports, Uuid(1, 1), Uuid(2, static_cast<uint64_t>(i)));
  }
  ASSERT_TRUE(db.Commit(std::move(t)).ok());
  EXPECT_TRUE(toy.engine.Update().ok());
  EXPECT_GT(toy.engine.TakeChanges(toy.lines).added.size(), size_t{kPorts}) << "a line for each, and the switch's";
}

}  // namespace
}  // namespace ovnlite
