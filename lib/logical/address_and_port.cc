#include "lib/logical/address_and_port.h"

#include "absl/strings/numbers.h"

namespace ovnlite {
namespace {

// Brackets around a whole part are no part of it.
absl::string_view Unbracket(absl::string_view part) {
  if (part.size() >= 2 && part.front() == '[' && part.back() == ']') return part.substr(1, part.size() - 2);
  return part;
}

}  // namespace

bool ParseAddressAndPort(absl::string_view text, IpAddress* address, uint16_t* port) {
  // A colon outside brackets ends the address, unless there are several: then it is all an IPv6 address.
  size_t colon = text.npos;
  int colons = 0;
  bool in_brackets = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '[') in_brackets = true;
    if (text[i] == ']') in_brackets = false;
    if (text[i] == ':' && !in_brackets) {
      ++colons;
      colon = i;
    }
  }
  absl::string_view host = text, number;
  if (colons == 1) {
    host = text.substr(0, colon);
    number = text.substr(colon + 1);
  }
  *port = 0;
  if (!number.empty()) {
    int value;
    if (!absl::SimpleAtoi(number, &value) || value < 0 || value > 65535) return false;
    *port = static_cast<uint16_t>(value);
  }
  const absl::StatusOr<IpAddress> parsed = IpAddress::Parse(colons > 1 ? host : Unbracket(host));
  if (!parsed.ok()) return false;
  *address = *parsed;
  return true;
}

}  // namespace ovnlite
