// File: token.h
// One token of OVN's language, and its normal form: hexadecimal without leading zeros, addresses as inet_ntop(3) writes
// them, masks as prefix lengths where they are prefixes, strings with JSON's escapes.

#ifndef OVNLITE_LOGICAL_TOKEN_H_
#define OVNLITE_LOGICAL_TOKEN_H_

#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <string>

#include "absl/strings/string_view.h"
#include "ovnlite/base/bytes.h"

namespace ovnlite {

enum class TokenType : uint8_t {
  kEnd,
  kId,             // foo, ip4.src
  kString,         // "foo", with JSON's escapes
  kInteger,        // 12, 0x12, 1.2.3.4, ::1, 00:11:22:33:44:55
  kMaskedInteger,  // 0x12/0xff, 10.0.0.0/8
  kAddressSet,     // $foo
  kPortGroup,      // @foo
  kTemplate,       // ^foo
  kError,
  kLParen,
  kRParen,
  kLCurly,
  kRCurly,
  kLSquare,
  kRSquare,
  kEq,  // ==
  kNe,  // !=
  kLt,
  kLe,
  kGt,
  kGe,
  kNot,       // !
  kAnd,       // &&
  kOr,        // ||
  kEllipsis,  // ..
  kComma,
  kSemicolon,
  kAssign,     // =
  kExchange,   // <->
  kDecrement,  // --
  kColon,
  kHyphen,  // -
};

// How a constant was written, which is how it prints.
enum class ConstantFormat : uint8_t { kDecimal, kHexadecimal, kIpv4, kIpv6, kEthernet };

struct Token {
  TokenType type = TokenType::kEnd;
  ConstantFormat format = ConstantFormat::kDecimal;
  // For constants: how many bits they need. An address needs its natural width, a masked constant what its mask needs.
  // OVN reads up to 1024 bits and no field has more than 128, so that of a wider constant only this count and its
  // digits (in `source`) matter.
  uint16_t width = 0;
  u128 value = 0;  // The low 128 bits; of a masked constant, without the bits outside the mask.
  u128 mask = 0;   // For kMaskedInteger, the low 128 bits.
  // kId, kAddressSet, kPortGroup, kTemplate: the name without its sigil. kString: decoded. kError: what is wrong.
  absl::string_view text;
  // The characters of the input that the token was read from.
  absl::string_view source;
};

// Reads the token of `input` at or after byte `at`, blanks and comments skipped. `*begin` becomes where it begins;
// returns where it ends. Decoded strings and messages go to the front of `texts`.
size_t ReadToken(absl::string_view input, size_t at, size_t* begin, Token* token,
                 std::forward_list<std::string>* texts);

// The normal form; reading it back gives the same token. An error token gives error("what is wrong").
void AppendToken(std::string& out, const Token& token);
std::string FormatToken(const Token& token);
// "0", "0x1f": numbers of fields.
void AppendHex(std::string& out, u128 value);
// A constant without mask in the way it was written.
void AppendConstant(std::string& out, ConstantFormat format, u128 value);
// A constant with mask: "10.0.0.0/8", "0x12/0xff".
void AppendMasked(std::string& out, ConstantFormat format, u128 value, u128 mask);
// "…" with JSON's escapes.
void AppendQuoted(std::string& out, absl::string_view string);

// The number of bits up to the highest one set.
constexpr int BitWidth(u128 v) {
  return High64(v) != 0 ? 128 - std::countl_zero(High64(v)) : 64 - std::countl_zero(Low64(v));
}

}  // namespace ovnlite

#endif  // OVNLITE_LOGICAL_TOKEN_H_
