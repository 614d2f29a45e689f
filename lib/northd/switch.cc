// Flows that every logical switch has, whatever its ports are: each stage's defaults, and what the stages agreed on
// among themselves (which register bit asks for which treatment).

#include "lib/northd/context.h"
#include "lib/northd/feature.h"
#include "lib/northd/flow_sink.h"

namespace ovnlite {
namespace {

// Stages that let everything through unless somebody has put a flow there.
constexpr Stage kPassing[] = {
    Stage::kLsInApplyPortSec, Stage::kLsInLookupFdb,    Stage::kLsInPutFdb,       Stage::kLsInPreAcl,
    Stage::kLsInPreLb,        Stage::kLsInPreStateful,  Stage::kLsInQosMark,      Stage::kLsInQosMeter,
    Stage::kLsInLbAffCheck,   Stage::kLsInLb,           Stage::kLsInLbAffLearn,   Stage::kLsInPreHairpin,
    Stage::kLsInNatHairpin,   Stage::kLsInHairpin,      Stage::kLsInAclAfterLb,   Stage::kLsInStateful,
    Stage::kLsInArpRsp,       Stage::kLsInDhcpOptions,  Stage::kLsInDhcpResponse, Stage::kLsInDnsLookup,
    Stage::kLsInDnsResponse,  Stage::kLsInExternalPort, Stage::kLsOutPreAcl,      Stage::kLsOutPreLb,
    Stage::kLsOutPreStateful, Stage::kLsOutQosMark,     Stage::kLsOutQosMeter,    Stage::kLsOutStateful,
};

// Connection tracking, where stages before have asked for it (reg0[2]: with the load balancer's eyes), and what is
// committed (reg0[1]).
void AddTrackingFlows(const FlowSink& flows) {
  for (Stage stage : {Stage::kLsInPreStateful, Stage::kLsOutPreStateful}) {
    flows.Add(stage, 110, "reg0[2] == 1", "ct_lb_mark;");
    flows.Add(stage, 100, "reg0[0] == 1", "ct_next;");
  }
  for (Stage stage : {Stage::kLsInStateful, Stage::kLsOutStateful}) {
    flows.Add(stage, 100, "reg0[1] == 1 && reg0[13] == 0", "ct_commit { ct_mark.blocked = 0; }; next;");
    flows.Add(stage, 100, "reg0[1] == 1 && reg0[13] == 1",
              "ct_commit { ct_mark.blocked = 0; ct_label.label = reg3; }; next;");
  }
}

void AddPortSecurityFlows(const FlowSink& flows, bool vlan_passthru) {
  if (!vlan_passthru) flows.Add(Stage::kLsInCheckPortSec, 100, "vlan.present", kDrop);
  flows.Add(Stage::kLsInCheckPortSec, 100, "eth.src[40]", kDrop);
  flows.Add(Stage::kLsInCheckPortSec, 50, "1", "reg0[15] = check_in_port_sec(); next;");
  flows.Add(Stage::kLsInApplyPortSec, 50, "reg0[15] == 1", kDrop);
  flows.Add(Stage::kLsOutCheckPortSec, 100, "eth.mcast", "reg0[15] = 0; next;");
  flows.Add(Stage::kLsOutCheckPortSec, 0, "1", "reg0[15] = check_out_port_sec(); next;");
  flows.Add(Stage::kLsOutApplyPortSec, 50, "reg0[15] == 1", kDrop);
  flows.Add(Stage::kLsOutApplyPortSec, 0, "1", "output;");
}

void AddLookupFlows(const FlowSink& flows, bool has_unknown) {
  flows.Add(Stage::kLsInL2Lkup, 110, "eth.dst == $svc_monitor_mac && (tcp || icmp || icmp6)",
            "handle_svc_check(inport);");
  flows.Add(Stage::kLsInL2Lkup, 70, "eth.mcast", "outport = \"_MC_flood\"; output;");
  flows.Add(Stage::kLsInL2Lkup, 0, "1", "outport = get_fdb(eth.dst); next;");
  flows.Add(Stage::kLsInL2Unknown, 50, "outport == \"none\"",
            has_unknown ? "outport = \"_MC_unknown\"; output;" : kDrop);
  flows.Add(Stage::kLsInL2Unknown, 0, "1", "output;");
}

void Define(Incremental& engine, Context& context) {
  engine.AddEmitter<nb::Logical_Switch>("switch", [&context](Reader& reader, const Uuid& uuid, Output& out) {
    const FlowSink flows(reader, context, out, uuid);
    for (Stage stage : kPassing) flows.Add(stage, 0, "1", "next;");
    AddPortSecurityFlows(flows, ReadBool(reader.Get<nb::Logical_Switch>(uuid)->other_config("vlan-passthru"), false));
    AddTrackingFlows(flows);
  });
  engine.AddEmitter<nb::Logical_Switch>("switch_lookup", [&context](Reader& reader, const Uuid& uuid, Output& out) {
    AddLookupFlows(FlowSink(reader, context, out, uuid), reader.Any(context.unknown_of_switch, uuid));
  });
}

}  // namespace

Feature SwitchFlowFeature() { return {"switch", Define, {{"Logical_Switch", "other_config", "vlan-passthru"}}}; }

}  // namespace ovnlite
