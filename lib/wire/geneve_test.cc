#include "ovnlite/wire/geneve.h"

#include <gtest/gtest.h>

#include "lib/wire/wire_testutil.h"

namespace ovnlite {
namespace {

// From OVN's lab, compute1 to compute2: datapath 2, ingress port 2, egress port 1.
const char kGeneve[] = "0240 6558 000002 00 0102 80 01 00020001 00000000000b00000000ff020800";

TEST(GeneveTest, ReadsWhatOvnSends) {
  const Bytes bytes = FromHex(kGeneve);
  const GeneveView view = *GeneveView::Parse(absl::MakeConstSpan(bytes));
  EXPECT_EQ(view.vni(), 2u);
  EXPECT_EQ(view.protocol(), kEthTypeTeb);
  EXPECT_EQ(view.options_length(), 8u);
  EXPECT_FALSE(view.is_control());
  EXPECT_TRUE(view.has_critical());
  EXPECT_EQ(view.payload().size(), bytes.size() - 16);
  EXPECT_EQ(GeneveHeader::Parse(bytes)->ToString(), "Geneve vni 0x2 (2), ingress 2, egress 1");
  EXPECT_EQ(*CheckGeneveOptions(view), OvnGeneveOption::Of(2, 1));
  CheckLawsAround<GeneveHeader>(bytes);
  CheckLawsOnNoise<GeneveHeader>();
}

}  // namespace
}  // namespace ovnlite
