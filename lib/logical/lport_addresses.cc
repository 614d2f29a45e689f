#include "ovnlite/logical/lport_addresses.h"

#include "ovnlite/base/address_scan.h"

namespace ovnlite {

std::optional<LportAddresses> ReadLportAddresses(absl::string_view text, absl::string_view* rest) {
  const std::optional<MacAddress> mac = ScanMac(text);
  if (!mac.has_value()) return std::nullopt;
  LportAddresses addresses{*mac, {}, {}};
  while (const std::optional<IpPrefix> ip = ScanIpPrefix(text)) {
    (ip->is_v6() ? addresses.v6 : addresses.v4).push_back(*ip);
  }
  if (rest != nullptr) *rest = text;
  return addresses;
}

}  // namespace ovnlite
