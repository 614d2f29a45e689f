#include "lib/logical/constant_token.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "ovnlite/base/ip.h"

namespace ovnlite {
namespace {

constexpr size_t kMacLength = 17;
constexpr size_t kLongestAddress = 45;

// A constant without its mask.
struct Number {
  ConstantFormat format = ConstantFormat::kDecimal;
  int width = 0;
  u128 value = 0;
  absl::string_view digits;  // Of a hexadecimal one.
};

// Where the run of characters that may belong to one constant ends. Two dots in a row end it ("1..2" is a range), and so
// does a colon after a dot ("1.2.3.4:80" is an address and a port; no IPv6 address has one there).
size_t EndOfConstant(absl::string_view input, size_t at) {
  bool dotted = false;
  for (; at < input.size(); ++at) {
    const char c = input[at];
    if (c == '.') {
      if (at + 1 < input.size() && input[at + 1] == '.') break;
      dotted = true;
    } else if (c == ':' ? dotted : !absl::ascii_isalnum(static_cast<unsigned char>(c))) {
      break;
    }
  }
  return at;
}

// Six groups of hexadecimal digits. OVN takes 17 characters of this form whatever the groups' lengths are, each group with
// or without 0x, and keeps the low 8 bits of each.
bool ReadMac(absl::string_view text, u128* value) {
  uint64_t mac = 0;
  size_t at = 0;
  for (int group = 0; group < 6; ++group) {
    if (group > 0 && (at >= text.size() || text[at++] != ':')) return false;
    if (at + 1 < text.size() && text[at] == '0' && (text[at + 1] == 'x' || text[at + 1] == 'X')) at += 2;
    const size_t first = at;
    unsigned octet = 0;
    for (int digit; at < text.size() && (digit = HexDigit(text[at])) >= 0; ++at) {
      octet = (octet << 4 | static_cast<unsigned>(digit)) & 0xff;
    }
    if (at == first) return false;
    mac = mac << 8 | octet;
  }
  *value = mac;
  return at == text.size();
}

// As inet_pton(3): four octets without leading zeros.
bool ReadIpv4(absl::string_view text, u128* value) {
  uint32_t address = 0, octet = 0;
  int dots = 0, digits = 0;
  for (const char c : text) {
    if (c == '.') {
      if (digits == 0 || ++dots > 3) return false;
      address = address << 8 | octet;
      octet = 0;
      digits = 0;
    } else {
      if (c < '0' || c > '9' || (digits > 0 && octet == 0)) return false;
      octet = octet * 10 + static_cast<uint32_t>(c - '0');
      if (octet > 255) return false;
      ++digits;
    }
  }
  if (dots != 3 || digits == 0) return false;
  *value = address << 8 | octet;
  return true;
}

bool ReadDecimal(absl::string_view text, u128* value) {
  uint64_t v = 0;
  for (const char c : text) {
    if (__builtin_mul_overflow(v, uint64_t{10}, &v) || __builtin_add_overflow(v, uint64_t{1} * (c - '0'), &v)) {
      return false;
    }
  }
  *value = v;
  return true;
}

// Reads one number; an error message, or nothing.
std::optional<std::string> ReadHex(absl::string_view digits, Number* number) {
  // OVN looks from the last digit on, and reports whichever fault comes first from there.
  const size_t at_most = kWidestConstant / 4;
  for (size_t i = 0; i < digits.size(); ++i) {
    const int digit = HexDigit(digits[digits.size() - 1 - i]);
    if (digit < 0) return "Invalid syntax in hexadecimal constant.";
    if (digit != 0 && i >= at_most) {
      return absl::StrCat("Hexadecimal constant requires more than ", kWidestConstant, " bits.");
    }
    if (i < 32) number->value |= static_cast<u128>(digit) << 4 * i;
    if (digit != 0) number->width = static_cast<int>(4 * i) + BitWidth(static_cast<u128>(digit));
  }
  number->digits = digits;
  return std::nullopt;
}

std::optional<std::string> ReadNumber(absl::string_view text, Number* number) {
  using Format = ConstantFormat;
  if (text.empty()) return "Integer constant expected.";
  if (text.size() == kMacLength && ReadMac(text, &number->value)) {
    number->format = Format::kEthernet;
    number->width = 48;
    return std::nullopt;
  }
  if (std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    if (text[0] == '0' && text.size() > 1) return "Decimal constants must not have leading zeros.";
    if (!ReadDecimal(text, &number->value)) return "Decimal constants must be less than 2**64.";
    number->width = BitWidth(number->value);
    return std::nullopt;
  }
  if (text[0] == '0' && text.size() > 1 && (text[1] == 'x' || text[1] == 'X')) {
    if (text.size() == 2) return absl::StrCat("Hex digits expected following ", text, ".");
    number->format = Format::kHexadecimal;
    return ReadHex(text.substr(2), number);
  }
  if (ReadIpv4(text, &number->value)) {
    number->format = Format::kIpv4;
    number->width = 32;
    return std::nullopt;
  }
  if (text.size() <= kLongestAddress) {
    if (const absl::StatusOr<Ipv6Address> address = Ipv6Address::Parse(text); address.ok()) {
      number->format = Format::kIpv6;
      number->width = 128;
      number->value = address->bits();
      return std::nullopt;
    }
  }
  return "Invalid numeric constant.";
}

u128 Prefix(int length, int width) { return LowMask(width) ^ LowMask(width - length); }

// Takes what follows the slash as the mask of `token`. The formats must agree; addresses may have a prefix length, and a
// decimal zero may have a hexadecimal mask.
bool ApplyMask(const Number& value, const Number& mask, Token* token) {
  using Format = ConstantFormat;
  // OVN reads a prefix length modulo 2**32.
  const uint32_t length = static_cast<uint32_t>(mask.value);
  token->format = value.format;
  if (value.format == mask.format) {
    token->mask = mask.value;
    token->width = static_cast<uint16_t>(mask.format == Format::kHexadecimal ? mask.width : BitWidth(mask.value));
  } else if (value.format == Format::kIpv4 && mask.format == Format::kDecimal && length <= 32) {
    token->mask = Prefix(static_cast<int>(length), 32);
    token->width = static_cast<uint16_t>(BitWidth(token->mask));
  } else if (value.format == Format::kIpv6 && mask.format == Format::kDecimal && length <= 128) {
    token->mask = Prefix(static_cast<int>(length), 128);
    token->width = static_cast<uint16_t>(BitWidth(token->mask));
  } else if (value.format == Format::kDecimal && mask.format == Format::kHexadecimal && value.value == 0) {
    token->format = Format::kHexadecimal;
    token->mask = mask.value;
    token->width = static_cast<uint16_t>(mask.width);
  } else {
    return false;
  }
  token->type = TokenType::kMaskedInteger;
  token->value = value.value & token->mask;
  return true;
}

}  // namespace

size_t ReadConstant(absl::string_view input, size_t at, Token* token, std::string* error) {
  Number number;
  const size_t end = EndOfConstant(input, at);
  if (std::optional<std::string> fault = ReadNumber(input.substr(at, end - at), &number)) {
    *error = *std::move(fault);
    return end;
  }
  if (end >= input.size() || input[end] != '/') {  // In OVN a comment cannot follow a constant at once.
    token->type = TokenType::kInteger;
    token->format = number.format;
    token->width = static_cast<uint16_t>(number.width);
    token->value = number.value;
    return end;
  }
  Number mask;
  const size_t mask_end = EndOfConstant(input, end + 1);
  if (std::optional<std::string> fault = ReadNumber(input.substr(end + 1, mask_end - end - 1), &mask)) {
    *error = *std::move(fault);
  } else if (!ApplyMask(number, mask, token)) {
    *error = "Value and mask have incompatible formats.";
  }
  return mask_end;
}

WideNumber WideFromHex(absl::string_view digits) {
  WideNumber number{};
  size_t i = 0;
  for (auto digit = digits.rbegin(); digit != digits.rend() && i < kWidestConstant / 4; ++digit, ++i) {
    number[number.size() - 1 - i / 16] |= static_cast<uint64_t>(std::max(0, HexDigit(*digit))) << 4 * (i % 16);
  }
  return number;
}

int WideWidth(const WideNumber& number) {
  for (size_t i = 0; i < number.size(); ++i) {
    if (number[i] != 0) return static_cast<int>(64 * (number.size() - 1 - i)) + BitWidth(number[i]);
  }
  return 0;
}

void AppendWideHex(std::string& out, const WideNumber& number) {
  if (WideWidth(number) <= 128) return AppendHex(out, MakeU128(number[number.size() - 2], number.back()));
  bool leading = true;
  absl::StrAppend(&out, "0x");
  for (const uint64_t word : number) {
    if (leading && word == 0) continue;
    if (leading) {
      absl::StrAppend(&out, absl::Hex(word));
    } else {
      absl::StrAppend(&out, absl::Hex(word, absl::kZeroPad16));
    }
    leading = false;
  }
}

}  // namespace ovnlite
