// Logical flows equal those of a real ovn-northd 23.03: no line missing, none extra.

#include "ovnlite/northd/northd.h"

#include <string>

#include "gtest/gtest.h"
#include "lib/base/shared_testutil.h"
#include "lib/northd/northd_testutil.h"
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

}  // namespace
}  // namespace ovnlite
