// File: wire_testutil.h
// What the tests of codecs share: bytes from hex, real frames, and the two laws every codec keeps.

#ifndef OVNLITE_LIB_WIRE_WIRE_TESTUTIL_H_
#define OVNLITE_LIB_WIRE_WIRE_TESTUTIL_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ovnlite/base/random.h"

namespace ovnlite {

using Bytes = std::vector<uint8_t>;

// Spaces are passed over.
inline Bytes FromHex(absl::string_view hex) {
  std::string digits;
  for (char c : hex) {
    if (c != ' ' && c != '\n') digits += c;
  }
  const std::string bytes = absl::HexStringToBytes(digits);
  return Bytes(bytes.begin(), bytes.end());
}

inline std::string ToHex(absl::Span<const uint8_t> bytes) {
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

// A copy in its own allocation of exactly that size, so that AddressSanitizer sees a read past the end.
inline Bytes Prefix(absl::Span<const uint8_t> bytes, size_t n) { return Bytes(bytes.begin(), bytes.begin() + n); }

// The laws of view.h for one input: where Header::Parse accepts `bytes`, what it gives is written back as it was, over
// memory that held something else, and parses to the same again. Returns whether it accepted.
template <typename Header>
bool CheckLaws(absl::Span<const uint8_t> bytes) {
  const absl::StatusOr<Header> header = Header::Parse(bytes);
  if (!header.ok()) {
    EXPECT_FALSE(header.status().message().empty());
    return false;
  }
  EXPECT_LE(header->size(), bytes.size());
  Bytes emitted(header->size(), 0xa5);
  header->Emit(emitted.data());
  EXPECT_EQ(ToHex(emitted), ToHex(bytes.subspan(0, header->size())));
  const absl::StatusOr<Header> again = Header::Parse(emitted);
  EXPECT_TRUE(again.ok()) << again.status();
  if (again.ok()) {
    EXPECT_TRUE(*again == *header) << again->ToString() << " != " << header->ToString();
  }
  EXPECT_FALSE(header->ToString().empty());
  return true;
}

// The laws on `golden`, on every prefix of it, and on `rounds` mutations of it. The seed is printed when one fails.
template <typename Header>
void CheckLawsAround(absl::Span<const uint8_t> golden, uint64_t seed = 1, int rounds = 2000) {
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  EXPECT_TRUE(CheckLaws<Header>(golden)) << Header::Parse(golden).status();
  for (size_t n = 0; n < golden.size(); ++n) CheckLaws<Header>(Prefix(golden, n));
  Random random(seed);
  for (int i = 0; i < rounds && !testing::Test::HasFailure(); ++i) {
    Bytes mutant = Prefix(golden, random.OneIn(4) ? random.Below(golden.size() + 1) : golden.size());
    for (uint64_t flips = random.Below(4); flips > 0 && !mutant.empty(); --flips) {
      mutant[random.Below(mutant.size())] = static_cast<uint8_t>(random.Next());
    }
    CheckLaws<Header>(mutant);
  }
}

// The laws on bytes that come from nowhere.
template <typename Header>
void CheckLawsOnNoise(uint64_t seed = 2, int rounds = 2000) {
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Random random(seed);
  for (int i = 0; i < rounds && !testing::Test::HasFailure(); ++i) {
    Bytes noise(random.Below(100));
    for (uint8_t& b : noise) b = static_cast<uint8_t>(random.Next());
    CheckLaws<Header>(noise);
  }
}

}  // namespace ovnlite

#endif  // OVNLITE_LIB_WIRE_WIRE_TESTUTIL_H_
