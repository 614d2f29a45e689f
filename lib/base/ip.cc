#include "ovnlite/base/ip.h"

#include <arpa/inet.h>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "ovnlite/base/status.h"

namespace ovnlite {
namespace {

absl::Status NotAn(absl::string_view what, absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat("\"", absl::CHexEscape(text), "\" is not an ", what));
}

// inet_pton(3) wants a terminated string; no address is longer than this.
constexpr size_t kLongestAddress = 45;

}  // namespace

absl::StatusOr<Ipv4Address> Ipv4Address::Parse(absl::string_view text) {
  uint8_t octets[4];
  if (text.size() > kLongestAddress || text.find('\0') != text.npos ||
      inet_pton(AF_INET, std::string(text).c_str(), octets) != 1) {
    return NotAn("IPv4 address (expected four decimal octets)", text);
  }
  return Load(octets);
}

std::string Ipv4Address::ToString() const {
  return absl::StrCat(bits_ >> 24, ".", bits_ >> 16 & 255, ".", bits_ >> 8 & 255, ".", bits_ & 255);
}

absl::StatusOr<Ipv6Address> Ipv6Address::Parse(absl::string_view text) {
  uint8_t octets[16];
  if (text.size() > kLongestAddress || text.find('\0') != text.npos ||
      inet_pton(AF_INET6, std::string(text).c_str(), octets) != 1) {
    return NotAn("IPv6 address", text);
  }
  return Load(octets);
}

std::string Ipv6Address::ToString() const {
  uint8_t octets[16];
  Store(octets);
  char text[INET6_ADDRSTRLEN];
  return inet_ntop(AF_INET6, octets, text, sizeof text);
}

absl::StatusOr<IpAddress> IpAddress::Parse(absl::string_view text) {
  if (text.find(':') != text.npos) {
    OVNLITE_ASSIGN_OR_RETURN(Ipv6Address v6, Ipv6Address::Parse(text));
    return IpAddress(v6);
  }
  absl::StatusOr<Ipv4Address> v4 = Ipv4Address::Parse(text);
  if (!v4.ok()) return NotAn("IP address", text);
  return IpAddress(*v4);
}

absl::StatusOr<IpPrefix> IpPrefix::Parse(absl::string_view text) {
  const size_t slash = text.find('/');
  OVNLITE_ASSIGN_OR_RETURN(IpAddress address, IpAddress::Parse(text.substr(0, slash)));
  if (slash == text.npos) return IpPrefix(address, address.width());
  const absl::string_view suffix = text.substr(slash + 1);
  int length;
  const bool digits_only = !suffix.empty() && suffix.find_first_not_of("0123456789") == suffix.npos;
  if (digits_only && absl::SimpleAtoi(suffix, &length)) {
    if (length <= address.width()) return IpPrefix(address, length);
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\": prefix length must be at most ", address.width()));
  }
  absl::StatusOr<IpAddress> mask = IpAddress::Parse(suffix);
  if (mask.ok() && mask->is_v6() == address.is_v6()) {
    length = PrefixLengthOfMask(mask->bits(), mask->width());
    if (length >= 0) return IpPrefix(address, length);
    return absl::InvalidArgumentError(absl::StrCat("\"", text, "\": mask is not contiguous"));
  }
  return NotAn("IP prefix (expected ADDRESS/LENGTH)", text);
}

std::string IpPrefix::ToString() const { return absl::StrCat(address_.ToString(), "/", length_); }

}  // namespace ovnlite
