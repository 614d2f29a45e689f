#include "lib/db/sha1.h"

#include <gtest/gtest.h>

#include "ovnlite/base/random.h"

namespace ovnlite {
namespace {

// FIPS 180-2 appendix A, and RFC 3174 section 7.3.
TEST(Sha1Test, KnownDigests) {
  EXPECT_EQ(Sha1Hex("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(Sha1Hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
  EXPECT_EQ(Sha1Hex(std::string(1'000'000, 'a')), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
  EXPECT_EQ(Sha1Hex(""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

TEST(Sha1Test, InstructionsAgreeWithPlainCode) {
  constexpr uint64_t kSeed = 11;
  Random random(kSeed);
  for (size_t blocks = 0; blocks < 20; ++blocks) {
    std::string bytes;
    for (size_t i = 0; i < 64 * blocks; ++i) bytes.push_back(static_cast<char>(random.Next()));
    internal_sha1::State portable = {1, 2, 3, 4, 5}, fast = portable;
    const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
    if (!internal_sha1::UpdateByInstructions(fast, data, blocks))
      GTEST_SKIP() << "this processor has no SHA instructions";
    internal_sha1::UpdatePortably(portable, data, blocks);
    EXPECT_EQ(portable, fast) << blocks << " blocks, seed " << kSeed;
  }
}

}  // namespace
}  // namespace ovnlite
