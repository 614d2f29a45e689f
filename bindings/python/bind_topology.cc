#include "bindings/python/topology.h"

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "bindings/python/arguments.h"
#include "bindings/python/bind.h"
#include "bindings/python/errors.h"

namespace py = pybind11;

namespace ovnlite::python {
namespace {

// A handle, and the topology it is of.
template <typename H>
struct Handle {
  PyTopology topology;
  H row;

  // What f(row) says, as Python has it: handles in results keep the topology too.
  template <typename F>
  auto Run(F&& f) const {
    return topology.nb.session.Run([&] {
      H copy = row;
      return f(copy);
    });
  }
  template <typename F>
  auto Try(absl::string_view place, F&& f) const {
    return Check(Run(std::forward<F>(f)), place);
  }
  template <typename Other>
  Handle<Other> Of(Other other) const {
    return {topology, std::move(other)};
  }
};
using Switch = Handle<LogicalSwitch>;
using SwitchPort = Handle<LogicalSwitchPort>;
using Router = Handle<LogicalRouter>;
using RouterPort = Handle<LogicalRouterPort>;

// One text, or several.
using Texts = std::variant<Text, std::vector<Text>>;

std::vector<absl::string_view> ViewsOf(const Texts& texts) {
  if (const Text* one = std::get_if<Text>(&texts)) return {*one};
  const auto& several = std::get<std::vector<Text>>(texts);
  return {several.begin(), several.end()};
}

std::vector<absl::string_view> ViewsOf(const Addresses& addresses) {
  return absl::StrSplit(addresses.text, absl::ByAnyChar(" \t\n"), absl::SkipEmpty());
}

template <typename H>
std::vector<Handle<H>> HandlesOf(const PyTopology& topology, std::vector<H> rows) {
  std::vector<Handle<H>> handles;
  for (H& row : rows) handles.push_back({topology, std::move(row)});
  return handles;
}

// What a call on the topology gives.
template <typename F>
auto Find(const PyTopology& self, absl::string_view place, F&& f) {
  auto row = Check(self.nb.session.Run([&] { return f(*self.topology); }), place);
  return Handle<decltype(row)>{self, std::move(row)};
}

// Of the same network.
template <typename H>
void RequireSame(const PyTopology& a, const Handle<H>& b, absl::string_view place) {
  if (a.nb.db != b.topology.nb.db) Raise(absl::InvalidArgumentError("it is of another topology"), place);
}

// What all handles have.
template <typename H>
py::class_<Handle<H>> BindHandle(py::module_& m, const char* name, const char* doc) {
  using Self = Handle<H>;
  return py::class_<Self>(m, name, doc)
      .def_property_readonly("uuid", [](const Self& h) { return h.row.uuid().ToString(); })
      .def_property_readonly(
          "name", [](const Self& h) { return h.Run([](H& row) { return row.name(); }); },
          "Empty once it was deleted.")
      .def(
          "delete",
          [place = absl::StrCat(name, ".delete")](const Self& h) {
            h.Try(place, [](H& row) { return row.Delete(); });
          },
          "With all that belongs to it.")
      .def(
          "__eq__",
          [](const Self& a, const Self& b) {
            return a.topology.nb.db == b.topology.nb.db && a.row.uuid() == b.row.uuid();
          },
          py::is_operator())
      .def("__hash__", [](const Self& h) { return py::hash(ToStr(h.row.uuid().ToString())); })
      .def("__repr__", [name = std::string(name)](const Self& h) {
        const std::string row = h.Run([](H& r) { return r.name(); });
        return absl::StrCat("<", name, " ", row.empty() ? "that was deleted" : Quoted(row), ">");
      });
}

void BindSwitches(py::class_<SwitchPort>& port, py::class_<Switch>& logical_switch) {
  port.def_property_readonly(
          "type", [](const SwitchPort& p) { return p.Run([](auto& row) { return row.type(); }); },
          "\"\" for a VM's, router, localnet, …")
      .def_property_readonly("addresses",
                             [](const SwitchPort& p) { return p.Run([](auto& row) { return row.addresses(); }); })
      .def_property_readonly("port_security",
                             [](const SwitchPort& p) { return p.Run([](auto& row) { return row.port_security(); }); })
      .def_property_readonly("switch",
                             [](const SwitchPort& p) {
                               return p.Of(p.Try("LogicalSwitchPort.switch",
                                                 [](auto& row) { return row.logical_switch(); }));
                             })
      .def(
          "set_addresses",
          [](const SwitchPort& p, const Texts& addresses) {
            p.Try("LogicalSwitchPort.set_addresses", [&](auto& row) { return row.SetAddresses(ViewsOf(addresses)); });
          },
          py::arg("addresses"),
          "Each is \"MAC [IP…]\", \"MAC dynamic\", \"dynamic [IP…]\", \"unknown\" or \"router\".")
      .def(
          "set_port_security",
          [](const SwitchPort& p, const Texts& addresses) {
            p.Try("LogicalSwitchPort.set_port_security",
                  [&](auto& row) { return row.SetPortSecurity(ViewsOf(addresses)); });
          },
          py::arg("addresses"), "Each is \"MAC [IP[/PREFIX]…]\"; an empty list allows everything.")
      .def(
          "set_type",
          [](const SwitchPort& p, const Text& type) {
            p.Try("LogicalSwitchPort.set_type", [&](auto& row) { return row.SetType(type); });
          },
          py::arg("type"))
      .def(
          "set_option",
          [](const SwitchPort& p, const Text& key, const Text& value) {
            p.Try("LogicalSwitchPort.set_option", [&](auto& row) { return row.SetOption(key, value); });
          },
          py::arg("key"), py::arg("value"), "An empty value takes the option away.")
      .def(
          "set_enabled",
          [](const SwitchPort& p, bool enabled) {
            p.Try("LogicalSwitchPort.set_enabled", [&](auto& row) { return row.SetEnabled(enabled); });
          },
          py::arg("enabled"));

  logical_switch
      .def_property_readonly(
          "ports",
          [](const Switch& s) { return HandlesOf(s.topology, s.Run([](auto& row) { return row.ports(); })); },
          "By name.")
      .def(
          "add_port",
          [](const Switch& s, const Text& name) {
            return s.Of(s.Try("LogicalSwitch.add_port", [&](auto& row) { return row.AddPort(name); }));
          },
          py::arg("name"))
      .def(
          "add_nested_port",
          [](const Switch& s, const Text& name, const Text& parent, int tag) {
            return s.Of(s.Try("LogicalSwitch.add_nested_port",
                              [&](auto& row) { return row.AddNestedPort(name, parent, tag); }));
          },
          py::arg("name"), py::arg("parent"), py::arg("tag"),
          "A container behind the VM on `parent`, told apart by this VLAN tag; 0 has one chosen.")
      .def(
          "add_localnet_port",
          [](const Switch& s, const Text& name, const Text& network_name) {
            return s.Of(s.Try("LogicalSwitch.add_localnet_port",
                              [&](auto& row) { return row.AddLocalnetPort(name, network_name); }));
          },
          py::arg("name"), py::arg("network_name"), "The way to a provider network.")
      .def(
          "add_acl",
          [](const Switch& s, const Text& direction, int priority, const Text& match, const Text& action) {
            s.Try("LogicalSwitch.add_acl",
                  [&](auto& row) { return row.AddAcl(direction, priority, match, action); });
          },
          py::arg("direction"), py::arg("priority"), py::arg("match"), py::arg("action"),
          "`direction` is from-lport or to-lport; `action` allow, allow-related, allow-stateless, drop or reject.")
      .def(
          "set_other_config",
          [](const Switch& s, const Text& key, const Text& value) {
            s.Try("LogicalSwitch.set_other_config", [&](auto& row) { return row.SetOtherConfig(key, value); });
          },
          py::arg("key"), py::arg("value"), "An empty value takes the key away.");
}

void BindRouters(py::class_<RouterPort>& port, py::class_<Router>& router) {
  port.def_property_readonly("mac", [](const RouterPort& p) { return p.Run([](auto& row) { return row.mac(); }); })
      .def_property_readonly("networks",
                             [](const RouterPort& p) { return p.Run([](auto& row) { return row.networks(); }); })
      .def_property_readonly("router",
                             [](const RouterPort& p) {
                               return p.Of(
                                   p.Try("LogicalRouterPort.router", [](auto& row) { return row.router(); }));
                             })
      .def(
          "set_networks",
          [](const RouterPort& p, const Addresses& networks) {
            p.Try("LogicalRouterPort.set_networks", [&](auto& row) { return row.SetNetworks(ViewsOf(networks)); });
          },
          py::arg("networks"), "The networks it has instead.")
      .def(
          "set_option",
          [](const RouterPort& p, const Text& key, const Text& value) {
            p.Try("LogicalRouterPort.set_option", [&](auto& row) { return row.SetOption(key, value); });
          },
          py::arg("key"), py::arg("value"), "An empty value takes the option away.")
      .def(
          "set_enabled",
          [](const RouterPort& p, bool enabled) {
            p.Try("LogicalRouterPort.set_enabled", [&](auto& row) { return row.SetEnabled(enabled); });
          },
          py::arg("enabled"))
      .def(
          "set_gateway_chassis",
          [](const RouterPort& p, const Text& chassis, int priority) {
            p.Try("LogicalRouterPort.set_gateway_chassis",
                  [&](auto& row) { return row.SetGatewayChassis(chassis, priority); });
          },
          py::arg("chassis"), py::arg("priority"), "Makes it a distributed gateway port.")
      .def(
          "set_peer",
          [](const RouterPort& p, const RouterPort& peer) {
            RequireSame(p.topology, peer, "LogicalRouterPort.set_peer");
            p.Try("LogicalRouterPort.set_peer", [&](auto& row) { return row.SetPeer(peer.row); });
          },
          py::arg("peer"), "Wires it to a port of another router, both ways.");

  router
      .def_property_readonly(
          "ports",
          [](const Router& r) { return HandlesOf(r.topology, r.Run([](auto& row) { return row.ports(); })); },
          "By name.")
      .def(
          "add_port",
          [](const Router& r, const Text& name, const Mac& mac, const Addresses& networks) {
            return r.Of(r.Try("LogicalRouter.add_port",
                              [&](auto& row) { return row.AddPort(name, mac.text, ViewsOf(networks)); }));
          },
          py::arg("name"), py::arg("mac"), py::arg("networks"))
      .def(
          "add_static_route",
          [](const Router& r, const Address& prefix, const Address& nexthop, const Text& output_port,
             const Text& policy, const Text& route_table, bool ecmp) {
            r.Try("LogicalRouter.add_static_route", [&](auto& row) {
              return row.AddStaticRoute(prefix.text, nexthop.text,
                                        {.output_port = output_port, .policy = policy, .route_table = route_table,
                                         .ecmp = ecmp});
            });
          },
          py::arg("prefix"), py::arg("nexthop"), py::kw_only(), py::arg("output_port") = "", py::arg("policy") = "",
          py::arg("route_table") = "", py::arg("ecmp") = false,
          "`nexthop` is an address, or \"discard\"; `policy` src-ip or dst-ip.")
      .def(
          "delete_static_routes",
          [](const Router& r, const Address& prefix) {
            r.Try("LogicalRouter.delete_static_routes", [&](auto& row) { return row.DeleteStaticRoutes(prefix.text); });
          },
          py::arg("prefix"), "All routes to the prefix.")
      .def(
          "add_nat",
          [](const Router& r, const Text& type, const Address& external_ip, const Address& logical_ip) {
            r.Try("LogicalRouter.add_nat",
                  [&](auto& row) { return row.AddNat(type, external_ip.text, logical_ip.text); });
          },
          py::arg("type"), py::arg("external_ip"), py::arg("logical_ip"), "`type` is snat, dnat or dnat_and_snat.")
      .def(
          "set_option",
          [](const Router& r, const Text& key, const Text& value) {
            r.Try("LogicalRouter.set_option", [&](auto& row) { return row.SetOption(key, value); });
          },
          py::arg("key"), py::arg("value"), "An empty value takes the option away.");
}

}  // namespace

void BindTopology(py::module_& m) {
  // All classes first: methods mention each other's.
  auto switch_port = BindHandle<LogicalSwitchPort>(m, "LogicalSwitchPort", "A port of a logical switch, by its row.");
  auto logical_switch = BindHandle<LogicalSwitch>(m, "LogicalSwitch", "A logical switch, by its row.");
  auto router_port = BindHandle<LogicalRouterPort>(m, "LogicalRouterPort", "A port of a logical router, by its row.");
  auto router = BindHandle<LogicalRouter>(m, "LogicalRouter", "A logical router, by its row.");
  BindSwitches(switch_port, logical_switch);
  BindRouters(router_port, router);

  py::class_<PyTopology>(
      m, "Topology",
      "Logical networks by handles, as ovn-nbctl makes them: the same checks, the same words in errors, and each call\n"
      "one transaction on the Northbound database.")
      .def(py::init([](const PyDatabase& nb) {
             RequireNorthbound(nb, "Topology");
             return PyTopology{nb, std::make_shared<Topology>(*nb.db, TopologyOptions{.random = nb.random.get()})};
           }),
           py::arg("nb"))
      .def(
          "add_switch",
          [](const PyTopology& self, const Text& name) {
            return Find(self, "Topology.add_switch", [&](Topology& t) { return t.AddSwitch(name); });
          },
          py::arg("name"))
      .def(
          "add_router",
          [](const PyTopology& self, const Text& name) {
            return Find(self, "Topology.add_router", [&](Topology& t) { return t.AddRouter(name); });
          },
          py::arg("name"))
      .def(
          "find_switch",
          [](const PyTopology& self, const Text& name) {
            return Find(self, "Topology.find_switch", [&](Topology& t) { return t.FindSwitch(name); });
          },
          py::arg("name"), "By name, or by UUID.")
      .def(
          "find_router",
          [](const PyTopology& self, const Text& name) {
            return Find(self, "Topology.find_router", [&](Topology& t) { return t.FindRouter(name); });
          },
          py::arg("name"), "By name, or by UUID.")
      .def(
          "find_switch_port",
          [](const PyTopology& self, const Text& name) {
            return Find(self, "Topology.find_switch_port", [&](Topology& t) { return t.FindSwitchPort(name); });
          },
          py::arg("name"), "By name, or by UUID.")
      .def(
          "find_router_port",
          [](const PyTopology& self, const Text& name) {
            return Find(self, "Topology.find_router_port", [&](Topology& t) { return t.FindRouterPort(name); });
          },
          py::arg("name"), "By name, or by UUID.")
      .def_property_readonly(
          "switches",
          [](const PyTopology& self) {
            return HandlesOf(self, self.nb.session.Run([&] { return self.topology->switches(); }));
          },
          "By name.")
      .def_property_readonly(
          "routers",
          [](const PyTopology& self) {
            return HandlesOf(self, self.nb.session.Run([&] { return self.topology->routers(); }));
          },
          "By name.")
      .def(
          "connect",
          [](const PyTopology& self, const Router& to, const Text& router_port_name, const Switch& from,
             const Text& switch_port_name, const Mac& mac, const Addresses& networks) {
            RequireSame(self, to, "Topology.connect");
            RequireSame(self, from, "Topology.connect");
            return Find(self, "Topology.connect", [&](Topology& t) {
              return t.Connect(to.row, router_port_name, from.row, switch_port_name, mac.text, ViewsOf(networks));
            });
          },
          py::arg("router"), py::arg("router_port"), py::arg("switch"), py::arg("switch_port"), py::arg("mac"),
          py::arg("networks"), "A router port with these networks (\"10.0.0.1/24\"), and the switch port to it.")
      .def_property_readonly("nb", [](const PyTopology& self) { return self.nb; })
      .def("__repr__", [](const PyTopology& self) {
        const auto [switches, routers] = self.nb.session.Run(
            [&] { return std::pair(self.topology->switches().size(), self.topology->routers().size()); });
        return absl::StrCat("<Topology of ", switches, " switches and ", routers, " routers>");
      });
}

}  // namespace ovnlite::python
