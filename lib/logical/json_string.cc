#include "lib/logical/json_string.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "lib/logical/constant_token.h"
#include "ovnlite/base/utf8.h"

namespace ovnlite {
namespace {

constexpr bool IsLeadingSurrogate(uint32_t c) { return c >= 0xd800 && c < 0xdc00; }
constexpr bool IsTrailingSurrogate(uint32_t c) { return c >= 0xdc00 && c < 0xe000; }

// The four digits of a \u escape at the front of `rest`.
const char* TakeUnicode(absl::string_view* rest, uint32_t* c) {
  if (rest->size() < 4) return "quoted string ends within \\u escape";
  *c = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = HexDigit((*rest)[i]);
    if (digit < 0) return "malformed \\u escape";
    *c = *c << 4 | static_cast<uint32_t>(digit);
  }
  if (*c == 0) return "null bytes not supported in quoted strings";
  rest->remove_prefix(4);
  return nullptr;
}

const char* TakeEscapedCharacter(absl::string_view* rest, std::string* out) {
  uint32_t c;
  if (const char* fault = TakeUnicode(rest, &c)) return fault;
  if (IsLeadingSurrogate(c)) {
    if (rest->size() < 2 || (*rest)[0] != '\\' || (*rest)[1] != 'u') return "malformed escaped surrogate pair";
    rest->remove_prefix(2);
    uint32_t low;
    if (const char* fault = TakeUnicode(rest, &low)) return fault;
    if (!IsTrailingSurrogate(low)) return "second half of escaped surrogate pair is not trailing surrogate";
    c = 0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff));
  }
  AppendUtf8(c, out);
  return nullptr;
}

}  // namespace

bool UnescapeJsonString(absl::string_view quoted, std::string* decoded, std::string* error) {
  constexpr absl::string_view kEscapes = "\"\\/bfnrt";
  constexpr absl::string_view kMeanings = "\"\\/\b\f\n\r\t";
  decoded->clear();
  absl::string_view rest = quoted;
  while (!rest.empty()) {
    const char c = rest[0];
    rest.remove_prefix(1);
    if (c != '\\') {
      decoded->push_back(c);
      continue;
    }
    if (rest.empty()) {
      *error = "quoted string may not end with backslash";
      return false;
    }
    const char escape = rest[0];
    rest.remove_prefix(1);
    if (escape == 'u') {
      if (const char* fault = TakeEscapedCharacter(&rest, decoded)) {
        *error = fault;
        return false;
      }
    } else if (const size_t which = kEscapes.find(escape); which != kEscapes.npos) {
      decoded->push_back(kMeanings[which]);
    } else {
      *error = absl::StrCat("bad escape \\", absl::string_view(&escape, 1));
      return false;
    }
  }
  return true;
}

}  // namespace ovnlite
