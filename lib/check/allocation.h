// File: allocation.h
// What a switch gives out to ports that ask for an address ("dynamic").

#ifndef OVNLITE_LIB_CHECK_ALLOCATION_H_
#define OVNLITE_LIB_CHECK_ALLOCATION_H_

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "lib/schema/ovn_nb.rows.h"
#include "ovnlite/base/address_scan.h"

namespace ovnlite {

// Whether it gives out addresses at all.
inline bool Allocates(const ViewOf<nb::Logical_Switch>& lswitch) {
  return !lswitch->other_config("subnet").value_or("").empty() ||
         !lswitch->other_config("ipv6_prefix").value_or("").empty() ||
         absl::EqualsIgnoreCase(lswitch->other_config("mac_only").value_or(""), "true");
}

// Whether other_config:subnet is a network with room for ports.
inline bool IsSubnet(absl::string_view text) {
  const std::optional<IpPrefix> network = ReadIpPrefix(text);
  return network.has_value() && !network->is_v6() && network->length() < 32;
}

}  // namespace ovnlite

#endif  // OVNLITE_LIB_CHECK_ALLOCATION_H_
