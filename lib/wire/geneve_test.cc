// The tests docs/geneve.md names for the Geneve header and its options. Real bytes are from OVN's lab.

#include "ovnlite/wire/geneve.h"

#include <gtest/gtest.h>

#include "lib/wire/wire_testutil.h"

namespace ovnlite {
namespace {

// compute1 to compute2: datapath 2, ingress port 2, egress port 1.
const char kGeneve[] = "0240 6558 000002 00 0102 80 01 00020001 00000000000b00000000ff020800";

TEST(GeneveTest, ReadsWhatOvnSends) {
  const Bytes bytes = FromHex(kGeneve);
  const GeneveView view = *GeneveView::Parse(absl::MakeConstSpan(bytes));
  EXPECT_EQ(view.vni(), 2u);
  EXPECT_EQ(view.protocol(), kEthTypeTeb);
  EXPECT_EQ(view.options_length(), 8u);
  EXPECT_EQ(view.header_length(), 16u);
  EXPECT_FALSE(view.is_control());
  EXPECT_TRUE(view.has_critical());
  EXPECT_EQ(view.payload().size(), bytes.size() - 16);
  EXPECT_EQ(GeneveHeader::Parse(bytes)->ToString(), "Geneve vni 0x2 (2), ingress 2, egress 1");
  GeneveOptionWalker walker(view.options());
  EXPECT_EQ(OvnGeneveOption::From(*walker.Next()), OvnGeneveOption::Of(2, 1));
  EXPECT_FALSE(walker.Next().has_value());
  EXPECT_TRUE(walker.ok());
}

TEST(GeneveTest, KeepsTheLawsOnMutations) {
  CheckLawsAround<GeneveHeader>(FromHex(kGeneve), 1, 20'000);
  CheckLawsOnNoise<GeneveHeader>(2, 20'000);
}

TEST(GeneveTest, EmitsWhatOvnSends) {
  Bytes option(OvnGeneveOption::kSize, 0xa5);
  OvnGeneveOption::Of(2, 1).Emit(option.data());
  const GeneveHeader header{GeneveLayout::kCriticalFlag, kEthTypeTeb, 2, 0, option};
  Bytes bytes(header.size(), 0xa5);
  header.Emit(bytes.data());
  EXPECT_EQ(ToHex(bytes), ToHex(Prefix(FromHex(kGeneve), 16)));
}

TEST(GeneveTest, ReservedBitsAreZeroByDefaultAndKeptWhenGiven) {
  Bytes bytes(8, 0xa5);
  GeneveHeader header;
  header.vni = 0xffffff;
  header.Emit(bytes.data());
  EXPECT_EQ(ToHex(bytes), "00006558ffffff00");
  header.flags = 0x3f;
  header.reserved = 0x77;
  header.Emit(bytes.data());
  EXPECT_EQ(ToHex(bytes), "003f6558ffffff77");
  EXPECT_EQ(*GeneveHeader::Parse(bytes), header);
}

TEST(GeneveTest, SaysWhatIsWrong) {
  Bytes bytes = FromHex(kGeneve);
  EXPECT_EQ(GeneveView::Check(Prefix(bytes, 7)).message(), "Geneve header needs 8 bytes, has 7");
  EXPECT_EQ(GeneveView::Check(Prefix(bytes, 15)).message(), "Geneve header with options needs 16 bytes, has 15");
  bytes[0] = 0x42;
  EXPECT_EQ(GeneveView::Check(bytes).message(), "Geneve version 1 is unknown");
}

TEST(GeneveTest, TheLongestHeaderIs260Bytes) {
  Bytes bytes(GeneveLayout::kMaxSize + 4, 0);
  bytes[0] = 63;
  EXPECT_TRUE(GeneveView::Check(bytes).ok());
  EXPECT_EQ(GeneveView(absl::MakeConstSpan(bytes)).header_length(), 260u);
  EXPECT_EQ(GeneveView(absl::MakeConstSpan(bytes)).payload().size(), 4u);
  CheckLaws<GeneveHeader>(bytes);
}

TEST(GeneveTest, SettersKeepTheRest) {
  Bytes bytes = FromHex(kGeneve);
  const MutableGeneveView view = *MutableGeneveView::Parse(absl::MakeSpan(bytes));
  view.set_vni(0xabcdef);
  view.set_protocol(kEthTypeIpv4);
  view.set_flags(GeneveLayout::kControlFlag);
  EXPECT_EQ(ToHex(Prefix(bytes, 8)), "02800800abcdef00");
  EXPECT_EQ(GeneveHeader::Parse(bytes)->ToString(),
            "Geneve vni 0xabcdef (11259375), control, protocol 0x0800, ingress 2, egress 1");
}

TEST(GeneveOptionTest, EveryLengthFromHeaderAloneTo128Bytes) {
  Bytes data(124);
  for (size_t i = 0; i < data.size(); ++i) data[i] = static_cast<uint8_t>(i);
  for (size_t n = 0; n <= data.size(); n += 4) {
    const GeneveOption option{0xff00, 0x05, 0x7, absl::MakeConstSpan(data).subspan(0, n)};
    Bytes bytes(option.size(), 0xa5);
    option.Emit(bytes.data());
    EXPECT_EQ(bytes.size(), n + 4);
    GeneveOptionWalker walker(bytes);
    EXPECT_EQ(walker.Next(), option);
    EXPECT_FALSE(walker.Next().has_value());
    EXPECT_TRUE(walker.ok());
  }
}

TEST(GeneveOptionTest, WalksSeveralInOrder) {
  const Bytes options = FromHex("ffff 01 01 deadbeef  0102 80 01 00020001  1234 02 e0");
  GeneveOptionWalker walker(options);
  const std::optional<GeneveOption> first = walker.Next(), second = walker.Next(), third = walker.Next();
  EXPECT_EQ(first->ToString(), "option class 0xffff type 0x01 length 4");
  EXPECT_FALSE(first->is_critical());
  EXPECT_EQ(second->ToString(), "option class 0x0102 type 0x80 (critical) length 4");
  EXPECT_EQ(third->reserved, 7);  // Kept, and otherwise without effect.
  EXPECT_TRUE(third->data.empty());
  EXPECT_FALSE(walker.Next().has_value());
  EXPECT_TRUE(walker.ok());
}

TEST(GeneveOptionTest, OptionsMustFillOptLenExactly) {
  for (const auto& [hex, reason] : {std::pair{"01028002 00020001", "Geneve option at byte 0 needs 12 bytes, has 8"},
                                    {"01028001 00020001 ffff0101", "Geneve option at byte 8 needs 8 bytes, has 4"},
                                    {"0102801f 00020001", "Geneve option at byte 0 needs 128 bytes, has 8"}}) {
    const Bytes options = FromHex(hex);
    GeneveOptionWalker walker(options);
    while (walker.Next().has_value()) {
    }
    EXPECT_FALSE(walker.ok());
    EXPECT_FALSE(walker.Next().has_value());
    EXPECT_EQ(walker.status().message(), reason);
  }
}

TEST(OvnGeneveOptionTest, PortsTakeFifteenAndSixteenBits) {
  for (uint32_t ingress : {0u, 1u, 0x7fffu}) {
    for (uint32_t egress : {0u, 1u, 0x7fffu, 0x8000u, 0xffffu}) {
      const auto option = OvnGeneveOption::Of(static_cast<uint16_t>(ingress), static_cast<uint16_t>(egress));
      EXPECT_EQ(option.body >> 31, 0u);
      EXPECT_EQ(option.ingress_port(), ingress);
      EXPECT_EQ(option.egress_port(), egress);
    }
  }
  EXPECT_EQ(OvnGeneveOption{0xffff'ffff}.ingress_port(), 0x7fff);  // The reserved bit does not count.
  EXPECT_EQ(OvnGeneveOption::Of(2, 1).ToString(), "ingress 2, egress 1");
}

TEST(OvnGeneveOptionTest, IsItselfOnlyWithClassTypeAndLength) {
  const Bytes body = FromHex("00020001 00000000");
  const auto four = absl::MakeConstSpan(body).subspan(0, 4);
  EXPECT_TRUE(OvnGeneveOption::From({0x0102, 0x80, 0, four}).has_value());
  EXPECT_TRUE(OvnGeneveOption::From({0x0102, 0x80, 5, four}).has_value());  // Reserved bits are ignored.
  EXPECT_FALSE(OvnGeneveOption::From({0x0103, 0x80, 0, four}).has_value());
  EXPECT_FALSE(OvnGeneveOption::From({0x0102, 0x00, 0, four}).has_value());
  EXPECT_FALSE(OvnGeneveOption::From({0x0102, 0x80, 0, body}).has_value());
  EXPECT_FALSE(OvnGeneveOption::From({0x0102, 0x80, 0, {}}).has_value());
}

}  // namespace
}  // namespace ovnlite
