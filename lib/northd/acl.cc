// Access control lists (ovn-nb(5), "ACL Table"), of switches and of port groups: an ACL of a port group stands on every
// switch that has a port of it.
//
// A switch without any passes packets on at once. One that has some asks them by priority, first those of what a port
// sends (ls_in_acl), in the end those of what a port gets (ls_out_acl).
//
// When one of them asks for it (allow-related), or for the sake of a load balancer, the switch tracks connections, and
// then all its ACLs have another form. Hints (acl_hint) say beforehand what a verdict would mean to the packet's
// connection, so that an ACL is asked only where it changes something: reg0[7], a new connection might be allowed; [8],
// an allowed one is already there; [9], whatever may be dropped without a word to the tracker; [10], a connection that
// was allowed and would now be blocked. Replies follow what was decided for the request.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/northd/context.h"
#include "lib/northd/drop_actions.h"
#include "lib/northd/feature.h"
#include "lib/northd/flow_sink.h"

namespace ovnlite {
namespace {

// Neighbor discovery and multicast listener reports keep a network alive: they are always let through, and with
// DHCPv6 they are never tracked.
constexpr char kAlwaysAllowed[] = "nd || nd_ra || nd_rs || mldv1 || mldv2";
constexpr char kNeverTracked[] = "nd || nd_rs || nd_ra || mldv1 || mldv2 || (udp && udp.src == 546 && udp.dst == 547)";

// The stage's priorities below and above are the switch's own.
constexpr int kLowestPriority = 1000;

// The switches of a port group, which have tunnel keys.
struct GroupNetworks {
  Members tracked, untracked;
  friend bool operator==(const GroupNetworks&, const GroupNetworks&) = default;
};

struct AclContext {
  explicit AclContext(const Context& c) : context(c) {}

  const Context& context;
  // By Port_Group: the switches that it has ports on; whether its ACLs ask for tracking (true, false, or some do).
  Relation<Uuid, Uuid> switches_of_group;
  Relation<Uuid, bool> acls_of_group;
  Query<Uuid, GroupNetworks> networks_of_group;
};

bool IsTracked(Reader& reader, const Context& context, const Uuid& lswitch) {
  return reader.Contains(context.acls_of_switch, lswitch, true) || reader.Ask(context.switch_balances, lswitch);
}

GroupNetworks NetworksOf(Reader& reader, const AclContext& acls, const Uuid& group) {
  std::vector<Atom> tracked, untracked;
  for (const Uuid& lswitch : reader.Members(acls.switches_of_group, group)) {
    if (acls.context.DatapathKey(reader, lswitch) == 0) continue;
    (reader.Ask(acls.context.switch_is_tracked, lswitch) ? tracked : untracked).push_back(Atom::Of(lswitch));
  }
  return {Members::Of(AtomType::kUuid, std::move(tracked)), Members::Of(AtomType::kUuid, std::move(untracked))};
}

// -- One ACL --

// No action is a drop, and the comment says that it is meant; or a sample of what is dropped.
std::string SilentDrop(Reader& reader, const Context& context) {
  const SharedString& drop = reader.Ask(context.drop_actions, Uuid());
  return drop == kDrop ? "/* drop */" : std::string(drop.view());
}

// The answer to the sender (TCP reset, ICMP unreachable) leaves where the packet came in, and is not asked whether it
// may.
std::string Reject(bool from_port) {
  const StageInfo& onward = Info(from_port ? Stage::kLsOutQosMark : Stage::kLsInL2Lkup);
  return absl::StrCat("reg0 = 0; reject { /* eth.dst <-> eth.src; ip.dst <-> ip.src; is implicit. */ ",
                      "outport <-> inport; next(pipeline=", PipelineName(onward.pipeline), ",table=", onward.table,
                      "); };");
}

Stage StageOf(bool from_port, ViewOf<nb::ACL> acl) {
  if (!from_port) return Stage::kLsOutAcl;
  return ReadBool(acl->options("apply-after-lb"), false) ? Stage::kLsInAclAfterLb : Stage::kLsInAcl;
}

// Drops or rejects. Of two ways to write the same match OVN takes one for each.
void AddRefusal(const FlowSink& flows, Stage stage, int priority, absl::string_view match, bool rejects, bool tracked,
                const std::string& refuse) {
  if (!tracked) {
    flows.Add(stage, priority, match, refuse);
    return;
  }
  const auto hinted = [&](absl::string_view hint) {
    return rejects ? absl::StrCat("(", hint, " == 1) && ", match) : absl::StrCat(hint, " == 1 && (", match, ")");
  };
  flows.Add(stage, priority, hinted("reg0[9]"), refuse);
  flows.Add(stage, priority, hinted("reg0[10]"),
            absl::StrCat("ct_commit { ct_mark.blocked = 1; }; ", rejects ? " " : "", refuse));
}

void AddAcl(Reader& reader, const Context& context, const FlowSink& flows, const Uuid& uuid, bool tracked) {
  const auto acl = reader.Get<nb::ACL>(uuid);
  if (!acl) return;
  const bool from_port = acl->direction() == "from-lport";
  const int priority = static_cast<int>(acl->priority()) + kLowestPriority;
  const absl::string_view match = acl->match(), action = acl->action();
  const Stage stage = StageOf(from_port, acl);
  if (action == "drop") {
    AddRefusal(flows, stage, priority, match, /*rejects=*/false, tracked, SilentDrop(reader, context));
  } else if (action == "reject") {
    AddRefusal(flows, stage, priority, match, /*rejects=*/true, tracked, Reject(from_port));
  } else if (!tracked) {
    flows.Add(stage, priority, match, "next;");
  } else if (action == "allow-stateless") {
    // Tracking is not even asked.
    flows.Add(from_port ? Stage::kLsInPreAcl : Stage::kLsOutPreAcl, priority, match, "reg0[16] = 1; next;");
    flows.Add(stage, priority, match, "next;");
  } else {
    flows.Add(stage, priority, absl::StrCat("reg0[7] == 1 && (", match, ")"), "reg0[1] = 1; next;");
    flows.Add(stage, priority, absl::StrCat("reg0[8] == 1 && (", match, ")"), "next;");
  }
}

// Whether it is there, and whether it asks for connections to be tracked.
std::optional<bool> AsksForTracking(Reader& reader, const Uuid& uuid) {
  const auto acl = reader.Get<nb::ACL>(uuid);
  return acl ? std::optional<bool>(acl->action() == "allow-related") : std::nullopt;
}

// -- What a switch has once for all its ACLs --

void AddHints(const FlowSink& flows, Stage stage) {
  flows.Add(stage, 7, "ct.new && !ct.est", "reg0[7] = 1; reg0[9] = 1; next;");
  flows.Add(stage, 6, "!ct.new && ct.est && !ct.rpl && ct_mark.blocked == 1", "reg0[7] = 1; reg0[9] = 1; next;");
  flows.Add(stage, 5, "!ct.trk", "reg0[8] = 1; reg0[9] = 1; next;");
  flows.Add(stage, 4, "!ct.new && ct.est && !ct.rpl && ct_mark.blocked == 0", "reg0[8] = 1; reg0[10] = 1; next;");
  flows.Add(stage, 3, "!ct.est", "reg0[9] = 1; next;");
  flows.Add(stage, 2, "ct.est && ct_mark.blocked == 1", "reg0[9] = 1; next;");
  flows.Add(stage, 1, "ct.est && ct_mark.blocked == 0", "reg0[10] = 1; next;");
}

// A connection that no ACL has an opinion of is allowed, and committed. Replies and related packets need no ACL. What
// comes in like that passes the ACLs behind the load balancer too (reg0[17]).
void AddConnections(const FlowSink& flows, bool from_port) {
  const Stage stage = from_port ? Stage::kLsInAcl : Stage::kLsOutAcl;
  flows.Add(stage, 1, "ip && !ct.est", "reg0[1] = 1; next;");
  flows.Add(stage, 1, "ip && ct.est && ct_mark.blocked == 1", "reg0[1] = 1; next;");
  flows.Add(stage, 65532, "ct.inv || (ct.est && ct.rpl && ct_mark.blocked == 1)", kDrop);
  flows.Add(stage, 65532, "ct.est && !ct.rel && !ct.new && !ct.inv && ct.rpl && ct_mark.blocked == 0",
            from_port ? "reg0[9] = 0; reg0[10] = 0; reg0[17] = 1; next;" : "next;");
  flows.Add(stage, 65532, "!ct.est && ct.rel && !ct.new && !ct.inv && ct_mark.blocked == 0",
            from_port ? "reg0[17] = 1; ct_commit_nat;" : "ct_commit_nat;");
}

// Without tracking and ACLs there is nothing to hint at and everything is allowed.
void AddDefaults(const FlowSink& flows, bool has_verdicts) {
  for (Stage stage : {Stage::kLsInAclHint, Stage::kLsOutAclHint, Stage::kLsInAcl, Stage::kLsOutAcl}) {
    flows.Add(stage, has_verdicts ? 0 : 65535, "1", "next;");
  }
  for (Stage stage : {Stage::kLsInAcl, Stage::kLsOutAcl, Stage::kLsInAclAfterLb}) {
    flows.Add(stage, 65532, kAlwaysAllowed, "next;");
  }
  if (!has_verdicts) return;
  flows.Add(Stage::kLsInAcl, 34000, "eth.dst == $svc_monitor_mac", "next;");
  flows.Add(Stage::kLsOutAcl, 34000, "eth.src == $svc_monitor_mac", "next;");
}

void EmitSwitch(Reader& reader, const Context& context, const Uuid& uuid, Output& out) {
  const FlowSink flows(reader, context, out, uuid);
  flows.Add(Stage::kLsInPreAcl, 110, "eth.dst == $svc_monitor_mac", "next;");
  flows.Add(Stage::kLsOutPreAcl, 110, "eth.src == $svc_monitor_mac", "next;");
  if (reader.Contains(context.acls_of_switch, uuid, true)) {
    for (Stage stage : {Stage::kLsInPreAcl, Stage::kLsOutPreAcl}) {
      flows.Add(stage, 110, "eth.mcast", "next;");
      flows.Add(stage, 110, kNeverTracked, "next;");
      flows.Add(stage, 100, "ip", "reg0[0] = 1; next;");
    }
  }
  const bool tracked = reader.Ask(context.switch_is_tracked, uuid);
  AddDefaults(flows, tracked || reader.Any(context.acls_of_switch, uuid));
  if (!tracked) return;
  for (Stage stage : {Stage::kLsInAclHint, Stage::kLsOutAclHint}) AddHints(flows, stage);
  for (bool from_port : {true, false}) AddConnections(flows, from_port);
  flows.Add(Stage::kLsInAclAfterLb, 65532, "reg0[17] == 1", "next;");
}

// What crosses to a router or to a provider network is not tracked for ACLs.
void EmitPort(Reader& reader, const Context& context, const Uuid& uuid, Output& out) {
  const SwitchPort& port = reader.Ask(context.switch_port, uuid);
  if (!port.exists || !port.leads_elsewhere()) return;
  if (!reader.Contains(context.acls_of_switch, port.lswitch, true)) return;
  const FlowSink flows(reader, context, out, port.lswitch, uuid);
  flows.AddFor(port.name, Stage::kLsInPreAcl, 110, absl::StrCat("ip && inport == ", port.quoted), "next;");
  flows.AddFor(port.name, Stage::kLsOutPreAcl, 110, absl::StrCat("ip && outport == ", port.quoted), "next;");
}

// -- The feature --

// Which kinds of ACLs each switch has.
void DefineKinds(Incremental& engine, const Context& context, const AclContext& acls) {
  engine.AddMemberEmitter<nb::Logical_Switch>(
      "switch_acl_kind", nb::columns::Logical_Switch::acls,
      [&context](Reader& reader, const Uuid& lswitch, const Uuid& acl, Output& out) {
        const std::optional<bool> asks = AsksForTracking(reader, acl);
        if (asks.has_value()) out.Add(context.acls_of_switch, lswitch, *asks);
      },
      context.acls_of_switch);
  engine.AddMemberEmitter<nb::Port_Group>(
      "group_acl_kind", nb::columns::Port_Group::acls,
      [&acls](Reader& reader, const Uuid& group, const Uuid& acl, Output& out) {
        const std::optional<bool> asks = AsksForTracking(reader, acl);
        if (asks.has_value()) out.Add(acls.acls_of_group, group, *asks);
      },
      acls.acls_of_group);
  engine.AddMemberEmitter<nb::Port_Group>(
      "group_switch", nb::columns::Port_Group::ports,
      [&context, &acls](Reader& reader, const Uuid& group, const Uuid& member, Output& out) {
        const SwitchPort& port = reader.Ask(context.switch_port, member);
        if (port.exists) out.Add(acls.switches_of_group, group, port.lswitch);
      },
      acls.switches_of_group);
  engine.AddPairEmitter<Uuid, Uuid>(
      "switch_group_acl_kind", acls.switches_of_group,
      [&context, &acls](Reader& reader, const Uuid& group, const Uuid& lswitch, Output& out) {
        for (const bool asks : reader.Members(acls.acls_of_group, group)) {
          out.Add(context.acls_of_switch, lswitch, asks);
        }
      },
      context.acls_of_switch);
}

void Define(Incremental& engine, Context& context) {
  const auto kept = std::make_shared<AclContext>(context);
  context.keep.push_back(kept);
  AclContext& acls = *kept;
  acls.switches_of_group = engine.AddRelation<Uuid, Uuid>("switches_of_group");
  acls.acls_of_group = engine.AddRelation<Uuid, bool>("acls_of_group");
  DefineKinds(engine, context, acls);
  context.switch_is_tracked = engine.AddQuery<Uuid, bool>("switch_is_tracked", With(context, IsTracked));
  acls.networks_of_group = engine.AddQuery<Uuid, GroupNetworks>("networks_of_group", With(acls, NetworksOf));
  engine.AddEmitter<nb::Logical_Switch>("switch_acls", With(context, EmitSwitch));
  engine.AddEmitter<nb::Logical_Switch_Port>("port_acls", With(context, EmitPort));
  engine.AddMemberEmitter<nb::Logical_Switch>(
      "acl", nb::columns::Logical_Switch::acls,
      [&context](Reader& reader, const Uuid& lswitch, const Uuid& acl, Output& out) {
        AddAcl(reader, context, FlowSink(reader, context, out, lswitch, acl), acl,
               reader.Ask(context.switch_is_tracked, lswitch));
      });
  engine.AddMemberEmitter<nb::Port_Group>(
      "group_acl", nb::columns::Port_Group::acls,
      [&context, &acls](Reader& reader, const Uuid& group, const Uuid& acl, Output& out) {
        const GroupNetworks& networks = reader.Ask(acls.networks_of_group, group);
        for (const bool tracked : {false, true}) {
          const Members& those = tracked ? networks.tracked : networks.untracked;
          if (!those.empty()) AddAcl(reader, context, FlowSink(reader, context, out, those, acl), acl, tracked);
        }
      });
}

}  // namespace

Feature AclFeature() {
  return {"acl",
          Define,
          {{"Logical_Switch", "acls"},
           {"Port_Group", "acls"},
           {"ACL", "priority"},
           {"ACL", "direction"},
           {"ACL", "match"},
           {"ACL", "action"},
           {"ACL", "options", "apply-after-lb"}}};
}

}  // namespace ovnlite
