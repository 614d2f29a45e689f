// The options of put_dhcp_opts() and its kin, as ovn-controller is handed them: already in the form they have in the
// packet. Layouts: RFC 2132 (DHCP), RFC 3442 (routes), RFC 3397 (domain lists), RFC 8415 (DHCPv6), RFC 4861, 4191, 8106
// (RA).
#include <algorithm>
#include <vector>

#include "absl/strings/str_split.h"
#include "lib/controller/action_encoder.h"
#include "ovnlite/base/bytes.h"

namespace ovnlite {
namespace {

constexpr uint16_t kBootfileName = 67, kNextServer = 253, kBootfileNameAlt = 254;
constexpr size_t kLongestDomain = 255;
constexpr size_t kLongestDnssl = 255;  // Header included.

void Append(std::string& out, u128 value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<char>(value >> (8 * i)));
}

// OVN counts lengths in the byte that the option has for them, whatever the value.
size_t Byte(size_t n) { return n & 0xff; }

u128 FirstInteger(const ActionOption& option) { return option.integers.empty() ? u128{0} : option.integers[0].value; }
absl::string_view FirstString(const ActionOption& option) {
  return option.strings.empty() ? absl::string_view() : absl::string_view(option.strings[0]);
}

// Prefixes and routers by turns; a prefix has only the bytes that count.
void AppendRoutes(std::string& out, absl::Span<const Constant> values) {
  for (size_t i = 0; i + 1 < values.size(); i += 2) {
    int length = 32;
    if (values[i].masked) {
      const uint32_t mask = static_cast<uint32_t>(values[i].mask);
      length = mask == 0 ? 0 : 32 - std::countr_zero(mask);
    }
    const int bytes = (length + 7) / 8;
    Append(out, length, 1);
    Append(out, static_cast<uint32_t>(values[i].value) >> (32 - 8 * bytes) % 32, bytes);
    Append(out, values[i + 1].value, 4);
  }
}

// Domain names, each with pointers to what is there already. OVN's comparison leaves the last character of a name out,
// so that abd becomes a pointer to abc. Nothing when a name is too long.
std::string EncodeDomains(absl::string_view list) {
  struct Known {
    absl::string_view name;
    size_t at;
  };
  std::vector<Known> known;
  std::string out;
  for (absl::string_view domain : absl::StrSplit(list, ',', absl::SkipEmpty())) {
    if (domain.size() > kLongestDomain) return "";
    while (true) {
      const size_t begin = domain.find_first_not_of('.');
      if (begin == domain.npos) {
        out.push_back('\0');
        break;
      }
      const auto found = std::find_if(known.begin(), known.end(), [domain](const Known& k) {
        return k.name.size() == domain.size() && k.name.substr(1) != "" &&
               k.name.substr(0, k.name.size() - 1) == domain.substr(0, domain.size() - 1);
      });
      const auto single = std::find_if(known.begin(), known.end(),
                                       [domain](const Known& k) { return k.name.size() == 1 && domain.size() == 1; });
      const auto match = found != known.end() ? found : single;
      if (match != known.end()) {
        Append(out, 0xc000 | match->at, 2);
        break;
      }
      known.push_back({domain, out.size()});
      const size_t end = std::min(domain.find('.', begin), domain.size());
      out.push_back(static_cast<char>(end - begin));
      out.append(domain.data() + begin, end - begin);
      domain.remove_prefix(std::min(end + 1, domain.size()));
    }
  }
  return out;
}

// A DHCP option behind its code: length and value.
void AppendDhcpValue(std::string& out, const ActionOption& option) {
  std::string value;
  size_t length_counted = 0;
  bool counted = false;
  switch (option.def.type) {
    case OptionType::kBool:
    case OptionType::kUint8:
      Append(value, FirstInteger(option), 1);
      break;
    case OptionType::kUint16:
      Append(value, FirstInteger(option), 2);
      break;
    case OptionType::kUint32:
      Append(value, FirstInteger(option), 4);
      break;
    case OptionType::kIpv4:
      for (const Constant& c : option.integers) Append(value, c.value, 4);
      break;
    case OptionType::kStaticRoutes:
      AppendRoutes(value, option.integers);
      break;
    case OptionType::kHostId:
      if (!option.is_string) {
        Append(value, FirstInteger(option), 4);
        break;
      }
      [[fallthrough]];
    case OptionType::kString: {
      const absl::string_view s = FirstString(option);
      value.append(s.data(), Byte(s.size()));
      break;
    }
    case OptionType::kDomains:
      value = EncodeDomains(FirstString(option));
      break;
    case OptionType::kIpv6:
    case OptionType::kMac:
      counted = true;  // DHCPv6 only.
      break;
  }
  Append(out, counted ? length_counted : Byte(value.size()), 1);
  out += value;
}

const ActionOption* Find(absl::Span<const ActionOption> options, uint16_t code) {
  for (const ActionOption& option : options) {
    if (option.def.code == code) return &option;
  }
  return nullptr;
}

void AppendDnssl(std::string& out, absl::string_view list) {
  std::string names;
  for (absl::string_view domain : absl::StrSplit(list, ',', absl::SkipEmpty())) {
    for (absl::string_view label : absl::StrSplit(domain, '.', absl::SkipEmpty())) {
      names.push_back(static_cast<char>(label.size()));
      names.append(label.data(), label.size());
    }
    names.push_back('\0');
  }
  if (8 + names.size() > kLongestDnssl) return;
  names.append((8 - names.size() % 8) % 8, '\0');
  Append(out, option_code::kRaDnssl, 1);
  Append(out, (8 + names.size()) / 8, 1);
  Append(out, 0xffffffff, 6);  // Reserved, and for how long: for ever.
  out += names;
}

// "HIGH-fd00::/48,LOW-fd01::/64". What is no prefix ends it all.
void AppendRouteInfo(std::string& out, absl::string_view list) {
  for (absl::string_view entry : absl::StrSplit(list, ',', absl::SkipEmpty())) {
    const std::vector<absl::string_view> parts = absl::StrSplit(entry, '-', absl::SkipEmpty());
    for (size_t i = 1; i < parts.size(); ++i) {
      const absl::StatusOr<IpPrefix> prefix = IpPrefix::Parse(parts[i]);
      if (!prefix.ok() || !prefix->is_v6()) return;
      const int length = prefix->length();
      const int bytes = length == 0 ? 0 : length <= 64 ? 8 : 16;
      Append(out, option_code::kRaRouteInfo, 1);
      Append(out, 1 + bytes / 8, 1);
      Append(out, length, 1);
      Append(out, parts[0] == "HIGH" ? 0x08 : parts[0] == "LOW" ? 0x18 : 0, 1);
      Append(out, 0xffffffff, 4);
      Append(out, prefix->network_address().bits() >> (bytes == 8 ? 64 : 0), bytes);
    }
  }
}

}  // namespace

std::string EncodeDhcpOptions(absl::Span<const ActionOption> options) {
  // The offered address comes first and bare; then what ovn-controller wants to find quickly; then the rest.
  const ActionOption* const offer = Find(options, option_code::kDhcpOfferIp);
  const ActionOption* const first[] = {Find(options, kBootfileName), Find(options, kBootfileNameAlt),
                                       Find(options, kNextServer)};
  std::string out;
  Append(out, offer != nullptr ? FirstInteger(*offer) : u128{0}, 4);
  for (const ActionOption* option : first) {
    if (option == nullptr) continue;
    Append(out, option->def.code, 1);
    if (option->def.code == kNextServer) {
      Append(out, 4, 1);
      Append(out, FirstInteger(*option), 4);
    } else {
      const absl::string_view name = FirstString(*option);
      Append(out, Byte(name.size()), 1);
      out.append(name.data(), Byte(name.size()));
    }
  }
  for (const ActionOption& option : options) {
    if (&option == offer || std::find(std::begin(first), std::end(first), &option) != std::end(first)) continue;
    Append(out, option.def.code, 1);
    AppendDhcpValue(out, option);
  }
  return out;
}

std::string EncodeDhcpv6Options(absl::Span<const ActionOption> options) {
  std::string out;
  for (const ActionOption& option : options) {
    std::string value;
    switch (option.def.type) {
      case OptionType::kIpv6:
        for (const Constant& c : option.integers) Append(value, c.value, 16);
        break;
      case OptionType::kMac:
        Append(value, FirstInteger(option), 6);
        break;
      case OptionType::kString:
        value = std::string(FirstString(option));
        break;
      default:
        break;
    }
    Append(out, option.def.code, 2);
    Append(out, value.size(), 2);
    out += value;
  }
  return out;
}

std::string EncodeRaOptions(absl::Span<const ActionOption> options) {
  uint8_t flags = 0;
  std::string out;
  for (const ActionOption& option : options) {
    const absl::string_view text = FirstString(option);
    switch (option.def.code) {
      case option_code::kRaAddressMode:
        flags |= text == "dhcpv6_stateful" ? 0x80 : text == "dhcpv6_stateless" ? 0x40 : 0;
        break;
      case option_code::kRaRouterPreference:
        flags |= text == "HIGH" ? 0x08 : text == "LOW" ? 0x18 : 0;
        break;
      case option_code::kRaSlla:
        Append(out, option_code::kRaSlla, 1);
        Append(out, 1, 1);
        Append(out, FirstInteger(option), 6);
        break;
      case option_code::kRaPrefix: {
        const u128 mask = option.integers.empty() ? u128{0} : option.integers[0].mask;
        const int length =
            mask == 0 ? 0
                      : 128 - (Low64(mask) != 0 ? std::countr_zero(Low64(mask)) : 64 + std::countr_zero(High64(mask)));
        Append(out, option_code::kRaPrefix, 1);
        Append(out, 4, 1);
        Append(out, length, 1);
        // On-link; and, as far as is known here, good for making addresses of, unless DHCPv6 gives them.
        Append(out, flags & 0x80 ? 0x80 : 0xc0, 1);
        Append(out, u128{~uint64_t{0}}, 8);
        Append(out, 0, 4);
        Append(out, FirstInteger(option), 16);
        break;
      }
      case option_code::kRaMtu:
        Append(out, option_code::kRaMtu, 1);
        Append(out, 1, 1);
        Append(out, 0, 2);
        Append(out, FirstInteger(option), 4);
        break;
      case option_code::kRaRdnss:
        Append(out, option_code::kRaRdnss, 1);
        Append(out, 3, 1);
        Append(out, 0xffffffff, 6);
        Append(out, FirstInteger(option), 16);
        break;
      case option_code::kRaDnssl:
        AppendDnssl(out, text);
        break;
      case option_code::kRaRouteInfo:
        AppendRouteInfo(out, text);
        break;
      default:
        break;
    }
  }
  // The Router Advertisement itself: type, code, checksum, hop limit, flags, lifetime, reachable time, retransmit
  // timer.
  std::string header;
  Append(header, u128{134} << 24, 4);
  Append(header, 255, 1);
  Append(header, flags, 1);
  Append(header, 0xffff, 2);
  Append(header, 0, 8);
  return header + out;
}

std::string EncodeEventOptions(absl::Span<const ActionOption> options) {
  std::string out;
  Append(out, 0, 4);  // empty_lb_backends
  for (const ActionOption& option : options) {
    const absl::string_view value = FirstString(option);
    Append(out, option.def.code, 2);
    Append(out, value.size(), 2);
    out.append(value.data(), value.size());
  }
  return out;
}

void ActionEncoder::PutOptions(const OptionsBody& body, uint32_t opcode, std::string encoded) {
  // The bit that takes the answer comes first: the field, as OpenFlow names it on the wire, and which of its bits.
  const Subfield dst = SubfieldOf(body.dst);
  const OfFieldInfo& info = Info(dst.field);
  std::string payload;
  Append(payload, info.oxm_class, 2);
  Append(payload, info.oxm_field << 1, 1);
  Append(payload, (info.bits + 7) / 8, 1);
  Append(payload, dst.low, 4);
  Controller(opcode, payload + encoded, true);
}

void ActionEncoder::Event(const OptionsBody& body) { Controller(opcode::kEvent, EncodeEventOptions(body.options)); }

}  // namespace ovnlite
