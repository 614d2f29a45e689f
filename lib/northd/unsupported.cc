#include "lib/northd/unsupported.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"

namespace ovnlite {
namespace {

// Keys of columns that are maps for all kinds of things, of which only these mean something to packets.
constexpr CompiledColumn kOptions[] = {
    {"NB_Global", "options", "debug_drop_collector_set"},
    {"NB_Global", "options", "debug_drop_domain_id"},
    {"NB_Global", "options", "default_acl_drop"},
    {"NB_Global", "options", "controller_event"},
    {"NB_Global", "options", "use_ct_inv_match"},
    {"Logical_Switch", "other_config", "ipv6_prefix"},
    {"Logical_Switch", "other_config", "mac_only"},
    {"Logical_Switch", "other_config", "mcast_snoop"},
    {"Logical_Switch", "other_config", "subnet"},
    {"Logical_Switch", "other_config", "vlan-passthru"},
    {"Logical_Switch_Port", "options", "activation-strategy"},
    {"Logical_Switch_Port", "options", "arp_proxy"},
    {"Logical_Switch_Port", "options", "ethtype"},
    {"Logical_Switch_Port", "options", "exclude-lb-vips-from-garp"},
    {"Logical_Switch_Port", "options", "localnet_learn_fdb"},
    {"Logical_Switch_Port", "options", "mcast_flood"},
    {"Logical_Switch_Port", "options", "mcast_flood_reports"},
    {"Logical_Switch_Port", "options", "nat-addresses"},
    {"Logical_Switch_Port", "options", "qdisc_queue_id"},
    {"Logical_Switch_Port", "options", "qos_burst"},
    {"Logical_Switch_Port", "options", "qos_max_rate"},
    {"Logical_Switch_Port", "options", "qos_min_rate"},
    {"Logical_Router", "options", "always_learn_from_arp_request"},
    {"Logical_Router", "options", "chassis"},
    {"Logical_Router", "options", "dnat_force_snat_ip"},
    {"Logical_Router", "options", "dynamic_neigh_routers"},
    {"Logical_Router", "options", "lb_force_snat_ip"},
    {"Logical_Router", "options", "mac_binding_age_threshold"},
    {"Logical_Router", "options", "mcast_relay"},
    {"Logical_Router", "options", "snat-ct-zone"},
    {"Logical_Router_Port", "options", "gateway_mtu"},
    {"Logical_Router_Port", "options", "gateway_mtu_bypass"},
    {"Logical_Router_Port", "options", "mcast_flood"},
    {"Logical_Router_Port", "options", "prefix"},
    {"Logical_Router_Port", "options", "prefix_delegation"},
    {"Logical_Router_Port", "options", "redirect-chassis"},
    {"Logical_Router_Port", "options", "redirect-type"},
    {"Logical_Router_Port", "options", "reside-on-redirect-chassis"},
    {"Logical_Router_Port", "options", "route_table"},
    {"Logical_Router_Static_Route", "options", "ecmp_symmetric_reply"},
    {"ACL", "options", "apply-after-lb"},
    {"ACL", "options", "log-related"},
    {"Load_Balancer", "options", "affinity_timeout"},
    {"Load_Balancer", "options", "add_route"},
    {"Load_Balancer", "options", "hairpin_snat_ip"},
    {"Load_Balancer", "options", "neighbor_responder"},
    {"Load_Balancer", "options", "reject"},
    {"Load_Balancer", "options", "skip_snat"},
    {"Load_Balancer", "options", "template"},
};

// Columns that mean nothing to packets: names for people, reports, how to reach the database.
constexpr CompiledColumn kForPeople[] = {
    {"NB_Global", "connections"},       {"NB_Global", "hv_cfg"},           {"NB_Global", "hv_cfg_timestamp"},
    {"NB_Global", "name"},              {"NB_Global", "nb_cfg_timestamp"}, {"NB_Global", "sb_cfg_timestamp"},
    {"NB_Global", "ssl"},               {"ACL", "name"},                   {"Load_Balancer", "name"},
    {"Logical_Router_Port", "ipv6_prefix"},
};
constexpr char kForPeopleEverywhere[] = "external_ids";

// Tables whose rows mean something although nothing refers to them.
constexpr const char* kStandingAlone[] = {"Static_MAC_Binding"};

bool IsOptions(const ColumnSchema& column) { return column.name() == "options" || column.name() == "other_config"; }

bool Names(const CompiledColumn& compiled, const ColumnSchema& column) {
  return compiled.table == column.table().name() && compiled.column == column.name();
}

}  // namespace

ColumnMask UnsupportedColumns::Table::Interesting() const {
  ColumnMask mask = stands_alone ? kAllColumns : columns;
  for (const auto& [column, key] : keys) mask |= MaskOf(*column);
  return mask;
}

UnsupportedColumns::UnsupportedColumns(Database& nb, absl::Span<const Feature> features) : nb_(nb) {
  std::vector<CompiledColumn> compiled(std::begin(kForPeople), std::end(kForPeople));
  std::set<absl::string_view> compiled_tables;
  for (const Feature& feature : features) {
    compiled.insert(compiled.end(), feature.columns.begin(), feature.columns.end());
    for (const CompiledColumn& column : feature.columns) compiled_tables.insert(column.table);
  }
  for (const auto& schema : nb.schema().tables()) {
    Table& table = tables_.emplace_back();
    table.stands_alone = !compiled_tables.contains(schema->name()) &&
                         std::find(std::begin(kStandingAlone), std::end(kStandingAlone), schema->name()) !=
                             std::end(kStandingAlone);
    // What nobody compiles a column of is reported where a compiled row refers to it.
    if (!compiled_tables.contains(schema->name())) continue;
    for (const ColumnSchema& column : schema->columns()) {
      if (column.name() == kForPeopleEverywhere || IsOptions(column)) continue;
      const bool known = std::any_of(compiled.begin(), compiled.end(),
                                     [&](const CompiledColumn& c) { return c.key == nullptr && Names(c, column); });
      if (!known) table.columns |= MaskOf(column);
    }
    for (const CompiledColumn& option : kOptions) {
      if (option.table != schema->name()) continue;
      const ColumnSchema* column = schema->FindColumn(option.column);
      const bool known = std::any_of(compiled.begin(), compiled.end(), [&](const CompiledColumn& c) {
        return Names(c, *column) && (c.key == nullptr || absl::string_view(c.key) == option.key);
      });
      if (!known) table.keys.emplace_back(column, option.key);
    }
  }
  subscription_ = nb.Subscribe([this](const Delta& delta) {
    for (const RowChange& change : delta.changes()) {
      if ((change.columns & tables_[static_cast<size_t>(change.table->index())].Interesting()) == 0) continue;
      Look(*change.table, change.uuid, change.after);
    }
  });
  for (const auto& schema : nb.schema().tables()) {
    if (tables_[static_cast<size_t>(schema->index())].Interesting() == 0) continue;
    nb.ForEach(*schema, [&](const Uuid& uuid, const Row& row) { Look(*schema, uuid, row); });
  }
}

void UnsupportedColumns::Look(const TableSchema& schema, const Uuid& uuid, const Row& row) {
  std::vector<std::string> columns;
  const Table& table = tables_[static_cast<size_t>(schema.index())];
  if (row) {
    ForEachColumn(schema, table.columns, [&](const ColumnSchema& column) {
      if (row.Has(column)) columns.push_back(std::string(column.name()));
    });
    for (const auto& [column, key] : table.keys) {
      if (row.MembersOf(column->index()).Contains(key)) columns.push_back(absl::StrCat(column->name(), ":", key));
    }
    if (table.stands_alone) columns.push_back("");
  }
  if (columns.empty()) {
    found_.erase({schema.index(), uuid});
  } else {
    found_[{schema.index(), uuid}] = std::move(columns);
  }
}

void UnsupportedColumns::AppendTo(std::vector<Unsupported>& found) const {
  for (const auto& [row, columns] : found_) {
    const TableSchema& table = *nb_.schema().tables()[static_cast<size_t>(row.first)];
    const ColumnSchema* name = table.FindColumn("name");
    const Row* values = nb_.Find(table, row.second);
    if (values == nullptr) continue;
    // Some rows need not have one.
    std::string called(name == nullptr ? absl::string_view() : values->Text(name->index()));
    if (called.empty()) called = row.second.ToString();
    for (const std::string& column : columns) {
      found.push_back({std::string(table.name()), called, column});
    }
  }
}

}  // namespace ovnlite
