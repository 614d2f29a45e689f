// Rows that stay text until they are read, beside the same rows awake: nobody may see a difference but in time and
// memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "lib/base/shared_testutil.h"
#include "lib/db/db_testutil.h"
#include "lib/db/log_record.h"
#include "lib/schema/column_access.h"
#include "lib/schema/ovn_sb.pb.h"
#include "ovnlite/base/random.h"
#include "ovnlite/db/log_file.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

LoadOptions Dormant() { return {.dormant = true, .prepare = nullptr}; }

constexpr char kDatapath[] = "00000000-0000-4000-8000-000000000001";
constexpr char kOther[] = "00000000-0000-4000-8000-000000000002";

std::string FlowId(int i) { return absl::StrCat("00000000-0000-4000-9000-", absl::Dec(i, absl::kZeroPad12)); }

// The JSON of a record with two datapaths and logical flows, every third of them of the other one.
std::string Flows(int count) {
  std::string json = absl::StrCat("{\"Datapath_Binding\":{\"", kDatapath, "\":{\"tunnel_key\":1},\"", kOther,
                                  "\":{\"tunnel_key\":2}},\"Logical_Flow\":{");
  for (int i = 0; i < count; ++i) {
    absl::StrAppend(&json, i > 0 ? "," : "", "\"", FlowId(i), "\":{\"match\":\"ip4.src == 10.0.0.", i,
                    "\",\"actions\":\"next;\",\"pipeline\":\"ingress\",\"logical_datapath\":[\"uuid\",\"",
                    i % 3 == 0 ? kOther : kDatapath, "\"],\"external_ids\":[\"map\",[[\"stage-name\",\"x", i, "\"]]]}");
  }
  return json + "}}";
}

std::string LogOf(const std::vector<std::string>& records) {
  std::string file = FormatLog(Database(SouthboundSchema()));
  for (const std::string& json : records) AppendLogRecord(json, &file);
  return file;
}

Uuid Id(absl::string_view text) { return *Uuid::Parse(text); }

class DormantRecordedLogTest : public ::testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(Files, DormantRecordedLogTest,
                         ::testing::Values("history_nb", "whole_nb", "compacted_nb", "newer_nb", "chassis_sb"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(DormantRecordedLogTest, HoldsTheSameRows) {
  const std::string path = absl::StrCat("lib/db/testdata/", GetParam(), ".db");
  const absl::StatusOr<LoadedLog> awake = LoadLog(path), dormant = LoadLog(path, Dormant());
  ASSERT_EQ(awake.status(), absl::OkStatus());
  ASSERT_EQ(dormant.status(), absl::OkStatus());
  EXPECT_EQ(dormant->error, awake->error);
  EXPECT_EQ(dormant->records, awake->records);
  EXPECT_EQ(dormant->warnings, awake->warnings);
  EXPECT_EQ(FormatLog(*dormant->database), FormatLog(*awake->database));
}

TEST(DormantRowsTest, OutliveTheFile) {
  std::unique_ptr<Database> database;
  {
    std::string file = LogOf({Flows(100)});
    database = std::move(ParseLog(file, Dormant())->database);
    std::fill(file.begin(), file.end(), 'x');
  }
  EXPECT_EQ(database->RowCount<sb::Logical_Flow>(), 100u);
  const auto* flow = database->Get<sb::Logical_Flow>(Id(FlowId(7)));
  ASSERT_NE(flow, nullptr);
  EXPECT_EQ(flow->match(), "ip4.src == 10.0.0.7");
  EXPECT_EQ(flow->external_ids().at("stage-name"), "x7");
  EXPECT_EQ(database->Get<sb::Logical_Flow>(Id(FlowId(7))), flow) << "a row must stay where it is once it was seen";
}

TEST(DormantRowsTest, AreFoundByIndexesMadeBeforeAndAfter) {
  LoadOptions options = Dormant();
  options.prepare = [](const Database& db) { db.IndexOn<sb::Logical_Flow>("logical_datapath"); };
  const std::string file = LogOf({Flows(600)});
  const absl::StatusOr<LoadedLog> before = ParseLog(file, options), after = ParseLog(file, Dormant());
  for (const char* key : {kDatapath, kOther, "nowhere"}) {
    const absl::Span<const Uuid> rows = before->database->IndexOn<sb::Logical_Flow>("logical_datapath").Find(key);
    EXPECT_EQ(rows, after->database->IndexOn<sb::Logical_Flow>("logical_datapath").Find(key));
    EXPECT_TRUE(std::is_sorted(rows.begin(), rows.end()));
  }
  EXPECT_EQ(before->database->IndexOn<sb::Logical_Flow>("logical_datapath").Find(kOther).size(), 200u);
}

TEST(DormantRowsTest, KeepWhatTheyReferTo) {
  // A group is no root: it lives only as long as somebody refers to it.
  const std::string group = "00000000-0000-4000-8000-000000000003";
  const std::string record =
      absl::StrCat("{\"Logical_DP_Group\":{\"", group, "\":{}},\"Logical_Flow\":{\"", FlowId(0),
                   "\":{\"pipeline\":\"egress\",\"logical_dp_group\":[\"uuid\",\"", group, "\"]}}}");
  const absl::StatusOr<LoadedLog> log = ParseLog(LogOf({record}), Dormant());
  ASSERT_EQ(log->error, absl::OkStatus());
  EXPECT_EQ(log->database->RowCount<sb::Logical_DP_Group>(), 1u);
  Transaction t = log->database->Begin();
  t.Delete<sb::Logical_Flow>(Id(FlowId(0)));
  ASSERT_TRUE(log->database->Commit(std::move(t)).ok());
  EXPECT_EQ(log->database->RowCount<sb::Logical_DP_Group>(), 0u);

  Transaction u = log->database->Begin();
  u.Delete<sb::Datapath_Binding>(Id(kDatapath));
  EXPECT_TRUE(log->database->Commit(std::move(u)).ok());
}

TEST(DormantRowsTest, KeepTheirDatapathFromBeingDeleted) {
  const absl::StatusOr<LoadedLog> log = ParseLog(LogOf({Flows(3)}), Dormant());
  Transaction t = log->database->Begin();
  t.Delete<sb::Datapath_Binding>(Id(kDatapath));
  EXPECT_EQ(log->database->Commit(std::move(t)).status().code(), absl::StatusCode::kFailedPrecondition);
}

// Records that change and delete dormant rows, or say what they may not say: the same rows, the same words.
TEST(DormantRowsTest, FollowTheRecordsBehind) {
  const std::string flow = FlowId(5);
  const auto change = [&](absl::string_view columns) {
    return absl::StrCat("{\"Logical_Flow\":{\"", flow, "\":{", columns, "}}}");
  };
  const std::string good = Flows(20);
  const std::vector<std::vector<std::string>> logs = {
      {good, change("\"priority\":7")},
      {good, change("\"external_ids\":[\"map\",[[\"stage-name\",\"x5\"],[\"a\",\"b\"]]],\"_is_diff\":true")},
      {good, absl::StrCat("{\"_is_diff\":true,\"Logical_Flow\":{\"", flow,
                          "\":{\"external_ids\":[\"map\",[[\"stage-name\",\"x5\"],[\"a\",\"b\"]]]}}}")},
      {good, absl::StrCat("{\"Logical_Flow\":{\"", flow, "\":null}}")},
      {good, Flows(20)},  // All of it once more: changes nothing.
      {good, change("\"priority\":70000")},
      {good, change("\"pipeline\":\"sideways\"")},
      {absl::StrReplaceAll(good, {{"\"match\":\"ip4.src == 10.0.0.9\"", "\"match\":17"}})},
      {absl::StrReplaceAll(good, {{"10.0.0.9", "10.0.0.9\xff"}})},
      {absl::StrReplaceAll(good, {{"\"next;\"", "\"next;\",\"priority\":-1"}})},
      {absl::StrReplaceAll(good, {{"\"next;\"", "\"next;\",\"flavor\":[1,2]"}})},
      {absl::StrReplaceAll(good, {{"\"tunnel_key\":2}", "\"tunnel_key\":2},\"x\":{}"}})},
      {absl::StrReplaceAll(good, {{FlowId(6), FlowId(5)}})},  // A row twice.
      {absl::StrReplaceAll(good, {{absl::StrCat("\"", kOther, "\":{\"tunnel_key\":2}"),
                                   absl::StrCat("\"", FlowId(99), "\":{\"tunnel_key\":2}")}})},
      {absl::StrReplaceAll(good, {{"[[\"stage-name\",\"x3\"]]", "[[\"a\",\"x3\"],[\"a\",\"x4\"]]"}})},
  };
  for (const std::vector<std::string>& records : logs) {
    const std::string file = LogOf(records);
    const absl::StatusOr<LoadedLog> awake = ParseLog(file), dormant = ParseLog(file, Dormant());
    ASSERT_EQ(awake.status(), absl::OkStatus());
    ASSERT_EQ(dormant.status(), absl::OkStatus());
    SCOPED_TRACE(absl::StrCat(records.back().substr(0, 300), " -> ", awake->error.message()));
    EXPECT_EQ(dormant->error, awake->error);
    EXPECT_EQ(dormant->good_bytes, awake->good_bytes);
    EXPECT_EQ(dormant->warnings, awake->warnings);
    EXPECT_EQ(FormatLog(*dormant->database), FormatLog(*awake->database));
  }
}

// Random edits, by transactions, of dormant rows and of others.
TEST(DormantRowsTest, AreEditedLikeOthers) {
  const std::string file = LogOf({Flows(300)});
  const absl::StatusOr<LoadedLog> awake = ParseLog(file), dormant = ParseLog(file, Dormant());
  for (const Database* db : {awake->database.get(), dormant->database.get()}) {
    db->IndexOn<sb::Logical_Flow>("logical_datapath");
  }
  Random random(7);
  for (int step = 0; step < 500; ++step) {
    const Uuid flow = Id(FlowId(static_cast<int>(random.Below(310)))),
               datapath = Id(random.Below(2) ? kDatapath : kOther);
    const uint64_t kind = random.Below(4);
    const auto run = [&](Database& db) {
      Transaction t = db.Begin();
      auto* row = kind == 0 ? nullptr : t.Update<sb::Logical_Flow>(flow);
      if (kind == 0) {
        t.Delete<sb::Logical_Flow>(flow);
      } else if (row == nullptr) {
        t.Insert<sb::Logical_Flow>(flow)->set_pipeline("egress");
      } else if (kind == 1) {
        row->set_priority(step);
      } else if (kind == 2) {
        ToProto(datapath, row->mutable_logical_datapath());
      } else {
        (*row->mutable_external_ids())["k"] = absl::StrCat(step);
      }
      const absl::StatusOr<Delta> delta = db.Commit(std::move(t));
      return absl::StrCat(delta.status().ToString(), delta.ok() ? delta->changes().size() : 0);
    };
    ASSERT_EQ(run(*dormant->database), run(*awake->database)) << "step " << step;
    if (step % 50 != 0) continue;
    ASSERT_EQ(FormatLog(*dormant->database), FormatLog(*awake->database)) << "step " << step;
    for (const char* key : {kDatapath, kOther}) {
      ASSERT_EQ(dormant->database->IndexOn<sb::Logical_Flow>("logical_datapath").Find(key),
                awake->database->IndexOn<sb::Logical_Flow>("logical_datapath").Find(key));
    }
  }
}

}  // namespace
}  // namespace ovnlite
