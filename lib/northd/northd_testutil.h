// File: northd_testutil.h
// Logical flows as text that can be compared: one line per flow and datapath, in ovn-sbctl's words.

#ifndef OVNLITE_LIB_NORTHD_NORTHD_TESTUTIL_H_
#define OVNLITE_LIB_NORTHD_NORTHD_TESTUTIL_H_

#include <set>
#include <string>

#include "ovnlite/db/database.h"

namespace ovnlite {

// "LR1 ingress lr_in_admission 50 [match] [actions]" of every flow of a Southbound database.
std::multiset<std::string> FlowLines(const Database& sb);
// Datapaths, ports, groups and sets of a Southbound database in words that do not depend on numbers and UUIDs.
// Without these columns of Port_Binding.
std::multiset<std::string> RowLines(const Database& sb, const std::set<std::string>& but_for = {});
// The flows of what `ovn-sbctl lflow-list` has printed.
std::multiset<std::string> FlowLinesOfListing(const std::string& listing);
// What only one of them has, one per line behind "- " or "+ "; empty when they are equal.
std::string Difference(const std::multiset<std::string>& expected, const std::multiset<std::string>& actual);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_NORTHD_NORTHD_TESTUTIL_H_
