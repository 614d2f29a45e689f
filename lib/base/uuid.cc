#include "ovnlite/base/uuid.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "ovnlite/base/hash.h"

namespace ovnlite {
namespace {

constexpr bool IsDash(size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

// The version and variant bits of a random UUID, RFC 4122 section 4.4.
Uuid Stamp(uint64_t high, uint64_t low) {
  return Uuid((high & ~0xf000ull) | 0x4000, (low & ~(3ull << 62)) | 2ull << 62);
}

}  // namespace

absl::StatusOr<Uuid> Uuid::Parse(absl::string_view text) {
  uint64_t words[2] = {0, 0};
  int digits = 0;
  bool good = text.size() == 36;
  for (size_t i = 0; good && i < text.size(); ++i) {
    if (IsDash(i)) {
      good = text[i] == '-';
      continue;
    }
    const char c = absl::ascii_tolower(text[i]);
    good = absl::ascii_isxdigit(c);
    words[digits / 16] = words[digits / 16] << 4 | static_cast<uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
    ++digits;
  }
  if (!good) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", absl::CHexEscape(text.substr(0, 64)), "\" is not a UUID (expected 8-4-4-4-12 hex digits)"));
  }
  return Uuid(words[0], words[1]);
}

Uuid Uuid::Generate(Random& random) {
  const uint64_t high = random.Next();
  return Stamp(high, random.Next());
}

Uuid Uuid::FromName(absl::string_view name) { return Stamp(HashBytes(name, 1), HashBytes(name, 2)); }

std::string Uuid::ToString() const {
  constexpr char kHex[] = "0123456789abcdef";
  std::string text(36, '-');
  int digit = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsDash(i)) continue;
    text[i] = kHex[(digit < 16 ? high_ : low_) >> (60 - 4 * (digit & 15)) & 15];
    ++digit;
  }
  return text;
}

}  // namespace ovnlite
