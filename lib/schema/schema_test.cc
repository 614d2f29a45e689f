#include "ovnlite/schema/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "lib/schema/column_access.h"
#include "lib/schema/ovn_nb.pb.h"
#include "lib/schema/ovn_sb.pb.h"
#include "ovnlite/base/hash.h"

namespace ovnlite {
namespace {

using ::testing::HasSubstr;

std::vector<const DatabaseSchema*> BothSchemas() { return {&NorthboundSchema(), &SouthboundSchema()}; }

TEST(SchemaTest, KnowsTablesColumnsAndTypes) {
  const DatabaseSchema& nb = NorthboundSchema();
  EXPECT_EQ(nb.name(), "OVN_Northbound");
  EXPECT_EQ(nb.version(), "7.0.0");
  EXPECT_EQ(nb.tables().size(), 30u);
  EXPECT_EQ(SouthboundSchema().name(), "OVN_Southbound");
  EXPECT_EQ(SouthboundSchema().version(), "20.27.0");
  EXPECT_EQ(SouthboundSchema().tables().size(), 34u);

  const TableSchema* port = nb.FindTable("Logical_Switch_Port");
  ASSERT_NE(port, nullptr);
  EXPECT_FALSE(port->is_root());
  ASSERT_EQ(port->unique().size(), 1u);
  EXPECT_EQ(port->unique()[0][0]->name(), "name");
  EXPECT_EQ(nb.TableOf(nb::Logical_Switch_Port::descriptor()), port);
  EXPECT_EQ(nb.TableOf(sb::Port_Binding::descriptor()), nullptr);
  EXPECT_EQ(nb.TableOf(ovsdb::Uuid::descriptor()), nullptr);

  const ColumnSchema* tag = port->FindColumn("tag");
  ASSERT_NE(tag, nullptr);
  EXPECT_EQ(tag->shape(), ColumnShape::kOptional);
  EXPECT_EQ(tag->key().type, AtomType::kInteger);
  EXPECT_EQ(tag->key().min_integer, 1);
  EXPECT_EQ(tag->key().max_integer, 4095);

  const ColumnSchema* ports = nb.FindTable("Logical_Switch")->FindColumn("ports");
  EXPECT_EQ(ports->shape(), ColumnShape::kSet);
  EXPECT_EQ(ports->key().ref_table, port);
  EXPECT_TRUE(ports->key().strong);
  EXPECT_EQ(nb.FindTable("Logical_Router_Port")->FindColumn("networks")->min_size(), 1);
  EXPECT_EQ(nb.FindTable("NB_Global")->max_rows(), 1u);

  const ColumnSchema* permissions = SouthboundSchema().FindTable("RBAC_Role")->FindColumn("permissions");
  EXPECT_EQ(permissions->shape(), ColumnShape::kMap);
  EXPECT_EQ(permissions->value().ref_table->name(), "RBAC_Permission");
  EXPECT_FALSE(permissions->value().strong);
}

TEST(SchemaTest, UsersMayAbbreviate) {
  const DatabaseSchema& nb = NorthboundSchema();
  EXPECT_EQ((*nb.MatchTable("logical-router"))->name(), "Logical_Router");
  EXPECT_EQ((*nb.MatchTable("QO"))->name(), "QoS");
  EXPECT_EQ((*nb.MatchTable("ha_chassis"))->name(), "HA_Chassis");
  EXPECT_EQ(nb.FindTable("logical_router"), nullptr);
  EXPECT_EQ(nb.MatchTable("foo").status().message(), "unknown table \"foo\"");
  EXPECT_EQ(nb.MatchTable("").status().code(), absl::StatusCode::kNotFound);
  // As `ovn-nbctl list logical_r` puts it.
  EXPECT_EQ(nb.MatchTable("logical_r").status().message(),
            "\"logical_r\" matches multiple table names: Logical_Router, Logical_Router_Policy, Logical_Router_Port, "
            "Logical_Router_Static_Route");
  const TableSchema* nat = nb.FindTable("NAT");
  EXPECT_EQ((*nat->MatchColumn("EXTERNAL-M"))->name(), "external_mac");
  EXPECT_EQ(nat->MatchColumn("p").status().message(), "NAT does not contain a column whose name matches \"p\"");
  EXPECT_EQ(nat->MatchColumn("external").status().message(),
            "NAT contains more than one column whose name matches \"external\": external_ids, external_ip, "
            "external_mac, external_port_range");
}

TEST(SchemaTest, UuidsConvert) {
  const Uuid uuid = *Uuid::Parse("f3edbab4-2fdd-44e5-ad03-a468e9492c33");
  EXPECT_EQ(FromProto(ToProto(uuid)), uuid);
}

// Every column can be written, read and cleared through its access functions.
TEST(ColumnAccessTest, ReachesEveryColumn) {
  for (const DatabaseSchema* schema : BothSchemas()) {
    for (const auto& table : schema->tables()) {
      const std::unique_ptr<google::protobuf::Message> row(table->default_row().New());
      ASSERT_EQ(row->GetDescriptor(), table->descriptor());
      for (const ColumnSchema& column : table->columns()) {
        SCOPED_TRACE(table->name() + "." + column.name());
        const ColumnAccess& access = column.access();
        ASSERT_EQ(access.name, column.name());
        switch (access.kind) {
          case ColumnKind::kInteger:
          case ColumnKind::kBoolean:
            access.write_number(*row, 1);
            EXPECT_EQ(access.read_number(*row), 1);
            break;
          case ColumnKind::kString:
            access.Mutable<std::string>(*row) = "text";
            EXPECT_EQ(access.Get<std::string>(*row), "text");
            break;
          case ColumnKind::kUuid:
            ToProto(Uuid(1, 2), &access.Mutable<ovsdb::Uuid>(*row));
            EXPECT_EQ(FromProto(access.Get<ovsdb::Uuid>(*row)), Uuid(1, 2));
            break;
          case ColumnKind::kStringSet:
            *access.Mutable<StringSet>(*row).Add() = "text";
            EXPECT_EQ(access.Get<StringSet>(*row).size(), 1);
            break;
          case ColumnKind::kUuidSet:
            access.Mutable<UuidSet>(*row).Add();
            EXPECT_EQ(access.Get<UuidSet>(*row).size(), 1);
            break;
          case ColumnKind::kStringToString:
            access.Mutable<StringToString>(*row)["key"] = "value";
            EXPECT_EQ(access.Get<StringToString>(*row).at("key"), "value");
            break;
          case ColumnKind::kStringToInteger:
            access.Mutable<StringToInteger>(*row)["key"] = 7;
            EXPECT_EQ(access.Get<StringToInteger>(*row).at("key"), 7);
            break;
          case ColumnKind::kStringToUuid:
            access.Mutable<StringToUuid>(*row)["key"];
            EXPECT_EQ(access.Get<StringToUuid>(*row).size(), 1u);
            break;
        }
        EXPECT_TRUE(access.Has(*row));
        EXPECT_GT(row->ByteSizeLong(), 0u);
        access.clear(*row);
        EXPECT_EQ(row->ByteSizeLong(), 0u);
        EXPECT_EQ(access.Has(*row), access.has == nullptr);
      }
    }
  }
}

// -- The JSON form --

// An <atomic-type> or <base-type> with every default written out.
nlohmann::json FullBaseType(const nlohmann::json& base) {
  nlohmann::json full = base.is_string() ? nlohmann::json{{"type", base}} : base;
  if (full.contains("refTable") && !full.contains("refType")) full["refType"] = "strong";
  if (full.contains("enum")) {
    nlohmann::json values = full["enum"];
    values = values.is_array() && values[0] == "set" ? values[1] : nlohmann::json::array({values});
    std::sort(values.begin(), values.end());
    full["enum"] = values;
  }
  return full;
}

// A <database-schema> with every default written out, so that equal schemas are equal JSON.
nlohmann::json FullSchema(nlohmann::json schema) {
  for (auto& [name, table] : schema["tables"].items()) {
    if (!table.contains("isRoot")) table["isRoot"] = false;
    if (!table.contains("indexes")) table["indexes"] = nlohmann::json::array();
    for (auto& [column_name, column] : table["columns"].items()) {
      nlohmann::json type = column["type"];
      if (type.is_string()) type = {{"key", type}};
      type["key"] = FullBaseType(type["key"]);
      if (type.contains("value")) type["value"] = FullBaseType(type["value"]);
      if (!type.contains("min")) type["min"] = 1;
      if (!type.contains("max")) type["max"] = 1;
      column["type"] = type;
      if (!column.contains("ephemeral")) column["ephemeral"] = false;
    }
  }
  return schema;
}

class SchemaJsonTest : public ::testing::TestWithParam<bool> {
 protected:
  const DatabaseSchema& schema() const { return GetParam() ? NorthboundSchema() : SouthboundSchema(); }
  std::string installed() const {
    return GetParam() ? "/usr/share/ovn/ovn-nb.ovsschema" : "/usr/share/ovn/ovn-sb.ovsschema";
  }
};

INSTANTIATE_TEST_SUITE_P(Both, SchemaJsonTest, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "Northbound" : "Southbound"; });

TEST_P(SchemaJsonTest, EqualsWhatOvnInstalls) {
  std::ifstream file(installed());
  if (!file) GTEST_SKIP() << installed() << " is not installed (Debian package ovn-central)";
  nlohmann::json real;
  file >> real;
  if (real["version"] != schema().version()) GTEST_SKIP() << "another version of OVN is installed";
  EXPECT_EQ(FullSchema(nlohmann::json::parse(schema().ToJson())), FullSchema(real));
}

// The text that the test above found equal to OVN's, so that a change shows where OVN is not installed.
TEST_P(SchemaJsonTest, IsWhatWasComparedWithOvn) {
  const std::string full = FullSchema(nlohmann::json::parse(schema().ToJson())).dump();
  EXPECT_EQ(HashBytes(full), GetParam() ? 15758000210453129716u : 2955726890317470179u) << full.size() << " bytes";
}

TEST_P(SchemaJsonTest, OvsdbToolTakesIt) {
  if (std::system("ovsdb-tool --version >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "ovsdb-tool is not installed (Debian package openvswitch-common)";
  }
  const std::string base = ::testing::TempDir() + "/" + schema().name();
  std::ofstream(base + ".ovsschema") << schema().ToJson();
  std::remove((base + ".db").c_str());
  EXPECT_EQ(std::system(("ovsdb-tool create " + base + ".db " + base + ".ovsschema").c_str()), 0);
  EXPECT_EQ(std::system(("test \"$(ovsdb-tool db-version " + base + ".db)\" = " + schema().version()).c_str()), 0);
  EXPECT_EQ(std::system(("test \"$(ovsdb-tool db-cksum " + base + ".db)\" = '" + schema().cksum() + "'").c_str()), 0);
}

}  // namespace
}  // namespace ovnlite
