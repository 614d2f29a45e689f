// File: physical_walk.h
// Runs a packet over the chassis of a database. See physical_path.h for what comes out.

#ifndef OVNLITE_LIB_TRACE_PHYSICAL_WALK_H_
#define OVNLITE_LIB_TRACE_PHYSICAL_WALK_H_

#include "lib/trace/drop_causes.h"
#include "lib/trace/world.h"
#include "ovnlite/db/database.h"
#include "ovnlite/packet/flow_key.h"
#include "ovnlite/trace/physical_path.h"
#include "ovnlite/trace/trace.h"

namespace ovnlite {

// `key` has the logical inport and the fields of the packet. Cost: a compilation, for each chassis
// that the packet comes to, of what it meets there.
struct PhysicalWalk {
  PhysicalPath there;
  PhysicalPath back;  // With TraceOptions::reply.
};
PhysicalWalk WalkPhysicalPath(Database& sb, TracedWorld& world, DropCauses& causes, const TracedDatapath& datapath,
                              const FlowKey& key, const TraceOptions& options);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_TRACE_PHYSICAL_WALK_H_
