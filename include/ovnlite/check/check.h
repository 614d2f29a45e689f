// File: check.h
// Finds rows of a Northbound database that its schema accepts and that make no sense: addresses that are none, names of
// ports that do not exist, routes that lead nowhere, matches that nobody can read. Each finding says what is wrong and
// what OVN 23.03 does with it, which is known from a real ovn-northd.
//
//   for (const Finding& finding : CheckNorthbound(nb)) std::cout << finding.ToString() << "\n";
//
//   error: Logical_Switch_Port vm1: addresses "10.0.0.5": no MAC address stands in front: it counts for nothing
//
// Nothing is compiled and nothing changed. What makes sense has no findings, and what OVN does with some row and is not
// known for sure is no finding either. Cost: linear in the database, but for VIPs that several load balancers share.

#ifndef OVNLITE_CHECK_CHECK_H_
#define OVNLITE_CHECK_CHECK_H_

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/db/database.h"

namespace ovnlite {

enum class Severity : uint8_t {
  kError,    // OVN leaves out the row, or something that is written in it.
  kWarning,  // OVN does something that the writer probably did not want.
  kNote,     // Worth knowing.
};
// "error", "warning", "note".
absl::string_view SeverityName(Severity severity);

struct Finding {
  Severity severity = Severity::kNote;
  std::string table;
  std::string row;     // What people call it: its name, or what it is about ("LR1 10.0.0.0/8").
  std::string column;  // Empty where it is about the row as a whole.
  std::string key;     // In a column that is a map.
  std::string value;   // What stands there.
  std::string message;
  Uuid uuid;  // Of the row.

  // One line.
  std::string ToString() const;
  // By table, row, column; not by severity, so that what concerns one row stays together.
  friend bool operator==(const Finding&, const Finding&) = default;
};

// `nb` is of NorthboundSchema(). The same database gives the same findings in the same order.
std::vector<Finding> CheckNorthbound(const Database& nb);

// Whether something is left out or wrong: there is more than notes.
bool IsAnythingWrong(absl::Span<const Finding> findings);

// {"findings": [{"severity": "error", "table": …, "row": …, "uuid": …, "column": …, "key": …, "value": …,
// "message": …}, …]}, on one line.
std::string FindingsToJson(absl::Span<const Finding> findings);

}  // namespace ovnlite

#endif  // OVNLITE_CHECK_CHECK_H_
