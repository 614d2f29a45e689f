#include "lib/lab/lab_arguments.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "ovnlite/base/status.h"

namespace ovnlite {
namespace {

std::vector<absl::string_view> Words(absl::string_view text) {
  return absl::StrSplit(text, absl::ByAnyChar(" \t"), absl::SkipEmpty());
}

bool IsOfOneStation(const IpAddress& ip) {
  return !ip.IsZero() && !ip.IsMulticast() && (ip.is_v6() || ip.v4().bits() != 0xffff'ffff);
}

absl::Status Wrong(absl::string_view argument, absl::string_view value, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(argument, ": ", value, " ", what));
}

constexpr absl::string_view kNoStation = "is not the address of one station";

}  // namespace

absl::StatusOr<MacAddress> ReadStationMac(absl::string_view argument, absl::string_view text) {
  const absl::StatusOr<MacAddress> mac = MacAddress::Parse(text);
  if (!mac.ok()) return WithContext(mac.status(), argument);
  if (mac->IsMulticast() || mac->IsZero()) return Wrong(argument, text, kNoStation);
  return *mac;
}

absl::StatusOr<IpAddress> ReadStationIp(absl::string_view argument, absl::string_view text) {
  const absl::StatusOr<IpAddress> ip = IpAddress::Parse(text);
  if (!ip.ok()) return WithContext(ip.status(), argument);
  if (!IsOfOneStation(*ip)) return Wrong(argument, text, kNoStation);
  return *ip;
}

absl::StatusOr<std::vector<IpPrefix>> ReadStationAddresses(absl::string_view argument, absl::string_view text) {
  std::vector<IpPrefix> addresses;
  for (const absl::string_view word : Words(text)) {
    const absl::StatusOr<IpPrefix> address = IpPrefix::Parse(word);
    if (!address.ok()) return WithContext(address.status(), argument);
    const IpAddress ip = address->address();
    if (!IsOfOneStation(ip)) return Wrong(argument, word, kNoStation);
    if (!absl::StrContains(word, '/')) {
      return Wrong(argument, word,
                   absl::StrCat("has no prefix length: it should be like ", word, ip.is_v6() ? "/64" : "/24"));
    }
    if (!ip.is_v6() && address->length() < 31) {
      if (ip == address->network_address()) return Wrong(argument, word, "is the address of the network itself");
      if (ip == address->last_address()) return Wrong(argument, word, "is the broadcast address of its network");
    }
    addresses.push_back(*address);
  }
  return addresses;
}

absl::StatusOr<std::vector<IpAddress>> ReadGateways(absl::string_view argument, absl::string_view text,
                                                    const std::vector<IpPrefix>& subnets) {
  std::vector<IpAddress> gateways;
  for (const absl::string_view word : Words(text)) {
    OVNLITE_ASSIGN_OR_RETURN(const IpAddress gateway, ReadStationIp(argument, word));
    const bool on_link = std::any_of(subnets.begin(), subnets.end(),
                                     [&gateway](const IpPrefix& subnet) { return subnet.Contains(gateway); });
    if (!on_link) return Wrong(argument, word, "is in none of the host's subnets");
    for (const IpPrefix& subnet : subnets) {
      if (subnet.address() == gateway) return Wrong(argument, word, "is the host's own address");
    }
    for (const IpAddress& other : gateways) {
      if (other.is_v6() != gateway.is_v6()) continue;
      return Wrong(argument, word, absl::StrCat("is a second gateway of its family, beside ", other.ToString()));
    }
    gateways.push_back(gateway);
  }
  return gateways;
}

absl::Status StationAddresses::Check(absl::string_view logical_switch, MacAddress mac,
                                     const std::vector<IpPrefix>& addresses, bool is_router,
                                     PortIsThere is_there) const {
  const std::string on(logical_switch);
  if (const auto found = by_mac_.find({on, mac}); found != by_mac_.end() && is_there(found->second.port)) {
    return absl::AlreadyExistsError(
        absl::StrCat("mac: ", found->second.who, " on ", on, " has ", mac.ToString(), " already"));
  }
  for (const IpPrefix& address : addresses) {
    const auto found = by_ip_.find({on, address.address()});
    if (found == by_ip_.end() || !(is_router || found->second.is_router)) continue;
    if (!is_there(found->second.port)) continue;
    return absl::AlreadyExistsError(absl::StrCat(is_router ? "networks: " : "addresses: ", found->second.who, " on ",
                                                 on, " has ", address.address().ToString(), " already"));
  }
  return absl::OkStatus();
}

void StationAddresses::Add(absl::string_view logical_switch, const Holder& holder, MacAddress mac,
                           const std::vector<IpPrefix>& addresses) {
  by_mac_[{std::string(logical_switch), mac}] = holder;
  for (const IpPrefix& address : addresses) by_ip_[{std::string(logical_switch), address.address()}] = holder;
}

}  // namespace ovnlite
