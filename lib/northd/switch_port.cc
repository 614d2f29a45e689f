// Flows that a switch port brings to its switch: admission, learning, and delivery by destination address.

#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/northd/context.h"
#include "lib/northd/feature.h"
#include "lib/northd/flow_sink.h"

namespace ovnlite {
namespace {

// What a disabled port would send, and what would be sent to it.
void AddDisabledFlows(const FlowSink& flows, const SwitchPort& port) {
  flows.AddFor(port.name, Stage::kLsInCheckPortSec, 100, absl::StrCat("inport == ", port.quoted),
               "reg0[15] = 1; next;");
  flows.AddFor(port.name, Stage::kLsInL2Unknown, 50, absl::StrCat("outport == ", port.quoted), kDrop);
}

// Senders behind a port with unknown addresses are learned, unless port security says who they are.
void AddLearningFlows(const FlowSink& flows, const SwitchPort& port) {
  flows.AddFor(port.name, Stage::kLsInLookupFdb, 100, absl::StrCat("inport == ", port.quoted),
               "reg0[11] = lookup_fdb(inport, eth.src); next;");
  flows.AddFor(port.name, Stage::kLsInPutFdb, 100, absl::StrCat("inport == ", port.quoted, " && reg0[11] == 0"),
               "put_fdb(inport, eth.src); next;");
}

// Questions for a router's addresses go to the router and to machines if the switch has any, not to other routers; and
// what routers ask reaches no router but the one it concerns. It keeps broadcasts of big networks small.
void AddRouterQuestions(const FlowSink& flows, const SwitchPort& port, const RouterPort& peer, bool has_machines) {
  const std::string actions =
      has_machines ? absl::StrCat("clone {outport = ", port.quoted, "; output; }; outport = \"_MC_flood_l2\"; output;")
                   : absl::StrCat("outport = ", port.quoted, "; output;");
  for (const IpPrefix& network : peer.networks.v4) {
    flows.Add(Stage::kLsInL2Lkup, 80,
              absl::StrCat("flags[1] == 0 && arp.op == 1 && arp.tpa == ", network.address().ToString()), actions);
  }
  for (const IpPrefix& network : peer.networks.v6) {
    flows.Add(Stage::kLsInL2Lkup, 80,
              absl::StrCat("flags[1] == 0 && nd_ns && nd.target == ", network.address().ToString()), actions);
  }
  if (!has_machines) return;
  flows.Add(Stage::kLsInL2Lkup, 75,
            absl::StrCat("eth.src == {", peer.networks.mac.ToString(), "} && (arp.op == 1 || rarp.op == 3 || nd_ns)"),
            "outport = \"_MC_flood_l2\"; output;");
}

void EmitSwitchPort(Reader& reader, const Context& context, const Uuid& uuid, Output& out) {
  const SwitchPort& port = reader.Ask(context.switch_port, uuid);
  if (!port.exists) return;
  const FlowSink flows(reader, context, out, port.lswitch, uuid);
  if (!port.enabled) AddDisabledFlows(flows, port);
  if (port.type.empty() && port.unknown && !port.has_port_security) AddLearningFlows(flows, port);
  for (const MacAddress& mac : port.macs) {
    flows.Add(Stage::kLsInL2Lkup, 50, absl::StrCat("eth.dst == ", mac.ToString()),
              port.enabled ? absl::StrCat("outport = ", port.quoted, "; output;") : kDrop);
  }
  if (!port.peer.IsZero()) {
    const RouterPort& peer = reader.Ask(context.router_port, port.peer);
    if (peer.enabled) {
      AddRouterQuestions(flows, port, peer, reader.Any(context.machines_of_switch, port.lswitch));
    }
  }
}

void Define(Incremental& engine, Context& context) {
  engine.AddEmitter<nb::Logical_Switch_Port>("switch_port", With(context, EmitSwitchPort));
}

}  // namespace

Feature SwitchPortFlowFeature() { return {"switch_port_flows", Define, {}}; }

}  // namespace ovnlite
