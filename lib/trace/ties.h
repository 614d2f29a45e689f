// File: ties.h
// Which of several logical flows of one priority a packet takes that matches them all. OpenFlow leaves it open, and a
// hypervisor may take any; a trace is easier to compare when it takes the one that ovn-trace does: the first in the
// order in which it reads the table, which is the order of its hash table of rows.

#ifndef OVNLITE_LIB_TRACE_TIES_H_
#define OVNLITE_LIB_TRACE_TIES_H_

#include <cstddef>
#include <cstdint>

#include "ovnlite/flow/flow_tables.h"
#include "ovnlite/packet/flow_key.h"

namespace ovnlite {

class Ties {
 public:
  // `rows`: how many rows the Logical_Flow table has.
  explicit Ties(size_t rows);
  // `found`, which matches `key`, or one of equal rank that comes first.
  const Flow* First(const FlowTables& tables, const Flow& found, const FlowKey& key) const;

 private:
  uint32_t mask_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_TRACE_TIES_H_
