// Files of versions of OVN whose columns take more values than ours: what we cannot hold costs itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "lib/base/shared_testutil.h"
#include "lib/db/file_schema.h"
#include "lib/db/log_record.h"
#include "lib/schema/ovn_nb.rows.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/db/log_file.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

LoadedLog Load(absl::string_view name) {
  absl::StatusOr<LoadedLog> log = LoadLog(absl::StrCat("lib/db/testdata/", name));
  EXPECT_EQ(log.status(), absl::OkStatus());
  if (!log.ok()) return {};
  EXPECT_EQ(log->error, absl::OkStatus());
  return *std::move(log);
}

TEST(WiderLogTest, SouthboundRowsWithUnknownValuesAreLeftOut) {
  const LoadedLog log = Load("wider_sb.db");
  ASSERT_NE(log.database, nullptr);
  const Database& sb = *log.database;
  EXPECT_EQ(&sb.schema(), &SouthboundSchema());
  EXPECT_EQ(log.version, "20.99.0");
  constexpr absl::string_view kWritten = ", written by schema version 20.99.0, left out";
  EXPECT_THAT(log.warnings,
              ElementsAre("table Chassis: 1 row left out that needs a row that was left out",
                          "table Meter: 1 row left out that needs a row that was left out",
                          absl::StrCat("unknown column Chassis.transport_zones", kWritten, " in 1 row"),
                          absl::StrCat("unknown value of DHCPv6_Options.type (\"domain\")", kWritten, " with 2 rows"),
                          absl::StrCat("unknown value of Encap.type (\"gue\")", kWritten, " with 2 rows"),
                          absl::StrCat("unknown value of Logical_Flow.table_id (50)", kWritten, " with 1 row"),
                          absl::StrCat("unknown value of Meter_Band.action (\"remark\")", kWritten, " with 2 rows")));
  std::vector<std::string> options, bindings;
  for (const auto& [uuid, row] : sb.Rows<sb::DHCPv6_Options>()) {
    options.push_back(absl::StrCat(row.name(), " ", row.code(), " ", row.type()));
  }
  EXPECT_THAT(options, UnorderedElementsAre("dns_server 23 ipv6", "fqdn 39 str"));
  ASSERT_EQ(sb.RowCount<sb::Chassis>(), 1u);
  const auto chassis = sb.Rows<sb::Chassis>()[0];
  EXPECT_EQ(chassis.row.name(), "hv1");
  ASSERT_EQ(chassis.row.encaps().size(), 1u);
  EXPECT_EQ(sb.Read<sb::Encap>(chassis.row.encaps().front())->type(), "geneve");
  EXPECT_EQ(sb.RowCount<sb::Encap>(), 1u);
  for (const auto& [uuid, row] : sb.Rows<sb::Port_Binding>()) {
    bindings.push_back(
        absl::StrCat(row.logical_port(), row.has_chassis() ? " bound" : "", row.has_encap() ? " encap" : ""));
  }
  EXPECT_THAT(bindings, UnorderedElementsAre("p1 bound", "p2"));
  ASSERT_EQ(sb.RowCount<sb::Logical_Flow>(), 1u);
  EXPECT_EQ(sb.Rows<sb::Logical_Flow>()[0].row.table_id(), 0);
  ASSERT_EQ(sb.RowCount<sb::Meter>(), 1u);
  EXPECT_EQ(sb.Rows<sb::Meter>()[0].row.name(), "m1");
  EXPECT_EQ(sb.Rows<sb::Meter>()[0].row.bands().size(), 1u);
  EXPECT_EQ(sb.RowCount<sb::Meter_Band>(), 1u);
}

TEST(WiderLogTest, NorthboundValuesComeAndGo) {
  const LoadedLog log = Load("wider_nb.db");
  ASSERT_NE(log.database, nullptr);
  const Database& nb = *log.database;
  EXPECT_EQ(&nb.schema(), &NorthboundSchema());
  constexpr absl::string_view kWritten = ", written by schema version 7.9.9, left out";
  EXPECT_THAT(
      log.warnings,
      ElementsAre(
          absl::StrCat("unknown column Logical_Switch_Port.tag", kWritten, " in 1 row"),
          absl::StrCat("unknown value of ACL.action (\"pass\")", kWritten, " with 1 row"),
          absl::StrCat("unknown value of Load_Balancer.selection_fields (\"vlan\")", kWritten, " in 1 row"),
          absl::StrCat("unknown value of Logical_Router_Static_Route.policy (\"both\")", kWritten, " with 1 row"),
          absl::StrCat("unknown value of QoS.action (\"mark\"=70000)", kWritten, " in 1 row")));
  ASSERT_EQ(nb.RowCount<nb::Logical_Switch>(), 1u);
  std::vector<std::string> acls;
  for (const Uuid& uuid : nb.Rows<nb::Logical_Switch>()[0].row.acls()) {
    const auto acl = nb.Read<nb::ACL>(uuid);
    acls.push_back(absl::StrCat(acl->priority(), " ", acl->action()));
  }
  EXPECT_THAT(acls, UnorderedElementsAre("1 allow", "2 reject", "5 allow"));
  EXPECT_EQ(nb.RowCount<nb::ACL>(), 3u);
  EXPECT_THAT(nb.Rows<nb::Load_Balancer>()[0].row.selection_fields(), ElementsAre("ip_dst", "ip_src"));
  const auto action = nb.Rows<nb::QoS>()[0].row.action();
  EXPECT_EQ(action.size(), 1u);
  EXPECT_EQ(action.Find("dscp"), 6);
  EXPECT_EQ(nb.Rows<nb::Logical_Router>()[0].row.static_routes().size(), 1u);
  EXPECT_EQ(nb.Rows<nb::Logical_Router_Static_Route>()[0].row.ip_prefix(), "10.0.0.0/8");
  EXPECT_TRUE(nb.Rows<nb::Logical_Switch_Port>()[0].row.up());
}

TEST(WiderLogTest, WhatIsLoadedCanBeSaved) {
  for (const char* const name : {"wider_nb.db", "wider_sb.db"}) {
    const std::string bytes = ReadFileOrDie(absl::StrCat("lib/db/testdata/", name));
    const absl::StatusOr<LoadedLog> log = ParseLog(bytes);
    ASSERT_EQ(log.status(), absl::OkStatus());
    const absl::StatusOr<LoadedLog> again = ParseLog(FormatLog(*log->database));
    ASSERT_EQ(again.status(), absl::OkStatus());
    EXPECT_THAT(again->warnings, IsEmpty());
    EXPECT_EQ(FormatLog(*again->database), FormatLog(*log->database));
    // Cut off behind its first transaction.
    const size_t schema = ReadLogRecord(bytes)->size;
    const size_t first = ReadLogRecord(absl::string_view(bytes).substr(schema))->size;
    const absl::StatusOr<LoadedLog> cut = ParseLog(absl::string_view(bytes).substr(0, schema + first + 20));
    ASSERT_EQ(cut.status(), absl::OkStatus());
    EXPECT_TRUE(cut->damaged_end);
    EXPECT_TRUE(absl::StrContains(cut->warnings[0], "behind 2 good records")) << cut->warnings[0];
    EXPECT_GT(cut->warnings.size(), 3u);
  }
}

// Where the file's own schema does not have the value, the record contradicts it.
TEST(WiderLogTest, AValueThatTheFilesOwnSchemaDoesNotHaveIsAnError) {
  std::string file = FormatLog(Database(SouthboundSchema()));
  AppendLogRecord(
      "{\"DHCPv6_Options\":{\"11111111-1111-1111-1111-111111111111\":{\"name\":\"n\",\"code\":1,\"type\":\"domain\"}}}",
      &file);
  const absl::StatusOr<LoadedLog> log = ParseLog(file);
  ASSERT_EQ(log.status(), absl::OkStatus());
  EXPECT_TRUE(absl::StrContains(log->error.message(), "\"domain\" is not one of the allowed values")) << log->error;
}

TEST(FileSchemaTest, OursFitOurs) {
  for (const DatabaseSchema* ours : {&NorthboundSchema(), &SouthboundSchema()}) {
    const absl::StatusOr<FileSchema> file = ReadFileSchema(ours->ToJson());
    ASSERT_EQ(file.status(), absl::OkStatus());
    EXPECT_EQ(file->ours, ours);
    EXPECT_EQ(file->version, ours->version());
    EXPECT_EQ(file->theirs, nullptr);
  }
}

TEST(FileSchemaTest, TypesAreCompared) {
  // Whether our column can hold some of what theirs holds; nothing where it holds everything.
  const auto column_in = [](absl::string_view table, absl::string_view column,
                            absl::string_view type) -> std::optional<bool> {
    const absl::StatusOr<FileSchema> file =
        ReadFileSchema(absl::StrCat("{\"name\":\"OVN_Northbound\",\"version\":\"8.0.0\",\"tables\":{\"", table,
                                    "\":{\"isRoot\":true,\"columns\":{\"", column, "\":{\"type\":", type, "}}}}}"));
    EXPECT_EQ(file.status(), absl::OkStatus()) << type;
    if (!file.ok() || file->theirs == nullptr) return std::nullopt;
    return HasSameTypes(*file->theirs->FindTable(table)->FindColumn(column),
                        *NorthboundSchema().FindTable(table)->FindColumn(column));
  };
  const auto fits = std::nullopt;
  const auto enumerated = [](absl::string_view values) {
    return absl::StrCat("{\"key\":{\"type\":\"string\",\"enum\":", values, "}}");
  };
  EXPECT_EQ(column_in("ACL", "direction", enumerated("[\"set\",[\"to-lport\",\"from-lport\"]]")), fits);
  EXPECT_EQ(column_in("ACL", "direction", enumerated("\"to-lport\"")), fits);
  EXPECT_EQ(column_in("ACL", "direction", enumerated("[\"set\",[\"to-lport\",\"both\"]]")), true);
  EXPECT_EQ(column_in("ACL", "direction", "\"string\""), true);
  EXPECT_EQ(column_in("ACL", "direction", "\"integer\""), false);
  EXPECT_EQ(column_in("ACL", "direction", "\"real\""), false);
  EXPECT_EQ(column_in("ACL", "novelty", "\"real\""), fits);
  EXPECT_EQ(column_in("ACL", "match", "{\"key\":{\"type\":\"string\",\"maxLength\":7}}"), fits);
  EXPECT_EQ(column_in("ACL", "match", "{\"key\":\"string\",\"min\":0}"), false);
  EXPECT_EQ(column_in("ACL", "name", "\"string\""), true) << "ours have 63 characters";
  EXPECT_EQ(column_in("ACL", "name", "{\"key\":{\"type\":\"string\",\"maxLength\":63},\"min\":0}"), fits);
  EXPECT_EQ(column_in("ACL", "name", "{\"key\":{\"type\":\"string\",\"maxLength\":63},\"min\":0,\"max\":2}"), false);
  EXPECT_EQ(column_in("ACL", "label", "{\"key\":{\"type\":\"integer\",\"minInteger\":0,\"maxInteger\":4294967295}}"),
            fits);
  EXPECT_EQ(column_in("ACL", "label", "{\"key\":{\"type\":\"integer\",\"minInteger\":0,\"maxInteger\":4294967296}}"),
            true);
  EXPECT_EQ(column_in("ACL", "label", "{\"key\":{\"type\":\"integer\",\"minInteger\":-1,\"maxInteger\":4294967295}}"),
            true);
  EXPECT_EQ(
      column_in("ACL", "external_ids", "{\"key\":\"string\",\"value\":\"string\",\"min\":0,\"max\":\"unlimited\"}"),
      fits);
  EXPECT_EQ(
      column_in("ACL", "external_ids", "{\"key\":\"string\",\"value\":\"integer\",\"min\":0,\"max\":\"unlimited\"}"),
      false);
  EXPECT_EQ(column_in("ACL", "external_ids", "{\"key\":\"string\",\"min\":0,\"max\":\"unlimited\"}"), false);
}

TEST(FileSchemaTest, WhatIsNoSchemaIsAnError) {
  const auto error = [](absl::string_view json) { return ReadFileSchema(json).status(); };
  const std::string name = "\"name\":\"OVN_Northbound\"";
  EXPECT_EQ(error("{").code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(error("{\"name\":\"Open_vSwitch\",\"tables\":{}}").message(),
            "the database is \"Open_vSwitch\"; only OVN_Northbound and OVN_Southbound can be loaded");
  EXPECT_EQ(error("{" + name + "}").message(), "the schema has no tables");
  EXPECT_EQ(error("{" + name + ",\"tables\":{}}").message(), "the schema has no tables");
  EXPECT_EQ(error("{" + name + ",\"tables\":{}}").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(error("{" + name + ",\"tables\":[]}").message(), "the schema has no tables");
  EXPECT_EQ(error("{" + name + ",\"tables\":{\"ACL\":{\"columns\":5}}}").code(), absl::StatusCode::kDataLoss);
  for (const char* const type :
       {"5", "[]", "{\"key\":{\"type\":5}}", "{\"key\":{\"type\":\"string\",\"enum\":[\"set\"]}}",
        "{\"key\":{\"type\":\"string\",\"enum\":[\"set\",5]}}", "{\"key\":\"string\",\"max\":{}}"}) {
    EXPECT_EQ(
        error(absl::StrCat("{", name, ",\"tables\":{\"ACL\":{\"columns\":{\"match\":{\"type\":", type, "}}}}}")).code(),
        absl::StatusCode::kDataLoss)
        << type;
  }
}

}  // namespace
}  // namespace ovnlite
