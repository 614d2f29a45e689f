// File: utf8.h
// UTF-8 (RFC 3629) as OVSDB, pcapng and JSON want it checked: no surrogates, no overlong forms, and no NUL, at which
// readers in C end a text.
//
//   if (!CountCharacters(name).has_value()) return absl::InvalidArgumentError("not UTF-8");

#ifndef OVNLITE_BASE_UTF8_H_
#define OVNLITE_BASE_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace ovnlite {

// What stands for bytes that are no character: U+FFFD.
inline constexpr absl::string_view kReplacementCharacter = "\xef\xbf\xbd";

// Length in bytes (1 to 4) of the well-formed character that `text` begins with; 0 when there is none.
size_t CharacterLength(absl::string_view text);

// The number of characters (code points), or nothing when `text` is not valid. Pure ASCII costs about 1/8 ns per byte.
std::optional<size_t> CountCharacters(absl::string_view text);

// Appends the UTF-8 form of a code point up to 0x10ffff.
void AppendUtf8(uint32_t code_point, std::string* out);

// Appends valid UTF-8 as a JSON string (RFC 8259 section 7): in quotes, with escapes where they are needed.
void AppendJsonString(absl::string_view text, std::string* out);

// Any bytes as a JSON string: what is not UTF-8 becomes U+FFFD.
std::string QuoteJson(absl::string_view text);

}  // namespace ovnlite

#endif  // OVNLITE_BASE_UTF8_H_
