// File: lport_addresses.h
// "MAC [IP[/LENGTH]…]": how OVN's databases write the addresses and the port security of logical ports (ovn-nb(5),
// Logical_Switch_Port).

#ifndef OVNLITE_LOGICAL_LPORT_ADDRESSES_H_
#define OVNLITE_LOGICAL_LPORT_ADDRESSES_H_

#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/base/mac.h"

namespace ovnlite {

struct LportAddresses {
  MacAddress mac;
  std::vector<IpPrefix> v4;
  std::vector<IpPrefix> v6;
  friend bool operator==(const LportAddresses&, const LportAddresses&) = default;
};

// As OVN reads it (base/address_scan.h): nothing where `text` does not begin with a MAC address; IP addresses up to the
// first thing that is none, which is what is left in `*rest` (unless null). OVN passes over the rest with a warning.
std::optional<LportAddresses> ReadLportAddresses(absl::string_view text, absl::string_view* rest = nullptr);

}  // namespace ovnlite

#endif  // OVNLITE_LOGICAL_LPORT_ADDRESSES_H_
