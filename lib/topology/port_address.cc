#include "ovnlite/topology/port_address.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "ovnlite/base/status.h"

namespace ovnlite {
namespace {

std::vector<absl::string_view> Words(absl::string_view text) {
  return absl::StrSplit(text, absl::ByAnyChar(" \t"), absl::SkipEmpty());
}

absl::Status BadFormat(absl::string_view text) {
  return absl::InvalidArgumentError(
      absl::StrCat(text,
                   ": Invalid address format. See ovn-nb(5). Hint: An Ethernet address must be listed before an IP "
                   "address, together as a single argument."));
}

absl::Status ParseIps(absl::string_view text, absl::Span<const absl::string_view> words, PortAddress& address) {
  for (const absl::string_view word : words) {
    const absl::StatusOr<IpPrefix> ip = IpPrefix::Parse(word);
    if (!ip.ok()) return absl::InvalidArgumentError(absl::StrCat(text, ": \"", word, "\" is not an IP address"));
    address.ips.push_back(*ip);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PortAddress> ParsePortSecurity(absl::string_view text) {
  const std::vector<absl::string_view> words = Words(text);
  PortAddress address;
  const absl::StatusOr<MacAddress> mac = MacAddress::Parse(words.empty() ? "" : words[0]);
  if (!mac.ok()) return BadFormat(text);
  address.has_mac = true;
  address.mac = *mac;
  OVNLITE_RETURN_IF_ERROR(ParseIps(text, absl::MakeConstSpan(words).subspan(1), address));
  return address;
}

absl::StatusOr<PortAddress> ParsePortAddress(absl::string_view text) {
  const std::vector<absl::string_view> words = Words(text);
  PortAddress address;
  if (words.size() == 1 && words[0] == "unknown") {
    address.kind = PortAddress::Kind::kUnknown;
    return address;
  }
  if (words.size() == 1 && words[0] == "router") {
    address.kind = PortAddress::Kind::kRouter;
    return address;
  }
  if (!words.empty() && words[0] == "dynamic") {
    address.kind = PortAddress::Kind::kDynamic;
    OVNLITE_RETURN_IF_ERROR(ParseIps(text, absl::MakeConstSpan(words).subspan(1), address));
    return address;
  }
  if (words.size() == 2 && words[1] == "dynamic") {
    const absl::StatusOr<MacAddress> mac = MacAddress::Parse(words[0]);
    if (!mac.ok()) return BadFormat(text);
    address.kind = PortAddress::Kind::kDynamic;
    address.has_mac = true;
    address.mac = *mac;
    return address;
  }
  return ParsePortSecurity(text);
}

}  // namespace ovnlite
