#include "ovnlite/schema/row.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/schema/message.h"
#include "lib/schema/ovn_nb.rows.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/base/random.h"

namespace ovnlite {
namespace {

const ColumnSchema& Column(absl::string_view table, absl::string_view name) {
  return *NorthboundSchema().FindTable(table)->FindColumn(name);
}

nb::Logical_Switch_Port Port() {
  nb::Logical_Switch_Port port;
  port.set_name("LSP1");
  port.add_addresses("00:00:00:00:00:01 10.0.0.1");
  port.add_addresses("unknown");
  (*port.mutable_options())["router-port"] = "lrp";
  (*port.mutable_options())["nat-addresses"] = "router";
  port.set_enabled(false);
  port.mutable_dhcpv4_options()->set_low(7);
  return port;
}

TEST(RowTest, ShowsAMessagesValues) {
  const nb::Logical_Switch_Port port = Port();
  const Row row = RowFrom(SchemaOf<nb::Logical_Switch_Port>(), port);
  const nb::Logical_Switch_Port_View view(&row);
  EXPECT_EQ(view->name(), "LSP1");
  EXPECT_EQ(view->type(), "");
  EXPECT_EQ((std::vector<absl::string_view>(view->addresses().begin(), view->addresses().end())),
            (std::vector<absl::string_view>{"00:00:00:00:00:01 10.0.0.1", "unknown"}));
  EXPECT_EQ(view->options("router-port"), "lrp");
  EXPECT_EQ(view->options("other"), std::nullopt);
  EXPECT_EQ(view->options().size(), 2u);
  EXPECT_TRUE(view->has_enabled());
  EXPECT_FALSE(view->enabled());
  EXPECT_FALSE(view->has_up());
  EXPECT_EQ(view->dhcpv4_options(), Uuid(0, 7));
  nb::Logical_Switch_Port back;
  FillMessage(row, back);
  EXPECT_EQ(back.DebugString(), port.DebugString());
  for (const ColumnSchema& column : row.table().columns()) EXPECT_TRUE(ColumnIs(column, port, row)) << column.name();
}

TEST(RowTest, CopiesPartWhenOneIsChanged) {
  Row a = RowFrom(SchemaOf<nb::Logical_Switch_Port>(), Port());
  Row b = a;
  EXPECT_EQ(a.Compare(b), 0u);
  const ColumnSchema& name = Column("Logical_Switch_Port", "name");
  const ColumnSchema& addresses = Column("Logical_Switch_Port", "addresses");
  b.Set(name, Atom::String("LSP2"));
  EXPECT_EQ(a.Text(name.index()), "LSP1");
  EXPECT_EQ(a.Compare(b), MaskOf(name));
  EXPECT_TRUE(a.SharesColumn(addresses, b));
  EXPECT_TRUE(b.Erase(addresses, "unknown"));
  EXPECT_FALSE(b.Erase(addresses, "unknown"));
  EXPECT_EQ(a.MembersOf(addresses.index()).size(), 2u);
  EXPECT_EQ(b.MembersOf(addresses.index()).size(), 1u);
  b = a;
  EXPECT_EQ(a.Compare(b), 0u);
}

TEST(RowTest, ForgetsValuesThatAreDefaults) {
  const TableSchema& table = SchemaOf<nb::Logical_Switch_Port>();
  Row row = RowFrom(table, Port());
  for (const ColumnSchema& column : table.columns()) {
    row.Clear(column);
    EXPECT_FALSE(row.Has(column)) << column.name();
  }
  EXPECT_EQ(row.Compare(Row(table)), 0u);
  row.Set(Column("Logical_Switch_Port", "tag"), Atom::Integer(0));
  EXPECT_TRUE(row.Has(Column("Logical_Switch_Port", "tag"))) << "an optional column may hold a zero";
  row.Set(Column("Logical_Switch_Port", "name"), Atom::String(""));
  EXPECT_FALSE(row.Has(Column("Logical_Switch_Port", "name")));
  EXPECT_TRUE(row.Insert(Column("Logical_Switch_Port", "addresses"), "a"));
  EXPECT_TRUE(row.Erase(Column("Logical_Switch_Port", "addresses"), "a"));
  EXPECT_FALSE(row.Has(Column("Logical_Switch_Port", "addresses")));
}

TEST(RowTest, NotesWhatIsLookedAt) {
  const Row row = RowFrom(SchemaOf<nb::Logical_Switch_Port>(), Port());
  ColumnLog log;
  log.columns.resize(1);
  const nb::Logical_Switch_Port_View view(&row, &log, 0);
  (void)view->name();
  (void)view->options("router-port");
  EXPECT_EQ(log.columns[0], MaskOf(Column("Logical_Switch_Port", "name")));
  ASSERT_EQ(log.keys.size(), 1u);
  EXPECT_EQ(log.keys[0].key, "router-port");
  EXPECT_EQ(log.keys[0].column, Column("Logical_Switch_Port", "options").index());
  (void)view->options();
  EXPECT_NE(log.columns[0] & MaskOf(Column("Logical_Switch_Port", "options")), 0u);
}

// A table of any schema, with more columns than a word has bits.
TEST(RowTest, TakesTablesOfAnySchema) {
  std::string json = R"({"name":"Wide","version":"1.0.0","tables":{"T":{"columns":{)";
  for (int i = 0; i < 200; ++i) {
    const char* type = i % 4 == 0   ? R"("real")"
                       : i % 4 == 1 ? R"({"key":"integer","min":0,"max":"unlimited"})"
                       : i % 4 == 2 ? R"({"key":"uuid","min":0})"
                                    : R"({"key":"integer","value":"boolean","min":0,"max":5})";
    json += (i > 0 ? ",\"c" : "\"c") + std::to_string(1000 + i) + R"(":{"type":)" + type + "}";
  }
  const auto schema = DatabaseSchema::Parse(json + "}}}}");
  ASSERT_TRUE(schema.ok()) << schema.status();
  const TableSchema& table = *(*schema)->FindTable("T");
  Row row(table);
  for (const ColumnSchema& column : table.columns()) {
    switch (column.index() % 4) {
      case 0:
        row.Set(column, Atom::Real(column.index() + 0.5));
        break;
      case 1:
        row.Insert(column, int64_t{column.index()});
        break;
      case 2:
        row.Set(column, Atom::Of(Uuid(1, static_cast<uint64_t>(column.index()))));
        break;
      case 3:
        row.Insert(column, int64_t{column.index()}, true);
        break;
    }
  }
  const Row copy = row;
  for (const ColumnSchema& column : table.columns()) {
    if (column.index() % 3 == 0) row.Clear(column);
  }
  for (const ColumnSchema& column : table.columns()) {
    const Datum datum = copy.Get(column);
    ASSERT_EQ(datum.size(), 1u);
    const int64_t number = column.index();
    const bool right = number % 4 == 0   ? datum.atom().real() == static_cast<double>(number) + 0.5
                       : number % 4 == 1 ? datum.members().Contains(number)
                       : number % 4 == 2 ? datum.atom().uuid() == Uuid(1, static_cast<uint64_t>(number))
                                         : datum.members().FindValue(number)->high == 1;
    EXPECT_TRUE(right) << column.name();
    EXPECT_EQ(row.Has(column), column.index() % 3 != 0) << column.name();
  }
  EXPECT_NE(row.Compare(copy) & MaskOf(199), 0u);
}

// By columns in their order, and within one as lists.
TEST(RowTest, OrderIsThatOfLists) {
  const ColumnSchema& set = Column("Logical_Switch_Port", "addresses");
  const ColumnSchema& map = Column("Logical_Switch_Port", "options");
  Random random(1);
  const auto draw = [&] {
    std::vector<std::string> words;
    for (uint64_t n = random.Below(40); n > 0; --n) words.push_back(absl::StrCat("w", 100 + random.Below(45)));
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
    return words;
  };
  for (int i = 0; i < 2'000; ++i) {
    const std::vector<std::string> a = draw();
    std::vector<std::string> b = draw();
    if (random.Below(4) == 0) {
      b = a;
      b.resize(random.Below(a.size() + 1));
    }
    Row in_set[2] = {Row(set.table()), Row(set.table())}, in_map[2] = {Row(set.table()), Row(set.table())};
    for (int side = 0; side < 2; ++side) {
      for (const std::string& word : side == 0 ? a : b) {
        in_set[side].Insert(set, AtomRef(absl::string_view(word)));
        in_map[side].Insert(map, AtomRef(absl::string_view(word)), AtomRef(absl::string_view("v")));
      }
    }
    EXPECT_EQ(Row::Precedes(in_set[0], in_set[1]), a < b);
    EXPECT_EQ(Row::Precedes(in_map[0], in_map[1]), a < b);
  }
  Row low(map.table()), high(map.table());
  low.Insert(map, AtomRef(absl::string_view("k")), AtomRef(absl::string_view("1")));
  high.Insert(map, AtomRef(absl::string_view("k")), AtomRef(absl::string_view("2")));
  EXPECT_TRUE(Row::Precedes(low, high));
  EXPECT_FALSE(Row::Precedes(high, low));
}

}  // namespace
}  // namespace ovnlite
