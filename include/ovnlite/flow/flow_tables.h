// File: flow_tables.h
// The OpenFlow tables of one bridge (br-int): 256 tables, each split by logical datapath, since nearly every flow OVN
// makes matches one value of `metadata`. A lookup sees one datapath's part plus the part that does not care.
//
// Edits apply in place. Each one makes a new generation of the tables, and each part remembers the last one that it
// changed in, so that whoever caches answers asks again only where the answer may have changed. Any number may, each at
// its own pace.

#ifndef OVNLITE_FLOW_FLOW_TABLES_H_
#define OVNLITE_FLOW_FLOW_TABLES_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "ovnlite/flow/classifier.h"
#include "ovnlite/flow/flow.h"

namespace ovnlite {

using FlowId = uint32_t;  // Never 0, and not reused.

// Names one part of one table: table << 32 | metadata, with all ones for the part that fits any metadata.
using TablePart = uint64_t;
inline constexpr uint32_t kAnyMetadata = 0xffffffff;
constexpr TablePart MakeTablePart(uint8_t table, uint32_t metadata) {
  return static_cast<uint64_t>(table) << 32 | metadata;
}

class FlowTables {
 public:
  FlowTables();
  ~FlowTables();
  FlowTables(const FlowTables&) = delete;
  FlowTables& operator=(const FlowTables&) = delete;

  FlowId Add(Flow flow);
  void Remove(FlowId id);
  // The flow of a live id.
  const Flow& Get(FlowId id) const;
  // The flow, or null when it was removed.
  const Flow* Find(FlowId id) const;
  size_t size() const;

  // The preferred flow of `table` that matches, or null.
  const Flow* Lookup(uint8_t table, const LookupContext& context) const;

  // Calls `visit` for every flow: by table, metadata (the part for any last), preference.
  void ForEach(const std::function<void(const Flow&)>& visit) const;

  // Goes up with every edit.
  uint64_t generation() const;
  // Whether an answer from a part of the tables may be another than it was in an earlier generation. Parts share places
  // to remember in, so that it may say yes for a part that is as it was; and never no for one that is not.
  bool ChangedSince(TablePart part, uint64_t generation) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ovnlite

#endif  // OVNLITE_FLOW_FLOW_TABLES_H_
