// Load balancers on switches (ovn-nb(5), "Load_Balancer Table"): a connection to a virtual IP address goes to one of
// the backends behind it, chosen by connection tracking, which therefore sees all traffic of the switch. A backend that
// connects to its own VIP and meets itself ("hairpin") sees the VIP as the other end.
//
// A load balancer is on the switches that name it, or a group that it is in. Its flows are the same on all of them and
// are made once, for the set.
//
// What a Load_Balancer of the Southbound database is for is the hairpin: hypervisors make flows of it by themselves.

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "lib/northd/context.h"
#include "lib/northd/feature.h"
#include "lib/northd/flow_sink.h"
#include "lib/northd/vip.h"
#include "lib/northd/writer_rules.h"
#include "ovnlite/schema/typed_row.h"

namespace ovnlite {
namespace {

constexpr char kNeverTracked[] = "nd || nd_rs || nd_ra || mldv1 || mldv2";

struct Balancing {
  explicit Balancing(const Context& c) : context(c) {}

  const Context& context;
  // By Load_Balancer: pairs of its VIPs and backends, as they are written.
  Relation<Uuid, std::pair<SharedString, SharedString>> vips;
  // By Load_Balancer_Group, and by Load_Balancer: switches that have it and have tunnel keys.
  Query<Uuid, Members> networks_of_group, networks;
  Query<Uuid, bool> group_balances;  // By Load_Balancer_Group: something in it has VIPs.
};

Members WithKeys(Reader& reader, const Context& context, const RowIds& switches) {
  std::vector<Atom> networks;
  for (const Uuid& lswitch : switches) {
    if (context.DatapathKey(reader, lswitch) != 0) networks.push_back(Atom::Of(lswitch));
  }
  return Members::Of(AtomType::kUuid, std::move(networks));
}

Members NetworksOf(Reader& reader, const Balancing& balancing, const Uuid& lb) {
  Members networks = WithKeys(reader, balancing.context, reader.Find(nb::columns::Logical_Switch::load_balancer, lb));
  for (const Uuid& group : reader.Find(nb::columns::Load_Balancer_Group::load_balancer, lb)) {
    const Members& more = reader.Ask(balancing.networks_of_group, group);
    if (networks.empty()) {
      networks = more;  // Shared with all that are in the group.
      continue;
    }
    for (auto it = more.begin(); !it.at_end(); it.Advance()) networks.Insert(it.key().uuid());
  }
  return networks;
}

// VIPs that make no sense count too: they are why everything is tracked in vain.
template <typename Balancers>
bool AnyHasVips(Reader& reader, const Balancing& balancing, const Balancers& balancers) {
  for (const Uuid& lb : balancers) {
    if (reader.Any(balancing.vips, lb)) return true;
  }
  return false;
}

bool Balances(Reader& reader, const Balancing& balancing, const Uuid& uuid) {
  const auto lswitch = reader.Get<nb::Logical_Switch>(uuid);
  if (!lswitch) return false;
  if (AnyHasVips(reader, balancing, lswitch->load_balancer())) return true;
  for (const Uuid& group : lswitch->load_balancer_group()) {
    if (reader.Ask(balancing.group_balances, group)) return true;
  }
  return false;
}

// -- Flows of a switch --

void EmitSwitch(Reader& reader, const Context& context, const Uuid& uuid, Output& out) {
  const FlowSink flows(reader, context, out, uuid);
  flows.Add(Stage::kLsInPreLb, 110, "eth.dst == $svc_monitor_mac", "next;");
  flows.Add(Stage::kLsOutPreLb, 110, "eth.src == $svc_monitor_mac", "next;");
  const bool balances = reader.Ask(context.switch_balances, uuid);
  for (Stage stage : {Stage::kLsInPreLb, Stage::kLsOutPreLb}) {
    flows.Add(stage, 110, "eth.mcast", "next;");
    flows.Add(stage, 110, kNeverTracked, "next;");
    flows.Add(stage, 110, "reg0[16] == 1", "next;");  // Allowed without tracking.
    if (balances) flows.Add(stage, 100, "ip", "reg0[2] = 1; next;");
  }
  if (!balances) return;
  const FlowSink hairpin(reader, context, out, uuid, uuid);
  hairpin.Add(Stage::kLsInPreHairpin, 100, "ip && ct.trk",
              "reg0[6] = chk_lb_hairpin(); reg0[12] = chk_lb_hairpin_reply(); next;");
  hairpin.Add(Stage::kLsInNatHairpin, 100, "ip && ct.new && ct.trk && reg0[6] == 1", "ct_snat_to_vip; next;");
  hairpin.Add(Stage::kLsInNatHairpin, 100, "ip && ct.est && ct.trk && reg0[6] == 1", "ct_snat;");
  hairpin.Add(Stage::kLsInNatHairpin, 90, "ip && reg0[12] == 1", "ct_snat;");
  flows.Add(Stage::kLsInHairpin, 1, "(reg0[6] == 1 || reg0[12] == 1)",
            "eth.dst <-> eth.src; outport = inport; flags.loopback = 1; output;");
}

// What crosses to a router is tracked there, if anywhere; what crosses to a provider network, for its VIPs only. A
// packet that leaves without having been tracked here takes no marks of tracking along.
void EmitPort(Reader& reader, const Context& context, const Uuid& uuid, Output& out) {
  const SwitchPort& port = reader.Ask(context.switch_port, uuid);
  if (!port.exists || !port.leads_elsewhere()) return;
  if (port.type == "localnet" && reader.Ask(context.switch_balances, port.lswitch)) return;
  const bool tracked_for_acls = reader.Contains(context.acls_of_switch, port.lswitch, true);
  const FlowSink flows(reader, context, out, port.lswitch, uuid);
  flows.AddFor(port.name, Stage::kLsInPreLb, 110, absl::StrCat("ip && inport == ", port.quoted), "next;");
  flows.AddFor(port.name, Stage::kLsOutPreLb, 110, absl::StrCat("ip && outport == ", port.quoted),
               tracked_for_acls ? "next;" : "ct_clear; next;");
}

// -- Flows of a load balancer --

// What decides between backends, where that is not left to the hypervisor: "; hash_fields=…", or nothing.
std::string HashFields(const ViewOf<nb::Load_Balancer>& lb, absl::string_view protocol) {
  std::vector<std::string> fields;
  for (absl::string_view field : lb->selection_fields()) {  // In order; ports ("tp_…") come last under any name.
    fields.push_back(absl::ConsumePrefix(&field, "tp_") ? absl::StrCat(protocol, "_", field) : std::string(field));
  }
  return fields.empty() ? "" : absl::StrCat("; hash_fields=\"", absl::StrJoin(fields, ","), "\"");
}

absl::string_view ProtocolOf(const ViewOf<nb::Load_Balancer>& lb) {
  const absl::string_view protocol = lb->protocol();
  return protocol.empty() ? "tcp" : protocol;
}

void EmitVip(Reader& reader, const Balancing& balancing, const Uuid& uuid, absl::string_view address,
             absl::string_view backends, Output& out) {
  const auto lb = reader.Get<nb::Load_Balancer>(uuid);
  if (!lb) return;
  const absl::StatusOr<Vip> vip = ReadVip(address, backends);
  if (!vip.ok()) {
    out.Add(balancing.context.warnings,
            {"Load_Balancer", std::string(lb->name()), absl::StrCat("left out: ", vip.status().message())});
    return;
  }
  const IpAddress& ip = vip->endpoint.ip;
  const absl::string_view protocol = ProtocolOf(lb);
  const bool has_port = vip->endpoint.port != 0;
  std::string match = absl::StrCat(ip.is_v6() ? "ip6" : "ip4", ".dst == ", ip.ToString());
  if (has_port) absl::StrAppend(&match, " && ", protocol, ".dst == ", vip->endpoint.port);
  const FlowSink flows(reader, balancing.context, out, reader.Ask(balancing.networks, uuid), uuid);
  // Tracking may change the destination of packets of a connection that is there; the VIP is remembered.
  flows.Add(Stage::kLsInPreStateful, 120, absl::StrCat("reg0[2] == 1 && ", match),
            absl::StrCat(ip.is_v6() ? "xxreg1" : "reg1", " = ", ip.ToString(), "; ",
                         has_port ? absl::StrCat("reg2[0..15] = ", vip->endpoint.port, "; ") : "", "ct_lb_mark;"));
  // New connections are committed by ct_lb_mark itself.
  flows.Add(Stage::kLsInLb, has_port ? 120 : 110, absl::StrCat("ct.new && ", match),
            vip->backends.empty()
                ? std::string(kDrop)
                : absl::StrCat("reg0[1] = 0; ct_lb_mark(backends=", backends, HashFields(lb, protocol), ");"));
}

void EmitRows(Reader& reader, const Balancing& balancing, const Uuid& uuid, Output& out) {
  namespace column = sb::columns::Load_Balancer;
  const Members& networks = reader.Ask(balancing.networks, uuid);
  if (networks.empty()) return;
  TypedRow<sb::Logical_DP_Group> group;
  group.Set(sb::columns::Logical_DP_Group::datapaths, networks);
  const Uuid group_id = NetworksOfLoadBalancer(uuid);
  out.Add(balancing.context.rows,
          {{&SchemaOf<sb::Logical_DP_Group>(), SharedString(group_id.ToString())}, group.Build()});
  const auto lb = reader.Get<nb::Load_Balancer>(uuid);
  TypedRow<sb::Load_Balancer> row;
  row.Set(column::name, lb->name());
  row.Set(column::vips, lb.Shared(nb::columns::Load_Balancer::vips.index));
  if (lb->has_protocol()) row.Set(column::protocol, lb->protocol());
  row.Set(column::datapath_group, group_id);
  Members options = lb.Shared(nb::columns::Load_Balancer::options.index);
  options.Set("hairpin_orig_tuple", "true");  // Destinations before the balancing are kept in registers, see EmitVip().
  row.Set(column::options, std::move(options));
  Members ids;
  ids.Set("lb_id", uuid.ToString());
  row.Set(column::external_ids, std::move(ids));
  out.Add(balancing.context.rows, {{&SchemaOf<sb::Load_Balancer>(), SharedString(uuid.ToString())}, row.Build()});
}

// -- The feature --

void DefineQueries(Incremental& engine, Context& context, Balancing& balancing) {
  context.switch_balances = engine.AddQuery<Uuid, bool>("switch_balances", With(balancing, Balances));
  balancing.group_balances =
      engine.AddQuery<Uuid, bool>("lb_group_balances", [&balancing](Reader& reader, const Uuid& uuid) {
        const auto group = reader.Get<nb::Load_Balancer_Group>(uuid);
        return group && AnyHasVips(reader, balancing, group->load_balancer());
      });
  balancing.networks_of_group =
      engine.AddQuery<Uuid, Members>("networks_of_lb_group", [&context](Reader& reader, const Uuid& group) {
        return WithKeys(reader, context, reader.Find(nb::columns::Logical_Switch::load_balancer_group, group));
      });
  balancing.networks = engine.AddQuery<Uuid, Members>("networks_of_lb", With(balancing, NetworksOf));
}

void Define(Incremental& engine, Context& context) {
  const auto kept = std::make_shared<Balancing>(context);
  context.keep.push_back(kept);
  Balancing& balancing = *kept;
  balancing.vips = engine.AddRelation<Uuid, std::pair<SharedString, SharedString>>("vips");
  DefineQueries(engine, context, balancing);
  engine.AddEmitter<nb::Load_Balancer>(
      "vips",
      [&balancing](Reader& reader, const Uuid& uuid, Output& out) {
        const MembersView vips = reader.Get<nb::Load_Balancer>(uuid)->vips().members();
        for (auto it = vips.begin(); !it.at_end(); it.Advance()) {
          out.Add(balancing.vips, uuid, {it.key().string(), it.value().string()});
        }
      },
      balancing.vips);
  engine.AddPairEmitter<Uuid, std::pair<SharedString, SharedString>>(
      "vip", balancing.vips,
      [&balancing](Reader& reader, const Uuid& uuid, const std::pair<SharedString, SharedString>& vip, Output& out) {
        EmitVip(reader, balancing, uuid, vip.first, vip.second, out);
      });
  engine.AddEmitter<nb::Load_Balancer>("load_balancer", With(balancing, EmitRows));
  engine.AddEmitter<nb::Logical_Switch>("switch_balancing", With(context, EmitSwitch));
  engine.AddEmitter<nb::Logical_Switch_Port>("port_balancing", With(context, EmitPort));
}

}  // namespace

Feature LoadBalancerFeature() {
  return {"load_balancer",
          Define,
          {{"Logical_Switch", "load_balancer"},
           {"Logical_Switch", "load_balancer_group"},
           {"Load_Balancer", "vips"},
           {"Load_Balancer", "protocol"},
           {"Load_Balancer", "selection_fields"},
           {"Load_Balancer_Group", "name"},
           {"Load_Balancer_Group", "load_balancer"}}};
}

}  // namespace ovnlite
