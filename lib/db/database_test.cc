#include "ovnlite/db/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/schema/column_access.h"
#include "lib/schema/ovn_nb.rows.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Uuid Id(uint64_t n) { return Uuid(n, 0x8000'0000'0000'0000 | n); }

template <typename T>
void AddReference(T* set, Uuid uuid) {
  ToProto(uuid, set->Add());
}

class DatabaseTest : public ::testing::Test {
 protected:
  // A switch Id(1) with the ports Id(n).
  void AddSwitch(const std::vector<uint64_t>& ports) {
    Transaction t = nb_.Begin();
    auto* ls = t.Insert<nb::Logical_Switch>(Id(1));
    ls->set_name("LS1");
    for (uint64_t n : ports) {
      AddReference(ls->mutable_ports(), Id(n));
      t.Insert<nb::Logical_Switch_Port>(Id(n))->set_name("p" + std::to_string(n));
    }
    ASSERT_EQ(nb_.Commit(std::move(t)).status(), absl::OkStatus());
  }

  Database nb_{NorthboundSchema()};
  Database sb_{SouthboundSchema()};
};

TEST_F(DatabaseTest, InsertsUpdatesAndDeletes) {
  Transaction t = nb_.Begin();
  nb::Logical_Switch* ls = t.Insert<nb::Logical_Switch>(Id(1));
  ls->set_name("LS1");
  EXPECT_EQ(t.Read<nb::Logical_Switch>(Id(1))->name(), "LS1");
  EXPECT_EQ(nb_.Get<nb::Logical_Switch>(Id(1)), nullptr) << "not visible before the commit";
  const absl::StatusOr<Delta> inserted = nb_.Commit(std::move(t));
  ASSERT_EQ(inserted.status(), absl::OkStatus());
  ASSERT_EQ(inserted->changes().size(), 1u);
  EXPECT_TRUE(inserted->changes()[0].inserted());
  EXPECT_TRUE(inserted->changes()[0].after.IsSameVersion(nb_.Read<nb::Logical_Switch>(Id(1)).row()))
      << "rows are not copied";
  EXPECT_EQ(inserted->changes()[0].table->name(), "Logical_Switch");

  Transaction u = nb_.Begin();
  (*u.Update<nb::Logical_Switch>(Id(1))->mutable_other_config())["mcast_snoop"] = "true";
  EXPECT_EQ(u.Update<nb::Logical_Switch>(Id(2)), nullptr);
  const absl::StatusOr<Delta> updated = nb_.Commit(std::move(u));
  ASSERT_EQ(updated.status(), absl::OkStatus());
  ASSERT_EQ(updated->changes().size(), 1u);
  const RowChange& change = updated->changes()[0];
  EXPECT_TRUE(change.before.IsSameVersion(inserted->changes()[0].after));
  EXPECT_EQ(nb::Logical_Switch_View(&change.before)->other_config().size(), 0u) << "what deltas show stays as it was";
  EXPECT_EQ(change.columns, MaskOf(nb::columns::Logical_Switch::other_config.index));
  std::vector<std::string> came;
  change.DiffColumn(
      nb::columns::Logical_Switch::other_config.index, [](const AtomBits&, const AtomBits*) { FAIL(); },
      [&](const AtomBits& key, const AtomBits* value) {
        came.push_back(std::string(key.text()) + "=" + std::string(value->text()));
      });
  EXPECT_THAT(came, ElementsAre("mcast_snoop=true"));

  Transaction d = nb_.Begin();
  d.Delete<nb::Logical_Switch>(Id(1));
  d.Delete<nb::Logical_Switch>(Id(2));
  EXPECT_FALSE(d.Read<nb::Logical_Switch>(Id(1)));
  const absl::StatusOr<Delta> deleted = nb_.Commit(std::move(d));
  ASSERT_EQ(deleted.status(), absl::OkStatus());
  ASSERT_EQ(deleted->changes().size(), 1u);
  EXPECT_TRUE(deleted->changes()[0].deleted());
  EXPECT_EQ(nb_.RowCount<nb::Logical_Switch>(), 0u);
}

TEST_F(DatabaseTest, AnUpdateThatChangesNothingIsNotAChange) {
  AddSwitch({2});
  int calls = 0;
  const Database::Subscription subscription = nb_.Subscribe([&](const Delta&) { ++calls; });
  Transaction t = nb_.Begin();
  t.Update<nb::Logical_Switch>(Id(1))->set_name("LS1");
  const absl::StatusOr<Delta> delta = nb_.Commit(std::move(t));
  ASSERT_EQ(delta.status(), absl::OkStatus());
  EXPECT_TRUE(delta->empty());
  EXPECT_EQ(calls, 0);
}

TEST_F(DatabaseTest, IteratesByUuid) {
  Transaction t = nb_.Begin();
  for (uint64_t n : {5, 3, 9, 1}) t.Insert<nb::Logical_Switch>(Id(n));
  ASSERT_EQ(nb_.Commit(std::move(t)).status(), absl::OkStatus());
  const auto ids = [&] {
    std::vector<Uuid> uuids;
    for (const RowOf<nb::Logical_Switch>& ls : nb_.Rows<nb::Logical_Switch>()) uuids.push_back(ls.uuid);
    return uuids;
  };
  EXPECT_THAT(ids(), ElementsAre(Id(1), Id(3), Id(5), Id(9)));
  Transaction u = nb_.Begin();
  u.Delete<nb::Logical_Switch>(Id(3));
  u.Insert<nb::Logical_Switch>(Id(4));
  u.Insert<nb::Logical_Switch>(Id(0));
  ASSERT_EQ(nb_.Commit(std::move(u)).status(), absl::OkStatus());
  EXPECT_THAT(ids(), ElementsAre(Id(0), Id(1), Id(4), Id(5), Id(9)));
}

TEST_F(DatabaseTest, SetsAreSorted) {
  Transaction t = nb_.Begin();
  auto* set = t.Insert<nb::Address_Set>(Id(1));
  for (const char* address : {"10.0.0.9", "10.0.0.1", "10.0.0.5"}) set->add_addresses(address);
  ASSERT_EQ(nb_.Commit(std::move(t)).status(), absl::OkStatus());
  EXPECT_THAT(nb_.Get<nb::Address_Set>(Id(1))->addresses(), ElementsAre("10.0.0.1", "10.0.0.5", "10.0.0.9"));
}

TEST_F(DatabaseTest, ValuesMustFitTheirColumns) {
  const auto error = [this](auto fill) {
    Transaction t = nb_.Begin();
    auto* ls = t.Insert<nb::Logical_Switch>(Id(1));
    AddReference(ls->mutable_acls(), Id(2));
    auto* acl = t.Insert<nb::ACL>(Id(2));
    acl->set_direction("from-lport");
    acl->set_action("drop");
    fill(*acl);
    const absl::Status status = nb_.Commit(std::move(t)).status();
    EXPECT_EQ(nb_.RowCount<nb::Logical_Switch>(), 0u) << "all or nothing";
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    return std::string(status.message());
  };
  EXPECT_EQ(error([](nb::ACL& acl) { acl.set_priority(40'000); }),
            "constraint violation: ACL row " + Id(2).ToString() +
                " column priority: 40000 is not in the valid range 0 to 32767");
  EXPECT_THAT(error([](nb::ACL& acl) { acl.set_direction("up"); }),
              HasSubstr("column direction: \"up\" is not one of the allowed values (from-lport, to-lport)"));
  EXPECT_THAT(error([](nb::ACL& acl) { acl.clear_action(); }), HasSubstr("column action: \"\" is not one of"));
  EXPECT_THAT(error([](nb::ACL& acl) { acl.set_name(std::string(64, 'x')); }), HasSubstr("has 64 characters"));
  EXPECT_THAT(error([](nb::ACL& acl) { acl.set_match("\xff"); }), HasSubstr("is not UTF-8"));
  EXPECT_THAT(error([](nb::ACL& acl) { acl.set_match(std::string(1, '\0')); }), HasSubstr("is not UTF-8 without NUL"));

  Transaction t = nb_.Begin();
  auto* set = t.Insert<nb::Address_Set>(Id(1));
  set->add_addresses("a");
  set->add_addresses("a");
  EXPECT_THAT(nb_.Commit(std::move(t)).status().message(), HasSubstr("column addresses: set contains \"a\" twice"));

  Transaction u = nb_.Begin();
  AddReference(u.Insert<nb::Logical_Router>(Id(1))->mutable_ports(), Id(2));
  u.Insert<nb::Logical_Router_Port>(Id(2))->set_name("lrp");
  EXPECT_THAT(nb_.Commit(std::move(u)).status().message(), HasSubstr("column networks: the set must not be empty"));
}

TEST_F(DatabaseTest, StrongReferencesMustExist) {
  Transaction t = nb_.Begin();
  AddReference(t.Insert<nb::Logical_Switch>(Id(1))->mutable_ports(), Id(2));
  const absl::Status status = nb_.Commit(std::move(t)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), "referential integrity violation: Logical_Switch row " + Id(1).ToString() +
                                  " column ports: refers to " + Id(2).ToString() +
                                  ", which is not a row of table Logical_Switch_Port");
  // A column that must hold a reference and holds none refers to the all-zero UUID.
  Transaction u = sb_.Begin();
  auto* port = u.Insert<sb::Port_Binding>(Id(1));
  port->set_tunnel_key(1);
  EXPECT_THAT(sb_.Commit(std::move(u)).status().message(), HasSubstr("refers to 00000000-0000-0000-0000-000000000000"));
}

TEST_F(DatabaseTest, ReferredRowsCannotBeDeleted) {
  AddSwitch({2, 3});
  Transaction t = nb_.Begin();
  t.Delete<nb::Logical_Switch_Port>(Id(2));
  EXPECT_EQ(nb_.Commit(std::move(t)).status().message(),
            "referential integrity violation: cannot delete Logical_Switch_Port row " + Id(2).ToString() +
                " because of 1 remaining reference: Logical_Switch row " + Id(1).ToString() + " column ports");
  EXPECT_EQ(nb_.RowCount<nb::Logical_Switch_Port>(), 2u);
}

TEST_F(DatabaseTest, CollectsGarbageInCascades) {
  AddSwitch({2, 3});
  Transaction t = nb_.Begin();
  AddReference(t.Update<nb::Logical_Switch>(Id(1))->mutable_forwarding_groups(), Id(7));
  t.Insert<nb::Forwarding_Group>(Id(7))->add_child_port("p2");
  t.Insert<nb::Logical_Switch_Port>(Id(8))->set_name("orphan");  // Gone before anyone sees it.
  ASSERT_EQ(nb_.Commit(std::move(t)).status(), absl::OkStatus());
  EXPECT_EQ(nb_.RowCount<nb::Logical_Switch_Port>(), 2u);

  Transaction u = nb_.Begin();
  u.Delete<nb::Logical_Switch>(Id(1));
  const absl::StatusOr<Delta> delta = nb_.Commit(std::move(u));
  ASSERT_EQ(delta.status(), absl::OkStatus());
  EXPECT_EQ(delta->changes().size(), 4u);
  EXPECT_EQ(nb_.RowCount<nb::Logical_Switch_Port>() + nb_.RowCount<nb::Forwarding_Group>(), 0u);

  // Two levels: a router, its port, the port's gateway chassis.
  Transaction v = nb_.Begin();
  AddReference(v.Insert<nb::Logical_Router>(Id(1))->mutable_ports(), Id(2));
  auto* port = v.Insert<nb::Logical_Router_Port>(Id(2));
  port->add_networks("10.0.0.1/24");
  AddReference(port->mutable_gateway_chassis(), Id(3));
  v.Insert<nb::Gateway_Chassis>(Id(3));
  ASSERT_EQ(nb_.Commit(std::move(v)).status(), absl::OkStatus());
  EXPECT_EQ(nb_.RowCount<nb::Gateway_Chassis>(), 1u);
  Transaction w = nb_.Begin();
  w.Update<nb::Logical_Router>(Id(1))->clear_ports();
  ASSERT_EQ(nb_.Commit(std::move(w)).status(), absl::OkStatus());
  EXPECT_EQ(nb_.RowCount<nb::Logical_Router_Port>(), 0u);
  EXPECT_EQ(nb_.RowCount<nb::Gateway_Chassis>(), 0u);
}

TEST_F(DatabaseTest, WeakReferencesDisappearWithTheirRows) {
  AddSwitch({2, 3});
  Transaction t = nb_.Begin();
  auto* group = t.Insert<nb::Port_Group>(Id(9));
  for (uint64_t n : {2, 3, 4}) AddReference(group->mutable_ports(), Id(n));  // 4 does not exist.
  ASSERT_EQ(nb_.Commit(std::move(t)).status(), absl::OkStatus());
  ASSERT_EQ(nb_.Get<nb::Port_Group>(Id(9))->ports_size(), 2);

  Transaction u = nb_.Begin();
  auto* ports = u.Update<nb::Logical_Switch>(Id(1))->mutable_ports();
  ports->DeleteSubrange(0, 1);
  const absl::StatusOr<Delta> delta = nb_.Commit(std::move(u));
  ASSERT_EQ(delta.status(), absl::OkStatus());
  EXPECT_EQ(delta->changes().size(), 3u) << "the switch, the port as garbage, the group cleaned";
  ASSERT_EQ(nb_.Get<nb::Port_Group>(Id(9))->ports_size(), 1);
  EXPECT_EQ(FromProto(nb_.Get<nb::Port_Group>(Id(9))->ports(0)), Id(3));
}

TEST_F(DatabaseTest, AWeakReferenceThatMustBeThereKeepsItsRow) {
  Transaction t = sb_.Begin();
  t.Insert<sb::Datapath_Binding>(Id(1))->set_tunnel_key(1);
  ToProto(Id(1), t.Insert<sb::IP_Multicast>(Id(2))->mutable_datapath());
  ASSERT_EQ(sb_.Commit(std::move(t)).status(), absl::OkStatus());
  Transaction u = sb_.Begin();
  u.Delete<sb::Datapath_Binding>(Id(1));
  const absl::Status status = sb_.Commit(std::move(u)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr("IP_Multicast row " + Id(2).ToString() + " column datapath"));
  EXPECT_EQ(sb_.RowCount<sb::Datapath_Binding>(), 1u);
}

TEST_F(DatabaseTest, UniqueColumns) {
  AddSwitch({2, 3});
  Transaction t = nb_.Begin();
  t.Update<nb::Logical_Switch_Port>(Id(2))->set_name("p3");
  const absl::Status status = nb_.Commit(std::move(t)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), "constraint violation: Logical_Switch_Port row " + Id(2).ToString() +
                                  " has the same values as another row in the unique columns name=\"p3\"");
  // Rows may swap their values.
  Transaction u = nb_.Begin();
  u.Update<nb::Logical_Switch_Port>(Id(2))->set_name("p3");
  u.Update<nb::Logical_Switch_Port>(Id(3))->set_name("p2");
  ASSERT_EQ(nb_.Commit(std::move(u)).status(), absl::OkStatus());
  Transaction v = nb_.Begin();
  v.Update<nb::Logical_Switch_Port>(Id(2))->set_name("p2");
  EXPECT_FALSE(nb_.Commit(std::move(v)).ok()) << "the index followed the swap";
  // Two new rows.
  Transaction w = nb_.Begin();
  w.Insert<nb::Address_Set>(Id(4))->set_name("same");
  w.Insert<nb::Address_Set>(Id(5))->set_name("same");
  EXPECT_FALSE(nb_.Commit(std::move(w)).ok());
}

TEST_F(DatabaseTest, MaxRows) {
  Transaction t = nb_.Begin();
  t.Insert<nb::NB_Global>(Id(1));
  ASSERT_TRUE(nb_.Commit(std::move(t)).ok());
  Transaction u = nb_.Begin();
  u.Insert<nb::NB_Global>(Id(2));
  EXPECT_EQ(nb_.Commit(std::move(u)).status().message(),
            "constraint violation: table NB_Global would contain 2 rows, more than the 1 allowed");
  Transaction v = nb_.Begin();
  v.Insert<nb::NB_Global>(Id(2));
  v.Delete<nb::NB_Global>(Id(1));
  EXPECT_TRUE(nb_.Commit(std::move(v)).ok());
}

TEST_F(DatabaseTest, UuidsAreNotUsedTwice) {
  AddSwitch({2});
  Transaction t = nb_.Begin();
  t.Insert<nb::Logical_Switch>(Id(1))->set_name("again");
  EXPECT_EQ(nb_.Commit(std::move(t)).status().code(), absl::StatusCode::kAlreadyExists);
  Transaction u = nb_.Begin();
  u.Insert<nb::Logical_Switch>(Id(5));
  u.Insert<nb::Logical_Switch>(Id(5))->set_name("again");
  EXPECT_EQ(nb_.Commit(std::move(u)).status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(nb_.Get<nb::Logical_Switch>(Id(1))->name(), "LS1");
}

TEST_F(DatabaseTest, ATransactionThatReadOldRowsFails) {
  AddSwitch({2});
  Transaction t = nb_.Begin();
  t.Update<nb::Logical_Switch>(Id(1))->set_name("mine");
  Transaction u = nb_.Begin();
  u.Update<nb::Logical_Switch>(Id(1))->set_name("theirs");
  ASSERT_TRUE(nb_.Commit(std::move(u)).ok());
  EXPECT_EQ(nb_.Commit(std::move(t)).status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(nb_.Get<nb::Logical_Switch>(Id(1))->name(), "theirs");
  Transaction other = sb_.Begin();
  EXPECT_EQ(nb_.Commit(std::move(other)).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(DatabaseTest, IndexesFollow) {
  using nb::columns::Logical_Switch_Port::name;
  using nb::columns::Logical_Switch_Port::options;
  using nb::columns::Logical_Switch::ports;
  AddSwitch({2, 3});
  const TableSchema& table = SchemaOf<nb::Logical_Switch_Port>();
  const Index& by_name = nb_.IndexOn(table.columns()[name.index]);
  const Index& by_router_port = nb_.IndexOn(table.columns()[options.index], "router-port");
  EXPECT_EQ(&nb_.IndexOn(table.columns()[name.index]), &by_name);
  EXPECT_EQ(by_name.id(), 0);
  EXPECT_EQ(by_router_port.id(), 1);
  EXPECT_EQ(nb_.IndexesOf(table).size(), 2u);
  EXPECT_THAT(nb_.Find(name, "p2"), ElementsAre(Id(2)));
  EXPECT_THAT(nb_.Find(ports, Id(3)), ElementsAre(Id(1)));
  EXPECT_THAT(nb_.Find(options, "router-port", "lrp"), IsEmpty());

  Transaction t = nb_.Begin();
  for (uint64_t n : {3, 2}) (*t.Update<nb::Logical_Switch_Port>(Id(n))->mutable_options())["router-port"] = "lrp";
  ASSERT_TRUE(nb_.Commit(std::move(t)).ok());
  EXPECT_THAT(nb_.Find(options, "router-port", "lrp"), ElementsAre(Id(2), Id(3)));

  Transaction u = nb_.Begin();
  u.Delete<nb::Logical_Switch>(Id(1));
  ASSERT_TRUE(nb_.Commit(std::move(u)).ok());
  EXPECT_THAT(nb_.Find(options, "router-port", "lrp"), IsEmpty());
  EXPECT_THAT(nb_.Find(name, "p2"), IsEmpty());
  EXPECT_THAT(nb_.Find(ports, Id(3)), IsEmpty());
}

TEST_F(DatabaseTest, MembersComeAndGoByThemselves) {
  using nb::columns::Logical_Switch::other_config;
  using nb::columns::Logical_Switch::ports;
  AddSwitch({2, 3});
  Transaction t = nb_.Begin();
  t.Insert<nb::Logical_Switch_Port>(Id(4))->set_name("p4");
  t.InsertMember(ports, Id(1), Id(4));
  t.EraseMember(ports, Id(1), Id(2));
  t.InsertPair(other_config, Id(1), "subnet", "10.0.0.0/24");
  EXPECT_EQ(t.Read<nb::Logical_Switch>(Id(1))->other_config("subnet"), "10.0.0.0/24");
  // Beside a message of the same row, each sees the other.
  nb::Logical_Switch* ls = t.Update<nb::Logical_Switch>(Id(1));
  EXPECT_EQ(ls->ports_size(), 2);
  ls->set_name("LS2");
  t.InsertPair(other_config, Id(1), "mcast_snoop", "true");
  EXPECT_EQ(ls->other_config().size(), 2u);
  t.Set(nb::columns::Logical_Switch::name, Id(1), "LS3");
  EXPECT_EQ(ls->name(), "LS3");
  ASSERT_EQ(nb_.Commit(std::move(t)).status(), absl::OkStatus());
  EXPECT_THAT(nb_.Read<nb::Logical_Switch>(Id(1))->ports(), ElementsAre(Id(3), Id(4)));
  EXPECT_EQ(nb_.RowCount<nb::Logical_Switch_Port>(), 2u) << "the port that left is garbage";
  EXPECT_EQ(nb_.Get<nb::Logical_Switch>(Id(1))->name(), "LS3");

  Transaction u = nb_.Begin();
  u.InsertMember(ports, Id(9), Id(3));
  const absl::Status status = nb_.Commit(std::move(u)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(status.message(), HasSubstr("Logical_Switch row " + Id(9).ToString() + " does not exist"));
}

// Two that put members into one set, or write different columns, do not disturb each other; two that set one column do.
TEST_F(DatabaseTest, TransactionsMeetInColumns) {
  using nb::columns::Logical_Switch::name;
  using nb::columns::Logical_Switch::other_config;
  AddSwitch({2});
  Transaction a = nb_.Begin(), b = nb_.Begin(), c = nb_.Begin();
  a.InsertPair(other_config, Id(1), "a", "1");
  a.Set(name, Id(1), "by a");
  b.InsertPair(other_config, Id(1), "b", "2");
  c.InsertPair(other_config, Id(1), "c", "3");
  c.Set(name, Id(1), "by c");
  ASSERT_EQ(nb_.Commit(std::move(a)).status(), absl::OkStatus());
  ASSERT_EQ(nb_.Commit(std::move(b)).status(), absl::OkStatus());
  EXPECT_EQ(nb_.Commit(std::move(c)).status().code(), absl::StatusCode::kAborted);
  const auto ls = nb_.Read<nb::Logical_Switch>(Id(1));
  EXPECT_EQ(ls->name(), "by a");
  EXPECT_EQ(ls->other_config("a"), "1");
  EXPECT_EQ(ls->other_config("b"), "2");
  EXPECT_EQ(ls->other_config("c"), std::nullopt);
}

// A server that takes its time, and may say no.
class LateAuthority final : public CommitAuthority {
 public:
  explicit LateAuthority(Database& database) : database_(database) {}
  void Submit(Transaction transaction, CommitDone done) override {
    waiting_.emplace_back(std::move(transaction), std::move(done));
  }
  void Decide(bool yes) {
    auto [transaction, done] = std::move(waiting_.front());
    waiting_.erase(waiting_.begin());
    done(yes ? database_.Commit(std::move(transaction)).status() : absl::UnavailableError("no"));
  }

 private:
  Database& database_;
  std::vector<std::pair<Transaction, CommitDone>> waiting_;
};

TEST_F(DatabaseTest, SomebodyElseMayDecide) {
  std::vector<absl::Status> heard;
  const auto rename = [&](const char* to) {
    Transaction t = nb_.Begin();
    t.Set(nb::columns::Logical_Switch::name, Id(1), to);
    nb_.Submit(std::move(t), [&heard](const absl::Status& status) { heard.push_back(status); });
  };
  AddSwitch({});
  rename("at once");
  ASSERT_EQ(heard.size(), 1u);
  EXPECT_EQ(nb_.Read<nb::Logical_Switch>(Id(1))->name(), "at once");
  LateAuthority authority(nb_);
  nb_.SetAuthority(&authority);
  rename("never");
  rename("later");
  EXPECT_EQ(heard.size(), 1u);
  authority.Decide(false);
  authority.Decide(true);
  ASSERT_EQ(heard.size(), 3u);
  EXPECT_EQ(heard[1].code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(heard[2], absl::OkStatus());
  EXPECT_EQ(nb_.Read<nb::Logical_Switch>(Id(1))->name(), "later");
  nb_.SetAuthority(nullptr);
}

// A database of some other program.
TEST(AnySchemaTest, ServesTablesWithoutMessages) {
  const auto schema = DatabaseSchema::Parse(R"({"name":"Pets","version":"1.0.0","tables":{
    "Owner":{"isRoot":true,"columns":{
      "name":{"type":"string"},
      "pets":{"type":{"key":{"type":"uuid","refTable":"Pet"},"min":0,"max":2}},
      "ages":{"type":{"key":"integer","value":{"type":"real","minReal":0.5},"min":0,"max":"unlimited"}}},
      "indexes":[["name"]]},
    "Pet":{"columns":{
      "kind":{"type":{"key":{"type":"string","enum":["set",["cat","dog"]]}}},
      "friend":{"type":{"key":{"type":"uuid","refTable":"Pet","refType":"weak"},"min":0}}}}}})");
  ASSERT_TRUE(schema.ok()) << schema.status();
  Database db(**schema);
  const TableSchema& owner = *(*schema)->FindTable("Owner");
  const TableSchema& pet = *(*schema)->FindTable("Pet");
  Transaction t = db.Begin();
  t.InsertRow(owner, Id(1));
  t.Set(*owner.FindColumn("name"), Id(1), Atom::String("Ann"));
  t.InsertPair(*owner.FindColumn("ages"), Id(1), 3, 1.5);
  for (uint64_t n : {2, 3}) {
    t.InsertRow(pet, Id(n));
    t.Set(*pet.FindColumn("kind"), Id(n), Atom::String("cat"));
    t.Set(*pet.FindColumn("friend"), Id(n), Atom::Of(Id(5 - n)));
    t.InsertMember(*owner.FindColumn("pets"), Id(1), Id(n));
  }
  ASSERT_EQ(db.Commit(std::move(t)).status(), absl::OkStatus());

  const auto error = [&](auto edit) {
    Transaction u = db.Begin();
    edit(u);
    return std::string(db.Commit(std::move(u)).status().message());
  };
  EXPECT_THAT(error([&](Transaction& u) { u.InsertPair(*owner.FindColumn("ages"), Id(1), 4, 0.25); }),
              HasSubstr("0.25 is not in the valid range 0.5 or more"));
  EXPECT_THAT(error([&](Transaction& u) { u.Set(*pet.FindColumn("kind"), Id(2), Atom::String("cow")); }),
              HasSubstr("\"cow\" is not one of the allowed values (cat, dog)"));
  EXPECT_THAT(error([&](Transaction& u) {
                u.InsertRow(pet, Id(4));
                u.Set(*pet.FindColumn("kind"), Id(4), Atom::String("dog"));
                u.InsertMember(*owner.FindColumn("pets"), Id(1), Id(4));
              }),
              HasSubstr("there are 3 values, more than the 2 allowed"));
  EXPECT_EQ(error([&](Transaction& u) { u.EraseMember(*owner.FindColumn("pets"), Id(1), Id(2)); }), "");
  EXPECT_EQ(db.RowCount(pet), 1u);
  EXPECT_FALSE(db.Find(pet, Id(3))->Has(*pet.FindColumn("friend"))) << "its friend is gone";
  EXPECT_THAT(db.IndexOn(*owner.FindColumn("ages")).Find(3), ElementsAre(Id(1)));
}

TEST_F(DatabaseTest, ListenersHearWhatChanged) {
  std::vector<std::string> heard;
  const Database::Subscription first = nb_.Subscribe([&](const Delta& delta) {
    heard.push_back("first " + std::to_string(delta.changes().size()));
    EXPECT_FALSE(nb_.Commit(nb_.Begin()).ok()) << "no commits from a listener";
  });
  {
    Database::Subscription second = nb_.Subscribe([&](const Delta&) { heard.push_back("second"); });
    AddSwitch({2});
    second = Database::Subscription();
  }
  Transaction t = nb_.Begin();
  t.Delete<nb::Logical_Switch>(Id(1));
  ASSERT_TRUE(nb_.Commit(std::move(t)).ok());
  EXPECT_THAT(heard, ElementsAre("first 2", "second", "first 2"));
}

TEST_F(DatabaseTest, DeltasOutliveTheirRows) {
  std::vector<Delta> deltas;
  {
    Database nb(NorthboundSchema());
    Transaction t = nb.Begin();
    t.Insert<nb::Logical_Switch>(Id(1))->set_name("kept");
    deltas.push_back(*nb.Commit(std::move(t)));
    Transaction u = nb.Begin();
    u.Delete<nb::Logical_Switch>(Id(1));
    deltas.push_back(*nb.Commit(std::move(u)));
  }
  EXPECT_EQ(nb::Logical_Switch_View(&deltas[0].changes()[0].after)->name(), "kept");
  EXPECT_EQ(nb::Logical_Switch_View(&deltas[1].changes()[0].before)->name(), "kept");
}

}  // namespace
}  // namespace ovnlite
