// File: ties.h
// Which of several logical flows of one priority a packet takes that matches them all. OpenFlow leaves it open, and a
// hypervisor may take any; a trace is easier to compare when it takes the one that ovn-trace does: the first in the
// order in which it reads the table, which is the order of its hash table of rows.

#ifndef OVNLITE_LIB_TRACE_TIES_H_
#define OVNLITE_LIB_TRACE_TIES_H_

#include <cstddef>

#include "ovnlite/flow/classifier.h"

namespace ovnlite {

// `rows`: how many rows the Logical_Flow table has.
TieOrder TiesAsInOvnTrace(size_t rows);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_TRACE_TIES_H_
