// File: topology.h
// A Topology as Python holds it: over a database, or as part of a Lab. Handles keep it.

#ifndef OVNLITE_BINDINGS_PYTHON_TOPOLOGY_H_
#define OVNLITE_BINDINGS_PYTHON_TOPOLOGY_H_

#include <memory>

#include "bindings/python/database.h"
#include "ovnlite/topology/topology.h"

namespace ovnlite::python {

struct PyTopology {
  PyDatabase nb;
  std::shared_ptr<Topology> topology;  // Works in the database's session; ends before the database.
};

}  // namespace ovnlite::python

#endif  // OVNLITE_BINDINGS_PYTHON_TOPOLOGY_H_
