#include "lib/topology/router_networks.h"

#include "absl/strings/str_cat.h"
#include "lib/schema/ovn_nb.rows.h"
#include "lib/topology/rows.h"
#include "ovnlite/base/mac.h"

namespace ovnlite {

absl::Status CheckRouterMac(absl::string_view port, absl::string_view mac) {
  const absl::StatusOr<MacAddress> address = MacAddress::Parse(mac);
  if (!address.ok()) return absl::InvalidArgumentError(absl::StrCat(port, ": invalid mac address ", mac));
  if (address->IsMulticast() || address->IsZero()) {
    return absl::InvalidArgumentError(absl::StrCat(port, ": ", mac, " is not the address of one station"));
  }
  return absl::OkStatus();
}

std::vector<RouterNetwork> NetworksOf(const Database& nb, const Uuid& router, const Uuid& except) {
  std::vector<RouterNetwork> all;
  const auto row = nb.Read<nb::Logical_Router>(router);
  if (!row) return all;
  for (const Uuid& ref : row->ports()) {
    const auto port = nb.Read<nb::Logical_Router_Port>(ref);
    if (!port || ref == except) continue;
    for (const absl::string_view text : port->networks()) {
      if (const absl::StatusOr<IpPrefix> network = IpPrefix::Parse(text); network.ok())
        all.push_back({std::string(port->name()), *network});
    }
  }
  return all;
}

absl::Status CheckNetworks(const Database& nb, const Uuid& router, const Uuid& except, absl::string_view port,
                           absl::Span<const absl::string_view> networks) {
  if (networks.empty()) return absl::InvalidArgumentError(absl::StrCat(port, ": a router port needs a network"));
  const std::vector<RouterNetwork> others = NetworksOf(nb, router, except);
  std::vector<IpPrefix> own;
  for (const absl::string_view text : networks) {
    const absl::StatusOr<IpPrefix> network = IpPrefix::Parse(text);
    if (!network.ok()) return absl::InvalidArgumentError(absl::StrCat(port, ": invalid network address: ", text));
    const IpAddress address = network->address();
    if (address.IsMulticast() || address.IsZero()) {
      return absl::InvalidArgumentError(absl::StrCat(port, ": ", text, " is not the address of one station"));
    }
    for (const IpPrefix& o : own) {
      if (o.address() != address) continue;
      return absl::InvalidArgumentError(absl::StrCat(port, ": ", address.ToString(), " is given twice"));
    }
    own.push_back(*network);
    if (address.is_v6() && address.IsLinkLocal()) continue;
    for (const RouterNetwork& other : others) {
      if (!other.network.Overlaps(*network)) continue;
      return absl::FailedPreconditionError(absl::StrCat(port, ": network ", text, " overlaps network ",
                                                        other.network.ToString(), " of port ", other.port));
    }
  }
  return absl::OkStatus();
}

}  // namespace ovnlite
