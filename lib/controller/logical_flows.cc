#include "lib/controller/logical_flows.h"

#include <algorithm>

#include "absl/container/inlined_vector.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "lib/controller/emit.h"
#include "lib/controller/encode.h"
#include "lib/schema/ovn_sb.pb.h"
#include "ovnlite/base/bytes.h"
#include "ovnlite/base/status.h"
#include "ovnlite/flow/openflow_text.h"
#include "ovnlite/logical/expr_flows.h"
#include "ovnlite/logical/expr_parse.h"
#include "ovnlite/logical/lexer.h"

namespace ovnlite {
namespace {

// When expressions take more than this, those no longer needed are worth forgetting.
constexpr size_t kMaxPoolBytes = size_t{64} << 20;

// Where a match stands among those of its stage. What begins with `inport == "LSP1" && ` is a conjunction throughout:
// the language wants parentheses around each || beside an &&.
StageRows LeadingPort(uint8_t table, absl::string_view match) {
  StageRows rows{table};
  rows.is_outport = absl::ConsumePrefix(&match, "outport == \"");
  if (!rows.is_outport && !absl::ConsumePrefix(&match, "inport == \"")) return {table};
  const size_t end = match.find_first_of("\"\\^");  // Names with escapes or template variables are not looked into.
  const bool is_name = end != match.npos && end > 0 && match[end] == '"' &&
                       (end + 1 == match.size() || absl::StartsWith(match.substr(end + 1), " && "));
  if (!is_name) return {table};
  rows.port = match.substr(0, end);
  return rows;
}

constexpr char kStageIndex[] = "@stage";

// A key of the index: the UUID of a datapath or a group of them, the table, and the port; some bytes, not text.
class StageKey {
 public:
  StageKey(const Uuid& datapath_or_group, const StageRows& rows) {
    char head[18];
    Store64(reinterpret_cast<uint8_t*>(head), datapath_or_group.high());
    Store64(reinterpret_cast<uint8_t*>(head + 8), datapath_or_group.low());
    head[16] = static_cast<char>(rows.table);
    head[17] = rows.port.empty() ? '-' : rows.is_outport ? 'o' : 'i';
    bytes_.assign(std::begin(head), std::end(head));
    bytes_.insert(bytes_.end(), rows.port.begin(), rows.port.end());
  }
  operator absl::string_view() const { return absl::string_view(bytes_.data(), bytes_.size()); }  // NOLINT

 private:
  absl::InlinedVector<char, 64> bytes_;
};

}  // namespace

// What a logical flow names, found in the database as seen from one datapath. Every answer is recorded by the engine.
class LogicalFlows::Lookups final : public ExprResolver,
                                    public EncodeResolver,
                                    public ConstantSets,
                                    public TemplateVariables {
 public:
  Lookups(LogicalFlows& flows, Reader& reader, const Uuid& datapath, Extends& extends)
      : flows_(flows),
        reader_(reader),
        datapath_(datapath),
        info_(reader.Ask(flows.datapath_, datapath)),
        extends_(extends) {}

  const DatapathInfo& info() const { return info_; }
  // True when something was asked whose answer may differ from datapath to datapath.
  bool depends_on_datapath() const { return depends_; }
  // The Port_Bindings that names turned out to be, by key.
  const std::map<uint32_t, Uuid>& ports() const { return ports_; }

  bool FindPort(absl::string_view name, uint32_t* key) const override {
    if (name == "none") {
      *key = 0;
      return true;
    }
    depends_ = true;
    const Uuid uuid = ovnlite::FindPort(reader_, name);
    const PortInfo& port = reader_.Ask(flows_.context_.port, uuid);
    if (port.exists && port.datapath == datapath_) {
      ports_[port.key] = uuid;
      *key = port.key;
      return true;
    }
    const std::map<std::string, uint32_t>& groups = reader_.Ask(flows_.groups_, datapath_);
    const auto group = groups.find(std::string(name));
    if (group == groups.end()) return false;
    *key = group->second;
    return true;
  }

  bool IsChassisResident(absl::string_view name) const override {
    if (flows_.context_.everywhere()) return !ovnlite::FindPort(reader_, name).IsZero();
    const PortInfo& port = reader_.Ask(flows_.context_.port, ovnlite::FindPort(reader_, name));
    return port.exists && port.chassis == flows_.context_.chassis;
  }

  std::shared_ptr<const ConstantSet> FindAddressSet(absl::string_view name) const override {
    return reader_.Ask(flows_.address_set_, name).set;
  }
  // Port groups are kept per datapath: "<key>_<name>" holds the group's ports that are on it.
  std::shared_ptr<const ConstantSet> FindPortGroup(absl::string_view name) const override {
    depends_ = true;
    return reader_.Ask(flows_.port_group_, absl::StrCat(info_.key, "_", name)).set;
  }
  // Where a packet for a port has to go; a group of forwarding ports watches it.
  uint32_t TunnelPort(absl::string_view name) const override {
    const PortInfo& port = reader_.Ask(flows_.context_.port, ovnlite::FindPort(reader_, name));
    if (!port.exists || port.chassis.empty() || port.chassis == flows_.context_.chassis) return 0;
    return reader_.Ask(flows_.context_.tunnel_number, port.chassis);
  }
  // Sampling needs a collector in the local Open vSwitch database, of which there is none here.
  bool HasCollectorSet(uint32_t) const override { return false; }
  uint32_t GroupId(const std::string& description) override {
    const uint32_t id = flows_.group_ids_.Acquire(description);
    if (id != 0) extends_.groups.push_back(description);
    lacks_group_ = lacks_group_ || id == 0;
    return id;
  }
  uint32_t MeterId(const std::string& description) override {
    const uint32_t id = flows_.meter_ids_.Acquire(description);
    if (id != 0) extends_.meters.push_back(description);
    lacks_meter_ = lacks_meter_ || id == 0;
    return id;
  }
  // Some number that was asked for could not be given.
  bool lacks_group() const { return lacks_group_; }
  bool lacks_meter() const { return lacks_meter_; }

  const std::string* FindTemplateVariable(absl::string_view name) const override {
    const auto& variables = reader_.Ask(flows_.templates_, "");
    const auto found = variables.find(std::string(name));
    return found == variables.end() ? nullptr : &found->second;
  }

 private:
  LogicalFlows& flows_;
  Reader& reader_;
  const Uuid datapath_;
  const DatapathInfo info_;
  Extends& extends_;
  bool lacks_group_ = false, lacks_meter_ = false;
  mutable bool depends_ = false;
  mutable std::map<uint32_t, Uuid> ports_;
};

LogicalFlows::LogicalFlows(const ControllerContext& context) : context_(context) {}
LogicalFlows::~LogicalFlows() = default;

void LogicalFlows::DefineQueries(Incremental& engine) {
  datapath_ = engine.AddQuery<DatapathInfo>("datapath", [](Reader& reader, const Uuid& uuid) {
    const auto* row = reader.Get<sb::Datapath_Binding>(uuid);
    if (row == nullptr) return DatapathInfo();
    const auto& ids = row->external_ids();
    return DatapathInfo{static_cast<uint32_t>(row->tunnel_key()), ids.contains("logical-switch"),
                        ids.contains("snat-ct-zone")};
  });
  local_of_group_ = engine.AddQuery<std::vector<Uuid>>("local_of_group", [this](Reader& reader, const Uuid& uuid) {
    std::vector<Uuid> local;
    const auto* group = reader.Get<sb::Logical_DP_Group>(uuid);
    if (group == nullptr) return local;
    for (const ovsdb::Uuid& datapath : group->datapaths()) {
      if (reader.Ask(context_.is_local, FromProto(datapath))) local.push_back(FromProto(datapath));
    }
    return local;
  });
  groups_ =
      engine.AddQuery<std::map<std::string, uint32_t>>("multicast_groups", [](Reader& reader, const Uuid& datapath) {
        std::map<std::string, uint32_t> keys;
        for (const Uuid& uuid : reader.Find<sb::Multicast_Group>("datapath", datapath.ToString())) {
          const auto* group = reader.Get<sb::Multicast_Group>(uuid);
          keys[group->name()] = static_cast<uint32_t>(group->tunnel_key());
        }
        return keys;
      });
  address_set_ = engine.AddNamedQuery<SetAnswer>("address_set", [](Reader& reader, absl::string_view name) {
    const auto* row = reader.FindOne<sb::Address_Set>("name", name);
    if (row == nullptr) return SetAnswer();
    return SetAnswer{
        ConstantSet::OfAddresses(std::vector<std::string>(row->addresses().begin(), row->addresses().end()))};
  });
  // Ports elsewhere never meet a packet here: left out, a group is often a single port, and its flows simple ones.
  port_group_ = engine.AddNamedQuery<SetAnswer>("port_group", [this](Reader& reader, absl::string_view name) {
    const auto* row = reader.FindOne<sb::Port_Group>("name", name);
    if (row == nullptr) return SetAnswer();
    std::vector<std::string> here;
    for (const std::string& port : row->ports()) {
      if (reader.Ask(related_, ovnlite::FindPort(reader, port))) here.push_back(port);
    }
    return SetAnswer{ConstantSet::OfPorts(here)};
  });
  templates_ =
      engine.AddNamedQuery<std::map<std::string, std::string>>("templates", [this](Reader& reader, absl::string_view) {
        const auto* row = reader.FindOne<sb::Chassis_Template_Var>("chassis", context_.chassis);
        if (row == nullptr) return std::map<std::string, std::string>();
        return std::map<std::string, std::string>(row->variables().begin(), row->variables().end());
      });
  related_ = engine.AddQuery<bool>("related", [this](Reader& reader, const Uuid& uuid) {
    const PortInfo& port = reader.Ask(context_.port, uuid);
    for (const char* type : {"l2gateway", "l3gateway", "external", "virtual"}) {
      if (port.type == type) return context_.everywhere() || port.chassis == context_.chassis;
    }
    if (port.type == "remote") return context_.everywhere();  // Of another availability zone.
    if (!port.type.empty() && port.type != "localport") return true;
    return context_.NumberOf(reader, port) != 0;
  });
}

void LogicalFlows::Define(Incremental& engine) {
  engine.AddEmitter<sb::Logical_Flow>("logical_flow", [this](Reader& reader, const Uuid& row, Output& out) {
    const auto* flow = reader.Get<sb::Logical_Flow>(row);
    if (flow != nullptr) Emit(reader, row, LocalDatapathsOf(reader, *flow), Uuid(), out);
  });
}

void LogicalFlows::AddStageIndex(const Database& sb) {
  sb.IndexBy(sb.TableOf(sb::Logical_Flow::descriptor()), kStageIndex,
             {"pipeline", "table_id", "match", "logical_datapath", "logical_dp_group"},
             [](const google::protobuf::Message& row, absl::FunctionRef<void(absl::string_view)> key) {
               const auto& flow = static_cast<const sb::Logical_Flow&>(row);
               const StageRows rows = LeadingPort(PlaceOf(flow).table, flow.match());
               if (flow.has_logical_datapath()) key(StageKey(FromProto(flow.logical_datapath()), rows));
               if (flow.has_logical_dp_group()) key(StageKey(FromProto(flow.logical_dp_group()), rows));
             });
}

Uuid LogicalFlows::SomeRow(const Database& sb, const Uuid& datapath, uint8_t table) {
  const Index& index = sb.IndexOn<sb::Logical_Flow>(kStageIndex);
  if (const auto found = index.Find(StageKey(datapath, {table})); !found.empty()) return found[0];
  for (const Uuid& group : sb.IndexOn<sb::Logical_DP_Group>("datapaths").Find(datapath.ToString())) {
    if (const auto found = index.Find(StageKey(group, {table})); !found.empty()) return found[0];
  }
  return Uuid();
}

void LogicalFlows::EmitRows(Reader& reader, const Uuid& datapath, const StageRows& rows, Output& out) {
  const auto emit = [&](const Uuid& datapath_or_group) {
    for (const Uuid& row : reader.Find<sb::Logical_Flow>(kStageIndex, StageKey(datapath_or_group, rows))) {
      Emit(reader, row, {datapath}, datapath, out);
    }
  };
  emit(datapath);
  for (const Uuid& group : reader.Find<sb::Logical_DP_Group>("datapaths", datapath.ToString())) emit(group);
}

uint32_t LogicalFlows::SourceOf(const Uuid& row) {
  const auto [at, added] = sources_.try_emplace(row, static_cast<uint32_t>(uuids_.size() + 1));
  if (added) uuids_.push_back(row);
  return at->second;
}

Uuid LogicalFlows::UuidOf(uint32_t source) const {
  return source == 0 || source > uuids_.size() ? Uuid() : uuids_[source - 1];
}

std::vector<FlowError> LogicalFlows::errors() const {
  std::vector<FlowError> all;
  for (const auto& [uuid, error] : errors_) all.push_back(error);
  return all;
}

void LogicalFlows::FindErrors(const Database& sb, const Uuid& datapath, const StageRows& rows,
                              std::vector<FlowError>& found) const {
  for (const auto& [uuid, error] : errors_) {
    const auto* flow = sb.Get<sb::Logical_Flow>(uuid);
    if (flow == nullptr) continue;
    const StageRows its = LeadingPort(PlaceOf(*flow).table, flow->match());
    if (its.table != rows.table || its.port != rows.port || (!rows.port.empty() && its.is_outport != rows.is_outport))
      continue;
    const auto* group =
        flow->has_logical_dp_group() ? sb.Get<sb::Logical_DP_Group>(FromProto(flow->logical_dp_group())) : nullptr;
    const bool applies =
        (flow->has_logical_datapath() && FromProto(flow->logical_datapath()) == datapath) ||
        (group != nullptr && std::any_of(group->datapaths().begin(), group->datapaths().end(),
                                         [&](const ovsdb::Uuid& member) { return FromProto(member) == datapath; }));
    if (applies) found.push_back(error);
  }
}

void LogicalFlows::ForgetRows(const Database& sb) {
  const auto gone = [&sb](const Uuid& row) { return sb.Get<sb::Logical_Flow>(row) == nullptr; };
  std::erase_if(errors_, [&gone](const auto& e) { return gone(e.first); });
  std::vector<ExtendsKey> unused;
  for (const auto& [key, extends] : extends_) {
    if (gone(key.first)) unused.push_back(key);
  }
  for (const ExtendsKey& key : unused) ReleaseExtends(key);
  if (pool_.bytes() > kMaxPoolBytes) ForgetExpressions();
}

void LogicalFlows::ForgetExpressions() {
  clause_cache_.Clear();
  sets_.clear();
  pool_.Clear();
}

std::vector<Uuid> LogicalFlows::LocalDatapathsOf(Reader& reader, const sb::Logical_Flow& flow) {
  if (flow.has_logical_dp_group()) return reader.Ask(local_of_group_, FromProto(flow.logical_dp_group()));
  if (!flow.has_logical_datapath()) return {};
  const Uuid datapath = FromProto(flow.logical_datapath());
  return reader.Ask(context_.is_local, datapath) ? std::vector<Uuid>{datapath} : std::vector<Uuid>();
}

absl::StatusOr<const Expr*> LogicalFlows::ParseMatch(const Lookups& lookups, const std::string& match) {
  const std::string expanded = absl::StrContains(match, '^') ? ExpandTemplates(match, lookups) : std::string();
  return ParseExpr(pool_, expanded.empty() ? match : expanded, &lookups);
}

bool LogicalFlows::IsForOthers(Reader& reader, const sb::Logical_Flow& flow) {
  const auto port = flow.tags().find("in_out_port");
  return port != flow.tags().end() && !context_.everywhere() &&
         !reader.Ask(related_, ovnlite::FindPort(reader, port->second));
}

bool LogicalFlows::IsRelated(Reader& reader, const Lookups& lookups, uint32_t key) {
  const auto port = lookups.ports().find(key);
  return port == lookups.ports().end() || reader.Ask(related_, port->second);
}

std::shared_ptr<const ValueSet> LogicalFlows::SetOf(const FieldSet& set) {
  auto& kept = sets_[{set.values.get(), set.field.width}];
  if (kept.second == nullptr) {
    std::vector<ValueSet::Entry> entries;
    entries.reserve(set.values->size());
    for (const MaskedValue& v : *set.values) entries.push_back({v.value, v.mask});
    kept = {set.values, std::make_shared<const ValueSet>(set.field.width, entries)};
  }
  return kept.second;
}

LogicalFlows::Place LogicalFlows::PlaceOf(const sb::Logical_Flow& flow) {
  const Pipeline pipeline = flow.pipeline() == "egress" ? Pipeline::kEgress : Pipeline::kIngress;
  const int stage = static_cast<int>(flow.table_id());
  return {pipeline, stage,
          static_cast<uint8_t>((pipeline == Pipeline::kIngress ? table::kIngress : table::kEgress) + stage)};
}

absl::StatusOr<ParsedActions> LogicalFlows::ParseRowActions(const Lookups& lookups, const sb::Logical_Flow& flow,
                                                            const Place& place) {
  ActionContext context;
  context.pipeline = place.pipeline;
  context.table = place.stage;
  const std::string& text = flow.actions();
  return ParseActions(pool_, absl::StrContains(text, '^') ? ExpandTemplates(text, lookups) : text, context);
}

SharedOps LogicalFlows::EncodeRowActions(Lookups& lookups, const ActionList& actions, const Place& place,
                                         const Uuid& row, const sb::Logical_Flow& flow) {
  EncodeContext context;
  context.pipeline = place.pipeline;
  context.is_switch = lookups.info().is_switch;
  context.tables = TablesOf(place.pipeline);
  context.common_nat_zone_register = lookups.info().snat_zone_is_common ? 12 : 11;
  context.datapath_key = lookups.info().key;
  context.flow = row;
  if (flow.has_controller_meter()) context.controller_meter = lookups.MeterId(flow.controller_meter());
  return std::make_shared<const OpList>(EncodeActions(actions, context, lookups));
}

void LogicalFlows::ReleaseExtends(const ExtendsKey& key) {
  const auto found = extends_.find(key);
  if (found == extends_.end()) return;
  for (const std::string& group : found->second.groups) group_ids_.Release(group);
  for (const std::string& meter : found->second.meters) meter_ids_.Release(meter);
  extends_.erase(found);
}

void LogicalFlows::Emit(Reader& reader, const Uuid& row, const std::vector<Uuid>& datapaths, const Uuid& emitter,
                        Output& out) {
  const auto* flow = reader.Get<sb::Logical_Flow>(row);
  FlowError::Part part = FlowError::Part::kMatch;
  const absl::Status status =
      flow == nullptr ? absl::OkStatus() : Compile(reader, row, *flow, datapaths, emitter, out, &part);
  if (status.ok()) {
    errors_.erase(row);
  } else {
    const bool of_match = part == FlowError::Part::kMatch || part == FlowError::Part::kSize;
    errors_[row] = {row, part, of_match ? flow->match() : flow->actions(), std::string(status.message())};
  }
}

absl::Status LogicalFlows::Compile(Reader& reader, const Uuid& row, const sb::Logical_Flow& flow,
                                   const std::vector<Uuid>& datapaths, const Uuid& emitter, Output& out,
                                   FlowError::Part* part) {
  if (datapaths.empty() || IsForOthers(reader, flow)) return absl::OkStatus();
  const Place place = PlaceOf(flow);
  const uint32_t source = SourceOf(row);
  std::vector<Clause> clauses;
  SharedOps ops;
  bool reusable = false, lacks_group = false, lacks_meter = false;
  const ExtendsKey extends_key(row, emitter);
  ReleaseExtends(extends_key);
  Extends extends;
  for (const Uuid& datapath : datapaths) {
    Lookups lookups(*this, reader, datapath, extends);
    if (!reusable) {
      *part = FlowError::Part::kMatch;
      OVNLITE_ASSIGN_OR_RETURN(const Expr* match, ParseMatch(lookups, flow.match()));
      *part = FlowError::Part::kActions;
      OVNLITE_ASSIGN_OR_RETURN(const ParsedActions actions, ParseRowActions(lookups, flow, place));
      *part = FlowError::Part::kMatch;
      OVNLITE_ASSIGN_OR_RETURN(match, Annotate(pool_, With(match, actions.prerequisites), AnnotateForm::kCompact));
      *part = FlowError::Part::kSize;
      clause_cache_.ForgetPorts();  // Each row's own question for each port is what the engine records.
      OVNLITE_ASSIGN_OR_RETURN(clauses, ToClauses(match, lookups, {}, &clause_cache_));
      ops = EncodeRowActions(lookups, actions.actions, place, row, flow);
      reusable = !lookups.depends_on_datapath();
      lacks_group = lacks_group || lookups.lacks_group();
      lacks_meter = lacks_meter || lookups.lacks_meter();
    }
    for (const Clause& clause : clauses) {
      const FieldRef port_field = place.pipeline == Pipeline::kIngress ? field::kLogicalInPort : field::kLogicalOutPort;
      const MaskedValue port = clause.Required(port_field);
      if (lookups.info().is_switch && port.mask == LowMask(32) && port.value != 0 &&
          !IsRelated(reader, lookups, static_cast<uint32_t>(port.value)))
        continue;
      Flow compiled;
      compiled.table = place.table;
      compiled.priority = static_cast<uint16_t>(flow.priority());
      compiled.cookie = row.prefix();
      compiled.source = source;
      compiled.ops = ops;
      bool possible = compiled.match.Add(field::kMetadata, lookups.info().key);
      for (const FieldTest& t : clause.tests) possible = possible && compiled.match.Add(t.field, t.value, t.mask);
      for (const FieldSet& s : clause.sets) compiled.match.AddSet({s.field, SetOf(s)});
      if (possible) context_.Emit(out, std::move(compiled));
    }
  }
  if (!extends.groups.empty() || !extends.meters.empty()) extends_[extends_key] = std::move(extends);
  if (lacks_group) {
    *part = FlowError::Part::kGroup;
    return absl::ResourceExhaustedError(absl::StrCat("all ", ExtendTable::kLast, " OpenFlow groups are in use"));
  }
  if (lacks_meter) {
    *part = FlowError::Part::kMeter;
    return absl::ResourceExhaustedError(absl::StrCat("all ", ExtendTable::kLast, " OpenFlow meters are in use"));
  }
  return absl::OkStatus();
}

absl::Status LogicalFlows::DumpDatapath(Reader& reader, const Uuid& row, const sb::Logical_Flow& flow,
                                        const Uuid& datapath, uint32_t conj_base, std::vector<OpenFlow>& out) {
  const Place place = PlaceOf(flow);
  Extends extends;  // The row holds its numbers already; these uses are given back below.
  Lookups lookups(*this, reader, datapath, extends);
  OVNLITE_ASSIGN_OR_RETURN(const Expr* match, ParseMatch(lookups, flow.match()));
  OVNLITE_ASSIGN_OR_RETURN(const ParsedActions actions, ParseRowActions(lookups, flow, place));
  OVNLITE_ASSIGN_OR_RETURN(match, Annotate(pool_, With(match, actions.prerequisites), AnnotateForm::kOvn));
  OVNLITE_ASSIGN_OR_RETURN(const ExprFlows flows, ToFlows(pool_, match, lookups));
  const std::string text =
      FormatOps(*EncodeRowActions(lookups, actions.actions, place, row, flow), OpDialect::kDumpFlows);
  for (const std::string& group : extends.groups) group_ids_.Release(group);
  for (const std::string& meter : extends.meters) meter_ids_.Release(meter);
  const FieldRef port_field = place.pipeline == Pipeline::kIngress ? field::kLogicalInPort : field::kLogicalOutPort;
  for (const ExprMatch& m : flows.matches) {
    Match openflow;
    openflow.Add(field::kMetadata, lookups.info().key);
    for (const FieldTest& t : m.tests) openflow.Add(t.field, t.value, t.mask);
    const u128 port = openflow.ValueOf(port_field);
    if (lookups.info().is_switch && port != 0 && openflow.MaskOf(port_field) == LowMask(32) &&
        !IsRelated(reader, lookups, static_cast<uint32_t>(port)))
      continue;
    std::string match_text = FormatMatch(openflow);
    if (m.conj_id != 0) match_text = absl::StrCat("conj_id=", conj_base + m.conj_id - 1, ",", match_text);
    const std::string conjunctions =
        absl::StrJoin(m.conjunctions, ",", [conj_base](std::string* s, const ExprConjunction& c) {
          absl::StrAppend(s, "conjunction(", conj_base + c.id - 1, ",", c.clause + 1, "/", c.clauses, ")");
        });
    // Part of a conjunction may belong to several rows, so its flow has no cookie.
    const bool conjunctive = !m.conjunctions.empty();
    out.push_back({place.table, static_cast<uint16_t>(flow.priority()), conjunctive ? 0 : row.prefix(),
                   std::move(match_text), conjunctive ? conjunctions : text, conjunctive});
  }
  return absl::OkStatus();
}

std::vector<LogicalFlows::OpenFlow> LogicalFlows::Dump(Reader& reader, const Uuid& row, absl::Status* left_out) {
  std::vector<OpenFlow> out;
  const auto* flow = reader.Get<sb::Logical_Flow>(row);
  if (flow == nullptr || IsForOthers(reader, *flow)) return out;
  // ovn-controller numbers a flow's conjunctions from the first 32 bits of its UUID on.
  uint32_t conj_base = row.prefix();
  for (const Uuid& datapath : LocalDatapathsOf(reader, *flow)) {
    const size_t before = out.size();
    if (const absl::Status status = DumpDatapath(reader, row, *flow, datapath, conj_base, out); !status.ok()) {
      left_out->Update(status);
      out.resize(before);
    }
    for (size_t i = before; i < out.size(); ++i) conj_base += absl::StartsWith(out[i].match, "conj_id=");
  }
  return out;
}

}  // namespace ovnlite
