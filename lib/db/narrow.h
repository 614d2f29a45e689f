// File: narrow.h
// From a database of another version's schema, whose columns take more values than ours, to one of ours.

#ifndef OVNLITE_LIB_DB_NARROW_H_
#define OVNLITE_LIB_DB_NARROW_H_

#include <map>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "ovnlite/db/database.h"

namespace ovnlite {

// What has no place in our schema, and what it costs: a row for a value that its column must not have, and for one
// that it must have and lost; else an element of a set or a pair of a map.
struct LeftOut {
  struct Values {
    std::set<std::string> texts;  // The values, as in JSON; kMostTexts at most.
    size_t rows = 0;              // Left out.
    size_t shortened = 0;         // Rows whose sets or maps have lost some.
  };
  static constexpr size_t kMostTexts = 3;
  // "DHCPv6_Options.type" -> its values.
  std::map<std::string, Values> by_column;
  // Table -> its rows that need one that was left out, and so were left out too.
  std::map<std::string, size_t> in_need;
  // "table Mirror_Rule", "column Chassis.transport_zones": what we do not have -> in how many rows it was.
  std::map<std::string, size_t> unknown;
};

// Puts the rows of `theirs` into `ours`, which is empty. References to rows that are left out are left out too. Costs the
// columns of every row, and their values where our column may not hold them. An error when what is left breaks the
// promises of our schema all the same.
absl::Status Narrow(const Database& theirs, Database& ours, LeftOut* left_out);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_DB_NARROW_H_
