// File: lport_addresses.h
// "MAC [IP[/LENGTH]…]", as logical ports' addresses and port security are written (ovn-nb(5)).

#ifndef OVNLITE_LIB_CONTROLLER_LPORT_ADDRESSES_H_
#define OVNLITE_LIB_CONTROLLER_LPORT_ADDRESSES_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/base/status.h"

namespace ovnlite {

struct LportAddresses {
  MacAddress mac;
  std::vector<IpPrefix> v4;
  std::vector<IpPrefix> v6;

  // InvalidArgument when there is no MAC first, or something that is no address after it.
  static absl::StatusOr<LportAddresses> Parse(absl::string_view text) {
    const std::vector<absl::string_view> words = absl::StrSplit(text, absl::ByAnyChar(" \t,"), absl::SkipEmpty());
    if (words.empty()) return absl::InvalidArgumentError("no Ethernet address");
    LportAddresses addresses;
    OVNLITE_ASSIGN_OR_RETURN(addresses.mac, MacAddress::Parse(words[0]));
    for (size_t i = 1; i < words.size(); ++i) {
      OVNLITE_ASSIGN_OR_RETURN(const IpPrefix prefix, IpPrefix::Parse(words[i]));
      (prefix.is_v6() ? addresses.v6 : addresses.v4).push_back(prefix);
    }
    return addresses;
  }
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_CONTROLLER_LPORT_ADDRESSES_H_
