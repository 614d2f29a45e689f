#include "ovnlite/base/uuid.h"

#include <array>

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
  constexpr auto kDigits = [] {
    std::array<uint8_t, 256> digits{};
    digits.fill(0xff);
    for (int i = 0; i < 10; ++i) digits['0' + i] = static_cast<uint8_t>(i);
    for (int i = 0; i < 6; ++i) digits['a' + i] = digits['A' + i] = static_cast<uint8_t>(10 + i);
    return digits;
  }();
  uint64_t words[2] = {0, 0};
  uint8_t faults = 0;
  if (text.size() == 36) {
    const auto run = [&](size_t from, int digits, uint64_t& word) {
      for (int i = 0; i < digits; ++i) {
        const uint8_t digit = kDigits[static_cast<uint8_t>(text[from + static_cast<size_t>(i)])];
        faults |= digit;
        word = word << 4 | digit;
      }
    };
    run(0, 8, words[0]);
    run(9, 4, words[0]);
    run(14, 4, words[0]);
    run(19, 4, words[1]);
    run(24, 12, words[1]);
    if (text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') faults = 0xff;
  }
  if (text.size() != 36 || faults > 0x0f) {
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
