// File: recorder.h
// The observer of a trace: turns what the Translator reports into a tree, and runs on what the datapath would hand to
// connection tracking or to OVN's controller.
//
// The recorder keeps a stack of scopes beside the Translator's stack of operation lists, one for one. A scope knows the
// logical flow that its operations come from; each operation notes which of the flow's actions it implements
// (Op::action), so that the text comes from the logical flow and the effect from the tables. Operations of flows that
// no logical flow stands behind (tables 37 to 41, 64, 65, the side tables) are not shown; they tell where an output
// leads.

#ifndef OVNLITE_LIB_TRACE_RECORDER_H_
#define OVNLITE_LIB_TRACE_RECORDER_H_

#include <cstdint>
#include <forward_list>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "lib/trace/drop_causes.h"
#include "lib/trace/world.h"
#include "ovnlite/controller/controller.h"
#include "ovnlite/datapath/onward.h"
#include "ovnlite/datapath/translate.h"
#include "ovnlite/flow/flow_tables.h"
#include "ovnlite/trace/trace.h"

namespace ovnlite {

class Recorder final : public Observer, private ConnectionTracker {
 public:
  // More nodes than this are not recorded, and nothing is run on: a packet that multiplies without end.
  static constexpr int kMaxNodes = 100'000;
  // Recirculations and answers inside each other; each takes some 8 KB of stack. Packets that go round until their TTL
  // runs out want 64 times what one round has.
  static constexpr int kMaxDepth = 512;
  // As many scopes inside each other as most packets make.
  static constexpr int kScopes = 96;

  // `openflow` gives the OpenFlow flows of a logical flow as text; may be null. References must outlive the recorder.
  Recorder(TracedWorld& world, DropCauses& causes, Controller& controller, const FlowTables& tables, TieOrder ties,
           const TraceOptions& options, std::function<std::vector<std::string>(const Uuid&)> openflow);

  // Traces a packet that enters the logical datapath of its metadata at its logical inport.
  void Run(const FlowKey& key, TraceNode& root);

  std::vector<std::string> TakeWarnings() { return std::move(warnings_); }
  // Logical flows that the packet may have met are among them.
  bool has_met_unreadable() const { return !noted_.empty(); }

  // Observer:
  void OnLookup(uint8_t table, const Flow* flow, const FlowKey& key) override;
  void OnOp(const Op& op, const Flow* flow, const FlowKey& key) override;
  void OnReturn(const FlowKey& key) override;
  void OnEffect(const Effect& effect, const FlowKey& key) override;
  void OnDrop(DropReason reason, const FlowKey& key) override;
  void BeforeLookup(uint8_t table, FlowKey& key) override;
  int ChooseBucket(const GroupOp&, const FlowKey&) override { return bucket_; }
  const TieOrder* ties() const override { return ties_ && !options_.as_forwarded ? &ties_ : nullptr; }
  bool keeps_expired() const override { return !options_.as_forwarded; }
  bool matches_first_fragments_ports() const override { return !options_.as_forwarded; }

 private:
  // Where an output leads. `list` takes the egress pipelines.
  struct Outlet {
    TraceNode* list = nullptr;
    bool to_group = false;
    FlowKey before;  // The packet's key when it was sent here.
    // What a group's last member made of the packet: in ovn-trace the next one finds it so.
    std::optional<FlowKey> left;
  };
  struct Scope {
    const TracedFlow* flow = nullptr;  // Null for what no logical flow stands behind.
    TraceNode* list = nullptr;         // Takes this scope's actions.
    TraceNode* next = nullptr;         // Takes what `next` leads to.
    int cursor = 0;                    // The next of flow->places to be written.
    int end = 0;
    const Action* current = nullptr;  // The action begun last.
    bool of_copy = false;             // Acts on a copy of the packet.
    Outlet* outlet = nullptr;         // Of outlets_; null while nothing was sent.
    // If the packet is on its way to one of the members of a group and no copy was made since: where its state is kept.
    std::optional<FlowKey>* member_state = nullptr;
  };

  // -- The tree (recorder.cc).
  TraceNode* Add(TraceNode* list, TraceKind kind, std::string text);
  TraceNode* AddPipeline(TraceNode* list, Pipeline pipeline, const FlowKey& key);
  void EnterStage(uint8_t table, const Flow* flow, const FlowKey& key);
  TraceNode* AddTable(TraceNode* list, const TracedFlow& flow, const FlowKey& key);
  // Writes the actions up to and including the one with number `place`, as far as not done.
  void WriteActions(Scope& scope, int place);
  void FinishScope(Scope& scope);
  // All scopes come in here.
  void Push(Scope scope);
  std::string PortName(const TracedDatapath* datapath, uint64_t key) const;
  std::string DatapathName(const TracedDatapath& datapath) const;
  const TracedDatapath* DatapathOf(const FlowKey& key) const;
  void Amend(uint8_t table, FlowKey& key);

  // -- What an action shows when it begins (recorder_actions.cc).
  void Begin(Scope& scope, const Action& action, const Op& op, const FlowKey& key);
  // A further operation of an action that has begun.
  void Continue(Scope& scope, const Action& action, const Op& op, const FlowKey& key);
  // Gives the scope an outlet of its own.
  Outlet& SendTo(Scope& scope, TraceNode* list);
  void BeginOutput(Scope& scope, const FlowKey& key);
  void BeginEgressOutput(Scope& scope, const TracedDatapath& datapath, const FlowKey& key);
  void BeginNext(Scope& scope, const NextBody& next, const FlowKey& key);
  void BeginLog(Scope& scope, const LogBody& log, const FlowKey& key);
  void BeginStack(Scope& scope, const Action& action, const FlowKey& key);
  void BeginGroup(Scope& scope, const Action& action, const GroupOp& group, const FlowKey& key);
  void NoteLookup(uint8_t table, const Flow* flow, const FlowKey& key);
  // The first backend that fits, or the one the user wishes; -1 when none fits.
  int ChooseBackend(const CtLbBody& body, const FlowKey& key) const;

  // -- Running on (recorder_effects.cc).
  void RunTable(const FlowKey& key, const Resumption& where, TraceNode* list);
  void RunOn(const FlowKey& key, const Resumption& where, TraceNode* node);
  void Track(const Effect& effect, const Action& action, FlowKey key);
  // ConnectionTracker: what the options say, and what tracked_action_ does to the key. False: it is not followed.
  bool Track(const CtOp& ct, uint16_t zone, Packet& packet, FlowKey& key) override;
  bool TrackNat(const Action& action, FlowKey& key, std::string& title);
  bool TrackLb(const Action& action, FlowKey& key, std::string& title);
  void Respond(const Effect& effect, const Action& action, FlowKey key);
  void ReplyWith(const Effect& effect, const Action& action, FlowKey key);
  // The state for the next use of connection tracking; adds to `remark` when it is the default.
  uint16_t NextCtState(std::string& remark);
  void ResumeWith(const Effect& effect, FlowKey key, const SymbolBits* result, bool value);
  // Warns, once each, of logical flows that the packet may have met here and that could not be compiled.
  void NoteErrors(uint8_t table, const FlowKey& key);

  TracedWorld& world_;
  DropCauses& causes_;
  Controller& controller_;
  const TieOrder ties_;
  const Translator translator_;
  const TraceOptions& options_;
  const std::function<std::vector<std::string>(const Uuid&)> openflow_;
  absl::InlinedVector<Scope, kScopes> scopes_;
  std::forward_list<Outlet> outlets_;
  TraceNode* entry_ = nullptr;  // Takes the table that a run starts with.
  std::vector<std::string> warnings_;
  std::set<Uuid> noted_;                     // Logical flows that were warned of.
  std::vector<std::pair<u128, int>> stack_;  // What `push` put there.
  size_t ct_used_ = 0;
  const Action* tracked_action_ = nullptr;
  std::string tracked_title_;
  bool natted_ = false;  // Amend() has marked the connection for one lookup.
  int bucket_ = 0;       // For the group that is about to run.
  int depth_ = 0;
  size_t base_ = 0;  // Of scopes_: where the run of the moment began.
  int nodes_ = 0;
  TraceNode hidden_;  // Takes what is not shown.
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_TRACE_RECORDER_H_
