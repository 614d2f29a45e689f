#include "lib/northd/vip.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "ovnlite/base/utf8.h"

namespace ovnlite {
namespace {

// The text in front of a port, and the port.
struct Parts {
  absl::string_view address;
  absl::string_view port;  // Empty: there is none.
};

std::optional<Parts> Split(absl::string_view text) {
  if (absl::ConsumePrefix(&text, "[")) {
    const size_t end = text.find(']');
    if (end == text.npos) return Parts{text, ""};
    absl::string_view rest = text.substr(end + 1);
    if (!rest.empty() && !absl::ConsumePrefix(&rest, ":")) return std::nullopt;
    return Parts{text.substr(0, end), rest};
  }
  const size_t colon = text.find(':');
  // More than one: an IPv6 address.
  if (colon == text.npos || text.find(':', colon + 1) != text.npos) return Parts{text, ""};
  return Parts{text.substr(0, colon), text.substr(colon + 1)};
}

std::optional<uint16_t> ReadPort(absl::string_view text) {
  if (text.empty()) return 0;
  int64_t number = 0;
  // SimpleAtoi() takes space behind the number too.
  if (!absl::ascii_isdigit(static_cast<unsigned char>(text.back())) || !absl::SimpleAtoi(text, &number)) {
    return std::nullopt;
  }
  if (number < 0 || number > UINT16_MAX) return std::nullopt;
  return static_cast<uint16_t>(number);
}

absl::Status Wrong(absl::string_view what, absl::string_view text, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(what, " ", QuoteJson(text), " ", why));
}

}  // namespace

std::optional<Endpoint> ReadEndpoint(absl::string_view text) {
  const std::optional<Parts> parts = Split(text);
  if (!parts.has_value()) return std::nullopt;
  const absl::StatusOr<IpAddress> ip = IpAddress::Parse(parts->address);
  const std::optional<uint16_t> port = ReadPort(parts->port);
  if (!ip.ok() || !port.has_value()) return std::nullopt;
  return Endpoint{*ip, *port};
}

absl::StatusOr<Vip> ReadVip(absl::string_view address, absl::string_view backends) {
  Vip vip;
  const std::optional<Endpoint> endpoint = ReadEndpoint(address);
  if (!endpoint.has_value()) return Wrong("VIP", address, "is no address, with or without a port");
  vip.endpoint = *endpoint;
  for (const absl::string_view text : absl::StrSplit(backends, ',', absl::SkipEmpty())) {
    const std::optional<Endpoint> backend = ReadEndpoint(text);
    if (!backend.has_value()) return Wrong("backend", text, "is no address, with or without a port");
    if (backend->ip.is_v6() != vip.endpoint.ip.is_v6())
      return Wrong("backend", text, "is of another family than its VIP");
    if (backend->port == 0 && vip.endpoint.port != 0) return Wrong("backend", text, "has no port, as its VIP has");
    if (backend->port != 0 && vip.endpoint.port == 0) return Wrong("backend", text, "has a port, but its VIP has none");
    vip.backends.push_back(*backend);
  }
  return vip;
}

}  // namespace ovnlite
