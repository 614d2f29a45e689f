#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "lib/schema/ovn_nb.rows.h"
#include "lib/topology/random_edits.h"
#include "lib/topology/router_networks.h"
#include "lib/topology/rows.h"

namespace ovnlite {

std::string RandomEdits::RandomPrefix(bool v6) {
  const int a = static_cast<int>(Pick(6)), b = static_cast<int>(Pick(4));
  if (v6) return absl::StrFormat("fd00:0:0:%x::/%d", a, Chance(70) ? 64 : 48);
  switch (Pick(4)) {
    case 0:
      return absl::StrFormat("10.0.%d.0/24", a);
    case 1:
      return absl::StrFormat("10.0.%d.%d", a, 20 + b);
    case 2:
      return absl::StrFormat("10.%d.0.0/16", 200 + a);
    default:
      return absl::StrFormat("192.168.%d.%d/26", a, b * 64);
  }
}

std::vector<std::string> RandomEdits::NewNetworks(const LogicalSwitch& ls) {
  int& gateway = gateways_[ls.uuid()];
  // Addresses 1 to 19 of a subnet are routers'.
  const int host = 1 + gateway++ % 19;
  std::vector<std::string> networks = {absl::StrCat(Subnet(ls, false, host), "/24")};
  if (options_.ipv6 && Chance(50)) networks.push_back(absl::StrCat(Subnet(ls, true, host), "/64"));
  if (Chance(10)) {
    const int link = ++links_;
    networks.push_back(absl::StrFormat("172.%d.%d.%d/24", 16 + link / 250, link % 250, host));
  }
  return networks;
}

std::vector<std::string> RandomEdits::LinkNetworks(int link, int end) const {
  std::vector<std::string> networks = {absl::StrFormat("100.64.%d.%d/30", link / 60, link % 60 * 4 + end)};
  if (options_.ipv6) networks.push_back(absl::StrFormat("fd01:0:0:%x::%d/64", link, end));
  return networks;
}

bool RandomEdits::AddRouter() {
  if (static_cast<int>(topology_.routers().size()) >= options_.routers) return false;
  const std::string name = NewName("r");
  return Did(topology_.AddRouter(name).status(), absl::StrCat("lr-add ", name));
}

bool RandomEdits::ConnectRouter() {
  const std::vector<LogicalRouter> routers = topology_.routers();
  const std::vector<LogicalSwitch> switches = topology_.switches();
  if (routers.empty() || switches.empty()) return false;
  const LogicalRouter& router = routers[Pick(routers.size())];
  const LogicalSwitch& ls = switches[Pick(switches.size())];
  const std::string router_port = absl::StrCat(router.name(), "-", ls.name()),
                    switch_port = absl::StrCat(ls.name(), "-", router.name());
  // Once each; the port to it may be left over from another time.
  if (topology_.FindRouterPort(router_port).ok() || topology_.FindSwitchPort(switch_port).ok()) return false;
  const std::string mac = NewMac();
  const std::vector<std::string> networks = NewNetworks(ls);
  return Did(topology_.Connect(router, router_port, ls, switch_port, mac, Views(networks)).status(),
             absl::StrCat("lrp-add ", router.name(), " ", router_port, " ", mac, " ", absl::StrJoin(networks, " "),
                          " -- lsp-add ", ls.name(), " ", switch_port, " -- lsp-set-type ", switch_port,
                          " router -- lsp-set-addresses ", switch_port, " router -- lsp-set-options ", switch_port,
                          " router-port=", router_port));
}

bool RandomEdits::JoinRouters() {
  std::vector<LogicalRouter> routers = topology_.routers();
  if (routers.size() < 2) return false;
  std::swap(routers[0], routers[Pick(routers.size())]);
  std::swap(routers[1], routers[1 + Pick(routers.size() - 1)]);
  const int link = ++links_;
  const std::string a_name = NewName("join"), b_name = NewName("join"), a_mac = NewMac(), b_mac = NewMac();
  const std::vector<std::string> a_networks = LinkNetworks(link, 1), b_networks = LinkNetworks(link, 2);
  absl::StatusOr<LogicalRouterPort> a = routers[0].AddPort(a_name, a_mac, Views(a_networks));
  absl::StatusOr<LogicalRouterPort> b = routers[1].AddPort(b_name, b_mac, Views(b_networks));
  const std::string command = absl::StrCat(
      "lrp-add ", routers[0].name(), " ", a_name, " ", a_mac, " ", absl::StrJoin(a_networks, " "), " -- lrp-add ",
      routers[1].name(), " ", b_name, " ", b_mac, " ", absl::StrJoin(b_networks, " "), " -- set logical_router_port ",
      a_name, " peer=", b_name, " -- set logical_router_port ", b_name, " peer=", a_name);
  if (!a.ok()) return Did(a.status(), command);
  if (!b.ok()) return Did(b.status(), command);
  return Did(a->SetPeer(*b), command);
}

bool RandomEdits::SetNetworks() {
  std::vector<LogicalSwitch> switches;
  std::vector<LogicalRouterPort> ports;
  for (const LogicalSwitch& ls : topology_.switches()) {
    for (const LogicalRouter& router : topology_.routers()) {
      absl::StatusOr<LogicalRouterPort> port = topology_.FindRouterPort(absl::StrCat(router.name(), "-", ls.name()));
      if (!port.ok()) continue;
      switches.push_back(ls);
      ports.push_back(*port);
    }
  }
  if (ports.empty()) return false;
  const size_t at = Pick(ports.size());
  const std::vector<std::string> networks = NewNetworks(switches[at]);
  return Did(ports[at].SetNetworks(Views(networks)),
             absl::StrCat("set logical_router_port ", ports[at].name(), " 'networks=\"",
                          absl::StrJoin(networks, "\",\""), "\"'"));
}

bool RandomEdits::EnableRouterPort() {
  std::vector<LogicalRouterPort> ports;
  for (const LogicalRouter& router : topology_.routers()) {
    for (const LogicalRouterPort& port : router.ports()) ports.push_back(port);
  }
  if (ports.empty()) return false;
  LogicalRouterPort& port = ports[Pick(ports.size())];
  const bool enabled = Chance(60);
  return Did(port.SetEnabled(enabled),
             absl::StrCat("lrp-set-enabled ", port.name(), " ", enabled ? "enabled" : "disabled"));
}

bool RandomEdits::AddRoute() {
  std::vector<LogicalRouter> routers = topology_.routers();
  if (routers.empty()) return false;
  LogicalRouter& router = routers[Pick(routers.size())];
  const std::vector<RouterNetwork> networks = NetworksOf(topology_.nb(), router.uuid());
  if (networks.empty()) return false;
  const RouterNetwork& via = networks[Pick(networks.size())];
  const bool v6 = via.network.is_v6();
  const std::string prefix = Chance(10) ? v6 ? "::/0" : "0.0.0.0/0" : RandomPrefix(v6);
  const u128 host = via.network.length() >= 30 ? 2 : 20 + Pick(30);
  const u128 bits = via.network.network_address().bits() | host;
  const IpAddress next = v6 ? IpAddress(Ipv6Address(bits)) : IpAddress(Ipv4Address(static_cast<uint32_t>(bits)));
  const std::string nexthop = Chance(8) ? "discard" : next.ToString();
  StaticRouteOptions options;
  if (nexthop != "discard" && Chance(20)) options.output_port = via.port;
  if (Chance(15)) options.policy = "src-ip";
  if (Chance(10)) options.route_table = "t1";
  options.ecmp = nexthop != "discard" && Chance(40);
  const absl::Status status = router.AddStaticRoute(prefix, nexthop, options);
  // Drawn a second time, which tells nothing.
  if (absl::IsAlreadyExists(status)) return false;
  std::string command;
  if (options.ecmp) absl::StrAppend(&command, "--ecmp ");
  if (!options.policy.empty()) absl::StrAppend(&command, "--policy=", options.policy, " ");
  if (!options.route_table.empty()) absl::StrAppend(&command, "--route-table=", options.route_table, " ");
  absl::StrAppend(&command, "lr-route-add ", router.name(), " ", prefix, " ", nexthop);
  if (!options.output_port.empty()) absl::StrAppend(&command, " ", options.output_port);
  return Did(status, command);
}

bool RandomEdits::DeleteRoute() {
  std::vector<LogicalRouter> with;
  for (const LogicalRouter& router : topology_.routers()) {
    if (!topology_.nb().Read<nb::Logical_Router>(router.uuid())->static_routes().empty()) with.push_back(router);
  }
  if (with.empty()) return false;
  LogicalRouter& router = with[Pick(with.size())];
  const auto routes = topology_.nb().Read<nb::Logical_Router>(router.uuid())->static_routes();
  const Uuid route = *std::next(routes.begin(), static_cast<ptrdiff_t>(Pick(routes.size())));
  const std::string prefix(topology_.nb().Read<nb::Logical_Router_Static_Route>(route)->ip_prefix());
  // Routes of all tables and policies go, which takes ovn-nbctl one command each.
  std::string command;
  for (const char* table : {"", "--route-table=t1 "}) {
    for (const char* policy : {"", "--policy=src-ip "}) {
      absl::StrAppend(&command, command.empty() ? "" : " -- ", "--if-exists ", table, policy, "lr-route-del ",
                      router.name(), " ", prefix);
    }
  }
  return Did(router.DeleteStaticRoutes(prefix), command);
}

bool RandomEdits::DeleteRouterPort() {
  std::vector<LogicalRouterPort> ports;
  for (const LogicalRouter& router : topology_.routers()) {
    for (const LogicalRouterPort& port : router.ports()) ports.push_back(port);
  }
  if (ports.empty()) return false;
  LogicalRouterPort& port = ports[Pick(ports.size())];
  const std::string name = port.name();
  return Did(port.Delete(), absl::StrCat("lrp-del ", name));
}

bool RandomEdits::DeleteRouter() {
  std::vector<LogicalRouter> routers = topology_.routers();
  if (routers.size() < 2) return false;
  LogicalRouter& router = routers[Pick(routers.size())];
  const std::string name = router.name();
  return Did(router.Delete(), absl::StrCat("lr-del ", name));
}

}  // namespace ovnlite
