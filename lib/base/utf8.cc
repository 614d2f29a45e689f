#include "ovnlite/base/utf8.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace ovnlite {
namespace {

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

size_t CharacterLength(absl::string_view text) {
  const auto byte = [text](size_t i) { return i < text.size() ? static_cast<uint8_t>(text[i]) : uint8_t{0}; };
  const auto continues = [&byte](size_t i) { return byte(i) >> 6 == 2; };
  const uint8_t first = byte(0);
  if (first < 0x80) return first != 0 ? 1 : 0;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return continues(1) ? 2 : 0;
  if (first < 0xf0) {
    if (first == 0xe0 && byte(1) < 0xa0) return 0;   // Too long for what it says.
    if (first == 0xed && byte(1) >= 0xa0) return 0;  // A surrogate.
    return continues(1) && continues(2) ? 3 : 0;
  }
  if (first > 0xf4) return 0;
  if (first == 0xf0 && byte(1) < 0x90) return 0;
  if (first == 0xf4 && byte(1) >= 0x90) return 0;  // Above U+10FFFF.
  return continues(1) && continues(2) && continues(3) ? 4 : 0;
}

std::optional<size_t> CountCharacters(absl::string_view text) {
  const auto* p = reinterpret_cast<const uint8_t*>(text.data());
  if (IsPlain(p, text.size())) return text.size();
  size_t characters = 0;
  for (; !text.empty(); ++characters) {
    const size_t length = CharacterLength(text);
    if (length == 0) return std::nullopt;
    text.remove_prefix(length);
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

void AppendJsonString(absl::string_view text, std::string* out) {
  constexpr char kHex[] = "0123456789abcdef";
  constexpr absl::string_view kLetters = "\"\\bfnrt", kCharacters = "\"\\\b\f\n\r\t";
  *out += '"';
  size_t plain = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out->append(text.data() + plain, i - plain);
    plain = i + 1;
    *out += '\\';
    if (const size_t letter = kCharacters.find(text[i]); letter != absl::string_view::npos) {
      *out += kLetters[letter];
    } else {
      *out += "u00";
      *out += kHex[c >> 4];
      *out += kHex[c & 15];
    }
  }
  out->append(text.data() + plain, text.size() - plain);
  *out += '"';
}

std::string QuoteJson(absl::string_view text) {
  std::string valid, quoted;
  if (!CountCharacters(text).has_value()) {
    while (!text.empty()) {
      const size_t length = CharacterLength(text);
      const bool keep = length != 0 || text[0] == '\0';  // Which JSON can write.
      absl::StrAppend(&valid, keep ? text.substr(0, std::max<size_t>(length, 1)) : kReplacementCharacter);
      text.remove_prefix(std::max<size_t>(length, 1));
    }
    text = valid;
  }
  AppendJsonString(text, &quoted);
  return quoted;
}

}  // namespace ovnlite
