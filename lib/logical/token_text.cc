#include "absl/strings/str_cat.h"
#include "lib/logical/constant_token.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/base/mac.h"
#include "ovnlite/logical/token.h"

namespace ovnlite {
namespace {

absl::string_view Spelling(TokenType type) {
  switch (type) {
    case TokenType::kEnd:
      return "$";
    case TokenType::kLParen:
      return "(";
    case TokenType::kRParen:
      return ")";
    case TokenType::kLCurly:
      return "{";
    case TokenType::kRCurly:
      return "}";
    case TokenType::kLSquare:
      return "[";
    case TokenType::kRSquare:
      return "]";
    case TokenType::kEq:
      return "==";
    case TokenType::kNe:
      return "!=";
    case TokenType::kLt:
      return "<";
    case TokenType::kLe:
      return "<=";
    case TokenType::kGt:
      return ">";
    case TokenType::kGe:
      return ">=";
    case TokenType::kNot:
      return "!";
    case TokenType::kAnd:
      return "&&";
    case TokenType::kOr:
      return "||";
    case TokenType::kEllipsis:
      return "..";
    case TokenType::kComma:
      return ",";
    case TokenType::kSemicolon:
      return ";";
    case TokenType::kAssign:
      return "=";
    case TokenType::kExchange:
      return "<->";
    case TokenType::kDecrement:
      return "--";
    case TokenType::kColon:
      return ":";
    case TokenType::kHyphen:
      return "-";
    case TokenType::kAddressSet:
      return "$";
    case TokenType::kPortGroup:
      return "@";
    case TokenType::kTemplate:
      return "^";
    case TokenType::kId:
    case TokenType::kString:
    case TokenType::kInteger:
    case TokenType::kMaskedInteger:
    case TokenType::kError:
      break;
  }
  return "";
}

// The hexadecimal digits of a constant as it was written, without 0x; none for zero written in decimal.
absl::string_view HexDigits(absl::string_view written) {
  return written.size() > 2 && (written[1] == 'x' || written[1] == 'X') ? written.substr(2) : absl::string_view();
}

// Constants beyond 128 bits are in the token only as they were written.
void AppendWideConstant(std::string& out, const Token& token) {
  const size_t slash = token.source.find('/');
  WideNumber value = WideFromHex(HexDigits(token.source.substr(0, slash)));
  if (token.type == TokenType::kInteger) return AppendWideHex(out, value);
  const WideNumber mask = WideFromHex(HexDigits(token.source.substr(slash + 1)));
  for (size_t i = 0; i < value.size(); ++i) value[i] &= mask[i];
  AppendWideHex(out, value);
  out += '/';
  AppendWideHex(out, mask);
}

}  // namespace

void AppendHex(std::string& out, u128 value) {
  if (value == 0) {
    out += '0';
  } else if (High64(value) == 0) {
    absl::StrAppend(&out, "0x", absl::Hex(Low64(value)));
  } else {
    absl::StrAppend(&out, "0x", absl::Hex(High64(value)), absl::Hex(Low64(value), absl::kZeroPad16));
  }
}

void AppendConstant(std::string& out, ConstantFormat format, u128 value) {
  switch (format) {
    case ConstantFormat::kDecimal:
      absl::StrAppend(&out, Low64(value));
      break;
    case ConstantFormat::kHexadecimal:
      AppendHex(out, value);
      break;
    case ConstantFormat::kIpv4:
      out += Ipv4Address(static_cast<uint32_t>(value)).ToString();
      break;
    case ConstantFormat::kIpv6:
      out += Ipv6Address(value).ToString();
      break;
    case ConstantFormat::kEthernet:
      out += MacAddress(Low64(value)).ToString();
      break;
  }
}

void AppendMasked(std::string& out, ConstantFormat format, u128 value, u128 mask) {
  AppendConstant(out, format, value);
  out += '/';
  const int width = format == ConstantFormat::kIpv4 ? 32 : format == ConstantFormat::kIpv6 ? 128 : 0;
  const int length = width == 0 ? -1 : PrefixLengthOfMask(mask, width);
  if (length >= 0) {
    absl::StrAppend(&out, length);
  } else {
    AppendConstant(out, format, mask);
  }
}

void AppendQuoted(std::string& out, absl::string_view string) {
  constexpr absl::string_view kMeanings = "\"\\\b\f\n\r\t";
  constexpr absl::string_view kEscapes = "\"\\bfnrt";
  out += '"';
  for (const char c : string) {
    if (const size_t which = kMeanings.find(c); which != kMeanings.npos) {
      out += '\\';
      out += kEscapes[which];
    } else if (static_cast<unsigned char>(c) < ' ') {
      absl::StrAppend(&out, "\\u", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad4));
    } else {
      out += c;
    }
  }
  out += '"';
}

void AppendToken(std::string& out, const Token& token) {
  switch (token.type) {
    case TokenType::kString:
      AppendQuoted(out, token.text);
      break;
    case TokenType::kInteger:
    case TokenType::kMaskedInteger:
      if (token.format == ConstantFormat::kHexadecimal && token.source.size() > 2 + 32) {
        AppendWideConstant(out, token);
      } else if (token.type == TokenType::kInteger) {
        AppendConstant(out, token.format, token.value);
      } else {
        AppendMasked(out, token.format, token.value, token.mask);
      }
      break;
    case TokenType::kError:
      out += "error(";
      AppendQuoted(out, token.text);
      out += ')';
      break;
    default:
      absl::StrAppend(&out, Spelling(token.type), token.text);
  }
}

std::string FormatToken(const Token& token) {
  std::string out;
  AppendToken(out, token);
  return out;
}

}  // namespace ovnlite
