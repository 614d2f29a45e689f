#include "ovnlite/base/uuid.h"

#include <cstring>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "ovnlite/base/bytes.h"
#include "ovnlite/base/hash.h"

namespace ovnlite {
namespace {

// The value of eight hexadecimal digits, all at once; clears `good` when one is none.
uint32_t EightDigits(const char* p, bool& good) {
  constexpr uint64_t kOnes = 0x0101010101010101, kHigh = 0x8080808080808080;
  const uint64_t text = Load64(reinterpret_cast<const uint8_t*>(p));
  const uint64_t lower = text | kOnes * 0x20;  // Digits stay, letters become small.
  // In each byte the high bit says that the byte is at least `least`; of ASCII.
  const auto at_least = [&](uint64_t bytes, uint64_t least) { return (bytes | kHigh) - kOnes * least; };
  const uint64_t digit = at_least(text, '0') & ~at_least(text, '9' + 1);
  const uint64_t letter = at_least(lower, 'a') & ~at_least(lower, 'f' + 1);
  good = good && ((digit | letter) & ~text & kHigh) == kHigh;
  // 0 … 9 by the low four bits; letters have 1 … 6 there.
  const uint64_t values = (text & kOnes * 0x0f) + ((letter & kHigh) >> 7) * 9;
  // Two digits to a byte, four bytes to a word.
  const uint64_t pairs = (values | values >> 4) & 0x00ff00ff00ff00ff;
  const uint64_t fours = (pairs | pairs >> 8) & 0x0000ffff0000ffff;
  return static_cast<uint32_t>(fours | fours >> 16);
}

// The version and variant bits of a random UUID, RFC 4122 section 4.4.
Uuid Stamp(uint64_t high, uint64_t low) {
  return Uuid((high & ~0xf000ull) | 0x4000, (low & ~(3ull << 62)) | 2ull << 62);
}

}  // namespace

absl::StatusOr<Uuid> Uuid::Parse(absl::string_view text) {
  const bool shaped = text.size() == 36 && text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-';
  if (shaped) {
    const char* const p = text.data();
    char middle[8];  // The second and the third group.
    std::memcpy(middle, p + 9, 4);
    std::memcpy(middle + 4, p + 14, 4);
    char fourth[8];  // The fourth, and the beginning of the last.
    std::memcpy(fourth, p + 19, 4);
    std::memcpy(fourth + 4, p + 24, 4);
    bool good = true;
    const uint64_t high = uint64_t{EightDigits(p, good)} << 32 | EightDigits(middle, good);
    const uint64_t low = uint64_t{EightDigits(fourth, good)} << 32 | EightDigits(p + 28, good);
    if (good) return Uuid(high, low);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("\"", absl::CHexEscape(text.substr(0, 64)), "\" is not a UUID (expected 8-4-4-4-12 hex digits)"));
}

Uuid Uuid::Generate(Random& random) {
  const uint64_t high = random.Next();
  return Stamp(high, random.Next());
}

Uuid Uuid::FromName(absl::string_view name) { return Stamp(HashBytes(name, 1), HashBytes(name, 2)); }

std::string Uuid::ToString() const {
  constexpr char kHex[] = "0123456789abcdef";
  std::string text(36, '-');
  char* out = text.data();
  for (int byte = 0; byte < 16; ++byte) {
    const uint64_t value = (byte < 8 ? high_ : low_) >> (56 - 8 * (byte & 7));
    if (byte == 4 || byte == 6 || byte == 8 || byte == 10) ++out;
    *out++ = kHex[value >> 4 & 15];
    *out++ = kHex[value & 15];
  }
  return text;
}

}  // namespace ovnlite
