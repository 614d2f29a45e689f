#include "ovnlite/base/mac.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace ovnlite {

absl::StatusOr<MacAddress> MacAddress::Parse(absl::string_view text) {
  uint64_t bits = 0;
  size_t at = 0;
  for (int octet = 0; octet < 6; ++octet) {
    if (octet > 0 && (at >= text.size() || text[at++] != ':')) at = text.size() + 1;
    int digits = 0;
    uint64_t value = 0;
    for (; digits < 2 && at < text.size() && absl::ascii_isxdigit(text[at]); ++digits, ++at) {
      const char c = absl::ascii_tolower(text[at]);
      value = value << 4 | static_cast<uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    if (digits == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", absl::CHexEscape(text), "\" is not an Ethernet address (expected aa:bb:cc:dd:ee:ff)"));
    }
    bits = bits << 8 | value;
  }
  if (at != text.size()) {
    return absl::InvalidArgumentError(absl::StrCat("\"", absl::CHexEscape(text), "\" has text after the Ethernet address"));
  }
  return MacAddress(bits);
}

std::string MacAddress::ToString() const {
  constexpr char kHex[] = "0123456789abcdef";
  std::string text(17, ':');
  for (int i = 0; i < 6; ++i) {
    const uint64_t octet = bits_ >> (40 - 8 * i);
    text[3 * i] = kHex[octet >> 4 & 15];
    text[3 * i + 1] = kHex[octet & 15];
  }
  return text;
}

}  // namespace ovnlite
