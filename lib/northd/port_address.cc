#include "lib/northd/port_address.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "ovnlite/base/address_scan.h"
#include "ovnlite/base/utf8.h"

namespace ovnlite {
namespace {

// Whether it is a word of characters that IPv6 addresses are written with, and nothing else. OVN looks no closer when
// it decides whether an address is asked for.
bool IsLikeIpv6(absl::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789abcdefABCDEF:.") == text.npos;
}

bool IsDynamic(absl::string_view text) {
  absl::string_view rest = text;
  if (absl::ConsumePrefix(&rest, "dynamic")) {
    if (rest.empty()) return true;
    absl::string_view behind_ip = rest;
    if (ScanIpv4(behind_ip).has_value()) {
      if (behind_ip.empty()) return true;
      ScanSpace(behind_ip);
      if (IsLikeIpv6(behind_ip)) return true;
    }
    ScanSpace(rest);
    return IsLikeIpv6(rest);
  }
  if (!ScanMac(rest).has_value()) return false;
  ScanSpace(rest);
  return rest == "dynamic";
}

}  // namespace

SwitchPortAddress ReadSwitchPortAddress(absl::string_view text) {
  SwitchPortAddress address;
  absl::string_view rest = text;
  address.mac = ScanMac(rest);
  if (text == "unknown") {
    address.kind = SwitchPortAddressKind::kUnknown;
  } else if (text == "router") {
    address.kind = SwitchPortAddressKind::kRouter;
  } else if (IsDynamic(text)) {
    address.kind = SwitchPortAddressKind::kDynamic;
  } else if (std::optional<LportAddresses> addresses = ReadLportAddresses(text, &rest)) {
    address.kind = SwitchPortAddressKind::kStatic;
    address.addresses = *std::move(addresses);
    ScanSpace(rest);
    if (!rest.empty()) {
      address.complaint = absl::StrCat("address ", QuoteJson(text), ": ", QuoteJson(rest), " is no address");
    }
  } else {
    address.complaint = absl::StrCat("address ", QuoteJson(text), " does not begin with a MAC address");
  }
  return address;
}

}  // namespace ovnlite
