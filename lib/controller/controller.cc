#include "ovnlite/controller/controller.h"

#include <algorithm>
#include <tuple>

#include "absl/container/flat_hash_map.h"
#include "lib/controller/context.h"
#include "lib/controller/ct_zones.h"
#include "lib/controller/logical_flows.h"
#include "lib/schema/ovn_sb.pb.h"
#include "ovnlite/db/incremental.h"
#include "ovnlite/flow/openflow_text.h"

namespace ovnlite {

struct Controller::State {
  State(Database& database, FlowTables& flow_tables, Options o)
      : sb(database), tables(flow_tables), options(std::move(o)), engine({&database}), logical(context) {
    context.chassis = options.chassis;
    context.store = &store;
    DefineControllerQueries(engine, context);
    DefinePhysicalFlows(engine, context);
    DefineMulticastFlows(engine, context);
    DefinePortSecurityFlows(engine, context);
    DefineNeighborFlows(engine, context);
    DefineLoadBalancerFlows(engine, context);
    logical.Define(engine);
  }

  // Which ports need zones is known only once the local datapaths are; so zones follow the first pass, and a second one
  // takes them up where they changed.
  void Pass(Result& result) {
    const Incremental::Changes changes = engine.Update();
    for (uint32_t number : changes.removed) {
      const auto found = installed.find(number);
      tables.Remove(found->second);
      installed.erase(found);
      store.Forget(number);
    }
    for (uint32_t number : changes.added) {
      store.Use(number);
      installed[number] = tables.Add(store.Get(number));
    }
    store.ForgetUnused();
    result.added += changes.added.size();
    result.removed += changes.removed.size();
  }

  // The owners of zones, in the order in which ovn-controller would come upon them: the ports that are here (gateways'
  // too), then the local datapaths by key.
  std::vector<std::string> ZoneOwners() const {
    std::vector<std::string> owners;
    std::vector<uint32_t> hashes;
    std::vector<std::string> names;
    for (const auto& [name, number] : ports) {
      names.push_back(name);
      for (const Uuid& nested : sb.IndexOn<sb::Port_Binding>("parent_port").Find(name)) {
        names.push_back(sb.Get<sb::Port_Binding>(nested)->logical_port());
      }
    }
    for (const char* type : {"chassisredirect", "l3gateway"}) {
      for (const Uuid& uuid : sb.IndexOn<sb::Port_Binding>("type").Find(type)) {
        const auto* port = sb.Get<sb::Port_Binding>(uuid);
        const auto* chassis = port->has_chassis() ? sb.Get<sb::Chassis>(FromProto(port->chassis())) : nullptr;
        if (chassis != nullptr && chassis->name() == options.chassis) names.push_back(port->logical_port());
      }
    }
    for (const std::string& name : names) hashes.push_back(OvsStringHash(name));
    for (size_t i : OvsTableOrder(hashes)) owners.push_back(names[i]);
    std::vector<std::pair<uint32_t, std::string>> datapaths;
    for (const Uuid& uuid : local_datapaths) {
      const auto* datapath = sb.Get<sb::Datapath_Binding>(uuid);
      if (datapath != nullptr) datapaths.push_back({static_cast<uint32_t>(datapath->tunnel_key()), uuid.ToString()});
    }
    std::sort(datapaths.begin(), datapaths.end());
    hashes.clear();
    for (const auto& [key, uuid] : datapaths) hashes.push_back(key);
    for (size_t i : OvsTableOrder(hashes)) {
      owners.push_back(datapaths[i].second + "_dnat");
      owners.push_back(datapaths[i].second + "_snat");
    }
    return owners;
  }

  void AssignZones() {
    const std::map<std::string, uint32_t> before = zones.zones();
    zones.Assign(ZoneOwners());
    for (const auto& [owner, zone] : before) {
      if (!zones.zones().contains(owner)) engine.Set(context.zone, owner, uint32_t{0});
    }
    for (const auto& [owner, zone] : zones.zones()) engine.Set(context.zone, owner, zone);
  }

  void PortsChanged() {
    std::vector<std::string> names;
    for (const auto& [name, number] : ports) names.push_back(name);
    engine.Set(context.plugged, "", std::move(names));
  }

  Database& sb;
  FlowTables& tables;
  Options options;
  FlowStore store;
  ControllerContext context;
  Incremental engine;
  LogicalFlows logical;
  CtZones zones;
  std::map<std::string, uint32_t> ports;
  std::map<std::string, uint32_t> tunnels;
  std::set<Uuid> local_datapaths;
  absl::flat_hash_map<uint32_t, FlowId> installed;  // By number in the store.
};

Controller::Controller(Database& sb, FlowTables& tables, Options options)
    : state_(std::make_unique<State>(sb, tables, std::move(options))) {
  // The local datapaths are the engine's own finding; a single emitter hands them out.
  state_->engine.AddSingleEmitter("local_datapaths", [s = state_.get()](Reader& reader, const Uuid&, Output&) {
    s->local_datapaths = reader.Ask(s->context.local_datapaths, Uuid());
  });
}

Controller::~Controller() = default;

void Controller::Plug(absl::string_view logical_port, uint32_t port) {
  State& s = *state_;
  const std::string name(logical_port);
  if (port == 0) {
    s.ports.erase(name);
  } else {
    s.ports[name] = port;
  }
  s.engine.Set(s.context.port_number, name, port);
  s.PortsChanged();
}

void Controller::SetTunnel(absl::string_view chassis, uint32_t port) {
  State& s = *state_;
  const std::string name(chassis);
  if (port == 0) {
    s.tunnels.erase(name);
  } else {
    s.tunnels[name] = port;
  }
  s.engine.Set(s.context.tunnel_number, name, port);
}

void Controller::PlugAsBound() {
  State& s = *state_;
  uint32_t next = 1;
  std::vector<std::string> others, names;
  Uuid me;
  for (const auto& [uuid, chassis] : s.sb.Rows<sb::Chassis>()) {
    if (chassis.name() == s.options.chassis) {
      me = uuid;
    } else if (!s.options.chassis.empty()) {
      others.push_back(chassis.name());
    }
  }
  std::sort(others.begin(), others.end());
  for (const std::string& name : others) SetTunnel(name, next++);
  for (const auto& [uuid, port] : s.sb.Rows<sb::Port_Binding>()) {
    const std::string& type = port.type();
    const bool pluggable =
        type.empty() || type == "localnet" || type == "localport" || type == "l2gateway" || type == "vtep";
    if (!pluggable || port.has_parent_port()) continue;
    const bool bound = port.has_chassis() && FromProto(port.chassis()) == me;
    if (s.options.chassis.empty() || bound || type == "localnet") names.push_back(port.logical_port());
  }
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) Plug(name, next++);
}

void Controller::RestoreZones(const std::map<std::string, uint32_t>& zones) { state_->zones.Restore(zones); }

Controller::Result Controller::Update() {
  Result result;
  state_->Pass(result);
  state_->AssignZones();
  state_->Pass(result);
  state_->logical.ForgetRows(state_->sb);
  return result;
}

const std::map<std::string, uint32_t>& Controller::ports() const { return state_->ports; }
const std::map<std::string, uint32_t>& Controller::tunnels() const { return state_->tunnels; }
const std::map<std::string, uint32_t>& Controller::zones() const { return state_->zones.zones(); }

Uuid Controller::LogicalFlowOf(const Flow& flow) const { return state_->logical.UuidOf(flow.source); }
std::vector<FlowError> Controller::errors() const { return state_->logical.errors(); }

std::vector<std::string> Controller::DumpFlows() const {
  // By table, priority (highest first), match: what is the same for OpenFlow is one flow.
  std::map<std::tuple<int, int, std::string>, LogicalFlows::OpenFlow> flows;
  const auto add = [&flows](LogicalFlows::OpenFlow f) {
    const auto [at, added] = flows.try_emplace({f.table, -int{f.priority}, f.match}, f);
    if (!added && f.conjunctive && at->second.conjunctive) at->second.actions += "," + f.actions;
  };
  State& s = *state_;
  s.tables.ForEach([&](const Flow& flow) {
    if (flow.source != 0) return;  // Logical flows are written out from their rows.
    add({flow.table, flow.priority, flow.cookie, FormatMatch(flow.match), FormatOps(*flow.ops, OpDialect::kDumpFlows),
         false});
  });
  s.engine.Inspect([&](Reader& reader) {
    for (const auto& [uuid, row] : s.sb.Rows<sb::Logical_Flow>()) {
      for (LogicalFlows::OpenFlow& f : s.logical.Dump(reader, uuid)) add(std::move(f));
    }
  });
  std::vector<std::string> lines;
  for (const auto& [key, f] : flows) lines.push_back(FormatFlowLine(f.cookie, f.table, f.priority, f.match, f.actions));
  return lines;
}

}  // namespace ovnlite
