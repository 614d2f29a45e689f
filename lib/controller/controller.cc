#include "ovnlite/controller/controller.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "lib/controller/context.h"
#include "lib/controller/demand.h"
#include "lib/controller/geneve_encap.h"
#include "lib/controller/logical_flows.h"
#include "lib/controller/settlement.h"
#include "ovnlite/db/incremental.h"
#include "ovnlite/flow/openflow_text.h"

namespace ovnlite {

std::string FlowError::ToLine() const {
  return absl::StrCat("logical flow ", logical_flow.ToString(), " left out: ", ToString());
}

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
      : sb(database),
        tables(flow_tables),
        options(std::move(o)),
        engine({&database}),
        context(engine, options.chassis),
        logical(engine, context, sb),
        settlement(engine, context, !options.on_demand) {
    DefineControllerQueries(engine, context);
    if (options.on_demand) {
      demand = std::make_unique<Demand>(engine, context, logical, sb);
      return;
    }
    DefinePhysicalFlows(engine, context);
    logical.Define();
  }

  // Brings the engine up to date, and the tables with it.
  Result Update() {
    Result result;
    status = settlement.Update();
    const auto flows = engine.TakeChanges(context.flows);
    for (const Flow* flow : flows.removed) {
      const auto found = installed.find(flow);
      tables.Remove(found->second);
      installed.erase(found);
    }
    for (const Flow* flow : flows.added) installed.emplace(flow, tables.Add(*flow));
    const auto found = engine.TakeChanges(context.errors);
    for (const FlowError* error : found.removed) errors.erase(*error);
    for (const FlowError* error : found.added) errors.insert(*error);
    logical.ForgetExpressions();
    result.added = flows.added.size();
    result.removed = flows.removed.size();
    return result;
  }

  Database& sb;
  FlowTables& tables;
  Options options;
  Incremental engine;
  ControllerContext context;
  LogicalFlows logical;
  Settlement settlement;
  std::unique_ptr<Demand> demand;  // Null: everything is compiled.
  absl::Status status;
  std::map<std::string, uint32_t> ports;
  std::map<uint32_t, std::string> plugged_into;
  std::map<std::string, uint32_t> tunnels;
  absl::flat_hash_map<const Flow*, FlowId> installed;  // The engine's items, which stay where they are.
  std::set<FlowError> errors;
};

Controller::Controller(Database& sb, FlowTables& tables, Options options)
    : state_(std::make_unique<State>(sb, tables, std::move(options))) {}

Controller::~Controller() = default;

void Controller::Plug(absl::string_view logical_port, uint32_t port) {
  State& s = *state_;
  const std::string name(logical_port);
  if (const auto old = s.ports.find(name); old != s.ports.end()) {
    const auto there = s.plugged_into.find(old->second);
    if (there != s.plugged_into.end() && there->second == name) {
      s.engine.Set(s.context.plugged_into, old->second, std::string());
      s.plugged_into.erase(there);
    }
    s.ports.erase(old);
  }
  if (port != 0) {
    s.ports[name] = port;
    s.plugged_into[port] = name;
    s.engine.Set(s.context.plugged_into, port, name);
    s.engine.Demand(s.context.plugged_port, name);
  } else {
    s.engine.LetGo(s.context.plugged_port, name);
  }
  s.engine.Set(s.context.port_number, name, port);
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
  namespace column = sb::columns::Port_Binding;
  // Without a chassis every port is looked at.
  std::set<Uuid> candidates;
  const RowIds here = sb.Find(sb::columns::Chassis::name, chassis);
  if (!chassis.empty()) {
    for (const Uuid& uuid : sb.Find(column::type, "localnet")) candidates.insert(uuid);
    for (const Uuid& home : here) {
      for (const Uuid& uuid : sb.Find(column::chassis, home)) candidates.insert(uuid);
      for (const Uuid& uuid : sb.Find(column::additional_chassis, home)) candidates.insert(uuid);
    }
  }
  std::vector<std::string> names;
  const auto consider = [&names](sb::Port_Binding_View port) {
    const absl::string_view type = port.type();
    const bool pluggable =
        type.empty() || type == "localnet" || type == "localport" || type == "l2gateway" || type == "vtep";
    if (pluggable && port.parent_port().empty()) names.emplace_back(port.logical_port());  // An empty parent is none.
  };
  for (const Uuid& uuid : candidates) consider(sb.Read<sb::Port_Binding>(uuid));
  if (chassis.empty()) {
    for (const auto& [uuid, port] : sb.Rows<sb::Port_Binding>()) consider(port);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<IpAddress> Controller::GeneveAddress(const Database& sb, absl::string_view chassis) {
  for (const Uuid& uuid : sb.Find(sb::columns::Chassis::name, chassis)) {
    if (const auto encap = FindGeneveEncap(sb, sb.Read<sb::Chassis>(uuid))) return encap->ip;
  }
  return std::nullopt;
}

std::vector<std::string> Controller::ChassisWithoutGeneve(const Database& sb) {
  std::vector<std::string> names;
  for (const auto& [uuid, chassis] : sb.Rows<sb::Chassis>()) {
    if (!GeneveAddress(sb, chassis.name()).has_value()) names.emplace_back(chassis.name());
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
    if (far.has_value() && far->is_v6() == own->is_v6()) others.emplace_back(chassis.name());
  }
  std::sort(others.begin(), others.end());
  for (const std::string& name : others) SetTunnel(name, next++);
  for (const std::string& name : BoundPorts(s.sb, s.options.chassis)) Plug(name, next++);
}

void Controller::RestoreZones(const std::map<std::string, uint32_t>& zones) { state_->settlement.RestoreZones(zones); }

Controller::Result Controller::Update() { return state_->Update(); }

void Controller::Prepare(uint8_t table, const FlowKey& key) {
  if (state_->demand != nullptr && state_->demand->Add(table, key)) state_->Update();
}

Uuid Controller::SomeFlowOf(const Uuid& datapath, uint8_t table) const {
  return state_->logical.SomeRow(datapath, table);
}

const std::map<std::string, uint32_t>& Controller::ports() const { return state_->ports; }
const std::map<std::string, uint32_t>& Controller::tunnels() const { return state_->tunnels; }
const std::map<std::string, uint32_t>& Controller::zones() const { return state_->settlement.zones(); }

const absl::Status& Controller::status() const { return state_->status; }
const CompileStatistics& Controller::statistics() const { return state_->engine.statistics(); }

std::vector<FlowError> Controller::errors() const {
  std::vector<FlowError> all;
  for (const FlowError& error : state_->errors) {
    if (all.empty() || all.back().logical_flow != error.logical_flow) all.push_back(error);
  }
  return all;
}

std::vector<FlowError> Controller::ErrorsMet(uint8_t table, const FlowKey& key) const {
  State& s = *state_;
  if (s.demand == nullptr || s.errors.empty()) return {};
  std::vector<FlowError> met;
  for (FlowError& error : errors()) {
    if (s.demand->MayMeet(error.logical_flow, table, key)) met.push_back(std::move(error));
  }
  return met;
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
  const auto flow = reader.Get<sb::Logical_Flow>(row);
  if (!flow) return;
  absl::Status status;
  for (LogicalFlows::OpenFlow& f : flows.Dump(reader, row, &status)) dump.Add(std::move(f));
  if (status.ok()) return;
  left_out.try_emplace(
      row, FlowError{row, FlowError::Part::kSize, std::string(flow->match()), std::string(status.message())});
}

}  // namespace

std::vector<std::string> Controller::DumpFlows(std::vector<FlowError>* left_out) const {
  FlowDump dump;
  State& s = *state_;
  s.tables.ForEach([&](const Flow& flow) {
    if (!flow.source.IsZero()) return;  // Logical flows are written out from their rows.
    dump.Add({flow.table, flow.priority, flow.cookie, FormatMatch(flow.match),
              FormatOps(*flow.ops, OpDialect::kDumpFlows), false});
  });
  std::map<Uuid, FlowError> errors;
  for (FlowError& e : this->errors()) errors.emplace(e.logical_flow, std::move(e));
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
