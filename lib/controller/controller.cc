#include "ovnlite/controller/controller.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "lib/controller/context.h"
#include "lib/controller/ct_zones.h"
#include "lib/controller/demand.h"
#include "lib/controller/geneve_encap.h"
#include "lib/controller/logical_flows.h"
#include "lib/schema/ovn_sb.pb.h"
#include "ovnlite/db/incremental.h"
#include "ovnlite/flow/openflow_text.h"

namespace ovnlite {

std::string FlowError::ToString() const {
  switch (part) {
    case Part::kMatch:
      return absl::StrCat(text, ": parsing expression failed (", message, ")");
    case Part::kActions:
      return absl::StrCat(text, ": parsing actions failed (", message, ")");
    case Part::kSize:
    case Part::kGroup:
    case Part::kMeter:
      break;
  }
  return absl::StrCat(text, ": ", message);
}

struct Controller::State {
  State(Database& database, FlowTables& flow_tables, Options o)
      : sb(database), tables(flow_tables), options(std::move(o)), engine({&database}), logical(context) {
    context.chassis = options.chassis;
    context.store = &store;
    DefineControllerQueries(engine, context);
    logical.DefineQueries(engine);
    if (options.on_demand) {
      LogicalFlows::AddStageIndex(sb);
      demand = std::make_unique<Demand>(engine, context, logical);
      return;
    }
    DefinePhysicalFlows(engine, context);
    logical.Define(engine);
    // The local datapaths are the engine's own finding; a single emitter hands them out.
    engine.AddSingleEmitter("local_datapaths", [this](Reader& reader, const Uuid&, Output&) {
      local_datapaths = reader.Ask(context.local_datapaths, Uuid());
    });
  }

  // Which ports need zones is known only once the local datapaths are; so zones follow the first pass, and a second one
  // takes them up where they changed.
  void Pass(Result& result) {
    if (ports_changed) PortsChanged();
    const Incremental::Changes changes = engine.Update();
    idle = idle && changes.idle;
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
    for (const char* type : {"chassisredirect", "l2gateway", "l3gateway", "external", "virtual"}) {
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
    ports_changed = false;
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
  std::unique_ptr<Demand> demand;  // Null: everything is compiled.
  CtZones zones;
  bool ports_changed = false;
  bool idle = true;  // Since the last Update().
  std::map<std::string, uint32_t> ports;
  std::map<uint32_t, std::string> plugged_into;
  std::map<std::string, uint32_t> tunnels;
  std::set<Uuid> local_datapaths;
  absl::flat_hash_map<uint32_t, FlowId> installed;  // By number in the store.
};

Controller::Controller(Database& sb, FlowTables& tables, Options options)
    : state_(std::make_unique<State>(sb, tables, std::move(options))) {}

Controller::~Controller() = default;

void Controller::PrepareIndexes(const Database& sb) { LogicalFlows::AddStageIndex(sb); }

void Controller::Plug(absl::string_view logical_port, uint32_t port) {
  State& s = *state_;
  const std::string name(logical_port);
  if (const auto old = s.ports.find(name); old != s.ports.end()) {
    const auto there = s.plugged_into.find(old->second);
    if (there != s.plugged_into.end() && there->second == name) {
      s.engine.Set(s.context.plugged_into, absl::StrCat(old->second), std::string());
      s.plugged_into.erase(there);
    }
    s.ports.erase(old);
  }
  if (port != 0) {
    s.ports[name] = port;
    s.plugged_into[port] = name;
    s.engine.Set(s.context.plugged_into, absl::StrCat(port), name);
  }
  s.engine.Set(s.context.port_number, name, port);
  s.ports_changed = true;
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

std::vector<std::string> Controller::BoundPorts(const Database& sb, absl::string_view chassis) {
  const absl::Span<const Uuid> here = sb.IndexOn<sb::Chassis>("name").Find(chassis);
  const auto is_here = [&](const ovsdb::Uuid& uuid) { return !here.empty() && FromProto(uuid) == here[0]; };
  std::vector<std::string> names;
  for (const auto& [uuid, port] : sb.Rows<sb::Port_Binding>()) {
    const std::string& type = port.type();
    const bool pluggable =
        type.empty() || type == "localnet" || type == "localport" || type == "l2gateway" || type == "vtep";
    if (!pluggable || !port.parent_port().empty()) continue;  // An empty parent is none.
    const bool bound = (port.has_chassis() && is_here(port.chassis())) ||
                       std::any_of(port.additional_chassis().begin(), port.additional_chassis().end(), is_here);
    if (chassis.empty() || bound || type == "localnet") names.push_back(port.logical_port());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<IpAddress> Controller::GeneveAddress(const Database& sb, absl::string_view chassis) {
  for (const Uuid& uuid : sb.IndexOn<sb::Chassis>("name").Find(chassis)) {
    if (const auto encap = FindGeneveEncap(sb, *sb.Get<sb::Chassis>(uuid))) return encap->ip;
  }
  return std::nullopt;
}

std::vector<std::string> Controller::ChassisWithoutGeneve(const Database& sb) {
  std::vector<std::string> names;
  for (const auto& [uuid, chassis] : sb.Rows<sb::Chassis>()) {
    if (!GeneveAddress(sb, chassis.name()).has_value()) names.push_back(chassis.name());
  }
  std::sort(names.begin(), names.end());
  return names;
}

void Controller::PlugAsBound() {
  State& s = *state_;
  uint32_t next = 1;
  std::vector<std::string> others;
  const std::optional<IpAddress> own = GeneveAddress(s.sb, s.options.chassis);
  for (const auto& [uuid, chassis] : s.sb.Rows<sb::Chassis>()) {
    if (!own.has_value() || chassis.name() == s.options.chassis) continue;
    const std::optional<IpAddress> far = GeneveAddress(s.sb, chassis.name());
    if (far.has_value() && far->is_v6() == own->is_v6()) others.push_back(chassis.name());
  }
  std::sort(others.begin(), others.end());
  for (const std::string& name : others) SetTunnel(name, next++);
  for (const std::string& name : BoundPorts(s.sb, s.options.chassis)) Plug(name, next++);
}

void Controller::RestoreZones(const std::map<std::string, uint32_t>& zones) { state_->zones.Restore(zones); }

Controller::Result Controller::Update() {
  Result result;
  state_->Pass(result);
  if (state_->demand == nullptr) {
    state_->AssignZones();
    state_->Pass(result);
  }
  if (!std::exchange(state_->idle, true)) state_->logical.ForgetRows(state_->sb);
  return result;
}

void Controller::Prepare(uint8_t table, const FlowKey& key) {
  if (state_->demand == nullptr || !state_->demand->Add(table, key)) return;
  Result result;
  state_->Pass(result);
}

Uuid Controller::SomeFlowOf(const Uuid& datapath, uint8_t table) const {
  return LogicalFlows::SomeRow(state_->sb, datapath, table);
}

const std::map<std::string, uint32_t>& Controller::ports() const { return state_->ports; }
const std::map<std::string, uint32_t>& Controller::tunnels() const { return state_->tunnels; }
const std::map<std::string, uint32_t>& Controller::zones() const { return state_->zones.zones(); }

Uuid Controller::LogicalFlowOf(const Flow& flow) const { return state_->logical.UuidOf(flow.source); }
std::vector<FlowError> Controller::errors() const { return state_->logical.errors(); }
std::vector<FlowError> Controller::ErrorsMet(uint8_t table, const FlowKey& key) const {
  return state_->demand == nullptr ? std::vector<FlowError>() : state_->demand->Errors(state_->sb, table, key);
}

namespace {

// Lines in the order of table, priority (highest first) and match. What is the same for OpenFlow is one flow: the one
// that does something rather than one that drops, and rather any than one that is only part of a conjunction.
class FlowDump {
 public:
  void Add(LogicalFlows::OpenFlow f) {
    const auto [at, added] = flows_.try_emplace({f.table, -int{f.priority}, f.match}, f);
    LogicalFlows::OpenFlow& there = at->second;
    if (added) return;
    if (f.conjunctive && there.conjunctive) {
      there.actions += "," + f.actions;
    } else if (Rank(f) < Rank(there)) {
      there = std::move(f);
    }
  }
  std::vector<std::string> Lines() const {
    std::vector<std::string> lines;
    for (const auto& [key, f] : flows_) {
      lines.push_back(FormatFlowLine(f.cookie, f.table, f.priority, f.match, f.actions));
    }
    return lines;
  }

 private:
  static int Rank(const LogicalFlows::OpenFlow& f) { return f.conjunctive ? 2 : f.actions == "drop" ? 1 : 0; }

  std::map<std::tuple<int, int, std::string>, LogicalFlows::OpenFlow> flows_;
};

void Dump(Reader& reader, LogicalFlows& flows, const Uuid& row, FlowDump& dump, std::map<Uuid, FlowError>& left_out) {
  const auto* flow = reader.Get<sb::Logical_Flow>(row);
  if (flow == nullptr) return;
  absl::Status status;
  for (LogicalFlows::OpenFlow& f : flows.Dump(reader, row, &status)) dump.Add(std::move(f));
  if (!status.ok())
    left_out.try_emplace(row, FlowError{row, FlowError::Part::kSize, flow->match(), std::string(status.message())});
}

}  // namespace

std::vector<std::string> Controller::DumpFlows(std::vector<FlowError>* left_out) const {
  FlowDump dump;
  State& s = *state_;
  s.tables.ForEach([&](const Flow& flow) {
    if (flow.source != 0) return;  // Logical flows are written out from their rows.
    dump.Add({flow.table, flow.priority, flow.cookie, FormatMatch(flow.match),
              FormatOps(*flow.ops, OpDialect::kDumpFlows), false});
  });
  std::map<Uuid, FlowError> errors;
  for (FlowError& e : s.logical.errors()) errors.emplace(e.logical_flow, std::move(e));
  s.engine.Inspect([&](Reader& reader) {
    for (const auto& [uuid, row] : s.sb.Rows<sb::Logical_Flow>()) Dump(reader, s.logical, uuid, dump, errors);
  });
  if (left_out != nullptr) {
    left_out->clear();
    for (auto& [uuid, error] : errors) left_out->push_back(std::move(error));
  }
  return dump.Lines();
}

std::vector<std::string> Controller::DumpFlowsOf(const Uuid& logical_flow, absl::Status* left_out) const {
  FlowDump dump;
  std::map<Uuid, FlowError> errors;
  state_->engine.Inspect([&](Reader& reader) { Dump(reader, state_->logical, logical_flow, dump, errors); });
  if (left_out != nullptr && !errors.empty()) *left_out = absl::UnavailableError(errors.begin()->second.message);
  return dump.Lines();
}

}  // namespace ovnlite
