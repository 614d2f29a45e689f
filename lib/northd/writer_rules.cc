#include "lib/northd/writer_rules.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "lib/schema/ovn_nb.rows.h"
#include "ovnlite/schema/typed_row.h"

namespace ovnlite {
namespace {

namespace datapath = sb::columns::Datapath_Binding;
namespace port = sb::columns::Port_Binding;
namespace multicast = sb::columns::Multicast_Group;
namespace address_set = sb::columns::Address_Set;
namespace port_group = sb::columns::Port_Group;
namespace global = sb::columns::SB_Global;

// A row that is called as its column says.
template <typename Column>
std::function<std::optional<std::string>(const Uuid&, const Row&)> NamedBy(Column column) {
  return [column](const Uuid&, const Row& row) { return std::string(row.Text(column.index)); };
}

std::optional<std::string> UuidAsName(const Uuid& uuid, const Row&) { return uuid.ToString(); }

}  // namespace

std::optional<Uuid> OwnerOfDatapath(sb::Datapath_Binding_View row) {
  std::optional<absl::string_view> owner = row->external_ids("logical-switch");
  if (!owner.has_value()) owner = row->external_ids("logical-router");
  const absl::StatusOr<Uuid> uuid = Uuid::Parse(owner.value_or(""));
  return uuid.ok() ? std::optional<Uuid>(*uuid) : std::nullopt;
}

std::vector<TableRule> SouthboundRules(const Database& sb, const RowWriter& rows) {
  return {
      {.table = &SchemaOf<sb::Datapath_Binding>(),
       .owned = ColumnsOf(datapath::tunnel_key, datapath::external_ids, datapath::load_balancers),
       .name = [](const Uuid&, const Row& row) -> std::optional<std::string> {
         const std::optional<Uuid> owner = OwnerOfDatapath(sb::Datapath_Binding_View(&row));
         return owner.has_value() ? std::optional<std::string>(owner->ToString()) : std::nullopt;
       },
       // What was learned there refers to it by number.
       .also_delete =
           [&sb](const Row& row, Transaction& t) {
             const int64_t key = sb::Datapath_Binding_View(&row)->tunnel_key();
             for (const Uuid& learned : sb.Find(sb::columns::FDB::dp_key, key)) t.Delete<sb::FDB>(learned);
           }},
      {.table = &SchemaOf<sb::Port_Binding>(),
       .owned = ColumnsOf(port::datapath, port::logical_port, port::tunnel_key, port::mac, port::port_security,
                          port::parent_port, port::tag, port::type, port::options, port::external_ids,
                          port::requested_chassis, port::requested_additional_chassis, port::nat_addresses,
                          port::gateway_chassis, port::ha_chassis_group, port::mirror_rules),
       .name = NamedBy(port::logical_port),
       .fill_new = [](Row& row) { row.Set(row.table().columns()[port::up.index], Atom::Boolean(false)); }},
      {.table = &SchemaOf<sb::Multicast_Group>(),
       .owned = ColumnsOf(multicast::datapath, multicast::name, multicast::tunnel_key, multicast::ports),
       .name = [&rows](const Uuid&, const Row& row) -> std::optional<std::string> {
         const sb::Multicast_Group_View group(&row);
         return absl::StrCat(rows.Expected(group->datapath()).ToString(), "/", group->name());
       }},
      {.table = &SchemaOf<sb::Address_Set>(),
       .owned = ColumnsOf(address_set::name, address_set::addresses),
       .name = NamedBy(address_set::name)},
      {.table = &SchemaOf<sb::Port_Group>(),
       .owned = ColumnsOf(port_group::name, port_group::ports),
       .name = NamedBy(port_group::name)},
      {.table = &SchemaOf<sb::SB_Global>(),
       .owned = ColumnsOf(global::nb_cfg, global::ipsec, global::options),
       .name = [](const Uuid&, const Row&) { return std::optional<std::string>(""); }},
  };
}

std::vector<TableRule> NorthboundRules() {
  return {
      {.table = &SchemaOf<nb::Logical_Switch_Port>(),
       .owned = ColumnsOf(nb::columns::Logical_Switch_Port::up, nb::columns::Logical_Switch_Port::tag),
       .name = UuidAsName,
       .only_updates = true},
      {.table = &SchemaOf<nb::NB_Global>(),
       .owned = ColumnsOf(nb::columns::NB_Global::sb_cfg),
       .name = UuidAsName,
       .only_updates = true},
  };
}

}  // namespace ovnlite
