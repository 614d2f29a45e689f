// File: flow.h
// One entry of a flow table.

#ifndef OVNLITE_FLOW_FLOW_H_
#define OVNLITE_FLOW_FLOW_H_

#include <cstdint>
#include <utility>

#include "ovnlite/base/uuid.h"
#include "ovnlite/flow/match.h"
#include "ovnlite/flow/op.h"

namespace ovnlite {

struct Flow {
  uint8_t table = 0;
  uint16_t priority = 0;
  Match match;
  SharedOps ops;  // Never null; empty means drop.
  // The first 32 bits of the UUID of the row the flow was made from, as OVN sets it; 0 for flows made from none.
  uint32_t cookie = 0;
  // The row of Logical_Flow that the flow was made from; zero: none.
  Uuid source;
  // The flow's number in its FlowTables, which sets it; 0 outside.
  uint32_t id = 0;

  // By content; whatever the number.
  friend bool operator==(const Flow& a, const Flow& b) {
    return a.table == b.table && a.priority == b.priority && a.cookie == b.cookie && a.source == b.source &&
           a.match == b.match && (a.ops == b.ops || *a.ops == *b.ops);
  }
  template <typename H>
  friend H AbslHashValue(H h, const Flow& flow) {
    return H::combine(std::move(h), HashOf(flow));
  }
  friend uint64_t HashOf(const Flow& flow);
};

// Which of two flows of one table is to be preferred when both match: higher priority first. OpenFlow leaves ties open;
// here they go by cookie and then by content, so that the answer never depends on the order of insertion.
bool Precedes(const Flow& a, const Flow& b);

}  // namespace ovnlite

#endif  // OVNLITE_FLOW_FLOW_H_
