#include "ovnlite/base/address_scan.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"

namespace ovnlite {
namespace {

// The longest run of characters that is looked at as an IPv6 address.
constexpr size_t kLongestIpv6 = 46;

bool ScanChar(char c, absl::string_view& text) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

int DigitValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = absl::ascii_tolower(static_cast<unsigned char>(c));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : 16;
}

// A number of any length, of which the low 64 bits are kept.
std::optional<uint64_t> ScanNumber(absl::string_view& text, unsigned base) {
  absl::string_view rest = text;
  ScanSpace(rest);
  const bool negative = ScanChar('-', rest);
  if (!negative) ScanChar('+', rest);
  if (base == 16 && rest.size() >= 2 && rest[0] == '0' && (rest[1] == 'x' || rest[1] == 'X')) rest.remove_prefix(2);
  uint64_t value = 0;
  size_t digits = 0;
  for (; digits < rest.size() && static_cast<unsigned>(DigitValue(rest[digits])) < base; ++digits) {
    value = value * base + static_cast<unsigned>(DigitValue(rest[digits]));
  }
  if (digits == 0) return std::nullopt;
  rest.remove_prefix(digits);
  text = rest;
  return negative ? -value : value;
}

// `n` octets with `separator` between them, as one number.
std::optional<uint64_t> ScanOctets(absl::string_view& text, int n, char separator, unsigned base) {
  absl::string_view rest = text;
  uint64_t all = 0;
  for (int i = 0; i < n; ++i) {
    if (i > 0 && !ScanChar(separator, rest)) return std::nullopt;
    const std::optional<uint64_t> octet = ScanNumber(rest, base);
    if (!octet.has_value()) return std::nullopt;
    all = all << 8 | (*octet & 0xff);
  }
  text = rest;
  return all;
}

constexpr char kOfIpv6[] = "0123456789abcdefABCDEF:.";

std::optional<Ipv6Address> ScanIpv6(absl::string_view& text) {
  const size_t size = std::min({text.find_first_not_of(kOfIpv6), text.size(), kLongestIpv6});
  const absl::StatusOr<Ipv6Address> address = Ipv6Address::Parse(text.substr(0, size));
  if (!address.ok()) return std::nullopt;
  text.remove_prefix(size);
  return *address;
}

// "/24" behind an address; false when it is there and out of range. `length` stays where there is none.
bool ScanLength(absl::string_view& text, int width, int* length) {
  absl::string_view rest = text;
  if (!ScanChar('/', rest)) return true;
  const std::optional<uint64_t> number = ScanNumber(rest, 10);
  if (!number.has_value()) return true;
  *length = static_cast<int32_t>(static_cast<uint32_t>(*number));
  text = rest;
  return *length >= 0 && *length <= width;
}

// `*behind`, unless null, becomes what stands behind an address whose length or mask is no good.
std::optional<IpPrefix> ScanIpv4Prefix(absl::string_view& text, absl::string_view* behind = nullptr) {
  absl::string_view rest = text;
  const auto bad = [&](absl::string_view left) {
    if (behind != nullptr) *behind = left;
    return std::nullopt;
  };
  const std::optional<Ipv4Address> address = ScanIpv4(rest);
  if (!address.has_value()) return std::nullopt;
  int length = 32;
  absl::string_view behind_mask = rest;
  const std::optional<Ipv4Address> mask = ScanChar('/', behind_mask) ? ScanIpv4(behind_mask) : std::nullopt;
  if (mask.has_value()) {
    length = PrefixLengthOfMask(mask->bits(), 32);
    if (length < 0) return bad(behind_mask);
    rest = behind_mask;
  } else if (!ScanLength(rest, 32, &length)) {
    return bad(rest);
  }
  text = rest;
  return IpPrefix(*address, length);
}

std::optional<IpPrefix> ScanIpv6Prefix(absl::string_view& text) {
  absl::string_view rest = text;
  ScanSpace(rest);
  const std::optional<Ipv6Address> address = ScanIpv6(rest);
  if (!address.has_value()) return std::nullopt;
  int length = -1;
  if (!ScanLength(rest, 128, &length)) return std::nullopt;
  if (length < 0) {
    length = 128;
    absl::string_view behind_mask = rest;
    if (ScanChar('/', behind_mask) && behind_mask.find_first_of(kOfIpv6) == 0) {
      const std::optional<Ipv6Address> mask = ScanIpv6(behind_mask);
      length = mask.has_value() ? PrefixLengthOfMask(mask->bits(), 128) : -1;
      if (length < 0) return std::nullopt;
      rest = behind_mask;
    }
  }
  text = rest;
  return IpPrefix(*address, length);
}

}  // namespace

void ScanSpace(absl::string_view& text) {
  const size_t end = text.find_first_not_of(" \t\n\v\f\r");
  text.remove_prefix(std::min(end, text.size()));
}

std::optional<MacAddress> ScanMac(absl::string_view& text) {
  const std::optional<uint64_t> bits = ScanOctets(text, 6, ':', 16);
  return bits.has_value() ? std::optional(MacAddress(*bits)) : std::nullopt;
}

std::optional<Ipv4Address> ScanIpv4(absl::string_view& text) {
  const std::optional<uint64_t> bits = ScanOctets(text, 4, '.', 10);
  return bits.has_value() ? std::optional(Ipv4Address(static_cast<uint32_t>(*bits))) : std::nullopt;
}

std::optional<IpPrefix> ScanIpPrefix(absl::string_view& text) {
  absl::string_view rest = text;
  if (const std::optional<IpPrefix> v4 = ScanIpv4Prefix(text, &rest)) return v4;
  const std::optional<IpPrefix> v6 = ScanIpv6Prefix(rest);
  if (v6.has_value()) text = rest;
  return v6;
}

std::optional<MacAddress> ReadMac(absl::string_view text) {
  const std::optional<MacAddress> mac = ScanMac(text);
  return text.empty() ? mac : std::nullopt;
}

std::optional<IpPrefix> ReadIpPrefix(absl::string_view text) {
  // What begins like an address of one family may be one of the other.
  absl::string_view rest = text;
  if (const std::optional<IpPrefix> v4 = ScanIpv4Prefix(rest); v4.has_value() && rest.empty()) return v4;
  const std::optional<IpPrefix> v6 = ScanIpv6Prefix(text);
  return text.empty() ? v6 : std::nullopt;
}

}  // namespace ovnlite
