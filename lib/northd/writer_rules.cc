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
namespace load_balancer = sb::columns::Load_Balancer;
namespace dp_group = sb::columns::Logical_DP_Group;

// A row that is called as its column says.
template <typename Column>
std::function<std::optional<std::string>(const Uuid&, const Row&)> NamedBy(Column column) {
  return [column](const Uuid&, const Row& row) { return std::string(row.Text(column.index)); };
}

// The Northbound row that a Load_Balancer is made of.
std::optional<Uuid> OwnerOfLoadBalancer(sb::Load_Balancer_View row) {
  const absl::StatusOr<Uuid> uuid = Uuid::Parse(row->external_ids("lb_id").value_or(""));
  return uuid.ok() ? std::optional<Uuid>(*uuid) : std::nullopt;
}

std::optional<std::string> UuidAsName(const Uuid& uuid, const Row&) { return uuid.ToString(); }

}  // namespace

std::optional<Uuid> OwnerOfDatapath(sb::Datapath_Binding_View row) {
  std::optional<absl::string_view> owner = row->external_ids("logical-switch");
  if (!owner.has_value()) owner = row->external_ids("logical-router");
  const absl::StatusOr<Uuid> uuid = Uuid::Parse(owner.value_or(""));
  return uuid.ok() ? std::optional<Uuid>(*uuid) : std::nullopt;
}

Uuid NetworksOfLoadBalancer(const Uuid& load_balancer) {
  return Uuid::FromName(absl::StrCat("Load_Balancer/", load_balancer.ToString(), "/datapath_group"));
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
      {.table = &SchemaOf<sb::Load_Balancer>(),
       .owned = ColumnsOf(load_balancer::name, load_balancer::vips, load_balancer::protocol, load_balancer::datapaths,
                          load_balancer::datapath_group, load_balancer::options, load_balancer::external_ids),
       .name = [](const Uuid&, const Row& row) -> std::optional<std::string> {
         const std::optional<Uuid> owner = OwnerOfLoadBalancer(sb::Load_Balancer_View(&row));
         return owner.has_value() ? std::optional<std::string>(owner->ToString()) : std::nullopt;
       }},
      {.table = &SchemaOf<sb::Logical_DP_Group>(),
       .owned = ColumnsOf(dp_group::datapaths),
       .name = [&sb, &rows](const Uuid& uuid, const Row&) -> std::optional<std::string> {
         for (const Uuid& referrer : sb.Find(load_balancer::datapath_group, uuid)) {
           const std::optional<Uuid> owner = OwnerOfLoadBalancer(sb.Read<sb::Load_Balancer>(referrer));
           if (owner.has_value()) return NetworksOfLoadBalancer(*owner).ToString();
         }
         return rows.Expected(uuid).ToString();
       },
       .of_others_too = true},
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
