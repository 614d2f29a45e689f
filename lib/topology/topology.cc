#include "ovnlite/topology/topology.h"

#include "lib/schema/ovn_nb.rows.h"
#include "lib/topology/router_networks.h"
#include "lib/topology/rows.h"
#include "ovnlite/base/status.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {

Topology::Topology(Database& nb, Options options)
    : nb_(nb), own_random_(0x746f706f), random_(options.random != nullptr ? options.random : &own_random_) {}

Uuid Topology::NewUuid() {
  while (true) {
    const Uuid uuid = Uuid::Generate(*random_);
    bool taken = false;
    for (const auto& table : nb_.schema().tables()) taken = taken || nb_.Find(*table, uuid) != nullptr;
    if (!taken) return uuid;
  }
}

absl::StatusOr<LogicalSwitch> Topology::AddSwitch(absl::string_view name) {
  OVNLITE_RETURN_IF_ERROR(CheckNewName(nb_, nb::columns::Logical_Switch::name, name, "switch"));
  const Uuid uuid = NewUuid();
  Transaction t = nb_.Begin();
  t.Insert<nb::Logical_Switch>(uuid)->set_name(std::string(name));
  OVNLITE_RETURN_IF_ERROR(nb_.Commit(std::move(t)).status());
  return LogicalSwitch(*this, uuid);
}

absl::StatusOr<LogicalRouter> Topology::AddRouter(absl::string_view name) {
  OVNLITE_RETURN_IF_ERROR(CheckNewName(nb_, nb::columns::Logical_Router::name, name, "router"));
  const Uuid uuid = NewUuid();
  Transaction t = nb_.Begin();
  t.Insert<nb::Logical_Router>(uuid)->set_name(std::string(name));
  OVNLITE_RETURN_IF_ERROR(nb_.Commit(std::move(t)).status());
  return LogicalRouter(*this, uuid);
}

absl::StatusOr<LogicalSwitch> Topology::FindSwitch(absl::string_view name) {
  OVNLITE_ASSIGN_OR_RETURN(const Uuid uuid, FindNamed(nb_, nb::columns::Logical_Switch::name, name, "switch", "logical switches"));
  return LogicalSwitch(*this, uuid);
}

absl::StatusOr<LogicalRouter> Topology::FindRouter(absl::string_view name) {
  OVNLITE_ASSIGN_OR_RETURN(const Uuid uuid, FindNamed(nb_, nb::columns::Logical_Router::name, name, "router", "logical routers"));
  return LogicalRouter(*this, uuid);
}

absl::StatusOr<LogicalSwitchPort> Topology::FindSwitchPort(absl::string_view name) {
  OVNLITE_ASSIGN_OR_RETURN(const Uuid uuid, FindNamed(nb_, nb::columns::Logical_Switch_Port::name, name, "port", "ports"));
  return LogicalSwitchPort(*this, uuid);
}

absl::StatusOr<LogicalRouterPort> Topology::FindRouterPort(absl::string_view name) {
  OVNLITE_ASSIGN_OR_RETURN(const Uuid uuid, FindNamed(nb_, nb::columns::Logical_Router_Port::name, name, "port", "ports"));
  return LogicalRouterPort(*this, uuid);
}

std::vector<LogicalSwitch> Topology::switches() {
  std::vector<LogicalSwitch> all;
  for (const auto& [uuid, row] : nb_.Rows<nb::Logical_Switch>()) all.push_back(LogicalSwitch(*this, uuid));
  SortByName(all);
  return all;
}

std::vector<LogicalRouter> Topology::routers() {
  std::vector<LogicalRouter> all;
  for (const auto& [uuid, row] : nb_.Rows<nb::Logical_Router>()) all.push_back(LogicalRouter(*this, uuid));
  SortByName(all);
  return all;
}

absl::StatusOr<LogicalRouterPort> Topology::Connect(const LogicalRouter& router, absl::string_view router_port,
                                                    const LogicalSwitch& logical_switch, absl::string_view switch_port,
                                                    absl::string_view mac,
                                                    absl::Span<const absl::string_view> networks) {
  OVNLITE_RETURN_IF_ERROR(CheckNewName(nb_, nb::columns::Logical_Router_Port::name, router_port, "port"));
  OVNLITE_RETURN_IF_ERROR(CheckNewName(nb_, nb::columns::Logical_Switch_Port::name, switch_port, "port"));
  OVNLITE_RETURN_IF_ERROR(CheckRouterMac(router_port, mac));
  OVNLITE_RETURN_IF_ERROR(CheckNetworks(nb_, router.uuid(), Uuid(), router_port, networks));
  const Uuid lrp_uuid = NewUuid(), lsp_uuid = NewUuid();
  Transaction t = nb_.Begin();
  if (!t.Read<nb::Logical_Router>(router.uuid())) return Gone("router");
  if (!t.Read<nb::Logical_Switch>(logical_switch.uuid())) return Gone("switch");
  t.InsertMember(nb::columns::Logical_Router::ports, router.uuid(), lrp_uuid);
  t.InsertMember(nb::columns::Logical_Switch::ports, logical_switch.uuid(), lsp_uuid);
  auto* lrp = t.Insert<nb::Logical_Router_Port>(lrp_uuid);
  lrp->set_name(std::string(router_port));
  lrp->set_mac(std::string(mac));
  for (const absl::string_view network : networks) lrp->add_networks(std::string(network));
  auto* lsp = t.Insert<nb::Logical_Switch_Port>(lsp_uuid);
  lsp->set_name(std::string(switch_port));
  lsp->set_type("router");
  lsp->add_addresses("router");
  (*lsp->mutable_options())["router-port"] = std::string(router_port);
  OVNLITE_RETURN_IF_ERROR(nb_.Commit(std::move(t)).status());
  return LogicalRouterPort(*this, lrp_uuid);
}

}  // namespace ovnlite
