// File: logical_flows.h
// Logical flows to flow tables: for every row of Logical_Flow whose datapath is local, its match as clauses and its
// actions as operations (ovn-architecture(7), "Architectural Physical Life Cycle of a Packet").

#ifndef OVNLITE_LIB_CONTROLLER_LOGICAL_FLOWS_H_
#define OVNLITE_LIB_CONTROLLER_LOGICAL_FLOWS_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "lib/controller/context.h"
#include "ovnlite/controller/controller.h"
#include "ovnlite/logical/action_parse.h"
#include "ovnlite/logical/clauses.h"
#include "ovnlite/logical/constant_set.h"
#include "ovnlite/logical/expr.h"
#include "ovnlite/logical/expr_transform.h"

namespace ovnlite {

// A set of constants as a query's answer: compared by content.
struct SetAnswer {
  std::shared_ptr<const ConstantSet> set;
  friend bool operator==(const SetAnswer& a, const SetAnswer& b) {
    return a.set == b.set || (a.set != nullptr && b.set != nullptr && a.set->SameAs(*b.set));
  }
};

// What compiling a logical flow needs to know of a datapath.
struct DatapathInfo {
  uint32_t key = 0;
  bool is_switch = false;
  bool snat_zone_is_common = false;  // A router with the option snat-ct-zone.
  int kind() const { return is_switch | snat_zone_is_common << 1; }
  friend bool operator==(const DatapathInfo&, const DatapathInfo&) = default;
};

// The rows of a stage that ask for a certain logical port first of all: inport == "LSP1" && …
struct StageRows {
  uint8_t table = 0;
  bool is_outport = false;
  absl::string_view port = {};  // Empty: all other rows.
};

class LogicalFlows {
 public:
  // References must outlive this; the context must have its queries before anything runs.
  LogicalFlows(Incremental& engine, const ControllerContext& context, const Database& sb);
  ~LogicalFlows();

  // Emitters over the rows of all local datapaths.
  void Define();
  // An emitter over rows of some stages for one datapath: those that stand in the index under a key (StageKey()) that
  // `stages` has with a datapath.
  void DefineOnDemand(const Relation<std::string, Uuid>& stages);
  // The key of some rows of a datapath or a Logical_DP_Group: some bytes, not text.
  static std::string StageKey(const Uuid& datapath_or_group, const StageRows& rows);
  // One of the rows that ask for no port first, or zero.
  Uuid SomeRow(const Uuid& datapath, uint8_t table) const;
  // Whether a row is among those, for this datapath.
  bool IsAmong(const Uuid& row, const Uuid& datapath, const StageRows& rows) const;

  // Forgets what was remembered of expressions while flows were compiled, which share many of their parts: compiled flows
  // no longer need it.
  void ForgetExpressions();

  // A flow as OpenFlow has it, sets and ranges written out.
  struct OpenFlow {
    uint8_t table;
    uint16_t priority;
    uint32_t cookie;
    std::string match;
    std::string actions;
    bool conjunctive;  // The actions are conjunction(...)s, which flows of one match share.
  };
  // All flows of a row, for every local datapath. What cannot be written out is left out, and the first reason is in
  // `*left_out`.
  std::vector<OpenFlow> Dump(Reader& reader, const Uuid& row, absl::Status* left_out);

 private:
  class Lookups;
  // A row's place in the pipeline.
  struct Place {
    Pipeline pipeline;
    int stage;
    uint8_t table;
  };
  // What becomes of a row, in one datapath or in all of a kind.
  struct Compiled {
    std::vector<Clause> clauses;
    SharedOps ops;
    std::map<uint32_t, Uuid> ports;   // The Port_Bindings that names in it turned out to be, by key.
    std::vector<std::string> groups;  // Descriptions of the OpenFlow groups and meters that it uses.
    std::vector<std::string> meters;
    std::optional<FlowError> error;
    bool is_left_out = false;  // Because of the error; otherwise only a part of it is.
  };
  struct SharedCompiled {
    std::shared_ptr<const Compiled> of;  // Null: it is another thing in every datapath.
    friend bool operator==(const SharedCompiled&, const SharedCompiled&) = default;
  };
  // A row, and DatapathInfo but the key.
  using KindKey = std::pair<Uuid, int>;
  static Place PlaceOf(sb::Logical_Flow_View flow);

  // The row's flows in one datapath.
  void Emit(Reader& reader, const Uuid& row, const Uuid& datapath, Output& out);
  Compiled Compile(const Uuid& row, sb::Logical_Flow_View flow, const Place& place, Lookups& lookups);
  absl::Status DumpDatapath(Reader& reader, const Uuid& row, sb::Logical_Flow_View flow, const Uuid& datapath,
                            uint32_t conj_base, std::vector<OpenFlow>& out);
  absl::StatusOr<const Expr*> ParseMatch(const Lookups& lookups, absl::string_view match);
  // A match and the prerequisites of the actions, if there are any.
  const Expr* With(const Expr* match, const Expr* prerequisites) {
    return prerequisites == nullptr ? match : pool_.And(match, prerequisites);
  }
  absl::StatusOr<ParsedActions> ParseRowActions(const Lookups& lookups, sb::Logical_Flow_View flow, const Place& place);
  SharedOps EncodeRowActions(Lookups& lookups, const ActionList& actions, const Place& place, const Uuid& row,
                             sb::Logical_Flow_View flow);
  // Whether the flow is marked as one for a port that has nothing here.
  bool IsForOthers(Reader& reader, sb::Logical_Flow_View flow);
  // Whether packets that enter or leave by the port of this key can be seen here at all.
  bool IsRelated(Reader& reader, const std::map<uint32_t, Uuid>& ports, uint32_t key);
  std::shared_ptr<const ValueSet> SetOf(const FieldSet& set);

  Incremental& engine_;
  const ControllerContext& context_;
  const Database& sb_;
  const Index& stages_;
  ExprPool pool_;
  ClauseCache clause_cache_;
  absl::flat_hash_map<std::pair<const FieldValues*, int>,
                      std::pair<std::shared_ptr<const FieldValues>, std::shared_ptr<const ValueSet>>>
      sets_;
  Query<Uuid, DatapathInfo> datapath_;
  Query<Uuid, std::map<std::string, uint32_t>> groups_;        // By Datapath_Binding: multicast groups by name.
  Query<std::string, SetAnswer> address_set_;                  // By name.
  Query<std::string, SetAnswer> port_group_;                   // By the name it has in the Southbound database.
  Query<Uuid, bool> related_;                                  // By Port_Binding.
  Query<Uuid, std::map<std::string, std::string>> templates_;  // By zero: this chassis' template variables.
  Query<KindKey, SharedCompiled> compiled_;                    // Of rows that several datapaths share.
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_CONTROLLER_LOGICAL_FLOWS_H_
