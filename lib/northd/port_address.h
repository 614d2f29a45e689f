// File: port_address.h
// An element of Logical_Switch_Port.addresses (ovn-nb(5)): "unknown", "router", "MAC [IP…]", or one of the ways to ask
// for an address: "dynamic", "dynamic IP", "MAC dynamic".

#ifndef OVNLITE_LIB_NORTHD_PORT_ADDRESS_H_
#define OVNLITE_LIB_NORTHD_PORT_ADDRESS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "ovnlite/base/mac.h"
#include "ovnlite/logical/lport_addresses.h"

namespace ovnlite {

enum class SwitchPortAddressKind : uint8_t { kUnknown, kRouter, kDynamic, kStatic, kInvalid };

struct SwitchPortAddress {
  SwitchPortAddressKind kind = SwitchPortAddressKind::kInvalid;
  // Frames to it go to the port; kStatic, and "MAC dynamic".
  std::optional<MacAddress> mac;
  LportAddresses addresses;  // kStatic.
  // kInvalid, and kStatic where not all of it is addresses: what is wrong with it.
  std::string complaint;
};
SwitchPortAddress ReadSwitchPortAddress(absl::string_view text);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_NORTHD_PORT_ADDRESS_H_
