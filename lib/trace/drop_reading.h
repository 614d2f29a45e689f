// File: drop_reading.h
// Why a packet that a Walker took through the flow tables of a chassis came to nothing: the one reading, and the one
// wording, of traces over the chassis, of what a laboratory tells, and of lost probes.

#ifndef OVNLITE_LIB_TRACE_DROP_READING_H_
#define OVNLITE_LIB_TRACE_DROP_READING_H_

#include <string>
#include <utility>

#include "lib/trace/drop_causes.h"
#include "lib/trace/walker.h"
#include "lib/trace/world.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/datapath/program.h"
#include "ovnlite/db/database.h"
#include "ovnlite/trace/drop_cause.h"

namespace ovnlite {

struct DropReading {
  DropCause cause;
  // The Southbound row behind the flow that decided; zero where there is none.
  std::string row_table;
  Uuid row;
};

// `world` must be as the database is now. `last` is where the packet was looked up last, on `chassis`.
DropReading ReadDrop(const Database& sb, TracedWorld& world, DropCauses& causes, const std::string& chassis,
                     DropReason reason, const LastLookup& last);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_TRACE_DROP_READING_H_
