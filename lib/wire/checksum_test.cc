#include "ovnlite/wire/checksum.h"

#include <gtest/gtest.h>

#include "lib/wire/wire_testutil.h"

namespace ovnlite {
namespace {

// The definition, word by word.
uint16_t NaiveSum(absl::Span<const uint8_t> bytes) {
  uint32_t sum = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    sum += i % 2 ? bytes[i] : bytes[i] << 8;
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return static_cast<uint16_t>(sum);
}

TEST(ChecksumTest, TheExampleOfRfc1071) {
  const Bytes bytes = FromHex("0001f203f4f5f6f7");
  EXPECT_EQ(ChecksumSum(bytes), 0xddf2);
  EXPECT_EQ(Checksum(bytes), 0x220d);
}

TEST(ChecksumTest, EqualsTheDefinitionForEveryLengthAndAlignment) {
  Random random(1);
  Bytes bytes(700);
  for (int round = 0; round < 200; ++round) {
    const uint8_t fill = static_cast<uint8_t>(random.Next());
    for (uint8_t& b : bytes) b = round % 4 == 0 ? 0xff : round % 4 == 1 ? fill : static_cast<uint8_t>(random.Next());
    const size_t at = random.Below(9);
    const size_t n = round < 100 ? static_cast<size_t>(round) : random.Below(bytes.size() - at);
    const auto span = absl::MakeConstSpan(bytes).subspan(at, n);
    ASSERT_EQ(ChecksumSum(span), NaiveSum(span)) << "round " << round << " at " << at << " length " << n;
    Bytes copy(n + 2, 0x5a), want = copy;
    std::copy(span.begin(), span.end(), want.begin() + 1);
    ASSERT_EQ(ChecksumCopy(&copy[1], span), NaiveSum(span)) << "round " << round << " at " << at << " length " << n;
    ASSERT_EQ(copy, want) << "round " << round << " at " << at << " length " << n;
  }
}

TEST(ChecksumTest, AHugeMessageOfOnesDoesNotOverflow) {
  const Bytes bytes(1 << 20, 0xff);
  EXPECT_EQ(ChecksumSum(bytes), 0xffff);
  EXPECT_EQ(Checksum(bytes), 0);
}

TEST(ChecksumTest, SumsOfPartsAdd) {
  Random random(2);
  for (int i = 0; i < 1000; ++i) {
    Bytes bytes(random.Below(200));
    for (uint8_t& b : bytes) b = static_cast<uint8_t>(random.Next());
    const size_t cut = random.Below(bytes.size() / 2 + 1) * 2;
    const auto span = absl::MakeConstSpan(bytes);
    ASSERT_EQ(Checksum(span), Checksum(span.subspan(cut), ChecksumSum(span.subspan(0, cut)))) << i;
  }
}

TEST(ChecksumTest, RealTransportChecksumsHold) {
  // UDP from the lab: 10.0.0.10 > 10.0.1.20, "ttl one".
  const Bytes udp = FromHex("1388829a000f9f8c74746c206f6e65");
  EXPECT_EQ(Checksum(udp, PseudoHeaderSum(Ipv4Address(0x0a00000a), Ipv4Address(0x0a000114), 17, 15)), 0);
  // An ICMPv6 echo request.
  const Bytes echo = FromHex("8000022700040001726f7574657236");
  EXPECT_EQ(Checksum(echo, PseudoHeaderSum(*Ipv6Address::Parse("fd10::11"), *Ipv6Address::Parse("fd10::1"), 58, 15)),
            0);
}

TEST(ChecksumTest, UpdateEqualsRecomputation) {
  Random random(3);
  for (int i = 0; i < 20'000; ++i) {
    Bytes bytes(40);
    for (uint8_t& b : bytes) b = random.OneIn(3) ? (random.OneIn(2) ? 0 : 0xff) : static_cast<uint8_t>(random.Next());
    bytes[39] |= 1;  // A message of zeros only is the one for which RFC 1624 allows two answers.
    const auto field = [&bytes](size_t at, size_t n) {
      uint64_t v = 0;
      for (size_t k = 0; k < n; ++k) v = v << 8 | bytes[at + k];
      return v;
    };
    const size_t width = size_t{2} << random.Below(3);
    const size_t at = random.Below((38 - width) / 2 + 1) * 2;
    const uint16_t before = Checksum(bytes);
    const uint64_t old_value = field(at, width);
    const u128 old_wide = Load128(&bytes[at < 20 ? at : 20]);
    if (random.OneIn(4) && at < 20) {
      for (size_t k = 0; k < 16; ++k) bytes[at + k] = static_cast<uint8_t>(random.Next());
      ASSERT_EQ(ChecksumUpdate128(before, old_wide, Load128(&bytes[at])), Checksum(bytes)) << "round " << i;
    } else {
      for (size_t k = 0; k < width; ++k) bytes[at + k] = static_cast<uint8_t>(random.Next());
      ASSERT_EQ(ChecksumUpdate(before, old_value, field(at, width)), Checksum(bytes)) << "round " << i;
    }
  }
}

TEST(ChecksumTest, UdpKeepsNoneAndNeverBecomesNone) {
  EXPECT_EQ(UdpChecksumUpdate(0, 1, 2), 0);
  EXPECT_EQ(UdpChecksumNonZero(0), 0xffff);
  EXPECT_EQ(UdpChecksumUpdate(0x0001, 0x0001, 0x0002), 0xffff);  // ~(~1 + ~1 + 2) is 0.
}

}  // namespace
}  // namespace ovnlite
