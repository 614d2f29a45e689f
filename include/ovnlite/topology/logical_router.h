// File: logical_router.h
// Handles of logical routers, their ports and routes (topology.h says how handles work). Every method is named after
// what ovn-nbctl calls it, which the comments give.

#ifndef OVNLITE_TOPOLOGY_LOGICAL_ROUTER_H_
#define OVNLITE_TOPOLOGY_LOGICAL_ROUTER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ovnlite/base/uuid.h"

namespace ovnlite {

class LogicalRouter;
class Topology;

class LogicalRouterPort {
 public:
  const Uuid& uuid() const { return uuid_; }
  // Empty once the port was deleted.
  std::string name() const;
  std::string mac() const;
  std::vector<std::string> networks() const;
  absl::StatusOr<LogicalRouter> router() const;

  // The networks it has instead: at least one "IP/PREFIX"; as in LogicalRouter::AddPort().
  absl::Status SetNetworks(absl::Span<const absl::string_view> networks);
  // lrp-set-options for one key; an empty value takes it away.
  absl::Status SetOption(absl::string_view key, absl::string_view value);
  // lrp-set-enabled
  absl::Status SetEnabled(bool enabled);
  // lrp-set-gateway-chassis: makes it a distributed gateway port; the highest `priority` (0 to 32767) that lives wins.
  absl::Status SetGatewayChassis(absl::string_view chassis, int priority);
  // Wires it to a port of another router, both ways.
  absl::Status SetPeer(const LogicalRouterPort& peer);
  // lrp-del
  absl::Status Delete();

 private:
  friend class LogicalRouter;
  friend class Topology;
  LogicalRouterPort(Topology& topology, const Uuid& uuid) : topology_(&topology), uuid_(uuid) {}

  Topology* topology_;
  Uuid uuid_;
};

struct StaticRouteOptions {
  std::string output_port{};  // Empty: the port whose network holds the next hop.
  std::string policy{};       // "src-ip", "dst-ip", or empty, which is dst-ip.
  std::string route_table{};  // Empty: the main one.
  bool ecmp = false;          // Beside another route with the same prefix.
};

class LogicalRouter {
 public:
  const Uuid& uuid() const { return uuid_; }
  std::string name() const;
  // By name.
  std::vector<LogicalRouterPort> ports() const;

  // lrp-add. Networks may overlap those of the same port, and link-local ones those of any port.
  absl::StatusOr<LogicalRouterPort> AddPort(absl::string_view name, absl::string_view mac,
                                            absl::Span<const absl::string_view> networks);
  // lr-route-add: `prefix` is "IP[/PREFIX]", `nexthop` an address of the same family or "discard".
  absl::Status AddStaticRoute(absl::string_view prefix, absl::string_view nexthop,
                              const StaticRouteOptions& options = {});
  // lr-route-del: all routes to the prefix.
  absl::Status DeleteStaticRoutes(absl::string_view prefix);
  // lr-nat-add: `type` is snat, dnat or dnat_and_snat.
  absl::Status AddNat(absl::string_view type, absl::string_view external_ip, absl::string_view logical_ip);
  // lr-set-options for one key; an empty value takes it away.
  absl::Status SetOption(absl::string_view key, absl::string_view value);
  // lr-del: with all its ports and routes.
  absl::Status Delete();

 private:
  friend class LogicalRouterPort;
  friend class Topology;
  LogicalRouter(Topology& topology, const Uuid& uuid) : topology_(&topology), uuid_(uuid) {}

  Topology* topology_;
  Uuid uuid_;
};

}  // namespace ovnlite

#endif  // OVNLITE_TOPOLOGY_LOGICAL_ROUTER_H_
