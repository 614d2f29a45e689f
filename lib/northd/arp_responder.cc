// A switch answers ARP requests and neighbor solicitations for the addresses its ports are known to have
// (ls_in_arp_rsp), so that such questions cross no tunnel. A port's question for its own address, which is how machines
// look for duplicates, goes through; what comes from a provider network is answered there.

#include "absl/strings/str_cat.h"
#include "lib/northd/context.h"
#include "lib/northd/feature.h"
#include "lib/northd/flow_sink.h"

namespace ovnlite {
namespace {

void AddArp(const FlowSink& flows, const SwitchPort& port, const PortAddresses& addresses, const IpAddress& ip) {
  const std::string match = absl::StrCat("arp.tpa == ", ip.ToString(), " && arp.op == 1");
  const std::string mac = addresses.mac.ToString();
  flows.Add(Stage::kLsInArpRsp, 50, match,
            absl::StrCat("eth.dst = eth.src; eth.src = ", mac, "; arp.op = 2; /* ARP reply */ arp.tha = arp.sha; ",
                         "arp.sha = ", mac, "; arp.tpa = arp.spa; arp.spa = ", ip.ToString(),
                         "; outport = inport; flags.loopback = 1; output;"));
  flows.AddFor(port.name, Stage::kLsInArpRsp, 100, absl::StrCat(match, " && inport == ", port.quoted), "next;");
}

void AddNd(const FlowSink& flows, const SwitchPort& port, const PortAddresses& addresses, const Ipv6Address& ip) {
  const std::string target = ip.ToString();
  const std::string match =
      absl::StrCat("nd_ns && ip6.dst == {", target, ", ", ip.SolicitedNode().ToString(), "} && nd.target == ", target);
  const std::string mac = addresses.mac.ToString();
  flows.Add(
      Stage::kLsInArpRsp, 50, match,
      absl::StrCat(port.is_router() ? "nd_na_router" : "nd_na", " { eth.src = ", mac, "; ip6.src = ", target,
                   "; nd.target = ", target, "; nd.tll = ", mac, "; outport = inport; flags.loopback = 1; output; };"));
  flows.AddFor(port.name, Stage::kLsInArpRsp, 100, absl::StrCat(match, " && inport == ", port.quoted), "next;");
}


void Define(Incremental& engine, Context& context) {
  engine.AddEmitter<nb::Logical_Switch_Port>(
      "arp_responder", [&context](Reader& reader, const Uuid& uuid, Output& out) {
        const SwitchPort& port = reader.Ask(context.switch_port, uuid);
        if (!port.exists) return;
        const FlowSink flows(reader, context, out, port.lswitch, uuid);
        if (port.type == "localnet") {
          flows.AddFor(port.name, Stage::kLsInArpRsp, 100, absl::StrCat("inport == ", port.quoted), "next;");
          return;
        }
        // Behind a port with unknown addresses somebody else may have moved; on a switch that passes VLAN tags, the
        // address may mean another machine on another VLAN.
        if (port.unknown) return;
        if (ReadBool(reader.Get<nb::Logical_Switch>(port.lswitch)->other_config("vlan-passthru"), false)) return;
        for (const PortAddresses& addresses : port.addresses) {
          for (const IpPrefix& ip : addresses.v4) AddArp(flows, port, addresses, ip.address());
          for (const IpPrefix& ip : addresses.v6) AddNd(flows, port, addresses, ip.address().v6());
        }
      });
}

}  // namespace

Feature ArpResponderFeature() { return {"arp_responder", Define, {{"Logical_Switch", "other_config", "vlan-passthru"}}}; }

}  // namespace ovnlite
