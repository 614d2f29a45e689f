#include "lib/trace/recorder.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/controller/tables.h"
#include "ovnlite/logical/microflow.h"

namespace ovnlite {
namespace {

constexpr int kLogicalRegisters = 10;
constexpr uint32_t kNatted = 2;  // Of ct_mark: ct_mark.natted.
// Of the flags, reg10: what lookups, hairpins, port security, next hops and affinity answer. An action moves it from
// there to where it is wanted.
constexpr uint32_t kAnswers = 0x71c0;

void CopyRegisters(const FlowKey& from, FlowKey& to) {
  for (int i = 0; i <= kLogicalRegisters; ++i) to.set_reg(i, from.reg(i));  // Up to the flags, reg10.
}

}  // namespace

Recorder::Recorder(TracedWorld& world, DropCauses& causes, Controller& controller, const FlowTables& tables,
                   TieOrder ties, const TraceOptions& options,
                   std::function<std::vector<std::string>(const Uuid&)> openflow)
    : world_(world),
      causes_(causes),
      controller_(controller),
      ties_(std::move(ties)),
      translator_(tables),
      options_(options),
      openflow_(std::move(openflow)) {}

void Recorder::BeforeLookup(uint8_t table, FlowKey& key) {
  if (!options_.as_forwarded) Amend(table, key);
  controller_.Prepare(table, key);
  NoteErrors(table, key);
}

void Recorder::NoteErrors(uint8_t table, const FlowKey& key) {
  for (const FlowError& error : controller_.ErrorsMet(table, key)) {
    if (noted_.insert(error.logical_flow).second) warnings_.push_back(error.ToString());
  }
}

void Recorder::Run(const FlowKey& key, TraceNode& root) {
  RunTable(key, {.table = table::kIngress}, AddPipeline(&root, Pipeline::kIngress, key));
}

void Recorder::RunTable(const FlowKey& key, const Resumption& where, TraceNode* list) {
  if (depth_ >= kMaxDepth) {
    Add(list, TraceKind::kError, "*** too many recirculations");
    return;
  }
  if (nodes_ >= kMaxNodes) return;
  ++depth_;
  entry_ = list;
  const size_t scopes = scopes_.size();
  const size_t outer_base = std::exchange(base_, scopes);
  (void)translator_.Run(key, where, this);
  base_ = outer_base;
  if (scopes_.size() > scopes) scopes_.resize(scopes);  // Where the run was cut short.
  --depth_;
}

// ovn-trace has its own idea of what a packet keeps on its way; see trace.h.
void Recorder::Amend(uint8_t table, FlowKey& key) {
  // A connection that the trace has translated is marked as that where hairpins are looked for, and there only.
  if (natted_) key.SetMasked(field::kCtMark, 0, kNatted);
  natted_ =
      table == table::kCheckHairpin && key.Get64(field::kCtState) & kCtDnat && !(key.Get64(field::kCtMark) & kNatted);
  if (natted_) key.SetMasked(field::kCtMark, kNatted, kNatted);
  if (table::IsStage(table)) key.set_reg(kLogicalRegisters, key.reg(kLogicalRegisters) & ~kAnswers);
  if (scopes_.empty() || scopes_.back().flow != nullptr) return;  // Not from one pipeline to another.
  static const Outlet kNowhere;
  const Outlet& outlet = scopes_.back().outlet == nullptr ? kNowhere : *scopes_.back().outlet;
  const auto take = [&key](FlowKey fresh) {
    for (int i : {11, 12, 13, 15}) fresh.set_reg(i, key.reg(i));
    key = fresh;
  };
  if (table == table::kCheckLoopback && outlet.to_group) {
    take(outlet.before);
  } else if (table == table::kEgress && outlet.to_group && outlet.left.has_value()) {
    take(*outlet.left);
  } else if (table == table::kEgress) {
    key.set_reg(kLogicalRegisters, 0);
  } else if (table == table::kIngress) {
    const FlowKey& before = outlet.before;
    CopyRegisters(before, key);
    for (int w = kWordCt; w < kWordEthDst; ++w) key.words[w] = before.words[w];
    for (int w = kWordCtOrigV4; w < kPacketWords; ++w) key.words[w] = before.words[w];
  }
}

void Recorder::Push(Scope scope) {
  const bool is_first = scopes_.size() == base_;
  if (scope.of_copy) {
    scope.member_state = nullptr;
  } else if (scope.flow != nullptr) {
    scope.member_state = is_first ? nullptr : scopes_.back().member_state;
  } else {
    scope.member_state = scope.outlet != nullptr && scope.outlet->to_group ? &scope.outlet->left : nullptr;
  }
  scopes_.push_back(scope);
}

TraceNode* Recorder::Add(TraceNode* list, TraceKind kind, std::string text) {
  if (++nodes_ > kMaxNodes) {
    if (nodes_ == kMaxNodes + 1) warnings_.push_back("the packet multiplies without end: the trace is cut short");
    hidden_.children.clear();
    return hidden_.Add(kind, "");
  }
  return list->Add(kind, std::move(text));
}

const TracedDatapath* Recorder::DatapathOf(const FlowKey& key) const {
  return world_.Datapath(static_cast<uint32_t>(key.Get64(field::kMetadata)));
}

std::string Recorder::DatapathName(const TracedDatapath& datapath) const {
  return options_.friendly_names ? datapath.friendly : datapath.name;
}

std::string Recorder::PortName(const TracedDatapath* datapath, uint64_t key) const {
  if (datapath == nullptr || key == 0) return "";
  if (const auto port = datapath->ports.find(static_cast<uint32_t>(key)); port != datapath->ports.end()) {
    return options_.friendly_names ? port->second.friendly : port->second.name;
  }
  const auto group = datapath->groups.find(static_cast<uint32_t>(key));
  return group == datapath->groups.end() ? "(unnamed)" : group->second;
}

TraceNode* Recorder::AddPipeline(TraceNode* list, Pipeline pipeline, const FlowKey& key) {
  const TracedDatapath* datapath = DatapathOf(key);
  const std::string name = datapath == nullptr ? "" : DatapathName(*datapath);
  const std::string inport = PortName(datapath, key.Get64(field::kLogicalInPort));
  const std::string outport = PortName(datapath, key.Get64(field::kLogicalOutPort));
  const bool ingress = pipeline == Pipeline::kIngress;
  TraceNode* node =
      Add(list, TraceKind::kPipeline,
          ingress ? absl::StrCat("ingress(dp=\"", name, "\", inport=\"", inport, "\")")
                  : absl::StrCat("egress(dp=\"", name, "\", inport=\"", inport, "\", outport=\"", outport, "\")"));
  node->pipeline = ingress ? "ingress" : "egress";
  node->datapath = name;
  node->port = ingress ? inport : outport;
  return node;
}

TraceNode* Recorder::AddTable(TraceNode* list, const TracedFlow& flow, const FlowKey& key) {
  TraceNode* node = Add(list, TraceKind::kTable, flow.title);
  node->logical_flow = flow.uuid;
  node->table = flow.table;
  node->pipeline = std::string(PipelineName(flow.pipeline));
  node->stage_hint = flow.hint;
  if (flow.ending != TracedFlow::Ending::kGoesOn) node->cause = std::make_unique<DropCause>(causes_.Of(flow, key));
  if (const TracedDatapath* datapath = DatapathOf(key)) node->datapath = DatapathName(*datapath);
  if (openflow_) {
    const std::vector<std::string> lines = openflow_(flow.uuid);
    if (lines.empty()) Add(node, TraceKind::kAction, "*** no OpenFlow flows");
    for (const std::string& line : lines) Add(node, TraceKind::kAction, line);
  }
  return node;
}

// A stage of a logical pipeline was asked.
void Recorder::EnterStage(uint8_t table, const Flow* flow, const FlowKey& key) {
  Scope* const from = scopes_.empty() ? nullptr : &scopes_.back();
  // What begins with a recirculation or an answer is another packet's run: it leaves the group's packet as it is.
  if (scopes_.size() > base_ && from->flow != nullptr && from->member_state != nullptr) *from->member_state = key;
  TraceNode* list = std::exchange(entry_, nullptr);
  if (list == nullptr && from != nullptr && from->flow != nullptr) {
    list = from->next != nullptr ? from->next : from->list;
    from->next = nullptr;
  } else if (list == nullptr && from != nullptr) {
    // From one pipeline to another.
    const Pipeline pipeline = table >= table::kEgress ? Pipeline::kEgress : Pipeline::kIngress;
    const Outlet* const outlet = from->outlet;
    list = AddPipeline(outlet != nullptr ? outlet->list : &hidden_, pipeline, key);
    if (outlet != nullptr && outlet->to_group && pipeline == Pipeline::kEgress) list->always_indent = true;
  }
  if (list == nullptr) list = &hidden_;
  const TracedFlow* traced =
      flow == nullptr ? nullptr : world_.Flow(flow->source, options_.friendly_names);
  if (traced == nullptr) {
    const Pipeline pipeline = table >= table::kEgress ? Pipeline::kEgress : Pipeline::kIngress;
    const int stage = table - (pipeline == Pipeline::kEgress ? table::kEgress : table::kIngress);
    const TracedDatapath* datapath = DatapathOf(key);
    const std::string name = datapath == nullptr ? ""
                                                 : world_.StageName(*datapath, pipeline, stage,
                                                                    controller_.SomeFlowOf(datapath->uuid, table));
    TraceNode* node = Add(list, TraceKind::kTable,
                          absl::StrFormat("%2d. %s%sno match (implicit drop)", stage, name, name.empty() ? "" : ": "));
    node->table = stage;
    node->pipeline = std::string(PipelineName(pipeline));
    if (datapath != nullptr) node->datapath = DatapathName(*datapath);
    node->cause = std::make_unique<DropCause>(DropCauses::NoFlow(name));
    return;
  }
  Scope scope;
  scope.flow = traced;
  scope.list = traced->is_trivial ? list : AddTable(list, *traced, key);
  scope.cursor = traced->is_trivial ? 1 : 0;
  scope.end = static_cast<int>(traced->places.size());
  if (!flow->ops->empty()) {
    Push(scope);
    return;
  }
  if (traced->places.empty()) Add(scope.list, TraceKind::kAction, "drop;");
  FinishScope(scope);
}

void Recorder::OnLookup(uint8_t table, const Flow* flow, const FlowKey& key) {
  if (table::IsStage(table)) return EnterStage(table, flow, key);
  NoteLookup(table, flow, key);
  if (flow == nullptr) return;
  Outlet* const outlet = scopes_.empty() ? nullptr : scopes_.back().outlet;
  if (flow->ops->empty()) {
    if (table == table::kCheckLoopback && outlet != nullptr) {
      TraceNode* list = outlet->to_group ? AddPipeline(outlet->list, Pipeline::kEgress, key) : outlet->list;
      Add(list, TraceKind::kOutput, "/* omitting output because inport == outport && !flags.loopback */");
    }
    return;
  }
  Scope scope;
  scope.outlet = outlet;
  Push(scope);
}

void Recorder::WriteActions(Scope& scope, int place) {
  const std::vector<TracedFlow::Place>& places = scope.flow->places;
  while (scope.cursor < scope.end && scope.cursor <= place) {
    const TracedFlow::Place& at = places[static_cast<size_t>(scope.cursor)];
    Add(scope.list, TraceKind::kAction, at.text);
    scope.cursor = at.end;
  }
}

void Recorder::FinishScope(Scope& scope) {
  if (scope.flow != nullptr) WriteActions(scope, scope.end - 1);
}

void Recorder::OnOp(const Op& op, const Flow*, const FlowKey& key) {
  if (scopes_.empty()) return;
  Scope& scope = scopes_.back();
  const bool opens = op.kind == OpKind::kClone || (op.kind == OpKind::kGroup && !op.group().buckets.empty());
  if (scope.flow == nullptr || op.action == 0 || op.action > scope.flow->places.size()) {
    if (opens) {
      Scope nested;
      nested.outlet = scope.outlet;
      Push(nested);
    }
    return;
  }
  if (scope.member_state != nullptr) *scope.member_state = key;
  const int place = op.action - 1;
  const TracedFlow::Place& at = scope.flow->places[static_cast<size_t>(place)];
  const bool is_new = scope.cursor <= place;
  WriteActions(scope, place);
  if (!is_new) Continue(scope, *at.action, op, key);
  if (is_new) {
    scope.current = at.action;
    Begin(scope, *at.action, op, key);
  }
  if (!opens) return;
  Scope nested;
  nested.flow = scope.flow;
  nested.list = scopes_.back().next != nullptr ? scopes_.back().next : scope.list;
  nested.outlet = scope.outlet;
  scopes_.back().next = nullptr;
  if (op.kind == OpKind::kClone) {
    nested.of_copy = true;
    nested.cursor = place + 1;
    nested.end = at.end;
    if (nested.cursor == nested.end) Add(nested.list, TraceKind::kAction, "drop;");
  } else {
    // A bucket implements the same action, which is written already.
    nested.cursor = nested.end = at.end;
    nested.next = nested.list;
  }
  Push(nested);
}

void Recorder::OnReturn(const FlowKey&) {
  if (scopes_.empty()) return;
  FinishScope(scopes_.back());
  scopes_.pop_back();
}

void Recorder::OnDrop(DropReason reason, const FlowKey&) {
  if (scopes_.empty() || scopes_.back().list == nullptr) return;
  TraceNode* list = scopes_.back().list;
  if (reason == DropReason::kTtl) {
    Add(list, TraceKind::kError, "*** TTL underflow")->cause =
        std::make_unique<DropCause>(DropCauses::Other(DropKind::kTtl, "dropped: its time to live is over"));
  }
  if (reason == DropReason::kTooDeep || reason == DropReason::kTooLong) {
    Add(list, TraceKind::kError, "*** over the limits of the datapath: the flows loop")->cause =
        std::make_unique<DropCause>(DropCauses::Other(DropKind::kLoop, "dropped: the flows loop"));
  }
}

}  // namespace ovnlite
