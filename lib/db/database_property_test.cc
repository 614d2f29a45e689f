// The database against one that is too simple to be wrong: it copies everything, looks at every row after every
// transaction, and knows no reference counts, no indexes, no deltas. Random transactions, right and wrong ones, must
// have the same outcome in both.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "lib/schema/column_access.h"
#include "ovnlite/base/random.h"
#include "ovnlite/db/database.h"
#include "ovnlite/db/log_file.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

using Message = google::protobuf::Message;

uint64_t Seed() {
  const char* seed = std::getenv("OVNLITE_TEST_SEED");
  return seed != nullptr ? std::strtoull(seed, nullptr, 0) : 20230302;
}

// -- The simple one
// -----------------------------------------------------------------------------------------------------

// A column's values as text, sorted; maps have a second text.
using Values = std::vector<std::pair<std::string, std::string>>;
using PlainRow = std::map<std::string, Values>;
using PlainTable = std::map<std::string, PlainRow>;  // By UUID.
using PlainTables = std::map<std::string, PlainTable>;

// By protobuf's own reflection, which the database does not use.
std::string FieldText(const Message& row, const google::protobuf::FieldDescriptor* field, int i) {
  using F = google::protobuf::FieldDescriptor;
  const auto* r = row.GetReflection();
  switch (field->cpp_type()) {
    case F::CPPTYPE_STRING:
      return i < 0 ? r->GetString(row, field) : r->GetRepeatedString(row, field, i);
    case F::CPPTYPE_INT64:
      return absl::StrCat(r->GetInt64(row, field));
    case F::CPPTYPE_BOOL:
      return r->GetBool(row, field) ? "true" : "false";
    default: {
      const auto& uuid =
          static_cast<const ovsdb::Uuid&>(i < 0 ? r->GetMessage(row, field) : r->GetRepeatedMessage(row, field, i));
      return Uuid(uuid.high(), uuid.low()).ToString();
    }
  }
}

PlainRow Plain(const TableSchema& table, const Message& row) {
  PlainRow plain;
  for (const ColumnSchema& column : table.columns()) {
    const auto* field = row.GetDescriptor()->FindFieldByName(column.name());
    const auto* r = row.GetReflection();
    Values& values = plain[column.name()];
    if (field->is_map()) {
      for (int i = 0; i < r->FieldSize(row, field); ++i) {
        const Message& pair = r->GetRepeatedMessage(row, field, i);
        const auto* d = pair.GetDescriptor();
        values.emplace_back(FieldText(pair, d->map_key(), -1), FieldText(pair, d->map_value(), -1));
      }
    } else if (field->is_repeated()) {
      for (int i = 0; i < r->FieldSize(row, field); ++i) values.emplace_back(FieldText(row, field, i), "");
    } else if (column.shape() == ColumnShape::kScalar || r->HasField(row, field)) {
      values.emplace_back(FieldText(row, field, -1), "");
    }
    std::sort(values.begin(), values.end());
  }
  return plain;
}

PlainRow Plain(const Row& row) {
  PlainRow plain;
  for (const ColumnSchema& column : row.table().columns()) {
    Values& values = plain[column.name()];
    row.Get(column).ForEach([&](const AtomRef& key, const AtomRef* value) {
      values.emplace_back(key.ToAtom().ToString(), value == nullptr ? "" : value->ToAtom().ToString());
    });
    std::sort(values.begin(), values.end());
  }
  return plain;
}

PlainTables Plain(const Database& database) {
  PlainTables tables;
  for (const auto& table : database.schema().tables()) {
    database.ForEach(*table, [&](const Uuid& uuid, const Row& row) {
      tables[table->name()][uuid.ToString()] = Plain(row);
      // As a message it is the same.
      EXPECT_TRUE(Plain(*table, *database.Get(*table, uuid)) == tables[table->name()][uuid.ToString()]);
    });
  }
  return tables;
}

Atom AtomFrom(AtomType type, const std::string& text) {
  switch (type) {
    case AtomType::kInteger:
      return Atom::Integer(std::strtoll(text.c_str(), nullptr, 10));
    case AtomType::kBoolean:
      return Atom::Boolean(text == "true");
    case AtomType::kUuid:
      return Atom::Of(Uuid::Parse({text.data(), text.size()}).value_or(Uuid()));
    default:
      return Atom::String(text);
  }
}

bool Fits(const BaseType& type, const std::string& text) {
  if (type.type == AtomType::kInteger) {
    const int64_t number = std::stoll(text);
    return number >= type.min_integer && number <= type.max_integer;
  }
  if (type.type == AtomType::kString) {
    return text.size() <= type.max_length &&
           (type.one_of.empty() || std::count(type.one_of.begin(), type.one_of.end(), Atom::String(text)) > 0);
  }
  return true;
}

bool Fits(const ColumnSchema& column, const Values& values) {
  if (values.size() < static_cast<size_t>(column.min_size())) return false;
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0 && values[i] == values[i - 1]) return false;
    if (!Fits(column.key(), values[i].first)) return false;
    if (column.shape() == ColumnShape::kMap && !Fits(column.value(), values[i].second)) return false;
  }
  return true;
}

class SimpleDatabase {
 public:
  explicit SimpleDatabase(const DatabaseSchema& schema) : schema_(schema) {}
  const PlainTables& tables() const { return tables_; }

  // What a transaction makes of the tables, or nothing if it must fail. `edited`: the rows inserted or updated.
  std::optional<PlainTables> Commit(PlainTables after,
                                    const std::set<std::pair<std::string, std::string>>& edited) const {
    for (const auto& [name, uuid] : edited) {
      const TableSchema* table = schema_.FindTable({name.data(), name.size()});
      const auto row = after[name].find(uuid);
      if (row == after[name].end()) continue;
      for (const ColumnSchema& column : table->columns()) {
        if (!Fits(column, row->second.at(column.name()))) return std::nullopt;
      }
    }
    bool whole = true;
    ForEachReference(after, true, [&](const TableSchema& to, const std::string& uuid, auto) {
      whole = whole && after[to.name()].count(uuid) > 0;
      return true;
    });
    if (!whole) return std::nullopt;
    while (CollectGarbage(after)) {
    }
    for (const auto& table : schema_.tables()) {
      if (after[table->name()].size() > table->max_rows()) return std::nullopt;
    }
    ForEachReference(after, false, [&](const TableSchema& to, const std::string& uuid, const ColumnSchema& column) {
      (void)column;
      return after[to.name()].count(uuid) > 0;
    });
    for (const auto& table : schema_.tables()) {
      for (const auto& [uuid, row] : after[table->name()]) {
        for (const ColumnSchema& column : table->columns()) {
          if (row.at(column.name()).size() < static_cast<size_t>(column.min_size())) return std::nullopt;
        }
      }
      for (const auto& group : table->unique()) {
        std::set<std::vector<Values>> seen;
        for (const auto& [uuid, row] : after[table->name()]) {
          std::vector<Values> key;
          for (const ColumnSchema* column : group) key.push_back(row.at(column->name()));
          if (!seen.insert(key).second) return std::nullopt;
        }
      }
    }
    return after;
  }

  void Set(PlainTables tables) { tables_ = std::move(tables); }

 private:
  // Erases the references for which `keep` says no.
  template <typename Keep>
  void ForEachReference(PlainTables& tables, bool strong, Keep keep) const {
    for (const auto& table : schema_.tables()) {
      for (auto& [uuid, row] : tables[table->name()]) {
        for (const ColumnSchema& column : table->columns()) {
          Values& values = row.at(column.name());
          for (size_t i = 0; i < values.size();) {
            const bool is_key = column.key().ref_table != nullptr && column.key().strong == strong;
            const bool is_value = column.value().ref_table != nullptr && column.value().strong == strong;
            const bool keeps = (!is_key || keep(*column.key().ref_table, values[i].first, column)) &&
                               (!is_value || keep(*column.value().ref_table, values[i].second, column));
            if (keeps) {
              ++i;
            } else {
              values.erase(values.begin() + static_cast<ptrdiff_t>(i));
            }
          }
        }
      }
    }
  }

  bool CollectGarbage(PlainTables& tables) const {
    std::set<std::pair<std::string, std::string>> needed;
    ForEachReference(tables, true, [&](const TableSchema& to, const std::string& uuid, auto) {
      needed.insert({to.name(), uuid});
      return true;
    });
    bool any = false;
    for (const auto& table : schema_.tables()) {
      if (table->is_root()) continue;
      PlainTable& rows = tables[table->name()];
      for (auto row = rows.begin(); row != rows.end();) {
        if (needed.count({table->name(), row->first}) > 0) {
          ++row;
        } else {
          row = rows.erase(row);
          any = true;
        }
      }
    }
    return any;
  }

  const DatabaseSchema& schema_;
  PlainTables tables_;
};

// -- Random transactions
// ----------------------------------------------------------------------------------------------------

class Rounds {
 public:
  Rounds(const DatabaseSchema& schema, const std::vector<std::string>& names, Random& random)
      : random_(random), database_(schema), simple_(schema) {
    for (const std::string& name : names) tables_.push_back(schema.FindTable({name.data(), name.size()}));
    for (const TableSchema* table : tables_) {
      for (const ColumnSchema& column : table->columns()) {
        if (random_.Below(3) == 0) indexes_.push_back({table, &column, &database_.IndexOn(column)});
      }
    }
  }

  int commits() const { return commits_; }
  int refusals() const { return refusals_; }
  const Database& database() const { return database_; }

  void Round() {
    Transaction t = database_.Begin();
    PlainTables after = simple_.tables();
    edited_.clear();
    for (uint64_t n = 1 + random_.Below(4); n > 0; --n) Operation(t, after);
    for (const TableSchema* table : tables_) {  // A transaction sees its own edits.
      for (const auto& [uuid, row] : after[table->name()]) {
        const Row seen = t.Get(*table, *Uuid::Parse({uuid.data(), uuid.size()}));
        ASSERT_TRUE(seen);
        // An element that stands there twice, which the commit will refuse, counts once.
        PlainRow once = row;
        for (auto& [name, values] : once) values.erase(std::unique(values.begin(), values.end()), values.end());
        ASSERT_EQ(Plain(seen), once);
      }
    }
    const std::optional<PlainTables> expected = simple_.Commit(after, edited_);
    const absl::StatusOr<Delta> delta = database_.Commit(std::move(t));
    ASSERT_EQ(delta.ok(), expected.has_value()) << delta.status();
    if (!delta.ok()) {
      ++refusals_;
      ASSERT_TRUE(delta.status().code() == absl::StatusCode::kFailedPrecondition ||
                  delta.status().code() == absl::StatusCode::kInvalidArgument)
          << delta.status();
      ASSERT_TRUE(Plain(database_) == NotEmpty(simple_.tables())) << "after " << delta.status();
      return;
    }
    ++commits_;
    CheckDelta(*delta, simple_.tables(), *expected);
    simple_.Set(*expected);
    ASSERT_TRUE(Plain(database_) == NotEmpty(simple_.tables()));
    CheckIndexes();
  }

 private:
  static PlainTables NotEmpty(PlainTables tables) {
    for (auto table = tables.begin(); table != tables.end();) {
      table = table->second.empty() ? tables.erase(table) : std::next(table);
    }
    return tables;
  }

  template <typename T>
  const T& Choose(const std::vector<T>& from) {
    return from[random_.Below(from.size())];
  }
  bool OneIn(uint64_t n) { return random_.Below(n) == 0; }
  Uuid NewUuid() { return Uuid(++last_uuid_, random_.Next()); }

  void Operation(Transaction& t, PlainTables& after) {
    const TableSchema& table = *Choose(tables_);
    PlainTable& rows = after[table.name()];
    std::vector<std::string> uuids;
    for (const auto& [uuid, row] : rows) uuids.push_back(uuid);
    if (uuids.empty() || OneIn(3)) {
      Insert(t, after, table, 2);
      return;
    }
    const std::string text = Choose(uuids);
    const Uuid uuid = *Uuid::Parse({text.data(), text.size()});
    if (OneIn(4)) {
      t.Delete(table, uuid);
      rows.erase(text);
      return;
    }
    if (OneIn(3)) return Mutate(t, rows[text], table, uuid);
    Message* row = t.Update(table, uuid);
    for (uint64_t n = 1 + random_.Below(3); n > 0; --n) {
      Fill(t, after, table.columns()[random_.Below(table.columns().size())], *row, 2);
    }
    rows[text] = Plain(table, *row);
    edited_.insert({table.name(), text});
  }

  // One member or pair comes or goes, of a row that may be edited as a message as well.
  void Mutate(Transaction& t, PlainRow& row, const TableSchema& table, const Uuid& uuid) {
    const ColumnSchema& column = table.columns()[random_.Below(table.columns().size())];
    const bool is_set = column.shape() == ColumnShape::kSet, is_map = column.shape() == ColumnShape::kMap;
    if ((!is_set && !is_map) || column.key().type != AtomType::kString) return;
    Values& values = row.at(column.name());
    edited_.insert({table.name(), uuid.ToString()});
    if (!values.empty() && OneIn(2)) {
      const size_t at = random_.Below(values.size());
      t.EraseMember(column, uuid, values[at].first);
      const std::string gone = values[at].first;
      std::erase_if(values, [&gone](const auto& value) { return value.first == gone; });
      return;
    }
    const std::string key = Text(column.key());
    if (is_set) {
      t.InsertMember(column, uuid, key);
      if (std::count(values.begin(), values.end(), std::make_pair(key, std::string())) == 0) values.emplace_back(key, "");
    } else if (column.value().type == AtomType::kString) {
      const std::string value = Text(column.value());
      t.InsertPair(column, uuid, key, value);
      std::erase_if(values, [&key](const auto& pair) { return pair.first == key; });
      values.emplace_back(key, value);
    }
    std::sort(values.begin(), values.end());
  }

  std::string Insert(Transaction& t, PlainTables& after, const TableSchema& table, int depth) {
    const Uuid uuid = NewUuid();
    Message* row = t.Insert(table, uuid);
    for (const ColumnSchema& column : table.columns()) {
      const bool must = column.min_size() > 0 || !column.key().one_of.empty();
      if (must || OneIn(2)) Fill(t, after, column, *row, depth);
    }
    after[table.name()][uuid.ToString()] = Plain(table, *row);
    edited_.insert({table.name(), uuid.ToString()});
    return uuid.ToString();
  }

  std::string Text(const BaseType& type) {
    if (!type.one_of.empty() && !OneIn(60)) return Choose(type.one_of).ToString();
    if (type.max_length < 100 && OneIn(60)) return std::string(type.max_length + random_.Below(2), 'x');
    return std::string(1, static_cast<char>('a' + random_.Below(6)));
  }
  int64_t Number(const BaseType& type) {
    const int64_t low = std::max<int64_t>(type.min_integer, 0), high = std::min<int64_t>(type.max_integer, 1 << 30);
    if (OneIn(80) && type.min_integer >= 0) return type.min_integer - 1;
    if (OneIn(80)) return type.max_integer;
    return std::min<int64_t>(high, low + static_cast<int64_t>(random_.Below(20)));
  }
  std::string Reference(Transaction& t, PlainTables& after, const BaseType& type, int depth) {
    if (type.ref_table == nullptr) return NewUuid().ToString();
    if (OneIn(40)) return Uuid(random_.Next(), 1).ToString();
    const PlainTable& rows = after[type.ref_table->name()];
    if (depth > 0 && (rows.empty() || OneIn(3))) return Insert(t, after, *type.ref_table, depth - 1);
    if (rows.empty()) return Uuid(random_.Next(), 2).ToString();
    return std::next(rows.begin(), static_cast<ptrdiff_t>(random_.Below(rows.size())))->first;
  }

  // Gives a column a new value.
  void Fill(Transaction& t, PlainTables& after, const ColumnSchema& column, Message& row, int depth) {
    const ColumnAccess& access = column.access();
    const auto put = [](const std::string& text, ovsdb::Uuid* uuid) {
      ToProto(*Uuid::Parse({text.data(), text.size()}), uuid);
    };
    access.clear(row);
    if (column.shape() == ColumnShape::kOptional && OneIn(3)) return;
    const uint64_t n = column.min_size() > 0 ? 1 + random_.Below(2) - (OneIn(40) ? 1 : 0) : random_.Below(4);
    switch (access.kind) {
      case ColumnKind::kInteger:
        return access.write_number(row, Number(column.key()));
      case ColumnKind::kBoolean:
        return access.write_number(row, static_cast<int64_t>(random_.Below(2)));
      case ColumnKind::kString:
        access.Mutable<std::string>(row) = Text(column.key());
        return;
      case ColumnKind::kUuid:
        return put(Reference(t, after, column.key(), depth), &access.Mutable<ovsdb::Uuid>(row));
      case ColumnKind::kStringSet:
        for (uint64_t i = 0; i < n; ++i) {
          std::string text = Text(column.key());
          StringSet& set = access.Mutable<StringSet>(row);
          if (std::count(set.begin(), set.end(), text) == 0 || OneIn(40)) *set.Add() = std::move(text);
        }
        return;
      case ColumnKind::kUuidSet: {
        std::set<std::string> seen;
        for (uint64_t i = 0; i < n; ++i) {
          const std::string text = Reference(t, after, column.key(), depth);
          if (seen.insert(text).second || OneIn(40)) put(text, access.Mutable<UuidSet>(row).Add());
        }
        return;
      }
      case ColumnKind::kStringToString:
        for (uint64_t i = 0; i < n; ++i) access.Mutable<StringToString>(row)[Text(column.key())] = Text(column.value());
        return;
      case ColumnKind::kStringToInteger:
        for (uint64_t i = 0; i < n; ++i) {
          access.Mutable<StringToInteger>(row)[Text(column.key())] = Number(column.value());
        }
        return;
      case ColumnKind::kStringToUuid:
        for (uint64_t i = 0; i < n; ++i) {
          const std::string text = Reference(t, after, column.value(), depth);
          put(text, &access.Mutable<StringToUuid>(row)[Text(column.key())]);
        }
        return;
    }
  }

  void CheckDelta(const Delta& delta, const PlainTables& before, const PlainTables& after) {
    PlainTables rebuilt = before;
    const RowChange* last = nullptr;
    for (const RowChange& change : delta.changes()) {
      if (last != nullptr) {
        ASSERT_LT(std::make_pair(last->table->index(), last->uuid), std::make_pair(change.table->index(), change.uuid));
      }
      last = &change;
      const std::string uuid = change.uuid.ToString();
      PlainTable& rows = rebuilt[change.table->name()];
      ASSERT_EQ(!change.inserted(), rows.count(uuid) > 0);
      if (!change.inserted()) {
        ASSERT_EQ(Plain(change.before), rows[uuid]);
      }
      const Row* stored = database_.Find(*change.table, change.uuid);
      ASSERT_EQ(stored == nullptr, change.deleted());
      if (change.deleted()) {
        rows.erase(uuid);
        continue;
      }
      ASSERT_TRUE(stored->IsSameVersion(change.after));
      const PlainRow row = Plain(change.after);
      if (!change.inserted()) {
        for (const ColumnSchema& column : change.table->columns()) {
          const bool differs = rows[uuid].at(column.name()) != row.at(column.name());
          ASSERT_EQ((change.columns & MaskOf(column)) != 0, differs) << column.name();
        }
        ASSERT_NE(change.columns, 0u) << "not a change";
      }
      rows[uuid] = row;
    }
    ASSERT_TRUE(NotEmpty(rebuilt) == NotEmpty(after));
  }

  void CheckIndexes() {
    for (const auto& [table, column, index] : indexes_) {
      std::map<std::string, std::vector<std::string>> expected;
      const PlainTables& all = simple_.tables();
      if (const auto rows = all.find(table->name()); rows != all.end()) {
        for (const auto& [uuid, row] : rows->second) {
          for (const auto& [key, value] : row.at(column->name())) expected[key].push_back(uuid);
        }
      }
      if (column->key().type == AtomType::kString) {
        for (const char* absent : {"a", "b", "c", "d", "e", "f", "g", "true", "1"}) expected[absent];
      } else if (column->key().type == AtomType::kInteger) {
        for (const char* absent : {"1", "2"}) expected[absent];
      } else if (column->key().type == AtomType::kBoolean) {
        for (const char* absent : {"true", "false"}) expected[absent];
      }
      for (const auto& [key, uuids] : expected) {
        std::vector<std::string> found;
        for (const Uuid& uuid : index->Find(AtomFrom(column->key().type, key))) found.push_back(uuid.ToString());
        ASSERT_EQ(found, uuids) << table->name() << "." << column->name() << " " << key;
      }
    }
  }

  struct Watched {
    const TableSchema* table;
    const ColumnSchema* column;
    const Index* index;
  };

  Random& random_;
  Database database_;
  SimpleDatabase simple_;
  std::vector<const TableSchema*> tables_;
  std::vector<Watched> indexes_;
  std::set<std::pair<std::string, std::string>> edited_;
  uint64_t last_uuid_ = 0;
  int commits_ = 0;
  int refusals_ = 0;
};

void Compare(const DatabaseSchema& schema, const std::vector<std::string>& tables) {
  const uint64_t seed = Seed();
  SCOPED_TRACE(absl::StrCat("OVNLITE_TEST_SEED=", seed));
  Random random(seed);
  int commits = 0, refusals = 0;
  for (int life = 0; life < 12; ++life) {
    Rounds rounds(schema, tables, random);
    for (int i = 0; i < 120; ++i) {
      SCOPED_TRACE(absl::StrCat("life ", life, " round ", i));
      rounds.Round();
      if (::testing::Test::HasFatalFailure()) return;
    }
    // What has grown this way can be saved and loaded.
    const std::string saved = FormatLog(rounds.database());
    const absl::StatusOr<LoadedLog> again = ParseLog(saved);
    ASSERT_TRUE(again.ok() && again->error.ok()) << again.status();
    ASSERT_EQ(FormatLog(*again->database), saved);
    commits += rounds.commits();
    refusals += rounds.refusals();
  }
  EXPECT_GT(commits, 300) << "too many transactions were wrong to test much";
  EXPECT_GT(refusals, 100);
}

TEST(DatabasePropertyTest, NorthboundIsAsSimpleAsItShouldBe) {
  Compare(NorthboundSchema(),
          {"Logical_Switch", "Logical_Switch_Port", "Port_Group", "ACL", "Address_Set", "NAT", "Logical_Router",
           "Logical_Router_Port", "Gateway_Chassis", "HA_Chassis_Group", "HA_Chassis", "Load_Balancer",
           "Load_Balancer_Group", "NB_Global", "Connection", "SSL", "DHCP_Options", "QoS", "Meter"});
}

TEST(DatabasePropertyTest, SouthboundIsAsSimpleAsItShouldBe) {
  Compare(SouthboundSchema(),
          {"Chassis",          "Encap",        "Datapath_Binding", "Port_Binding",    "Multicast_Group", "IP_Multicast",
           "Logical_DP_Group", "Logical_Flow", "RBAC_Role",        "RBAC_Permission", "IGMP_Group",      "MAC_Binding",
           "HA_Chassis_Group", "HA_Chassis",   "Load_Balancer",    "Meter",           "Meter_Band",      "Port_Group",
           "SB_Global",        "BFD"});
}

}  // namespace
}  // namespace ovnlite
