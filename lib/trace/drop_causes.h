// File: drop_causes.h
// Finds out what somebody configured that made a packet end: from the logical flow that it ended at, that flow's stage
// and its stage hint.

#ifndef OVNLITE_LIB_TRACE_DROP_CAUSES_H_
#define OVNLITE_LIB_TRACE_DROP_CAUSES_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "lib/trace/traced_flow.h"
#include "lib/trace/world.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/db/database.h"
#include "ovnlite/packet/flow_key.h"
#include "ovnlite/trace/drop_cause.h"

namespace ovnlite {

class DropCauses {
 public:
  explicit DropCauses(const TracedWorld& world) : world_(world) {}

  // Rows are named from this database, which must stay; null: only what the Southbound one tells. What is remembered of
  // it is forgotten.
  void UseNorthbound(const Database* nb);

  // `flow` ends packets, `key` is one that came to it.
  DropCause Of(const TracedFlow& flow, const FlowKey& key);
  // No flow of this stage matches.
  static DropCause NoFlow(const std::string& stage);
  // Where no logical flow decides.
  static DropCause Other(DropKind kind, const std::string& text);

 private:
  struct Origin {
    std::string table, row, name, words;
  };
  // The Northbound row that a stage hint is of; empty fields where unknown.
  Origin OriginOf(const std::string& hint);
  void Remember();

  const TracedWorld& world_;
  const Database* nb_ = nullptr;
  bool remembered_ = false;
  absl::flat_hash_map<uint32_t, std::pair<std::string, Uuid>> by_prefix_;  // Northbound rows: table and UUID.
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_TRACE_DROP_CAUSES_H_
