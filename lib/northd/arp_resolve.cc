// Routers know the MAC addresses of their neighbours from the topology (lr_in_arp_resolve) and need not ask for them:
// machines on the switches they are connected to, other routers there, and the router at the other end of a direct
// link.

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/northd/context.h"
#include "lib/northd/feature.h"
#include "lib/northd/flow_sink.h"
#include "lib/northd/static_route.h"

namespace ovnlite {
namespace {

void AddNeighbor(const FlowSink& flows, const RouterPort& port, absl::string_view test, const MacAddress& mac) {
  flows.Add(Stage::kLrInArpResolve, 100, absl::StrCat("outport == ", port.quoted, " && ", test),
            absl::StrCat("eth.dst = ", mac.ToString(), "; next;"));
}

// "A" or "{A, B}".
std::string AddressSet(const std::vector<IpPrefix>& networks) {
  const std::string joined = absl::StrJoin(networks, ", ", [](std::string* out, const IpPrefix& network) {
    absl::StrAppend(out, network.address().ToString());
  });
  return networks.size() == 1 ? joined : absl::StrCat("{", joined, "}");
}

// A machine's port, as the routers on its switch see it.
void EmitMachine(Reader& reader, const Context& context, const Uuid& uuid, const SwitchPort& port, Output& out) {
  for (const Uuid& router_side : reader.Members(context.router_ports_of_switch, port.lswitch)) {
    const RouterPort& peer = reader.Ask(context.router_port, reader.Ask(context.switch_port, router_side).peer);
    const FlowSink flows(reader, context, out, peer.router, uuid);
    for (const PortAddresses& addresses : port.addresses) {
      for (const IpPrefix& ip : addresses.v4) {
        if (!MemberOf(peer.networks, ip.address()).has_value()) continue;
        AddNeighbor(flows, peer, absl::StrCat("reg0 == ", ip.address().ToString()), addresses.mac);
      }
      for (const IpPrefix& ip : addresses.v6) {
        const std::string text = ip.address().ToString();
        // What is written with a dot, ::ffff:10.0.0.1, OVN looks for among the IPv4 networks, and finds nowhere.
        if (text.find('.') != text.npos || !MemberOf(peer.networks, ip.address()).has_value()) continue;
        AddNeighbor(flows, peer, absl::StrCat("xxreg0 == ", text), addresses.mac);
      }
    }
  }
}

// A router's port on a switch: how it sees the other routers there.
void EmitRouter(Reader& reader, const Context& context, const Uuid& uuid, const SwitchPort& port, Output& out) {
  if (port.peer.IsZero()) return;
  const RouterPort& self = reader.Ask(context.router_port, port.peer);
  if (ReadBool(reader.Get<nb::Logical_Router>(self.router)->options("dynamic_neigh_routers"), false)) return;
  const FlowSink flows(reader, context, out, self.router, uuid);
  for (const Uuid& other_side : reader.Members(context.router_ports_of_switch, port.lswitch)) {
    const Uuid other_uuid = reader.Ask(context.switch_port, other_side).peer;
    if (other_uuid == port.peer) continue;
    const RouterPort& other = reader.Ask(context.router_port, other_uuid);
    if (!other.networks.v4.empty()) {
      AddNeighbor(flows, self, absl::StrCat("reg0 == ", AddressSet(other.networks.v4)), other.networks.mac);
    }
    AddNeighbor(flows, self, absl::StrCat("xxreg0 == ", AddressSet(other.networks.v6)), other.networks.mac);
  }
}

// A direct link between routers: this port, as the router at the other end sees it.
void EmitLink(Reader& reader, const Context& context, const Uuid& uuid, Output& out) {
  const RouterPort& port = reader.Ask(context.router_port, uuid);
  if (!port.exists || port.peer_port.IsZero()) return;
  const RouterPort& peer = reader.Ask(context.router_port, port.peer_port);
  if (!peer.exists) return;
  const FlowSink flows(reader, context, out, peer.router, uuid);
  if (!port.networks.v4.empty()) {
    AddNeighbor(flows, peer, absl::StrCat("reg0== ", AddressSet(port.networks.v4)), port.networks.mac);
  }
  AddNeighbor(flows, peer, absl::StrCat("xxreg0 == ", AddressSet(port.networks.v6)), port.networks.mac);
}

void Define(Incremental& engine, Context& context) {
  engine.AddEmitter<nb::Logical_Switch_Port>("arp_resolve", [&context](Reader& reader, const Uuid& uuid, Output& out) {
    const SwitchPort& port = reader.Ask(context.switch_port, uuid);
    if (!port.exists || !port.enabled) return;
    if (port.is_router()) {
      EmitRouter(reader, context, uuid, port, out);
    } else {
      EmitMachine(reader, context, uuid, port, out);
    }
  });
  engine.AddEmitter<nb::Logical_Router_Port>(
      "arp_resolve_link",
      With(context, EmitLink));
}

}  // namespace

Feature ArpResolveFeature() { return {"arp_resolve", Define, {{"Logical_Router", "options", "dynamic_neigh_routers"}}}; }

}  // namespace ovnlite
