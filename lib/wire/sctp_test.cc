#include "ovnlite/wire/sctp.h"

#include <gtest/gtest.h>

#include "lib/wire/wire_testutil.h"
#include "ovnlite/wire/crc32c.h"

namespace ovnlite {
namespace {

TEST(Crc32cTest, TheVectorsOfRfc3720) {
  EXPECT_EQ(Crc32c(Bytes(32, 0x00)), 0x8a9136aau);
  EXPECT_EQ(Crc32c(Bytes(32, 0xff)), 0x62a8ab43u);
  Bytes ascending(32);
  for (uint8_t i = 0; i < 32; ++i) ascending[i] = i;
  EXPECT_EQ(Crc32c(ascending), 0x46dd794eu);
  EXPECT_EQ(Crc32c(FromHex("313233343536373839")), 0xe3069283u);
  static_assert(Crc32c(absl::Span<const uint8_t>()) == 0);
}

TEST(Crc32cTest, PartsJoinAnywhere) {
  Random random(1);
  Bytes bytes(100);
  for (uint8_t& b : bytes) b = static_cast<uint8_t>(random.Next());
  const auto span = absl::MakeConstSpan(bytes);
  for (size_t cut = 0; cut <= bytes.size(); ++cut) {
    EXPECT_EQ(Crc32c(span.subspan(cut), Crc32c(span.subspan(0, cut))), Crc32c(span));
  }
}

// An INIT chunk; the checksum is the one scapy computes.
const char kInit[] = "0fa0 0050 00000000 54ff182d 01000014 00000001 0000ffff 000a000a 00000001";

TEST(SctpTest, ReadsAndSealsPackets) {
  Bytes bytes = FromHex(kInit);
  EXPECT_EQ(SctpHeader::Parse(bytes)->ToString(), "SCTP 4000 > 80, tag 0x00000000, checksum 0x54ff182d");
  const MutableSctpView view = *MutableSctpView::Parse(absl::MakeSpan(bytes));
  EXPECT_TRUE(view.ChecksumIsValid());
  view.set_verification_tag(1);
  EXPECT_FALSE(view.ChecksumIsValid());
  view.FillChecksum();
  EXPECT_TRUE(view.ChecksumIsValid());
  view.set_verification_tag(0);
  view.FillChecksum();
  EXPECT_EQ(ToHex(bytes), ToHex(FromHex(kInit)));
  CheckLawsAround<SctpHeader>(bytes);
  CheckLawsOnNoise<SctpHeader>();
}

TEST(SctpChunkTest, ReadsChunks) {
  const Bytes bytes = FromHex(kInit);
  const auto chunk = absl::MakeConstSpan(bytes).subspan(12);
  EXPECT_EQ(SctpChunk::Parse(chunk)->ToString(), "INIT");
  EXPECT_EQ(SctpChunk::Parse(chunk)->value.size(), 16u);
  CheckLawsAround<SctpChunk>(chunk);
  CheckLawsOnNoise<SctpChunk>();
  EXPECT_EQ(SctpChunk::Parse(FromHex("01000003")).status().message(), "SCTP chunk length 3 is below 4");
  EXPECT_EQ(SctpChunk::Parse(FromHex("01000008")).status().message(), "SCTP chunk needs 8 bytes, has 4");
}

TEST(SctpChunkTest, PaddingStandsBetweenChunks) {
  EXPECT_EQ(SctpChunksText(FromHex("0a000005 61000000 00030011 00000000 00000000 00000000 62000000")),
            "COOKIE ECHO, DATA");
  EXPECT_EQ(SctpChunksText(FromHex("0b000004 0b000003")), "COOKIE ACK, malformed chunk");
  EXPECT_EQ(SctpChunksText(FromHex("c0000005 61")), "chunk 192");  // Without padding at the end.
  EXPECT_EQ(SctpChunksText({}), "");
}

}  // namespace
}  // namespace ovnlite
