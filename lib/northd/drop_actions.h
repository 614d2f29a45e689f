// File: drop_actions.h
// What flows do that drop: "drop;", or a sample of each dropped packet for an IPFIX collector, where the Northbound
// database asks for that (NB_Global options:debug_drop_domain_id and debug_drop_collector_set, ovn-nb(5)).

#ifndef OVNLITE_LIB_NORTHD_DROP_ACTIONS_H_
#define OVNLITE_LIB_NORTHD_DROP_ACTIONS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace ovnlite {

inline constexpr char kDrop[] = "drop;";

// `domain` and `collector_set` are the texts of the two options; empty: not given. Without a collector set (no number,
// or 0), and with a domain above 254, nothing is sampled. A domain that is no number is 0.
std::string DropActions(absl::string_view domain, absl::string_view collector_set);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_NORTHD_DROP_ACTIONS_H_
