// File: constant_token.h
// Reading the numbers and addresses of OVN's language.

#ifndef OVNLITE_LIB_LOGICAL_CONSTANT_TOKEN_H_
#define OVNLITE_LIB_LOGICAL_CONSTANT_TOKEN_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "ovnlite/logical/token.h"

namespace ovnlite {

// Reads a constant, with its mask if one follows, at byte `at` of `input`; returns where it ends. Sets type, format, width,
// value and mask of `token`, or fills `error` and leaves `token` alone.
size_t ReadConstant(absl::string_view input, size_t at, Token* token, std::string* error);

// The widest number there is: what a hexadecimal constant may hold. Most significant word first.
constexpr int kWidestConstant = 1024;
using WideNumber = std::array<uint64_t, kWidestConstant / 64>;
// The number that the hexadecimal digits `digits` (at most 256 after leading zeros) mean.
WideNumber WideFromHex(absl::string_view digits);
int WideWidth(const WideNumber& number);
void AppendWideHex(std::string& out, const WideNumber& number);

// The value of a hexadecimal digit, or -1.
constexpr int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace ovnlite

#endif  // OVNLITE_LIB_LOGICAL_CONSTANT_TOKEN_H_
