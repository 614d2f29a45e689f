// File: database.h
// A Database as Python holds it: on its own, or as part of a Lab, which then lives as long.

#ifndef OVNLITE_BINDINGS_PYTHON_DATABASE_H_
#define OVNLITE_BINDINGS_PYTHON_DATABASE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "bindings/python/session.h"
#include "ovnlite/base/random.h"
#include "ovnlite/db/database.h"

namespace ovnlite::python {

struct PyDatabase {
  std::shared_ptr<Database> db;  // Of the session: see Session::Keep().
  Session session;
  std::shared_ptr<Random> random;  // For UUIDs of new rows: one for each database, whoever holds it.
  std::vector<std::string> warnings = {};
};

// The database of an argument; raises InvalidArgumentError for one of the other kind. `place` is for the message.
const PyDatabase& RequireNorthbound(const PyDatabase& db, absl::string_view place);
const PyDatabase& RequireSouthbound(const PyDatabase& db, absl::string_view place);

}  // namespace ovnlite::python

#endif  // OVNLITE_BINDINGS_PYTHON_DATABASE_H_
