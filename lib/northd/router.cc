// Flows that every enabled logical router has, whatever its ports are.

#include "lib/northd/context.h"
#include "lib/northd/feature.h"
#include "lib/northd/flow_sink.h"

namespace ovnlite {
namespace {

// Stages that let everything through unless somebody has put a flow there.
constexpr Stage kPassing[] = {
    Stage::kLrInIpInput,      Stage::kLrInUnsnat,      Stage::kLrInDefrag,       Stage::kLrInLbAffCheck,
    Stage::kLrInDnat,         Stage::kLrInLbAffLearn,  Stage::kLrInEcmpStateful, Stage::kLrInNdRaOptions,
    Stage::kLrInNdRaResponse, Stage::kLrInChkPktLen,   Stage::kLrInLargerPkts,   Stage::kLrInGwRedirect,
    Stage::kLrOutUndnat,      Stage::kLrOutPostUndnat, Stage::kLrOutSnat,        Stage::kLrOutPostSnat,
    Stage::kLrOutEgrLoop,
};
// Stages where only what somebody asked for goes on.
constexpr Stage kDropping[] = {Stage::kLrInAdmission,     Stage::kLrInLearnNeighbor, Stage::kLrInIpRouting,
                               Stage::kLrInIpRoutingEcmp, Stage::kLrInPolicyEcmp,    Stage::kLrInArpResolve};

// reg9[2]: the sender is known already. reg9[3], where routers learn only what they need: it was known with another
// MAC address, or is asking for this router.
void AddNeighborFlows(const FlowSink& flows, bool always_learn) {
  const auto lookup = [&](int priority, const char* match, const char* actions, const char* known) {
    flows.Add(
        Stage::kLrInLookupNeighbor, priority, match,
        std::string("reg9[2] = ") + actions + (always_learn ? "" : std::string(" reg9[3] = ") + known) + " next;");
  };
  lookup(100, "arp.op == 2", "lookup_arp(inport, arp.spa, arp.sha);", "1;");
  lookup(100, "nd_na", "lookup_nd(inport, nd.target, nd.tll);", "1;");
  lookup(100, "nd_ns", "lookup_nd(inport, ip6.src, nd.sll);", "lookup_nd_ip(inport, ip6.src);");
  if (!always_learn) {
    lookup(110, "nd_na && ip6.src == fe80::/10 && ip6.dst == ff00::/8", "lookup_nd(inport, ip6.src, nd.tll);",
           "lookup_nd_ip(inport, ip6.src);");
  }
  flows.Add(Stage::kLrInLookupNeighbor, 0, "1", "reg9[2] = 1; next;");

  flows.Add(Stage::kLrInLearnNeighbor, 100, always_learn ? "reg9[2] == 1" : "reg9[2] == 1 || reg9[3] == 0", "next;");
  flows.Add(Stage::kLrInLearnNeighbor, 95, "nd_na && nd.tll == 0", "put_nd(inport, nd.target, eth.src); next;");
  flows.Add(Stage::kLrInLearnNeighbor, 95, "nd_ns && (ip6.src == 0 || nd.sll == 0)", "next;");
  flows.Add(Stage::kLrInLearnNeighbor, 90, "arp", "put_arp(inport, arp.spa, arp.sha); next;");
  flows.Add(Stage::kLrInLearnNeighbor, 90, "nd_na", "put_nd(inport, nd.target, nd.tll); next;");
  flows.Add(Stage::kLrInLearnNeighbor, 90, "nd_ns", "put_nd(inport, ip6.src, nd.sll); next;");
}

// What is not to be routed at all.
void AddInputFlows(const FlowSink& flows) {
  flows.Add(Stage::kLrInAdmission, 100, "vlan.present || eth.src[40]", kDrop);
  flows.Add(Stage::kLrInIpInput, 100,
            "ip4.src_mcast ||ip4.src == 255.255.255.255 || ip4.src == 127.0.0.0/8 || ip4.dst == 127.0.0.0/8 || "
            "ip4.src == 0.0.0.0/8 || ip4.dst == 0.0.0.0/8",
            kDrop);
  flows.Add(Stage::kLrInIpInput, 85, "arp || nd", kDrop);
  flows.Add(Stage::kLrInIpInput, 84, "nd_rs || nd_ra", "next;");
  flows.Add(Stage::kLrInIpInput, 83, "ip6.mcast_rsvd", kDrop);
  flows.Add(Stage::kLrInIpInput, 82, "ip4.mcast || ip6.mcast", kDrop);
  flows.Add(Stage::kLrInIpInput, 50, "eth.bcast", kDrop);
  flows.Add(Stage::kLrInIpInput, 32, "ip.ttl == {0, 1} && !ip.later_frag && (ip4.mcast || ip6.mcast)", kDrop);
  flows.Add(Stage::kLrInIpInput, 30, "ip.ttl == {0, 1}", kDrop);
}

void AddForwardingFlows(const FlowSink& flows) {
  flows.Add(Stage::kLrInIpRoutingPre, 0, "1", "reg7 = 0; next;");
  flows.Add(Stage::kLrInIpRouting, 10550, "nd_rs || nd_ra", kDrop);
  flows.Add(Stage::kLrInIpRoutingEcmp, 150, "reg8[0..15] == 0", "next;");
  flows.Add(Stage::kLrInPolicy, 0, "1", "reg8[0..15] = 0; next;");
  flows.Add(Stage::kLrInPolicyEcmp, 150, "reg8[0..15] == 0", "next;");
  flows.Add(Stage::kLrInArpResolve, 500, "ip4.mcast || ip6.mcast", "next;");
  flows.Add(Stage::kLrInArpResolve, 1, "ip4", "get_arp(outport, reg0); next;");
  flows.Add(Stage::kLrInArpResolve, 1, "ip6", "get_nd(outport, xxreg0); next;");
  flows.Add(Stage::kLrInArpRequest, 100, "eth.dst == 00:00:00:00:00:00 && ip4",
            "arp { eth.dst = ff:ff:ff:ff:ff:ff; arp.spa = reg1; arp.tpa = reg0; arp.op = 1; output; };");
  flows.Add(Stage::kLrInArpRequest, 100, "eth.dst == 00:00:00:00:00:00 && ip6",
            "nd_ns { nd.target = xxreg0; output; };");
  flows.Add(Stage::kLrInArpRequest, 0, "1", "output;");
  flows.Add(Stage::kLrOutChkDnatLocal, 0, "1", "reg9[4] = 0; next;");
  flows.Add(Stage::kLrOutSnat, 120, "nd_ns", "next;");
}

void Define(Incremental& engine, Context& context) {
  engine.AddEmitter<nb::Logical_Router>("router", [&context](Reader& reader, const Uuid& uuid, Output& out) {
    const auto row = reader.Get<nb::Logical_Router>(uuid);
    if (row->has_enabled() && !row->enabled()) return;
    const FlowSink flows(reader, context, out, uuid);
    for (Stage stage : kPassing) flows.Add(stage, 0, "1", "next;");
    for (Stage stage : kDropping) flows.Add(stage, 0, "1", kDrop);
    AddInputFlows(flows);
    AddNeighborFlows(flows, ReadBool(row->options("always_learn_from_arp_request"), true));
    AddForwardingFlows(flows);
  });
}

}  // namespace

Feature RouterFlowFeature() {
  return {"router",
          Define,
          {{"Logical_Router", "enabled"}, {"Logical_Router", "options", "always_learn_from_arp_request"}}};
}

}  // namespace ovnlite
