#include "ovnlite/topology/logical_router.h"

#include "absl/algorithm/container.h"
#include "lib/schema/ovn_nb.rows.h"
#include "lib/topology/router_networks.h"
#include "lib/topology/rows.h"
#include "ovnlite/base/status.h"
#include "ovnlite/topology/topology.h"

namespace ovnlite {
namespace {

absl::string_view PolicyOf(const nb::Logical_Router_Static_Route_View& route) {
  return route.has_policy() ? route.policy() : absl::string_view("dst-ip");
}

// As OVN writes it: the network, without the length of a host's.
std::string Normal(const IpPrefix& prefix) { return prefix.network().ToShortString(); }

// Whether a packet to `nexthop` can leave by one of the router's ports (by `output_port`, if there is one).
bool InReach(const Database& nb, const Uuid& router, const IpAddress& nexthop, absl::string_view output_port) {
  if (!output_port.empty() || (nexthop.is_v6() && nexthop.IsLinkLocal())) return true;
  return absl::c_any_of(NetworksOf(nb, router), [&](const RouterNetwork& n) { return n.network.Contains(nexthop); });
}

}  // namespace

// -- Ports ------------------------------------------------------------------------------------------------------------

std::string LogicalRouterPort::name() const {
  const auto row = topology_->nb().Read<nb::Logical_Router_Port>(uuid_);
  return row ? std::string(row->name()) : "";
}

std::string LogicalRouterPort::mac() const {
  const auto row = topology_->nb().Read<nb::Logical_Router_Port>(uuid_);
  return row ? std::string(row->mac()) : "";
}

std::vector<std::string> LogicalRouterPort::networks() const {
  const auto row = topology_->nb().Read<nb::Logical_Router_Port>(uuid_);
  if (!row) return {};
  return {row->networks().begin(), row->networks().end()};
}

absl::StatusOr<LogicalRouter> LogicalRouterPort::router() const {
  Uuid owner;
  if (!OwnerOf(topology_->nb(), nb::columns::Logical_Router::ports, uuid_, &owner)) return Gone("port");
  return LogicalRouter(*topology_, owner);
}

absl::Status LogicalRouterPort::SetNetworks(absl::Span<const absl::string_view> networks) {
  Uuid owner;
  if (!OwnerOf(topology_->nb(), nb::columns::Logical_Router::ports, uuid_, &owner)) return Gone("port");
  OVNLITE_RETURN_IF_ERROR(CheckNetworks(topology_->nb(), owner, uuid_, name(), networks));
  return topology_->Change<nb::Logical_Router_Port>(uuid_, [&](Transaction& t) {
    SetStrings(t, nb::columns::Logical_Router_Port::networks, uuid_, networks);
  });
}

absl::Status LogicalRouterPort::SetOption(absl::string_view key, absl::string_view value) {
  return topology_->Change<nb::Logical_Router_Port>(
      uuid_, [&](Transaction& t) { SetKey(t, nb::columns::Logical_Router_Port::options, uuid_, key, value); });
}

absl::Status LogicalRouterPort::SetEnabled(bool enabled) {
  return topology_->Change<nb::Logical_Router_Port>(
      uuid_, [&](Transaction& t) { t.Set(nb::columns::Logical_Router_Port::enabled, uuid_, enabled); });
}

absl::Status LogicalRouterPort::SetGatewayChassis(absl::string_view chassis, int priority) {
  if (chassis.empty()) return absl::InvalidArgumentError("a gateway chassis needs a name");
  if (priority < 0 || priority > 32767) {
    return absl::InvalidArgumentError(absl::StrCat(priority, ": priority must in range 0...32767"));
  }
  Database& nb = topology_->nb();
  Transaction t = nb.Begin();
  const auto port = nb.Read<nb::Logical_Router_Port>(uuid_);
  if (!port) return Gone("port");
  const std::string row_name = absl::StrCat(port->name(), "-", chassis);
  for (const Uuid& existing : port->gateway_chassis()) {
    if (nb.Read<nb::Gateway_Chassis>(existing)->chassis_name() != chassis) continue;
    t.Set(nb::columns::Gateway_Chassis::priority, existing, priority);
    return nb.Commit(std::move(t)).status();
  }
  const Uuid uuid = topology_->NewUuid();
  auto* row = t.Insert<nb::Gateway_Chassis>(uuid);
  row->set_name(row_name);
  row->set_chassis_name(std::string(chassis));
  row->set_priority(priority);
  t.InsertMember(nb::columns::Logical_Router_Port::gateway_chassis, uuid_, uuid);
  return nb.Commit(std::move(t)).status();
}

absl::Status LogicalRouterPort::SetPeer(const LogicalRouterPort& peer) {
  OVNLITE_ASSIGN_OR_RETURN(const LogicalRouter mine, router());
  OVNLITE_ASSIGN_OR_RETURN(const LogicalRouter theirs, peer.router());
  if (mine.uuid() == theirs.uuid()) {
    return absl::FailedPreconditionError(
        absl::StrCat(name(), ": ", peer.name(), " is a port of the same router, ", mine.name()));
  }
  Database& nb = topology_->nb();
  for (const LogicalRouterPort* port : {static_cast<const LogicalRouterPort*>(this), &peer}) {
    const RowIds used = nb.Find(nb::columns::Logical_Switch_Port::options, "router-port", port->name());
    if (used.empty()) continue;
    return absl::FailedPreconditionError(absl::StrCat(port->name(), ": port is connected to switch port ",
                                                      nb.Read<nb::Logical_Switch_Port>(used.front())->name()));
  }
  Transaction t = nb.Begin();
  t.Set(nb::columns::Logical_Router_Port::peer, uuid_, peer.name());
  t.Set(nb::columns::Logical_Router_Port::peer, peer.uuid_, name());
  return nb.Commit(std::move(t)).status();
}

absl::Status LogicalRouterPort::Delete() {
  Uuid owner;
  if (!OwnerOf(topology_->nb(), nb::columns::Logical_Router::ports, uuid_, &owner)) return Gone("port");
  return topology_->Change<nb::Logical_Router>(
      owner, [&](Transaction& t) { t.EraseMember(nb::columns::Logical_Router::ports, owner, uuid_); });
}

// -- Routers ----------------------------------------------------------------------------------------------------------

std::string LogicalRouter::name() const {
  const auto row = topology_->nb().Read<nb::Logical_Router>(uuid_);
  return row ? std::string(row->name()) : "";
}

std::vector<LogicalRouterPort> LogicalRouter::ports() const {
  std::vector<LogicalRouterPort> all;
  const auto row = topology_->nb().Read<nb::Logical_Router>(uuid_);
  if (!row) return all;
  for (const Uuid& port : row->ports()) all.push_back(LogicalRouterPort(*topology_, port));
  SortByName(all);
  return all;
}

absl::StatusOr<LogicalRouterPort> LogicalRouter::AddPort(absl::string_view name, absl::string_view mac,
                                                         absl::Span<const absl::string_view> networks) {
  Database& nb = topology_->nb();
  OVNLITE_RETURN_IF_ERROR(CheckNewName(nb, nb::columns::Logical_Router_Port::name, name, "port"));
  OVNLITE_RETURN_IF_ERROR(CheckRouterMac(name, mac));
  OVNLITE_RETURN_IF_ERROR(CheckNetworks(nb, uuid_, Uuid(), name, networks));
  const Uuid port = topology_->NewUuid();
  Transaction t = nb.Begin();
  if (!t.Read<nb::Logical_Router>(uuid_)) return Gone("router");
  t.InsertMember(nb::columns::Logical_Router::ports, uuid_, port);
  auto* row = t.Insert<nb::Logical_Router_Port>(port);
  row->set_name(std::string(name));
  row->set_mac(std::string(mac));
  for (const absl::string_view network : networks) row->add_networks(std::string(network));
  OVNLITE_RETURN_IF_ERROR(nb.Commit(std::move(t)).status());
  return LogicalRouterPort(*topology_, port);
}

absl::Status LogicalRouter::AddStaticRoute(absl::string_view prefix, absl::string_view nexthop,
                                           const StaticRouteOptions& options) {
  Database& nb = topology_->nb();
  const absl::StatusOr<IpPrefix> destination = IpPrefix::Parse(prefix);
  if (!destination.ok()) return absl::InvalidArgumentError(absl::StrCat("bad prefix argument: ", prefix));
  if (!options.policy.empty() && options.policy != "src-ip" && options.policy != "dst-ip") {
    return absl::InvalidArgumentError(absl::StrCat("bad policy: ", options.policy));
  }
  Transaction t = nb.Begin();
  const auto router = nb.Read<nb::Logical_Router>(uuid_);
  if (!router) return Gone("router");
  if (!options.output_port.empty()) {
    OVNLITE_ASSIGN_OR_RETURN(const LogicalRouterPort port, topology_->FindRouterPort(options.output_port));
    OVNLITE_ASSIGN_OR_RETURN(const LogicalRouter owner, port.router());
    if (owner.uuid() != uuid_) {
      return absl::FailedPreconditionError(
          absl::StrCat(options.output_port, ": port is one of router ", owner.name(), ", not of ", router->name()));
    }
  }
  std::string next(nexthop);
  if (nexthop == "discard") {
    if (!options.output_port.empty()) {
      return absl::InvalidArgumentError("outport is not valid for discard routes.");
    }
    if (options.ecmp) return absl::InvalidArgumentError("ecmp is not valid for discard routes.");
  } else {
    const absl::StatusOr<IpAddress> address = IpAddress::Parse(nexthop);
    if (!address.ok() || address->is_v6() != destination->is_v6()) {
      return absl::InvalidArgumentError(
          absl::StrCat("bad ", destination->is_v6() ? "IPv6" : "IPv4", " nexthop argument: ", nexthop));
    }
    if (!InReach(nb, uuid_, *address, options.output_port)) {
      return absl::FailedPreconditionError(
          absl::StrCat("nexthop ", nexthop, " is in no network of router ", router->name()));
    }
    next = address->ToString();
  }
  const std::string normal = Normal(*destination);
  const absl::string_view policy = options.policy.empty() ? absl::string_view("dst-ip") : options.policy;
  for (const Uuid& ref : nb.Find(nb::columns::Logical_Router_Static_Route::ip_prefix, normal)) {
    const auto route = nb.Read<nb::Logical_Router_Static_Route>(ref);
    const bool same = PolicyOf(route) == policy && route->route_table() == options.route_table;
    if (!same || !router->static_routes().contains(ref)) continue;
    if (!options.ecmp) {
      return absl::AlreadyExistsError(absl::StrCat("duplicate prefix: ", normal, " (policy: ", policy,
                                                   "). Use option --ecmp to allow this for ECMP routing."));
    }
    if (route->nexthop() == next) return absl::AlreadyExistsError("duplicate nexthop for the same ECMP route");
  }
  const Uuid uuid = topology_->NewUuid();
  t.InsertMember(nb::columns::Logical_Router::static_routes, uuid_, uuid);
  auto* route = t.Insert<nb::Logical_Router_Static_Route>(uuid);
  route->set_ip_prefix(normal);
  route->set_nexthop(next);
  route->set_route_table(options.route_table);
  if (!options.policy.empty()) route->set_policy(options.policy);
  if (!options.output_port.empty()) route->set_output_port(options.output_port);
  return nb.Commit(std::move(t)).status();
}

absl::Status LogicalRouter::DeleteStaticRoutes(absl::string_view prefix) {
  Database& nb = topology_->nb();
  const absl::StatusOr<IpPrefix> destination = IpPrefix::Parse(prefix);
  if (!destination.ok()) return absl::InvalidArgumentError(absl::StrCat("bad prefix argument: ", prefix));
  Transaction t = nb.Begin();
  const auto router = nb.Read<nb::Logical_Router>(uuid_);
  if (!router) return Gone("router");
  std::vector<Uuid> gone;
  for (const Uuid& ref : nb.Find(nb::columns::Logical_Router_Static_Route::ip_prefix, Normal(*destination))) {
    if (router->static_routes().contains(ref)) gone.push_back(ref);
  }
  if (gone.empty()) return absl::NotFoundError(absl::StrCat("no matching route: prefix '", Normal(*destination), "'"));
  for (const Uuid& uuid : gone) t.EraseMember(nb::columns::Logical_Router::static_routes, uuid_, uuid);
  return nb.Commit(std::move(t)).status();
}

absl::Status LogicalRouter::AddNat(absl::string_view type, absl::string_view external_ip,
                                   absl::string_view logical_ip) {
  if (type != "dnat" && type != "snat" && type != "dnat_and_snat") {
    return absl::InvalidArgumentError(
        absl::StrCat(type, ": type must be one of \"dnat\", \"snat\" and \"dnat_and_snat\"."));
  }
  const absl::StatusOr<IpAddress> external = IpAddress::Parse(external_ip);
  if (!external.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(external_ip, ": Not a valid IPv4 or IPv6 address."));
  }
  const char* family = external->is_v6() ? "IPv6" : "IPv4";
  const absl::StatusOr<IpPrefix> logical = IpPrefix::Parse(logical_ip);
  if (!logical.ok() || logical->is_v6() != external->is_v6()) {
    return absl::InvalidArgumentError(absl::StrCat(logical_ip, ": should be an ", family, " address or network."));
  }
  if (type != "snat" && logical->length() != logical->width()) {
    return absl::InvalidArgumentError(absl::StrCat(logical_ip, ": Not a valid ", family, " address."));
  }
  const std::string inside = Normal(*logical), outside = external->ToString();
  Database& nb = topology_->nb();
  Transaction t = nb.Begin();
  const auto router = nb.Read<nb::Logical_Router>(uuid_);
  if (!router) return Gone("router");
  for (const Uuid& ref : router->nat()) {
    const auto nat = nb.Read<nb::NAT>(ref);
    if (nat->type() != type) continue;
    const bool same_inside = nat->logical_ip() == inside, same_outside = nat->external_ip() == outside;
    if (same_inside && same_outside) {
      return absl::AlreadyExistsError(
          absl::StrCat(outside, ", ", inside, ": a NAT with this external_ip and logical_ip already exists"));
    }
    if (type == "snat" ? same_inside : same_outside) {
      return absl::AlreadyExistsError(absl::StrCat("a NAT with this type (", type, "), ",
                                                   type == "snat" ? "logical_ip (" : "external_ip (",
                                                   type == "snat" ? inside : outside, ") already exists"));
    }
  }
  const Uuid uuid = topology_->NewUuid();
  t.InsertMember(nb::columns::Logical_Router::nat, uuid_, uuid);
  auto* nat = t.Insert<nb::NAT>(uuid);
  nat->set_type(std::string(type));
  nat->set_external_ip(outside);
  nat->set_logical_ip(inside);
  return nb.Commit(std::move(t)).status();
}

absl::Status LogicalRouter::SetOption(absl::string_view key, absl::string_view value) {
  return topology_->Change<nb::Logical_Router>(
      uuid_, [&](Transaction& t) { SetKey(t, nb::columns::Logical_Router::options, uuid_, key, value); });
}

absl::Status LogicalRouter::Delete() {
  Database& nb = topology_->nb();
  if (!nb.Read<nb::Logical_Router>(uuid_)) return Gone("router");
  Transaction t = nb.Begin();
  t.Delete<nb::Logical_Router>(uuid_);
  return nb.Commit(std::move(t)).status();
}

}  // namespace ovnlite
