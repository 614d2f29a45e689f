// File: address_and_port.h
// The notation of load balancers' VIPs and backends in strings: "10.0.0.1:80", "10.0.0.1", "[fd00::1]:80", "fd00::1".

#ifndef OVNLITE_LIB_LOGICAL_ADDRESS_AND_PORT_H_
#define OVNLITE_LIB_LOGICAL_ADDRESS_AND_PORT_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "ovnlite/base/ip.h"

namespace ovnlite {

// False for anything else. A port that is not there is 0.
bool ParseAddressAndPort(absl::string_view text, IpAddress* address, uint16_t* port);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_LOGICAL_ADDRESS_AND_PORT_H_
