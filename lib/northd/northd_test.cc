// Logical flows equal those of a real ovn-northd 23.03: no line missing, none extra.

#include "ovnlite/northd/northd.h"

#include <string>

#include "gtest/gtest.h"
#include "lib/base/shared_testutil.h"
#include "lib/northd/northd_testutil.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/db/log_file.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

void ExpectFlows(const std::string& nb_file, const std::string& listing_file) {
  auto nb = LoadLog(nb_file);
  ASSERT_TRUE(nb.ok()) << nb.status();
  Database sb(SouthboundSchema());
  Northd northd(*nb->database, sb);
  const absl::Status status = northd.Update();
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_TRUE(northd.unsupported().empty()) << northd.unsupported()[0].table << " " << northd.unsupported()[0].column;
  EXPECT_EQ(Difference(FlowLinesOfListing(ReadFileOrDie(listing_file)), FlowLines(sb)), "");
}

TEST(NorthdTest, LabFlowsEqualRealOnes) {
  OVNLITE_SHARED_OR_SKIP(shared, "lab");
  ExpectFlows(shared + "/nb.db", shared + "/lflows.txt");
}

// Recorded from a real ovn-northd: see testdata/README.md.
class RecordedTest : public testing::TestWithParam<const char*> {};
TEST_P(RecordedTest, FlowsEqualRealOnes) {
  const std::string base = std::string("lib/northd/testdata/") + GetParam();
  ExpectFlows(base + ".nb.db", base + ".lflows");
}
INSTANTIATE_TEST_SUITE_P(Northd, RecordedTest, testing::Values("lab", "links", "corners"),
                         [](const auto& info) { return std::string(info.param); });

// What northd finds there when it starts.
void CopyChassis(const Database& from, Database& to) {
  Transaction t = to.Begin();
  for (const auto& [uuid, row] : from.Rows<sb::Encap>()) t.InsertRow(SchemaOf<sb::Encap>(), uuid, row.row());
  for (const auto& [uuid, row] : from.Rows<sb::Chassis>()) t.InsertRow(SchemaOf<sb::Chassis>(), uuid, row.row());
  ASSERT_TRUE(to.Commit(std::move(t)).ok());
}

// The same of networks that are half wrong, and of the rows beside the flows.
class RecordedOddTest : public testing::TestWithParam<const char*> {};
TEST_P(RecordedOddTest, SouthboundEqualsRealOne) {
  const std::string base = std::string("lib/northd/testdata/") + GetParam();
  auto nb = LoadLog(base + ".nb.db"), recorded = LoadLog(base + ".sb.db");
  ASSERT_TRUE(nb.ok()) << nb.status();
  ASSERT_TRUE(recorded.ok()) << recorded.status();
  Database sb(SouthboundSchema());
  CopyChassis(*recorded->database, sb);
  Northd northd(*nb->database, sb);
  const absl::Status status = northd.Update();
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(Difference(FlowLines(*recorded->database), FlowLines(sb)), "");
  EXPECT_EQ(Difference(RowLines(*recorded->database), RowLines(sb)), "");
}
INSTANTIATE_TEST_SUITE_P(Northd, RecordedOddTest,
                         testing::Values("odd_addresses", "odd_networks", "odd_routes", "odd_bindings", "debug_drop",
                                         "acls", "acls_tracked", "acls_debug_drop", "load_balancers", "load_balancers_acls",
                                         "odd_vips"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace ovnlite
