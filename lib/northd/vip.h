// File: vip.h
// Virtual IP addresses of load balancers, as Load_Balancer:vips has them (ovn-nb(5)): what clients connect to, and the
// backends that stand behind it.
//
//   "10.0.0.100:80"  = "10.0.0.1:8080,10.0.0.2:8080"
//   "[fd00::100]:80" = "[fd00::1]:8080"
//   "10.0.0.101"     = "10.0.0.1,10.0.0.2"              all ports, which stay as they are
//   "10.0.0.102:80"  = ""                               nobody is there: connections are dropped

#ifndef OVNLITE_LIB_NORTHD_VIP_H_
#define OVNLITE_LIB_NORTHD_VIP_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ovnlite/base/ip.h"

namespace ovnlite {

// An address, and a port of it.
struct Endpoint {
  IpAddress ip;
  uint16_t port = 0;  // 0: none is said.
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// "ADDRESS", "ADDRESS:PORT", "[ADDRESS]" or "[ADDRESS]:PORT", with an address as inet_pton(3) reads it; the brackets
// tell the port from an IPv6 address, which without them is all address. As in OVN a port may have space, a sign or
// zeros in front, or be missing behind its colon, and a bracket that nothing follows may be left open.
std::optional<Endpoint> ReadEndpoint(absl::string_view text);

struct Vip {
  Endpoint endpoint;
  std::vector<Endpoint> backends;  // In the order of their text; what stands there twice is here twice.
  friend bool operator==(const Vip&, const Vip&) = default;
};

// A pair of the column; backends are separated by commas, and nothing between two commas is no backend.
// InvalidArgument, saying what is wrong, for what OVN passes over as a whole: an endpoint that is none, backends of the
// other family, backends with a port where the address has none or the other way round.
absl::StatusOr<Vip> ReadVip(absl::string_view address, absl::string_view backends);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_NORTHD_VIP_H_
