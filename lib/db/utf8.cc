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

// Whether all of it is ASCII, and nothing NUL. The last bytes are read together with some that were read before.
bool IsPlain(const uint8_t* p, size_t n) {
  constexpr uint64_t kOnes = 0x0101010101010101, kHigh = 0x8080808080808080;
  const auto word_is_plain = [p](size_t at) {
    uint64_t word;
    std::memcpy(&word, p + at, sizeof word);
    return ((word | ((word - kOnes) & ~word)) & kHigh) == 0;
  };
  if (n < 8) {
    bool plain = true;
    for (size_t i = 0; i < n; ++i) plain &= static_cast<uint8_t>(p[i] - 1) < 0x7f;
    return plain;
  }
  for (size_t i = 0; i + 8 < n; i += 8) {
    if (!word_is_plain(i)) return false;
  }
  return word_is_plain(n - 8);
}

}  // namespace

std::optional<size_t> CountCharacters(absl::string_view text) {
  const auto* p = reinterpret_cast<const uint8_t*>(text.data());
  if (IsPlain(p, text.size())) return text.size();
  size_t characters = 0;
  for (size_t left = text.size(); left > 0; ++characters) {
    const size_t length = CharacterLength(p, left);
    if (length == 0) return std::nullopt;
    p += length;
    left -= length;
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
