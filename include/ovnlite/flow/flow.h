// File: flow.h
// One entry of a flow table.

#ifndef OVNLITE_FLOW_FLOW_H_
#define OVNLITE_FLOW_FLOW_H_

#include <cstdint>

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
  // What the flow was made from, for whoever made it (the controller numbers its logical flows); 0: nothing.
  uint32_t source = 0;
  // The flow's number in its FlowTables, which sets it; 0 outside.
  uint32_t id = 0;
};

// Which of two flows of one table is to be preferred when both match: higher priority first. OpenFlow leaves ties open;
// here they go by cookie and then by content, so that the answer never depends on the order of insertion.
bool Precedes(const Flow& a, const Flow& b);

}  // namespace ovnlite

#endif  // OVNLITE_FLOW_FLOW_H_
