#include "lib/db/utf8.h"

#include <cstdint>
#include <cstring>

namespace ovnlite {
namespace {

// Length of the character that begins at `p`, or 0. RFC 3629 section 4: no surrogates, no overlong forms, at most
// 0x10ffff.
size_t CharacterLength(const uint8_t* p, size_t room) {
  const auto continues = [p](size_t i) { return (p[i] & 0xc0) == 0x80; };
  if (p[0] < 0x80) return p[0] != 0 ? 1 : 0;
  if (p[0] < 0xc2) return 0;
  if (p[0] < 0xe0) return room >= 2 && continues(1) ? 2 : 0;
  if (p[0] < 0xf0) {
    if (room < 3 || !continues(1) || !continues(2)) return 0;
    if (p[0] == 0xe0 && p[1] < 0xa0) return 0;
    if (p[0] == 0xed && p[1] >= 0xa0) return 0;
    return 3;
  }
  if (p[0] > 0xf4 || room < 4 || !continues(1) || !continues(2) || !continues(3)) return 0;
  if (p[0] == 0xf0 && p[1] < 0x90) return 0;
  if (p[0] == 0xf4 && p[1] >= 0x90) return 0;
  return 4;
}

}  // namespace

std::optional<size_t> CountCharacters(absl::string_view text) {
  const auto* p = reinterpret_cast<const uint8_t*>(text.data());
  size_t left = text.size(), characters = 0;
  while (left > 0) {
    uint64_t word;
    if (left >= sizeof word) {
      std::memcpy(&word, p, sizeof word);
      constexpr uint64_t kOnes = 0x0101010101010101, kHigh = 0x8080808080808080;
      // Eight ASCII characters, none of them NUL.
      if (((word | ((word - kOnes) & ~word)) & kHigh) == 0) {
        p += sizeof word;
        left -= sizeof word;
        characters += sizeof word;
        continue;
      }
    }
    const size_t length = CharacterLength(p, left);
    if (length == 0) return std::nullopt;
    p += length;
    left -= length;
    ++characters;
  }
  return characters;
}

void AppendUtf8(uint32_t code_point, std::string* out) {
  const auto tail = [&](int shift) { out->push_back(static_cast<char>(0x80 | (code_point >> shift & 0x3f))); };
  if (code_point < 0x80) {
    out->push_back(static_cast<char>(code_point));
  } else if (code_point < 0x800) {
    out->push_back(static_cast<char>(0xc0 | code_point >> 6));
    tail(0);
  } else if (code_point < 0x10000) {
    out->push_back(static_cast<char>(0xe0 | code_point >> 12));
    tail(6);
    tail(0);
  } else {
    out->push_back(static_cast<char>(0xf0 | code_point >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

}  // namespace ovnlite
