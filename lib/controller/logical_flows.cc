#include "lib/controller/logical_flows.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "lib/controller/emit.h"
#include "lib/controller/encode.h"
#include "lib/controller/extend_table.h"
#include "ovnlite/base/bytes.h"
#include "ovnlite/base/status.h"
#include "ovnlite/flow/openflow_text.h"
#include "ovnlite/logical/expr_flows.h"
#include "ovnlite/logical/expr_parse.h"
#include "ovnlite/logical/lexer.h"
#include "ovnlite/schema/typed_row.h"

namespace ovnlite {
namespace {

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

// The OpenFlow table of a row's stage.
uint8_t TableOf(sb::Logical_Flow_View flow) {
  const uint8_t first = flow.pipeline() == "egress" ? table::kEgress : table::kIngress;
  return static_cast<uint8_t>(first + flow.table_id());
}

StageRows RowsOf(sb::Logical_Flow_View flow) { return LeadingPort(TableOf(flow), flow.match()); }

}  // namespace

// What a logical flow names, found in the database as seen from one datapath. Every answer is recorded by the engine.
class LogicalFlows::Lookups final : public ExprResolver,
                                    public EncodeResolver,
                                    public ConstantSets,
                                    public TemplateVariables {
 public:
  Lookups(LogicalFlows& flows, Reader& reader, const Uuid& datapath)
      : Lookups(flows, reader, datapath, reader.Ask(flows.datapath_, datapath)) {}
  // As seen from any datapath of a kind. What comes of it holds unless depends_on_datapath().
  Lookups(LogicalFlows& flows, Reader& reader, int kind)
      : Lookups(flows, reader, Uuid(), DatapathInfo{0, (kind & 1) != 0, (kind & 2) != 0}) {}

  const DatapathInfo& info() const { return info_; }
  // True when something was asked whose answer may differ from datapath to datapath.
  bool depends_on_datapath() const { return depends_; }
  // What was asked for: the Port_Bindings that names turned out to be, by key, and descriptions of groups and meters.
  std::map<uint32_t, Uuid> TakePorts() { return std::move(ports_); }
  std::vector<std::string> TakeGroups() { return std::move(groups_); }
  std::vector<std::string> TakeMeters() { return std::move(meters_); }

  bool FindPort(absl::string_view name, uint32_t* key) const override {
    if (name == "none") {
      *key = 0;
      return true;
    }
    depends_ = true;
    if (datapath_.IsZero()) return false;
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
    if (datapath_.IsZero()) return nullptr;
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
    groups_.push_back(description);
    return reader_.Ask(flows_.context_.group_id, description);
  }
  uint32_t MeterId(const std::string& description) override {
    meters_.push_back(description);
    return reader_.Ask(flows_.context_.meter_id, description);
  }

  const std::string* FindTemplateVariable(absl::string_view name) const override {
    const auto& variables = reader_.Ask(flows_.templates_, Uuid());
    const auto found = variables.find(std::string(name));
    return found == variables.end() ? nullptr : &found->second;
  }

 private:
  Lookups(LogicalFlows& flows, Reader& reader, const Uuid& datapath, const DatapathInfo& info)
      : flows_(flows), reader_(reader), datapath_(datapath), info_(info) {}

  LogicalFlows& flows_;
  Reader& reader_;
  const Uuid datapath_;
  const DatapathInfo info_;
  std::vector<std::string> groups_, meters_;
  mutable bool depends_ = false;
  mutable std::map<uint32_t, Uuid> ports_;
};

namespace {

// Rows of Logical_Flow by the stage and the port that they ask for first.
const Index& StageIndex(const Database& sb) {
  namespace column = sb::columns::Logical_Flow;
  return sb.IndexBy(SchemaOf<sb::Logical_Flow>(), "stage",
                    ColumnsOf(column::pipeline, column::table_id, column::match, column::logical_datapath,
                              column::logical_dp_group),
                    [](const Row& row, absl::FunctionRef<void(absl::string_view)> key) {
                      const sb::Logical_Flow_View flow(&row);
                      const StageRows rows = RowsOf(flow);
                      if (flow.has_logical_datapath()) key(LogicalFlows::StageKey(flow.logical_datapath(), rows));
                      if (flow.has_logical_dp_group()) key(LogicalFlows::StageKey(flow.logical_dp_group(), rows));
                    });
}

}  // namespace

LogicalFlows::LogicalFlows(Incremental& engine, const ControllerContext& context, const Database& sb)
    : engine_(engine), context_(context), sb_(sb), stages_(StageIndex(sb)) {
  datapath_ = engine.AddQuery<Uuid, DatapathInfo>("datapath", [](Reader& reader, const Uuid& uuid) {
    const auto row = reader.Get<sb::Datapath_Binding>(uuid);
    if (!row) return DatapathInfo();
    return DatapathInfo{static_cast<uint32_t>(row->tunnel_key()), row->external_ids("logical-switch").has_value(),
                        row->external_ids("snat-ct-zone").has_value()};
  });
  groups_ = engine.AddQuery<Uuid, std::map<std::string, uint32_t>>(
      "multicast_groups", [](Reader& reader, const Uuid& datapath) {
        std::map<std::string, uint32_t> keys;
        for (const Uuid& uuid : reader.Find(sb::columns::Multicast_Group::datapath, datapath)) {
          const auto group = reader.Get<sb::Multicast_Group>(uuid);
          keys[std::string(group->name())] = static_cast<uint32_t>(group->tunnel_key());
        }
        return keys;
      });
  address_set_ = engine.AddQuery<std::string, SetAnswer>("address_set", [](Reader& reader, const std::string& name) {
    const auto row = reader.FindOne(sb::columns::Address_Set::name, name);
    if (!row) return SetAnswer();
    const auto addresses = row->addresses();
    return SetAnswer{ConstantSet::OfAddresses(std::vector<std::string>(addresses.begin(), addresses.end()))};
  });
  // Ports elsewhere never meet a packet here: left out, a group is often a single port, and its flows simple ones.
  port_group_ = engine.AddQuery<std::string, SetAnswer>("port_group", [this](Reader& reader, const std::string& name) {
    const auto row = reader.FindOne(sb::columns::Port_Group::name, name);
    if (!row) return SetAnswer();
    std::vector<std::string> here;
    for (const absl::string_view port : row->ports()) {
      if (reader.Ask(related_, ovnlite::FindPort(reader, port))) here.emplace_back(port);
    }
    return SetAnswer{ConstantSet::OfPorts(here)};
  });
  templates_ = engine.AddQuery<Uuid, std::map<std::string, std::string>>(
      "templates", [this](Reader& reader, const Uuid&) {
        std::map<std::string, std::string> variables;
        const auto row = reader.FindOne(sb::columns::Chassis_Template_Var::chassis, context_.chassis);
        if (!row) return variables;
        for (const auto& [name, value] : row->variables()) variables.emplace(name, value);
        return variables;
      });
  related_ = engine.AddQuery<Uuid, bool>("related", [this](Reader& reader, const Uuid& uuid) {
    const PortInfo& port = reader.Ask(context_.port, uuid);
    for (const char* type : {"l2gateway", "l3gateway", "external", "virtual"}) {
      if (port.type == type) return context_.everywhere() || port.chassis == context_.chassis;
    }
    if (port.type == "remote") return context_.everywhere();  // Of another availability zone.
    if (!port.type.empty() && port.type != "localport") return true;
    return context_.NumberOf(reader, port) != 0;
  });
  compiled_ = engine.AddQuery<KindKey, SharedCompiled>("compiled", [this](Reader& reader, const KindKey& key) {
    const auto flow = reader.Get<sb::Logical_Flow>(key.first);
    if (!flow) return SharedCompiled();
    Lookups lookups(*this, reader, key.second);
    Compiled compiled = Compile(key.first, flow, PlaceOf(flow), lookups);
    if (lookups.depends_on_datapath()) return SharedCompiled();
    return SharedCompiled{std::make_shared<const Compiled>(std::move(compiled))};
  });
}

LogicalFlows::~LogicalFlows() = default;

void LogicalFlows::Define() {
  namespace column = sb::columns::Logical_Flow;
  const auto emit = [this](Reader& reader, const Uuid& row, const Uuid& datapath, Output& out) {
    Emit(reader, row, datapath, out);
  };
  engine_.AddJoinEmitter("logical_flow", column::logical_datapath, context_.local_by, emit);
  engine_.AddJoinEmitter("group_flow", column::logical_dp_group, context_.local_by, emit);
}

void LogicalFlows::DefineOnDemand(const Relation<std::string, Uuid>& stages) {
  engine_.AddJoinEmitter(
      "logical_flow", stages_, stages,
      [this](Reader& reader, const Uuid& row, const Uuid& datapath, Output& out) { Emit(reader, row, datapath, out); });
}

std::string LogicalFlows::StageKey(const Uuid& datapath_or_group, const StageRows& rows) {
  std::string key(18, '\0');
  Store64(reinterpret_cast<uint8_t*>(key.data()), datapath_or_group.high());
  Store64(reinterpret_cast<uint8_t*>(key.data() + 8), datapath_or_group.low());
  key[16] = static_cast<char>(rows.table);
  key[17] = rows.port.empty() ? '-' : rows.is_outport ? 'o' : 'i';
  absl::StrAppend(&key, rows.port);
  return key;
}

Uuid LogicalFlows::SomeRow(const Uuid& datapath, uint8_t table) const {
  const auto find = [&](const Uuid& datapath_or_group) {
    const RowIds found = stages_.Find(AtomRef(absl::string_view(StageKey(datapath_or_group, {table}))));
    return found.empty() ? Uuid() : found.front();
  };
  if (const Uuid row = find(datapath); !row.IsZero()) return row;
  for (const Uuid& group : sb_.Find(sb::columns::Logical_DP_Group::datapaths, datapath)) {
    if (const Uuid row = find(group); !row.IsZero()) return row;
  }
  return Uuid();
}

bool LogicalFlows::IsAmong(const Uuid& row, const Uuid& datapath, const StageRows& rows) const {
  const auto flow = sb_.Read<sb::Logical_Flow>(row);
  if (!flow) return false;
  const StageRows its = RowsOf(flow);
  if (its.table != rows.table || its.port != rows.port || (!rows.port.empty() && its.is_outport != rows.is_outport)) {
    return false;
  }
  if (flow->has_logical_datapath() && flow->logical_datapath() == datapath) return true;
  if (!flow->has_logical_dp_group()) return false;
  const auto group = sb_.Read<sb::Logical_DP_Group>(flow->logical_dp_group());
  return group && group->datapaths().contains(datapath);
}

void LogicalFlows::ForgetExpressions() {
  clause_cache_.Clear();
  sets_.clear();
  pool_.Clear();
}

absl::StatusOr<const Expr*> LogicalFlows::ParseMatch(const Lookups& lookups, absl::string_view match) {
  const std::string expanded = absl::StrContains(match, '^') ? ExpandTemplates(match, lookups) : std::string();
  return ParseExpr(pool_, expanded.empty() ? match : absl::string_view(expanded), &lookups);
}

bool LogicalFlows::IsForOthers(Reader& reader, sb::Logical_Flow_View flow) {
  if (context_.everywhere()) return false;
  const auto port = flow.tags("in_out_port");
  return port.has_value() && !reader.Ask(related_, ovnlite::FindPort(reader, *port));
}

bool LogicalFlows::IsRelated(Reader& reader, const std::map<uint32_t, Uuid>& ports, uint32_t key) {
  const auto port = ports.find(key);
  return port == ports.end() || reader.Ask(related_, port->second);
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

LogicalFlows::Place LogicalFlows::PlaceOf(sb::Logical_Flow_View flow) {
  const Pipeline pipeline = flow.pipeline() == "egress" ? Pipeline::kEgress : Pipeline::kIngress;
  return {pipeline, static_cast<int>(flow.table_id()), TableOf(flow)};
}

absl::StatusOr<ParsedActions> LogicalFlows::ParseRowActions(const Lookups& lookups, sb::Logical_Flow_View flow,
                                                            const Place& place) {
  ActionContext context;
  context.pipeline = place.pipeline;
  context.table = place.stage;
  const absl::string_view text = flow.actions();
  if (!absl::StrContains(text, '^')) return ParseActions(pool_, text, context);
  return ParseActions(pool_, ExpandTemplates(text, lookups), context);
}

SharedOps LogicalFlows::EncodeRowActions(Lookups& lookups, const ActionList& actions, const Place& place,
                                         const Uuid& row, sb::Logical_Flow_View flow) {
  EncodeContext context;
  context.pipeline = place.pipeline;
  context.is_switch = lookups.info().is_switch;
  context.tables = TablesOf(place.pipeline);
  context.common_nat_zone_register = lookups.info().snat_zone_is_common ? 12 : 11;
  context.datapath_key = lookups.info().key;
  context.flow = row;
  if (flow.has_controller_meter()) context.controller_meter = lookups.MeterId(std::string(flow.controller_meter()));
  return std::make_shared<const OpList>(EncodeActions(actions, context, lookups));
}

LogicalFlows::Compiled LogicalFlows::Compile(const Uuid& row, sb::Logical_Flow_View flow, const Place& place,
                                             Lookups& lookups) {
  Compiled compiled;
  FlowError::Part part = FlowError::Part::kMatch;
  const auto compile = [&]() -> absl::Status {
    OVNLITE_ASSIGN_OR_RETURN(const Expr* match, ParseMatch(lookups, flow.match()));
    part = FlowError::Part::kActions;
    OVNLITE_ASSIGN_OR_RETURN(const ParsedActions actions, ParseRowActions(lookups, flow, place));
    part = FlowError::Part::kMatch;
    OVNLITE_ASSIGN_OR_RETURN(match, Annotate(pool_, With(match, actions.prerequisites), AnnotateForm::kCompact));
    part = FlowError::Part::kSize;
    clause_cache_.ForgetPorts();  // Each row's own question for each port is what the engine records.
    OVNLITE_ASSIGN_OR_RETURN(compiled.clauses, ToClauses(match, lookups, {}, &clause_cache_));
    compiled.ops = EncodeRowActions(lookups, actions.actions, place, row, flow);
    return absl::OkStatus();
  };
  if (const absl::Status status = compile(); !status.ok()) {
    const absl::string_view text = part == FlowError::Part::kActions ? flow.actions() : flow.match();
    compiled.error = FlowError{row, part, std::string(text), std::string(status.message())};
    compiled.is_left_out = true;
  }
  compiled.ports = lookups.TakePorts();
  compiled.groups = lookups.TakeGroups();
  compiled.meters = lookups.TakeMeters();
  return compiled;
}

void LogicalFlows::Emit(Reader& reader, const Uuid& row, const Uuid& datapath, Output& out) {
  const auto flow = reader.Get<sb::Logical_Flow>(row);
  if (!flow || !reader.Ask(context_.is_local, datapath) || IsForOthers(reader, flow)) return;
  const Place place = PlaceOf(flow);
  const DatapathInfo& info = reader.Ask(datapath_, datapath);
  std::shared_ptr<const Compiled> shared;
  if (flow->has_logical_dp_group()) shared = reader.Ask(compiled_, {row, info.kind()}).of;
  Compiled own;
  if (shared == nullptr) {
    Lookups lookups(*this, reader, datapath);
    own = Compile(row, flow, place, lookups);
  }
  const Compiled& compiled = shared == nullptr ? own : *shared;

  const auto need = [&](const std::vector<std::string>& descriptions, const Collection<std::string>& wishes,
                        const Query<std::string, uint32_t>& id, FlowError::Part part, absl::string_view what) {
    bool lacks = false;
    for (const std::string& description : descriptions) {
      out.Add(wishes, description);
      lacks = lacks || reader.Ask(id, description) == 0;
    }
    if (!lacks) return;
    out.Add(context_.errors, {row, part, std::string(flow->actions()),
                              absl::StrCat("all ", ExtendTable::kLast, " OpenFlow ", what, " are in use")});
  };
  need(compiled.groups, context_.groups, context_.group_id, FlowError::Part::kGroup, "groups");
  need(compiled.meters, context_.meters, context_.meter_id, FlowError::Part::kMeter, "meters");
  if (compiled.error.has_value()) out.Add(context_.errors, *compiled.error);
  if (compiled.is_left_out) return;

  const FieldRef port_field = place.pipeline == Pipeline::kIngress ? field::kLogicalInPort : field::kLogicalOutPort;
  for (const Clause& clause : compiled.clauses) {
    const MaskedValue port = clause.Required(port_field);
    if (info.is_switch && port.mask == LowMask(32) && port.value != 0 &&
        !IsRelated(reader, compiled.ports, static_cast<uint32_t>(port.value)))
      continue;
    Flow made;
    made.table = place.table;
    made.priority = static_cast<uint16_t>(flow->priority());
    made.cookie = row.prefix();
    made.source = row;
    made.ops = compiled.ops;
    bool possible = made.match.Add(field::kMetadata, info.key);
    for (const FieldTest& t : clause.tests) possible = possible && made.match.Add(t.field, t.value, t.mask);
    for (const FieldSet& s : clause.sets) made.match.AddSet({s.field, SetOf(s)});
    if (possible) context_.Emit(out, std::move(made));
  }
}

absl::Status LogicalFlows::DumpDatapath(Reader& reader, const Uuid& row, sb::Logical_Flow_View flow,
                                        const Uuid& datapath, uint32_t conj_base, std::vector<OpenFlow>& out) {
  const Place place = PlaceOf(flow);
  Lookups lookups(*this, reader, datapath);
  OVNLITE_ASSIGN_OR_RETURN(const Expr* match, ParseMatch(lookups, flow.match()));
  OVNLITE_ASSIGN_OR_RETURN(const ParsedActions actions, ParseRowActions(lookups, flow, place));
  OVNLITE_ASSIGN_OR_RETURN(match, Annotate(pool_, With(match, actions.prerequisites), AnnotateForm::kOvn));
  OVNLITE_ASSIGN_OR_RETURN(const ExprFlows flows, ToFlows(pool_, match, lookups));
  const std::string text =
      FormatOps(*EncodeRowActions(lookups, actions.actions, place, row, flow), OpDialect::kDumpFlows);
  const std::map<uint32_t, Uuid> ports = lookups.TakePorts();
  const FieldRef port_field = place.pipeline == Pipeline::kIngress ? field::kLogicalInPort : field::kLogicalOutPort;
  for (const ExprMatch& m : flows.matches) {
    Match openflow;
    openflow.Add(field::kMetadata, lookups.info().key);
    for (const FieldTest& t : m.tests) openflow.Add(t.field, t.value, t.mask);
    const u128 port = openflow.ValueOf(port_field);
    if (lookups.info().is_switch && port != 0 && openflow.MaskOf(port_field) == LowMask(32) &&
        !IsRelated(reader, ports, static_cast<uint32_t>(port)))
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
  const auto flow = reader.Get<sb::Logical_Flow>(row);
  if (!flow || IsForOthers(reader, flow)) return out;
  std::vector<Uuid> datapaths;
  const auto consider = [&](const Uuid& datapath) {
    if (reader.Ask(context_.is_local, datapath)) datapaths.push_back(datapath);
  };
  if (flow->has_logical_dp_group()) {
    const auto group = reader.Get<sb::Logical_DP_Group>(flow->logical_dp_group());
    if (group) {
      for (const Uuid& datapath : group->datapaths()) consider(datapath);
    }
  } else if (flow->has_logical_datapath()) {
    consider(flow->logical_datapath());
  }
  // ovn-controller numbers a flow's conjunctions from the first 32 bits of its UUID on.
  uint32_t conj_base = row.prefix();
  for (const Uuid& datapath : datapaths) {
    const size_t before = out.size();
    if (const absl::Status status = DumpDatapath(reader, row, flow, datapath, conj_base, out); !status.ok()) {
      left_out->Update(status);
      out.resize(before);
    }
    for (size_t i = before; i < out.size(); ++i) conj_base += absl::StartsWith(out[i].match, "conj_id=");
  }
  return out;
}

}  // namespace ovnlite
