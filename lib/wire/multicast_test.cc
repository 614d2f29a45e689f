#include <gtest/gtest.h>

#include "lib/wire/wire_testutil.h"
#include "ovnlite/wire/igmp.h"
#include "ovnlite/wire/mld.h"

namespace ovnlite {
namespace {

TEST(IgmpTest, Version2) {
  Bytes report = FromHex("1600f8faef010203");
  EXPECT_EQ(IgmpHeader::Parse(report)->ToString(), "v2 report 239.1.2.3");
  const MutableIgmpView view = *MutableIgmpView::Parse(absl::MakeSpan(report));
  EXPECT_TRUE(view.ChecksumIsValid());
  CheckLawsAround<IgmpHeader>(report);
  CheckLawsOnNoise<IgmpHeader>();
  view.set_type(kIgmpLeave);
  EXPECT_FALSE(view.ChecksumIsValid());
  view.FillChecksum();
  EXPECT_EQ(ToHex(report), "1700f7faef010203");
  EXPECT_EQ(IgmpView::Check(Prefix(report, 7)).message(), "IGMP header needs 8 bytes, has 7");
}

TEST(IgmpTest, Version3) {
  const Bytes query = FromHex("1164 0000 ef010203 02 7d 0002 0a000001 0a000002 ffff");
  EXPECT_EQ(Igmpv3Query::Parse(query)->ToString(), "query 239.1.2.3, 2 source(s)");
  CheckLawsAround<Igmpv3Query>(query);
  CheckLawsOnNoise<Igmpv3Query>();
  EXPECT_EQ(Igmpv3Query::Parse(Prefix(query, 19)).status().message(),
            "IGMPv3 query with sources needs 20 bytes, has 19");

  const Bytes report = FromHex("2200 0000 0000 0002  04010001 ef010203 0a000001 deadbeef  03000000 ef010204");
  EXPECT_EQ(IgmpHeader::Parse(report)->ToString(), "v3 report, 2 group record(s)");
  const IgmpView view(absl::MakeConstSpan(report));
  IgmpRecordWalker walker(static_cast<uint16_t>(view.group().bits()), view.rest());
  const std::optional<IgmpGroupRecord> first = walker.Next(), second = walker.Next();
  EXPECT_EQ(first->ToString(), "record type 4 group 239.1.2.3, 1 source(s)");
  EXPECT_EQ(ToHex(first->auxiliary), "deadbeef");
  EXPECT_EQ(second->type, kGroupToInclude);
  EXPECT_FALSE(walker.Next().has_value());
  EXPECT_TRUE(walker.status().ok());
  CheckLawsAround<IgmpGroupRecord>(absl::MakeConstSpan(report).subspan(8));
  IgmpRecordWalker too_many(3, view.rest());
  while (too_many.Next().has_value()) {
  }
  EXPECT_EQ(too_many.status().message(), "IGMP group record needs 8 bytes, has 0");
}

TEST(IgmpTest, FloatingPointCodes) {
  EXPECT_EQ(IgmpFloat(100), 100u);
  EXPECT_EQ(IgmpFloat(0x80), 128u);
  EXPECT_EQ(IgmpFloat(0xff), 31744u);
}

TEST(MldTest, Version1) {
  const Bytes query = FromHex("82000000 03e80000 00000000000000000000000000000000");
  EXPECT_EQ(MldHeader::Parse(query)->ToString(), "multicast listener query");
  EXPECT_EQ(MldView(absl::MakeConstSpan(query)).max_response(), 1000);
  CheckLawsAround<MldHeader>(query);
  CheckLawsOnNoise<MldHeader>();
  const Bytes report = FromHex("83000000 00000000 ff020000000000000000000000010003");
  EXPECT_EQ(MldHeader::Parse(report)->ToString(), "multicast listener report ff02::1:3");
  EXPECT_EQ(MldView::Check(FromHex("8000000000000000ff020000000000000000000000010003")).message(),
            "ICMPv6 type 128 is not MLD query 130, report 131 or done 132");
}

TEST(MldTest, Version2) {
  const Bytes query =
      FromHex("82000000 87d00000 ff0e0000000000000000000000000101 0a 7d 0001 fd000000000000000000000000000001");
  EXPECT_EQ(Mldv2Query::Parse(query)->ToString(), "multicast listener query ff0e::101, 1 source(s)");
  EXPECT_EQ(MldFloat(Mldv2Query::Parse(query)->header.max_response), (0x17d0u << 3));
  CheckLawsAround<Mldv2Query>(query);
  const Bytes record = FromHex("04000001 ff0e0000000000000000000000000101 fd000000000000000000000000000001");
  EXPECT_EQ(MldGroupRecord::Parse(record)->ToString(), "record type 4 group ff0e::101, 1 source(s)");
  CheckLawsAround<MldGroupRecord>(record);
  CheckLawsOnNoise<MldGroupRecord>();
  MldRecordWalker walker(1, record);
  EXPECT_EQ(walker.Next()->sources.size(), 16u);
  EXPECT_FALSE(walker.Next().has_value());
}

}  // namespace
}  // namespace ovnlite
