#include "lib/controller/demand.h"

#include "absl/strings/str_cat.h"
#include "lib/controller/tables.h"

namespace ovnlite {

namespace columns = sb::columns;

std::string Demand::Stage::ToString() const {
  return absl::StrCat("table ", table, " of ", datapath,
                      asks == Asks::kNothing  ? ""
                      : asks == Asks::kInPort ? ", from port "
                                              : ", to port ",
                      asks == Asks::kNothing ? "" : absl::StrCat(port));
}

Demand::Demand(Incremental& engine, const ControllerContext& context, LogicalFlows& logical, const Database& sb)
    : engine_(engine), context_(context), logical_(logical), sb_(sb) {
  ports_ = engine.AddQuery<Uuid, std::map<uint32_t, Uuid>>("ports_by_key", [](Reader& reader, const Uuid& datapath) {
    std::map<uint32_t, Uuid> by_key;
    for (const Uuid& uuid : reader.Find(columns::Port_Binding::datapath, datapath)) {
      by_key[static_cast<uint32_t>(reader.Get<sb::Port_Binding>(uuid)->tunnel_key())] = uuid;
    }
    return by_key;
  });
  groups_ = engine.AddQuery<Uuid, std::map<uint32_t, Uuid>>("groups_by_key", [](Reader& reader, const Uuid& datapath) {
    std::map<uint32_t, Uuid> by_key;
    for (const Uuid& uuid : reader.Find(columns::Multicast_Group::datapath, datapath)) {
      by_key[static_cast<uint32_t>(reader.Get<sb::Multicast_Group>(uuid)->tunnel_key())] = uuid;
    }
    return by_key;
  });
  stage_rows_ = engine.AddRelation<std::string, Uuid>("stage_rows");
  logical.DefineOnDemand(stage_rows_);
  stage_ = engine.AddDemandedEmitter<Stage>(
      "stage", [this](Reader& reader, const Stage& stage, Output& out) { EmitStage(reader, stage, out); },
      {stage_rows_});
  const auto add = [&](absl::string_view name, void (Demand::*emit)(Reader&, const PortPlace&, Output&),
                       Feeds feeds = {}) {
    return engine.AddDemandedEmitter<PortPlace>(
        name, [this, emit](Reader& reader, const PortPlace& place, Output& out) { (this->*emit)(reader, place, out); },
        std::move(feeds));
  };
  members_ = add("group_members", &Demand::EmitMembers,
                 {context.group_members, context.group_chassis, context.group_members_at});
  out_ = add("out", &Demand::EmitOut);
  port_security_ = add("port_security_of", &Demand::EmitPortSecurity);
  neighbors_ = add("neighbors_of", &Demand::EmitNeighbors);
  in_ = engine.AddDemandedEmitter<uint32_t>(
      "in", [this](Reader& reader, const uint32_t& port, Output& out) { EmitIn(reader, port, out); });
  fdb_ = engine.AddDemandedEmitter<uint32_t>("fdb_of", [this](Reader& reader, const uint32_t& datapath, Output& out) {
    for (const Uuid& row : reader.Find(columns::FDB::dp_key, int64_t{datapath})) EmitFdbFlows(reader, context_, row, out);
  });
  load_balancers_ =
      engine.AddDemandedEmitter<uint32_t>("load_balancers", [this](Reader& reader, const uint32_t&, Output& out) {
        for (const Uuid& row : reader.All<sb::Load_Balancer>()) EmitLoadBalancerFlows(reader, context_, row, out);
      });
  engine.AddSingleEmitter("common", [this](Reader& reader, Output& out) {
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

std::array<Demand::Stage, 3> Demand::StagesOf(const Place& place) {
  return {Stage{place.datapath, 0, place.table, Stage::Asks::kNothing},
          Stage{place.datapath, place.in, place.table, Stage::Asks::kInPort},
          Stage{place.datapath, place.out, place.table, Stage::Asks::kOutPort}};
}

bool Demand::Add(uint8_t table, const FlowKey& key) {
  const Place place = PlaceOf(table, key);
  if (asked_.contains(place)) return false;
  if (asked_.size() >= kMostPlaces) {
    for (const Place& old : asked_) ForParts(old, [this](auto part, const auto& of) { engine_.LetGo(part, of); });
    asked_.clear();
  }
  asked_.insert(place);
  ForParts(place, [this](auto part, const auto& of) { engine_.Demand(part, of); });
  return true;
}

bool Demand::MayMeet(const Uuid& row, uint8_t table, const FlowKey& key) {
  if (!table::IsStage(table)) return false;
  bool may = false;
  engine_.Inspect([&](Reader& reader) {
    for (const Stage& stage : StagesOf(PlaceOf(table, key))) {
      std::string port;
      const Uuid datapath = DatapathOf(reader, stage.datapath);
      const std::optional<StageRows> rows = RowsOf(reader, datapath, stage, &port);
      may = may || (rows.has_value() && logical_.IsAmong(row, datapath, *rows));
    }
  });
  return may;
}

template <typename Change>
void Demand::ForParts(const Place& place, Change change) {
  const PortPlace at(place.datapath, place.out);
  if (table::IsStage(place.table)) {
    for (const Stage& stage : StagesOf(place)) change(stage_, stage);
    return;
  }
  switch (place.table) {
    case table::kPhysicalToLogical:
      return change(in_, place.in);
    case table::kLocalOutput:
      change(members_, at);
      return change(out_, at);
    case table::kMacBinding:
      return change(neighbors_, at);
    case table::kGetFdb:
      return change(fdb_, place.datapath);
    case table::kInPortSecurity:
      return change(port_security_, at);
    case table::kCheckHairpin:
      return change(load_balancers_, uint32_t{0});
    default:
      return;
  }
}

Uuid Demand::DatapathOf(Reader& reader, uint32_t key) const {
  const RowIds found = reader.Find(columns::Datapath_Binding::tunnel_key, int64_t{key});
  return found.empty() || !reader.Ask(context_.is_local, found.front()) ? Uuid() : found.front();
}

Uuid Demand::FindPort(Reader& reader, const Uuid& datapath, uint32_t key) const {
  const std::map<uint32_t, Uuid>& ports = reader.Ask(ports_, datapath);
  const auto found = ports.find(key);
  return found == ports.end() ? Uuid() : found->second;
}

Uuid Demand::FindGroup(Reader& reader, const Uuid& datapath, uint32_t key) const {
  const std::map<uint32_t, Uuid>& groups = reader.Ask(groups_, datapath);
  const auto found = groups.find(key);
  return found == groups.end() ? Uuid() : found->second;
}

std::optional<StageRows> Demand::RowsOf(Reader& reader, const Uuid& datapath, const Stage& stage,
                                        std::string* port) const {
  if (datapath.IsZero()) return std::nullopt;
  if (stage.asks == Stage::Asks::kNothing) return StageRows{stage.table};
  if (stage.port == 0) {
    *port = "none";
  } else if (const Uuid row = FindPort(reader, datapath, stage.port); !row.IsZero()) {
    *port = reader.Ask(context_.port, row).name;
  } else if (const Uuid group = FindGroup(reader, datapath, stage.port); !group.IsZero()) {
    *port = std::string(reader.Get<sb::Multicast_Group>(group)->name());
  }
  if (port->empty()) return std::nullopt;
  return StageRows{stage.table, stage.asks == Stage::Asks::kOutPort, *port};
}

void Demand::EmitStage(Reader& reader, const Stage& stage, Output& out) {
  std::string port;
  const Uuid datapath = DatapathOf(reader, stage.datapath);
  const std::optional<StageRows> rows = RowsOf(reader, datapath, stage, &port);
  if (!rows.has_value()) return;
  out.Add(stage_rows_, LogicalFlows::StageKey(datapath, *rows), datapath);
  for (const Uuid& group : reader.Find(columns::Logical_DP_Group::datapaths, datapath)) {
    out.Add(stage_rows_, LogicalFlows::StageKey(group, *rows), datapath);
  }
}

void Demand::EmitMembers(Reader& reader, const PortPlace& place, Output& out) {
  const Uuid datapath = DatapathOf(reader, place.first);
  if (datapath.IsZero()) return;
  const Uuid group = FindGroup(reader, datapath, place.second);
  if (group.IsZero()) return;
  for (const Uuid& member : reader.Get<sb::Multicast_Group>(group)->ports()) {
    NoteGroupMember(reader, context_, group, member, out);
  }
}

// A port or a group.
void Demand::EmitOut(Reader& reader, const PortPlace& place, Output& out) {
  const Uuid datapath = DatapathOf(reader, place.first);
  if (datapath.IsZero()) return;
  const Uuid port = FindPort(reader, datapath, place.second), group = FindGroup(reader, datapath, place.second);
  if (!port.IsZero()) EmitPortFlows(reader, context_, port, out);
  if (!group.IsZero()) EmitGroupFlows(reader, context_, group, out);
}

// The port plugged in there, and the containers behind.
void Demand::EmitIn(Reader& reader, uint32_t openflow_port, Output& out) {
  const std::string& plugged = reader.Ask(context_.plugged_into, openflow_port);
  if (plugged.empty()) return;
  for (const auto& column : {columns::Port_Binding::logical_port, columns::Port_Binding::parent_port}) {
    for (const Uuid& port : reader.Find(column, plugged)) EmitPortFlows(reader, context_, port, out);
  }
}

void Demand::EmitPortSecurity(Reader& reader, const PortPlace& place, Output& out) {
  const Uuid datapath = DatapathOf(reader, place.first);
  if (datapath.IsZero()) return;
  const Uuid port = FindPort(reader, datapath, place.second);
  if (!port.IsZero()) EmitPortSecurityFlows(reader, context_, port, out);
}

void Demand::EmitNeighbors(Reader& reader, const PortPlace& place, Output& out) {
  const Uuid datapath = DatapathOf(reader, place.first);
  if (datapath.IsZero()) return;
  const Uuid port = FindPort(reader, datapath, place.second);
  if (port.IsZero()) return;
  const std::string& name = reader.Ask(context_.port, port).name;
  for (const Uuid& row : reader.Find(columns::MAC_Binding::logical_port, name)) {
    EmitMacBindingFlows(reader, context_, row, out);
  }
  for (const Uuid& row : reader.Find(columns::Static_MAC_Binding::logical_port, name)) {
    EmitStaticBindingFlows(reader, context_, row, out);
  }
}

}  // namespace ovnlite
