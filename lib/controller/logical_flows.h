// File: logical_flows.h
// Logical flows to flow tables: for every row of Logical_Flow whose datapath is local, its match as clauses and its
// actions as operations (ovn-architecture(7), "Architectural Physical Life Cycle of a Packet").

#ifndef OVNLITE_LIB_CONTROLLER_LOGICAL_FLOWS_H_
#define OVNLITE_LIB_CONTROLLER_LOGICAL_FLOWS_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "lib/controller/context.h"
#include "lib/controller/extend_table.h"
#include "ovnlite/controller/controller.h"
#include "ovnlite/logical/action_parse.h"
#include "ovnlite/logical/clauses.h"
#include "ovnlite/logical/constant_set.h"
#include "ovnlite/logical/expr.h"
#include "ovnlite/logical/expr_transform.h"

namespace ovnlite {

namespace sb {
class Logical_Flow;
}

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
  // `context` must outlive this, and have its queries before DefineQueries() is called.
  explicit LogicalFlows(const ControllerContext& context);
  ~LogicalFlows();

  void DefineQueries(Incremental& engine);
  // An emitter over every row, for all local datapaths.
  void Define(Incremental& engine);
  // The index by which EmitRows() finds rows: see Database::IndexBy().
  static void AddStageIndex(const Database& sb);
  // One of the rows that ask for no port first, or zero.
  static Uuid SomeRow(const Database& sb, const Uuid& datapath, uint8_t table);
  // Some rows, for one datapath.
  void EmitRows(Reader& reader, const Uuid& datapath, const StageRows& rows, Output& out);

  Uuid UuidOf(uint32_t source) const;
  std::vector<FlowError> errors() const;
  bool has_errors() const { return !errors_.empty(); }
  // Those among the rows that EmitRows() takes, added to `found`.
  void FindErrors(const Database& sb, const Uuid& datapath, const StageRows& rows, std::vector<FlowError>& found) const;
  // Forgets what was noted about rows that are gone.
  void ForgetRows(const Database& sb);

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
  // OpenFlow groups and meters that a row's actions use.
  struct Extends {
    std::vector<std::string> groups;
    std::vector<std::string> meters;
  };
  static Place PlaceOf(const sb::Logical_Flow& flow);

  // `datapaths`: where the row applies. `emitter`: zero, or the datapath when there are several emitters for a row.
  void Emit(Reader& reader, const Uuid& row, const std::vector<Uuid>& datapaths, const Uuid& emitter, Output& out);
  absl::Status DumpDatapath(Reader& reader, const Uuid& row, const sb::Logical_Flow& flow, const Uuid& datapath,
                            uint32_t conj_base, std::vector<OpenFlow>& out);
  // What keeps the row, or a part of it, out is in `*part` when it is not OK.
  absl::Status Compile(Reader& reader, const Uuid& row, const sb::Logical_Flow& flow,
                       const std::vector<Uuid>& datapaths, const Uuid& emitter, Output& out, FlowError::Part* part);
  std::vector<Uuid> LocalDatapathsOf(Reader& reader, const sb::Logical_Flow& flow);
  absl::StatusOr<const Expr*> ParseMatch(const Lookups& lookups, const std::string& match);
  // A match and the prerequisites of the actions, if there are any.
  const Expr* With(const Expr* match, const Expr* prerequisites) {
    return prerequisites == nullptr ? match : pool_.And(match, prerequisites);
  }
  absl::StatusOr<ParsedActions> ParseRowActions(const Lookups& lookups, const sb::Logical_Flow& flow,
                                                const Place& place);
  SharedOps EncodeRowActions(Lookups& lookups, const ActionList& actions, const Place& place, const Uuid& row,
                             const sb::Logical_Flow& flow);
  using ExtendsKey = std::pair<Uuid, Uuid>;  // Row and emitter.
  void ReleaseExtends(const ExtendsKey& key);
  // Whether packets that enter or leave by the port of this key can be seen here at all.
  // Whether the flow is marked as one for a port that has nothing here.
  bool IsForOthers(Reader& reader, const sb::Logical_Flow& flow);
  bool IsRelated(Reader& reader, const Lookups& lookups, uint32_t key);
  std::shared_ptr<const ValueSet> SetOf(const FieldSet& set);
  void ForgetExpressions();
  uint32_t SourceOf(const Uuid& row);

  const ControllerContext& context_;
  ExprPool pool_;
  ClauseCache clause_cache_;
  absl::flat_hash_map<std::pair<const FieldValues*, int>,
                      std::pair<std::shared_ptr<const FieldValues>, std::shared_ptr<const ValueSet>>>
      sets_;
  Query<DatapathInfo> datapath_;
  Query<std::vector<Uuid>> local_of_group_;              // By Logical_DP_Group UUID.
  Query<std::map<std::string, uint32_t>> groups_;        // By Datapath_Binding UUID: multicast groups by name.
  Query<SetAnswer> address_set_;                         // By name.
  Query<SetAnswer> port_group_;                          // By the name it has in the Southbound database.
  Query<bool> related_;                                  // By Port_Binding UUID.
  Query<std::map<std::string, std::string>> templates_;  // By the empty name: this chassis' template variables.
  ExtendTable group_ids_;
  ExtendTable meter_ids_;
  std::map<ExtendsKey, Extends> extends_;
  absl::flat_hash_map<Uuid, uint32_t> sources_;
  std::vector<Uuid> uuids_;  // By source - 1.
  std::map<Uuid, FlowError> errors_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_CONTROLLER_LOGICAL_FLOWS_H_
