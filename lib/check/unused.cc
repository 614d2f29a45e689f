// Rows that live although nothing refers to them, and that do nothing by themselves.

#include "lib/check/checks.h"
#include "lib/check/owners.h"

namespace ovnlite {
namespace {

// Calls out rows of T that none of the columns refers to.
template <typename T, typename Name, typename... Columns>
void Look(const Database& nb, Findings& findings, const char* message, Name name, Columns... columns) {
  for (const auto& [uuid, row] : nb.Rows<T>()) {
    if ((!nb.Find(columns, uuid).empty() || ...)) continue;
    RowReport(findings, SchemaOf<T>().name(), uuid, name(row)).Note("", "", message);
  }
}

}  // namespace

void CheckUnused(const Database& nb, Findings& findings) {
  namespace columns = nb::columns;
  const auto name = [](const auto& row) { return row->name(); };
  Look<nb::Load_Balancer>(nb, findings, "no switch, router or group has it", name,
                          columns::Logical_Switch::load_balancer, columns::Logical_Router::load_balancer,
                          columns::Load_Balancer_Group::load_balancer);
  Look<nb::Load_Balancer_Group>(nb, findings, "no switch or router has it", name,
                                columns::Logical_Switch::load_balancer_group,
                                columns::Logical_Router::load_balancer_group);
  Look<nb::DHCP_Options>(
      nb, findings, "no port has them", [](const auto& row) { return row->cidr(); },
      columns::Logical_Switch_Port::dhcpv4_options, columns::Logical_Switch_Port::dhcpv6_options);
  Look<nb::DNS>(
      nb, findings, "no switch has it", [](const auto&) { return absl::string_view(); },
      columns::Logical_Switch::dns_records);
  Look<nb::Mirror>(nb, findings, "no port has it", name, columns::Logical_Switch_Port::mirror_rules);
  Look<nb::Copp>(nb, findings, "no switch or router has it", name, columns::Logical_Switch::copp,
                 columns::Logical_Router::copp);
  Look<nb::HA_Chassis_Group>(nb, findings, "no port has it", name, columns::Logical_Switch_Port::ha_chassis_group,
                             columns::Logical_Router_Port::ha_chassis_group);
  for (const auto& [uuid, lswitch] : nb.Rows<nb::Logical_Switch>()) {
    if (lswitch->ports().empty())
      RowReport(findings, "Logical_Switch", uuid, lswitch->name()).Note("", "", "it has no ports");
  }
  for (const auto& [uuid, router] : nb.Rows<nb::Logical_Router>()) {
    if (router->ports().empty())
      RowReport(findings, "Logical_Router", uuid, router->name()).Note("", "", "it has no ports");
  }
}

}  // namespace ovnlite
