#include <gtest/gtest.h>

#include <array>

#include "absl/strings/ascii.h"
#include "ovnlite/base/bytes.h"
#include "ovnlite/base/clock.h"
#include "ovnlite/base/hash.h"
#include "ovnlite/base/random.h"
#include "ovnlite/base/status.h"
#include "ovnlite/base/uuid.h"

namespace ovnlite {
namespace {

TEST(BytesTest, LoadsAndStoresAreNetworkOrder) {
  uint8_t b[16] = {};
  Store48(b, 0x0102'0304'0506);
  EXPECT_EQ(b[0], 1);
  EXPECT_EQ(b[5], 6);
  EXPECT_EQ(Load48(b), 0x0102'0304'0506u);
  EXPECT_EQ(Load24(b + 1), 0x020304u);
  Store128(b, MakeU128(1, 2));
  EXPECT_EQ(Load128(b), MakeU128(1, 2));
  EXPECT_EQ(LowMask(128), ~u128{0});
  EXPECT_EQ(LowMask(0), u128{0});
}

// What the compiler evaluates and what runs are different code in bytes.h; they agree.
TEST(BytesTest, CompileTimeAndRunTimeAgree) {
  constexpr auto kStored = [] {
    std::array<uint8_t, 39> b{};
    Store16(b.data(), 0x0102);
    Store24(b.data() + 2, 0xff'030405);
    Store32(b.data() + 5, 0x06070809);
    Store48(b.data() + 9, 0xffff'0a0b'0c0d'0e0f);
    Store64(b.data() + 15, 0x1011'1213'1415'1617);
    Store128(b.data() + 23, MakeU128(0x1819'1a1b'1c1d'1e1f, 0x2021'2223'2425'2627));
    return b;
  }();
  for (size_t i = 0; i < kStored.size(); ++i) EXPECT_EQ(kStored[i], i + 1);
  static_assert(Load16(kStored.data()) == 0x0102 && Load64(kStored.data() + 15) == 0x1011'1213'1415'1617);
  static_assert(Load48(kStored.data() + 9) == 0x0a0b'0c0d'0e0f);

  std::array<uint8_t, 39> b = kStored;
  EXPECT_EQ(Load16(b.data()), 0x0102);
  EXPECT_EQ(Load24(b.data() + 2), 0x030405u);
  EXPECT_EQ(Load32(b.data() + 5), 0x06070809u);
  EXPECT_EQ(Load48(b.data() + 9), 0x0a0b'0c0d'0e0fu);
  EXPECT_EQ(Load64(b.data() + 15), 0x1011'1213'1415'1617u);
  EXPECT_EQ(Load128(b.data() + 23), MakeU128(0x1819'1a1b'1c1d'1e1f, 0x2021'2223'2425'2627));
  b.fill(0xa5);
  Store16(b.data(), 0x0102);
  Store24(b.data() + 2, 0xff'030405);
  Store32(b.data() + 5, 0x06070809);
  Store48(b.data() + 9, 0xffff'0a0b'0c0d'0e0f);
  Store64(b.data() + 15, 0x1011'1213'1415'1617);
  Store128(b.data() + 23, MakeU128(0x1819'1a1b'1c1d'1e1f, 0x2021'2223'2425'2627));
  EXPECT_EQ(b, kStored);
}

TEST(UuidTest, RoundTripsAndRepeats) {
  Random random(7), again(7);
  for (int i = 0; i < 1000; ++i) {
    const Uuid uuid = Uuid::Generate(random);
    EXPECT_EQ(uuid, Uuid::Generate(again));
    EXPECT_EQ(*Uuid::Parse(uuid.ToString()), uuid);
    EXPECT_EQ(uuid.ToString()[14], '4');
  }
  EXPECT_EQ(Uuid::Parse("f3edbab4-2fdd-44e5-ad03-a468e9492c33")->prefix(), 0xf3edbab4u);
  for (const char* bad : {"", "f3edbab4", "f3edbab4-2fdd-44e5-ad03-a468e9492c3", "f3edbab4-2fdd-44e5-ad03-a468e9492c3g",
                          "f3edbab4+2fdd-44e5-ad03-a468e9492c33"}) {
    EXPECT_FALSE(Uuid::Parse(bad).ok()) << bad;
  }
  // Every byte in every place.
  const std::string good = "F3eDbAb4-2fdd-44e5-ad03-a468e9492c33";
  for (size_t i = 0; i < good.size(); ++i) {
    for (int c = 0; c < 256; ++c) {
      std::string text = good;
      text[i] = static_cast<char>(c);
      const bool fits = good[i] == '-' ? c == '-' : absl::ascii_isxdigit(static_cast<unsigned char>(c));
      const absl::StatusOr<Uuid> uuid = Uuid::Parse(text);
      ASSERT_EQ(uuid.ok(), fits) << i << " " << c;
      if (fits) {
        ASSERT_EQ(uuid->ToString(), absl::AsciiStrToLower(text));
      }
    }
  }
  EXPECT_EQ(Uuid::FromName("LS1"), Uuid::FromName("LS1"));
  EXPECT_NE(Uuid::FromName("LS1"), Uuid::FromName("LS2"));
}

TEST(RandomTest, BelowStaysBelow) {
  Random random(3);
  bool seen[5] = {};
  for (int i = 0; i < 1000; ++i) seen[random.Below(5)] = true;
  for (bool s : seen) EXPECT_TRUE(s);
  EXPECT_EQ(random.Below(0), 0u);
}

TEST(ManualClockTest, NeverGoesBack) {
  ManualClock clock(5);
  clock.AdvanceTo(3);
  EXPECT_EQ(clock.Now(), 5);
  clock.Advance(kSecond);
  EXPECT_EQ(clock.Now(), 5 + kSecond);
}

TEST(StatusTest, CaretStandsUnderTheFault) {
  EXPECT_EQ(QuoteWithCaret("ip4.src = 1.2.3.4", 8), "ip4.src = 1.2.3.4\n        ^");
  EXPECT_EQ(QuoteWithCaret("one\ntwo three\nfour", 8, 5), "two three\n    ^^^^^");
  EXPECT_EQ(QuoteWithCaret("end", 3), "end\n   ^");
  EXPECT_EQ(QuoteWithCaret("", 9), "\n^");
  const std::string long_line(1000, 'x');
  const std::string quote = QuoteWithCaret(long_line, 500, 1000);
  EXPECT_LE(quote.size(), 202u);
  EXPECT_EQ(quote.substr(0, 4), "...x");
}

TEST(HashTest, DoesNotDependOnTheProcess) {
  EXPECT_EQ(HashBytes(""), HashBytes(""));
  EXPECT_NE(HashBytes(absl::string_view("\0", 1)), HashBytes(absl::string_view("\0\0", 2)));
  EXPECT_NE(HashBytes("abcdefgh1"), HashBytes("abcdefgh2"));
}

}  // namespace
}  // namespace ovnlite
