#include "lib/controller/demand.h"

#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/controller/tables.h"
#include "lib/schema/ovn_sb.pb.h"

namespace ovnlite {
namespace {

// The numbers of an emitter's name: "17/3/1".
std::vector<uint32_t> NumbersOf(absl::string_view name) {
  std::vector<uint32_t> numbers;
  for (absl::string_view text : absl::StrSplit(name, '/')) {
    (void)absl::SimpleAtoi(text, &numbers.emplace_back());
  }
  return numbers;
}

// Rows of one type that stand under a datapath's UUID, by key.
template <typename T>
std::map<uint32_t, Uuid> ByKey(Reader& reader, const Uuid& datapath) {
  std::map<uint32_t, Uuid> by_key;
  for (const Uuid& uuid : reader.Find<T>("datapath", datapath.ToString())) {
    by_key[static_cast<uint32_t>(reader.Get<T>(uuid)->tunnel_key())] = uuid;
  }
  return by_key;
}

}  // namespace

Demand::Demand(Incremental& engine, const ControllerContext& context, LogicalFlows& logical)
    : engine_(engine), context_(context), logical_(logical) {
  ports_ = engine.AddQuery<std::map<uint32_t, Uuid>>("ports_by_key", ByKey<sb::Port_Binding>);
  groups_ = engine.AddQuery<std::map<uint32_t, Uuid>>("groups_by_key", ByKey<sb::Multicast_Group>);
  const auto add = [&](absl::string_view name, void (Demand::*emit)(Reader&, absl::string_view, Output&)) {
    return engine.AddDemandedEmitter(
        name, [this, emit](Reader& reader, absl::string_view what, Output& out) { (this->*emit)(reader, what, out); });
  };
  stage_ = add("stage", &Demand::EmitStage);
  out_ = add("out", &Demand::EmitOut);
  in_ = add("in", &Demand::EmitIn);
  port_security_ = add("port_security_of", &Demand::EmitPortSecurity);
  neighbors_ = add("neighbors_of", &Demand::EmitNeighbors);
  fdb_ = add("fdb_of", &Demand::EmitFdb);
  load_balancers_ = engine.AddDemandedEmitter(
      "load_balancers", [this](Reader& reader, absl::string_view, Output& out) { EmitLoadBalancers(reader, out); });
  engine.AddSingleEmitter("common", [this](Reader& reader, const Uuid&, Output& out) {
    EmitCommonFlows(context_, out);
    for (const Uuid& chassis : reader.All<sb::Chassis>()) EmitTunnelFlows(reader, context_, chassis, out);
  });
}

Demand::Place Demand::PlaceOf(uint8_t table, const FlowKey& key) {
  const auto get = [&key](FieldRef f) { return static_cast<uint32_t>(key.Get64(f)); };
  const uint32_t datapath = get(field::kMetadata), in = get(field::kLogicalInPort), out = get(field::kLogicalOutPort);
  if (table::IsStage(table)) return {table, datapath, in, out};
  switch (table) {
    case table::kPhysicalToLogical:
      return {table, 0, get(field::kInPort), 0};
    case table::kRemoteOutput:
    case table::kLocalOutput:
    case table::kCheckLoopback:
    case table::kSaveInPort:
    case table::kLogicalToPhysical:
      return {table::kLocalOutput, datapath, 0, out};
    case table::kMacBinding:
      return {table::kMacBinding, datapath, 0, out};
    case table::kMacLookup:
      return {table::kMacBinding, datapath, 0, in};
    case table::kGetFdb:
    case table::kLookupFdb:
      return {table::kGetFdb, datapath, 0, 0};
    case table::kInPortSecurity:
    case table::kInPortSecurityNd:
      return {table::kInPortSecurity, datapath, 0, in};
    case table::kOutPortSecurity:
      return {table::kInPortSecurity, datapath, 0, out};
    case table::kCheckHairpin:
    case table::kSnatForVip:
      return {table::kCheckHairpin, 0, 0, 0};
    default:
      return {};  // There is nothing but what every packet meets.
  }
}

bool Demand::Add(uint8_t table, const FlowKey& key) {
  const Place place = PlaceOf(table, key);
  if (!asked_.insert(place).second) return false;
  Ask(place);
  return true;
}

std::vector<FlowError> Demand::Errors(const Database& sb, uint8_t table, const FlowKey& key) {
  std::vector<FlowError> found;
  const Place place = PlaceOf(table, key);
  if (!table::IsStage(table) || !logical_.has_errors()) return found;
  engine_.Inspect([&](Reader& reader) {
    const Uuid datapath = DatapathOf(reader, place.datapath);
    if (datapath.IsZero()) return;
    logical_.FindErrors(sb, datapath, {table}, found);
    for (const bool is_outport : {false, true}) {
      const std::string port = PortName(reader, datapath, is_outport ? place.out : place.in);
      if (!port.empty()) logical_.FindErrors(sb, datapath, {table, is_outport, port}, found);
    }
  });
  return found;
}

void Demand::Ask(const Place& place) {
  const std::string at = absl::StrCat(place.datapath, "/", place.out);
  if (table::IsStage(place.table)) {
    const std::string stage = absl::StrCat(place.table, "/", place.datapath);
    engine_.Demand(stage_, stage);
    engine_.Demand(stage_, absl::StrCat(stage, "/0/", place.in));
    engine_.Demand(stage_, absl::StrCat(stage, "/1/", place.out));
    return;
  }
  switch (place.table) {
    case table::kPhysicalToLogical:
      return engine_.Demand(in_, absl::StrCat(place.in));
    case table::kLocalOutput:
      return engine_.Demand(out_, at);
    case table::kMacBinding:
      return engine_.Demand(neighbors_, at);
    case table::kGetFdb:
      return engine_.Demand(fdb_, absl::StrCat(place.datapath));
    case table::kInPortSecurity:
      return engine_.Demand(port_security_, at);
    case table::kCheckHairpin:
      return engine_.Demand(load_balancers_, "");
    default:
      return;
  }
}

Uuid Demand::DatapathOf(Reader& reader, uint32_t key) const {
  const absl::Span<const Uuid> found = reader.Find<sb::Datapath_Binding>("tunnel_key", absl::StrCat(key));
  return found.empty() || !reader.Ask(context_.is_local, found[0]) ? Uuid() : found[0];
}

const Uuid* Demand::FindPort(Reader& reader, const Uuid& datapath, uint32_t key) const {
  const std::map<uint32_t, Uuid>& ports = reader.Ask(ports_, datapath);
  const auto found = ports.find(key);
  return found == ports.end() ? nullptr : &found->second;
}

std::string Demand::PortName(Reader& reader, const Uuid& datapath, uint32_t key) const {
  if (key == 0) return "none";
  if (const Uuid* port = FindPort(reader, datapath, key)) return reader.Ask(context_.port, *port).name;
  const std::map<uint32_t, Uuid>& groups = reader.Ask(groups_, datapath);
  const auto group = groups.find(key);
  return group == groups.end() ? "" : reader.Get<sb::Multicast_Group>(group->second)->name();
}

// "TABLE/DATAPATH" for what asks for no port first, "TABLE/DATAPATH/0/PORT" for an inport, "TABLE/DATAPATH/1/PORT" for
// an outport.
void Demand::EmitStage(Reader& reader, absl::string_view name, Output& out) {
  const std::vector<uint32_t> numbers = NumbersOf(name);
  const Uuid datapath = DatapathOf(reader, numbers[1]);
  if (datapath.IsZero()) return;
  const uint8_t table = static_cast<uint8_t>(numbers[0]);
  if (numbers.size() == 2) return logical_.EmitRows(reader, datapath, {table}, out);
  const std::string port = PortName(reader, datapath, numbers[3]);
  if (!port.empty()) logical_.EmitRows(reader, datapath, {table, numbers[2] == 1, port}, out);
}

// "DATAPATH/PORT", a port or a group.
void Demand::EmitOut(Reader& reader, absl::string_view name, Output& out) {
  const std::vector<uint32_t> numbers = NumbersOf(name);
  const Uuid datapath = DatapathOf(reader, numbers[0]);
  if (datapath.IsZero()) return;
  if (const Uuid* port = FindPort(reader, datapath, numbers[1])) EmitPortFlows(reader, context_, *port, out);
  const std::map<uint32_t, Uuid>& groups = reader.Ask(groups_, datapath);
  if (const auto group = groups.find(numbers[1]); group != groups.end()) {
    EmitGroupFlows(reader, context_, group->second, out);
  }
}

// "OPENFLOW-PORT": the port plugged into it, and the containers behind.
void Demand::EmitIn(Reader& reader, absl::string_view name, Output& out) {
  const std::string& plugged = reader.Ask(context_.plugged_into, name);
  if (plugged.empty()) return;
  for (const char* column : {"logical_port", "parent_port"}) {
    for (const Uuid& port : reader.Find<sb::Port_Binding>(column, plugged)) EmitPortFlows(reader, context_, port, out);
  }
}

// "DATAPATH/PORT".
void Demand::EmitPortSecurity(Reader& reader, absl::string_view name, Output& out) {
  const std::vector<uint32_t> numbers = NumbersOf(name);
  const Uuid datapath = DatapathOf(reader, numbers[0]);
  if (datapath.IsZero()) return;
  if (const Uuid* port = FindPort(reader, datapath, numbers[1])) EmitPortSecurityFlows(reader, context_, *port, out);
}

// "DATAPATH/PORT".
void Demand::EmitNeighbors(Reader& reader, absl::string_view name, Output& out) {
  const std::vector<uint32_t> numbers = NumbersOf(name);
  const Uuid datapath = DatapathOf(reader, numbers[0]);
  if (datapath.IsZero()) return;
  const Uuid* port = FindPort(reader, datapath, numbers[1]);
  if (port == nullptr) return;
  const std::string& port_name = reader.Ask(context_.port, *port).name;
  for (const Uuid& row : reader.Find<sb::MAC_Binding>("logical_port", port_name)) {
    EmitMacBindingFlows(reader, context_, row, out);
  }
  for (const Uuid& row : reader.Find<sb::Static_MAC_Binding>("logical_port", port_name)) {
    EmitStaticBindingFlows(reader, context_, row, out);
  }
}

// "DATAPATH".
void Demand::EmitFdb(Reader& reader, absl::string_view name, Output& out) {
  for (const Uuid& row : reader.Find<sb::FDB>("dp_key", name)) EmitFdbFlows(reader, context_, row, out);
}

void Demand::EmitLoadBalancers(Reader& reader, Output& out) {
  for (const Uuid& row : reader.All<sb::Load_Balancer>()) EmitLoadBalancerFlows(reader, context_, row, out);
}

}  // namespace ovnlite
