// File: database.h
// A Database as Python holds it: on its own, or as part of a Lab, which then lives as long.

#ifndef OVNLITE_BINDINGS_PYTHON_DATABASE_H_
#define OVNLITE_BINDINGS_PYTHON_DATABASE_H_

#include <memory>

#include "bindings/python/session.h"
#include "ovnlite/base/random.h"
#include "ovnlite/db/database.h"

namespace ovnlite::python {

struct PyDatabase {
  std::shared_ptr<Database> db;
  Session session;
  std::shared_ptr<Random> random = std::make_shared<Random>(1);  // For UUIDs of new rows.
};

}  // namespace ovnlite::python

#endif  // OVNLITE_BINDINGS_PYTHON_DATABASE_H_
