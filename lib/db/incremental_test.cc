#include "ovnlite/db/incremental.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "lib/schema/ovn_nb.pb.h"
#include "ovnlite/base/hash.h"
#include "ovnlite/base/random.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

// Gives texts small numbers, as a compiler does with what it emits.
class Names {
 public:
  uint32_t Of(const std::string& text) {
    return numbers_.try_emplace(text, static_cast<uint32_t>(numbers_.size())).first->second;
  }
  std::string Text(uint32_t number) const {
    for (const auto& [text, n] : numbers_) {
      if (n == number) return text;
    }
    return "?";
  }

 private:
  std::map<std::string, uint32_t> numbers_;
};

// A toy compiler over the Northbound schema: for every switch its size class, for every port a line with the name of
// its switch, whether the switch is big, and the MACs of ports with the same first letter.
struct ToyCompiler {
  ToyCompiler(Database& db, Names& names) : engine({&db}), names(names) {
    is_big = engine.AddQuery<bool>("is_big", [](Reader& r, const Uuid& uuid) {
      const auto* ls = r.Get<nb::Logical_Switch>(uuid);
      return ls != nullptr && ls->ports_size() > 3;
    });
    switch_of = engine.AddQuery<std::string>("switch_of", [](Reader& r, const Uuid& port) {
      Uuid uuid;
      const auto* ls = r.FindOne<nb::Logical_Switch>("ports", port.ToString(), &uuid);
      return ls == nullptr ? std::string("none") : ls->name();
    });
    count = engine.AddNamedQuery<size_t>("count", [](Reader& r, absl::string_view type) {
      return r.Find<nb::Logical_Switch_Port>("type", type).size();
    });
    suffix = engine.AddInput<std::string>("suffix");
    engine.AddEmitter<nb::Logical_Switch>("switch", [this](Reader& r, const Uuid& row, Output& out) {
      const auto* ls = r.Get<nb::Logical_Switch>(row);
      out.Add(this->names.Of(absl::StrCat("switch ", ls->name(), r.Ask(is_big, row) ? " big" : "")));
    });
    engine.AddEmitter<nb::Logical_Switch_Port>("port", [this](Reader& r, const Uuid& row, Output& out) {
      const auto* port = r.Get<nb::Logical_Switch_Port>(row);
      // Find() reads which switch it is, not what is in its row.
      const absl::Span<const Uuid> owners = r.Find<nb::Logical_Switch>("ports", row.ToString());
      const bool found = !owners.empty();
      const Uuid ls = found ? owners[0] : Uuid();
      out.Add(this->names.Of(absl::StrCat("port ", port->name(), " of ", r.Ask(switch_of, row),
                                          found && r.Ask(is_big, ls) ? " big" : "", " among ",
                                          r.Ask(count, port->type()), r.Ask(suffix, ls.ToString()))));
      if (!port->type().empty()) out.Add(this->names.Of(absl::StrCat("type ", port->type())));  // Shared by many ports.
    });
    engine.AddSingleEmitter("total", [this](Reader& r, const Uuid&, Output& out) {
      out.Add(this->names.Of(absl::StrCat("total ", r.All<nb::Logical_Switch_Port>().size())));
    });
    of_type = engine.AddDemandedEmitter("of_type", [this](Reader& r, absl::string_view type, Output& out) {
      std::string line = absl::StrCat("of type ", type, ":");
      for (const Uuid& uuid : r.Find<nb::Logical_Switch_Port>("type", type)) {
        absl::StrAppend(&line, " ", r.Get<nb::Logical_Switch_Port>(uuid)->name());
      }
      out.Add(this->names.Of(line));
    });
  }

  // Applies the changes and returns all that is emitted.
  const std::set<std::string>& Update() {
    const Incremental::Changes changes = engine.Update();
    for (uint32_t item : changes.removed) EXPECT_EQ(output.erase(names.Text(item)), 1u) << "removed what was not there";
    for (uint32_t item : changes.added) EXPECT_TRUE(output.insert(names.Text(item)).second) << "added what was there";
    return output;
  }

  Incremental engine;
  Names& names;
  std::set<std::string> output;
  Query<bool> is_big;
  Query<std::string> switch_of;
  Query<size_t> count;
  Query<std::string> suffix;
  DemandedEmitter of_type;
};

class IncrementalTest : public testing::Test {
 protected:
  Uuid AddSwitch(const std::string& name) {
    const Uuid uuid = Uuid::FromName(name);
    Transaction t = db_.Begin();
    t.Insert<nb::Logical_Switch>(uuid)->set_name(name);
    EXPECT_TRUE(db_.Commit(std::move(t)).ok());
    return uuid;
  }
  Uuid AddPort(const Uuid& ls, const std::string& name, const std::string& type = "") {
    const Uuid uuid = Uuid::FromName(name);
    Transaction t = db_.Begin();
    auto* port = t.Insert<nb::Logical_Switch_Port>(uuid);
    port->set_name(name);
    port->set_type(type);
    auto* ref = t.Update<nb::Logical_Switch>(ls)->add_ports();
    ref->set_high(uuid.high());
    ref->set_low(uuid.low());
    const auto result = db_.Commit(std::move(t));
    EXPECT_TRUE(result.ok()) << result.status();
    return uuid;
  }

  Database db_{NorthboundSchema()};
  Names names_;
};

TEST_F(IncrementalTest, OnlyWhatReadTheChangeRunsAgain) {
  ToyCompiler toy(db_, names_);
  const Uuid ls1 = AddSwitch("ls1"), ls2 = AddSwitch("ls2");
  AddPort(ls1, "a");
  AddPort(ls2, "b", "router");
  EXPECT_EQ(toy.Update(), (std::set<std::string>{"switch ls1", "switch ls2", "port a of ls1 among 1",
                                                 "port b of ls2 among 1", "type router", "total 2"}));
  const Incremental::Statistics before = toy.engine.statistics();
  Transaction t = db_.Begin();
  t.Update<nb::Logical_Switch>(ls2)->set_name("renamed");
  ASSERT_TRUE(db_.Commit(std::move(t)).ok());
  toy.Update();
  EXPECT_TRUE(toy.output.contains("port b of renamed among 1"));
  EXPECT_EQ(toy.engine.statistics().emitter_runs - before.emitter_runs, 2u)
      << "the switch and its port, not the others";
}

TEST_F(IncrementalTest, AnUnchangedAnswerStopsTheWave) {
  ToyCompiler toy(db_, names_);
  const Uuid ls = AddSwitch("ls");
  for (int i = 0; i < 10; ++i) AddPort(ls, absl::StrCat("p", i), "x");
  AddPort(ls, "lonely", "y");
  toy.Update();
  const Incremental::Statistics before = toy.engine.statistics();
  AddPort(ls, "new", "z");
  toy.Update();
  // The new port, the switch, the total. The 11 other ports asked whether the switch is big; it still is.
  EXPECT_EQ(toy.engine.statistics().emitter_runs - before.emitter_runs, 3u);
}

TEST_F(IncrementalTest, NothingChangedNothingRuns) {
  ToyCompiler toy(db_, names_);
  AddPort(AddSwitch("ls"), "p");
  toy.Update();
  const uint64_t runs = toy.engine.statistics().emitter_runs + toy.engine.statistics().query_runs;
  toy.Update();
  EXPECT_EQ(toy.engine.statistics().emitter_runs + toy.engine.statistics().query_runs, runs);
}

TEST_F(IncrementalTest, InputsWakeTheirReaders) {
  ToyCompiler toy(db_, names_);
  const Uuid ls = AddSwitch("ls");
  AddPort(ls, "p");
  toy.Update();
  toy.engine.Set(toy.suffix, ls.ToString(), std::string("!"));
  EXPECT_TRUE(toy.Update().contains("port p of ls among 1!"));
  toy.engine.Set(toy.suffix, ls.ToString(), std::string());
  EXPECT_TRUE(toy.Update().contains("port p of ls among 1"));
}

TEST_F(IncrementalTest, WhatIsNotDemandedDoesNotRun) {
  ToyCompiler toy(db_, names_);
  const Uuid ls = AddSwitch("ls");
  AddPort(ls, "p", "x");
  EXPECT_FALSE(toy.Update().contains("of type x: p"));
  toy.engine.Demand(toy.of_type, "x");
  EXPECT_TRUE(toy.Update().contains("of type x: p"));
  const uint64_t runs = toy.engine.statistics().emitter_runs;
  toy.engine.Demand(toy.of_type, "x");
  toy.Update();
  EXPECT_EQ(toy.engine.statistics().emitter_runs, runs);
  AddPort(ls, "q", "x");
  EXPECT_TRUE(toy.Update().contains("of type x: p q") || toy.output.contains("of type x: q p"));
}

TEST_F(IncrementalTest, CyclesAreReportedAndEnd) {
  Incremental engine({&db_});
  Query<int> a, b;
  a = engine.AddQuery<int>("a", [&b](Reader& r, const Uuid& u) { return r.Ask(b, u) + 1; });
  b = engine.AddQuery<int>("b", [&a](Reader& r, const Uuid& u) { return r.Ask(a, u) + 1; });
  int seen = 0;
  engine.AddSingleEmitter("e", [&](Reader& r, const Uuid&, Output&) { seen = r.Ask(a, Uuid()); });
  engine.Update();
  EXPECT_TRUE(engine.cyclic());
  EXPECT_EQ(seen, 2);
}

// The law: whatever is edited, in however many steps, the output is what a fresh engine would make of the database.
TEST_F(IncrementalTest, DeltaAppliedEqualsFullRecompute) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Database db(NorthboundSchema());
    Random random(seed);
    Names names;
    ToyCompiler toy(db, names);
    toy.engine.Demand(toy.of_type, "router");
    std::vector<Uuid> switches, ports;
    for (int step = 0; step < 150; ++step) {
      Transaction t = db.Begin();
      for (int edits = 1 + static_cast<int>(random.Below(3)); edits > 0; --edits) {
        const uint64_t what = random.Below(7);
        if (what == 0 || switches.empty()) {
          switches.push_back(Uuid::Generate(random));
          t.Insert<nb::Logical_Switch>(switches.back())->set_name(absl::StrCat("s", random.Below(5)));
        } else if (what == 1 && switches.size() > 1) {
          const size_t i = random.Below(switches.size());
          t.Delete<nb::Logical_Switch>(switches[i]);  // Its ports go with it.
          switches.erase(switches.begin() + static_cast<ptrdiff_t>(i));
        } else if (what == 2 || what == 3) {
          auto* ls = t.Update<nb::Logical_Switch>(switches[random.Below(switches.size())]);
          if (ls == nullptr) continue;
          const Uuid port = Uuid::Generate(random);
          auto* row = t.Insert<nb::Logical_Switch_Port>(port);
          row->set_name(port.ToString());
          row->set_type(random.OneIn(2) ? "" : "router");
          auto* ref = ls->add_ports();
          ref->set_high(port.high());
          ref->set_low(port.low());
          ports.push_back(port);
        } else if (what == 4 && !ports.empty()) {
          auto* row = t.Update<nb::Logical_Switch_Port>(ports[random.Below(ports.size())]);
          if (row != nullptr) row->set_type(random.OneIn(2) ? "router" : "localnet");
        } else if (what == 6 && !ports.empty()) {
          auto* row = t.Update<nb::Logical_Switch_Port>(ports[random.Below(ports.size())]);
          if (row != nullptr) row->set_name(Uuid::Generate(random).ToString());
        } else if (what == 5) {
          auto* ls = t.Update<nb::Logical_Switch>(switches[random.Below(switches.size())]);
          if (ls != nullptr && ls->ports_size() > 0) ls->mutable_ports()->RemoveLast();
        }
      }
      const auto committed = db.Commit(std::move(t));
      ASSERT_TRUE(committed.ok()) << committed.status();
      if (random.OneIn(3)) continue;  // Several commits per update.
      ToyCompiler fresh(db, names);
      fresh.engine.Demand(fresh.of_type, "router");
      ASSERT_EQ(toy.Update(), fresh.Update()) << "step " << step;
      ASSERT_EQ(toy.engine.node_count(), fresh.engine.node_count()) << "nothing is remembered longer than needed";
    }
  }
}

}  // namespace
}  // namespace ovnlite
