#include "ovnlite/db/log_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "lib/base/file_testutil.h"
#include "lib/base/shared_testutil.h"
#include "lib/db/db_testutil.h"
#include "lib/db/log_record.h"
#include "lib/schema/ovn_nb.rows.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::string TestData(const std::string& name) { return ReadFileOrDie("lib/db/testdata/" + name); }

// -- What a real ovsdb-server wrote
// -------------------------------------------------------------------------------------

class RecordedLogTest : public ::testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(Files, RecordedLogTest,
                         ::testing::Values("history_nb", "whole_nb", "compacted_nb", "newer_nb", "chassis_sb"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(RecordedLogTest, HoldsTheRowsThatOvsdbToolSees) {
  const std::string name = GetParam();
  const absl::StatusOr<LoadedLog> log = LoadLog("lib/db/testdata/" + name + ".db");
  ASSERT_EQ(log.status(), absl::OkStatus());
  EXPECT_EQ(log->error, absl::OkStatus());
  EXPECT_EQ(log->good_bytes, TestData(name + ".db").size());
  const absl::StatusOr<std::string> expected = CanonicalRows(log->database->schema(), TestData(name + ".rows.json"));
  ASSERT_EQ(expected.status(), absl::OkStatus());
  EXPECT_GT(expected->size(), 500u);
  EXPECT_EQ(CanonicalRows(*log->database), *expected);
}

TEST_P(RecordedLogTest, IsTheSameWhenSavedAndLoaded) {
  const absl::StatusOr<LoadedLog> log = ParseLog(TestData(std::string(GetParam()) + ".db"));
  ASSERT_EQ(log.status(), absl::OkStatus());
  const std::string saved = FormatLog(*log->database);
  const absl::StatusOr<LoadedLog> again = ParseLog(saved);
  ASSERT_EQ(again.status(), absl::OkStatus());
  EXPECT_EQ(again->error, absl::OkStatus());
  EXPECT_EQ(again->records, 2u);
  EXPECT_THAT(again->warnings, IsEmpty());
  EXPECT_EQ(CanonicalRows(*again->database), CanonicalRows(*log->database));
  EXPECT_EQ(FormatLog(*again->database), saved);
}

TEST(LogFileTest, SaysWhatItLeavesOut) {
  const absl::StatusOr<LoadedLog> log = ParseLog(TestData("newer_nb.db"));
  ASSERT_EQ(log.status(), absl::OkStatus());
  EXPECT_EQ(log->version, "7.9.9");
  EXPECT_THAT(log->warnings,
              ElementsAre("unknown column ACL.tier, written by schema version 7.9.9, left out in 1 row",
                          "unknown column Logical_Switch.novel, written by schema version 7.9.9, left out in 2 rows",
                          "unknown table Novelty, written by schema version 7.9.9, left out in 2 rows"));
}

TEST(LogFileTest, LoadsTheLabAndTheCases) {
  for (const char* name :
       {"lab/nb.db", "lab/sb.db", "oracle/cases/acl/nb.db", "oracle/cases/acl/sb.db", "oracle/cases/lab/sb.db",
        "oracle/cases/nat_lb/nb.db", "oracle/cases/nat_lb/sb.db", "oracle/cases/services/nb.db",
        "oracle/cases/services/sb.db", "oracle/cases/acl.packets/sb.db", "oracle/cases/lab.packets/sb.db",
        "oracle/cases/nat_lb.packets/sb.db", "oracle/cases/services.packets/sb.db"}) {
    OVNLITE_SHARED_OR_SKIP(path, name);
    const absl::StatusOr<LoadedLog> log = LoadLog(path);
    ASSERT_EQ(log.status(), absl::OkStatus()) << name;
    EXPECT_EQ(log->error, absl::OkStatus()) << name;
    EXPECT_THAT(log->warnings, IsEmpty());
    EXPECT_EQ(log->good_bytes, std::filesystem::file_size(path));
    EXPECT_GT(CanonicalRows(*log->database).size(), 1000u);
    const absl::StatusOr<LoadedLog> again = ParseLog(FormatLog(*log->database));
    ASSERT_EQ(again.status(), absl::OkStatus());
    EXPECT_EQ(CanonicalRows(*again->database), CanonicalRows(*log->database)) << name;
  }
}

// -- Damage
// -------------------------------------------------------------------------------------------------------------

// Where each record begins, and the end.
std::vector<size_t> Boundaries(absl::string_view file) {
  std::vector<size_t> at = {0};
  while (at.back() < file.size()) {
    const absl::StatusOr<LogRecord> record = ReadLogRecord(file.substr(at.back()));
    EXPECT_EQ(record.status(), absl::OkStatus());
    if (!record.ok()) break;
    at.push_back(at.back() + record->size);
  }
  return at;
}

// The database after each record, as text. [k] is after k + 1 records.
std::vector<std::string> States(const std::string& file, const std::vector<size_t>& boundaries) {
  std::vector<std::string> states;
  for (size_t k = 1; k < boundaries.size(); ++k) {
    const absl::StatusOr<LoadedLog> log = ParseLog(file.substr(0, boundaries[k]));
    EXPECT_EQ(log.status(), absl::OkStatus());
    if (log.ok()) states.push_back(FormatLog(*log->database));
  }
  return states;
}

// How the warning about it begins.
std::string DamagedEnd(size_t records, size_t byte) {
  return absl::StrCat("the end of the file is damaged, and left out behind ", records, " good record",
                      records == 1 ? "" : "s", ": record ", records + 1, " at byte ", byte, ": ");
}

TEST(DamagedLogTest, CutAtEveryByte) {
  const std::string file = TestData("history_nb.db");
  const std::vector<size_t> boundaries = Boundaries(file);
  const std::vector<std::string> states = States(file, boundaries);
  ASSERT_GE(boundaries.size(), 20u);
  size_t whole = 0;  // Records.
  for (size_t n = 0; n <= file.size(); ++n) {
    while (whole + 1 < boundaries.size() && boundaries[whole + 1] <= n) ++whole;
    const absl::StatusOr<LoadedLog> log = ParseLog(absl::string_view(file.data(), n));
    if (whole == 0) {
      const std::string message(log.status().message());
      ASSERT_FALSE(log.ok()) << n;
      ASSERT_TRUE(message == "the file is empty" || absl::StrContains(message, "the file ends")) << n << message;
      continue;
    }
    ASSERT_EQ(log.status(), absl::OkStatus()) << n;
    ASSERT_EQ(log->records, whole) << n;
    ASSERT_EQ(log->good_bytes, boundaries[whole]) << n;
    ASSERT_EQ(log->error, absl::OkStatus()) << n;
    const size_t into = n - boundaries[whole];
    ASSERT_EQ(log->damaged_end, into > 0) << n;
    if (into > 0) {
      ASSERT_THAT(log->warnings,
                  ElementsAre(AllOf(StartsWith(DamagedEnd(whole, boundaries[whole])), HasSubstr("the file ends"))));
    } else {
      ASSERT_THAT(log->warnings, IsEmpty());
    }
    // The good records are there. (Often enough: near the ends of records and here and there.)
    if (into < 3 || n % 64 == 0) {
      ASSERT_EQ(FormatLog(*log->database), states[whole - 1]) << n;
    }
  }
}

TEST(DamagedLogTest, EveryByteSpoiled) {
  const std::string file = TestData("history_nb.db");
  const std::vector<size_t> boundaries = Boundaries(file);
  const std::vector<std::string> states = States(file, boundaries);
  size_t record = 0;  // In which the spoiled byte is.
  for (size_t i = 0; i < file.size(); ++i) {
    while (boundaries[record + 1] <= i) ++record;
    std::string spoiled = file;
    spoiled[i] = static_cast<char>(spoiled[i] ^ (1 << i % 8));
    const absl::StatusOr<LoadedLog> log = ParseLog(spoiled);
    // The SHA-1 may be written in capitals.
    const bool harmless = absl::EqualsIgnoreCase(std::string(1, file[i]), std::string(1, spoiled[i])) &&
                          file.find('\n', boundaries[record]) > i && i > boundaries[record] + 11;
    if (harmless) {
      ASSERT_EQ(log.status(), absl::OkStatus());
      ASSERT_EQ(log->error, absl::OkStatus());
      continue;
    }
    if (record == 0) {
      ASSERT_FALSE(log.ok()) << i;
      if (i >= 11) {  // Before, it is a record of nothing.
        ASSERT_EQ(log.status().code(), absl::StatusCode::kDataLoss) << i;
        ASSERT_THAT(std::string(log.status().message()), StartsWith("record 1 at byte 0: "));
      }
      continue;
    }
    ASSERT_EQ(log.status(), absl::OkStatus()) << i;
    const bool last = boundaries[record + 1] == file.size();
    ASSERT_EQ(log->damaged_end, last) << i;
    if (last) {
      ASSERT_EQ(log->error, absl::OkStatus()) << i;
      ASSERT_THAT(log->warnings, ElementsAre(StartsWith(DamagedEnd(record, boundaries[record]))));
    } else {
      ASSERT_EQ(log->error.code(), absl::StatusCode::kDataLoss) << i;
      ASSERT_THAT(std::string(log->error.message()),
                  StartsWith(absl::StrCat("record ", record + 1, " at byte ", boundaries[record], ": ")));
      ASSERT_THAT(log->warnings, IsEmpty());
    }
    ASSERT_EQ(log->records, record);
    if (i % 16 == 0) {
      ASSERT_EQ(FormatLog(*log->database), states[record - 1]) << i;
    }
  }
}

// What a loss of power leaves behind the last record that reached the disk, and what copies of a file in use end with.
TEST(DamagedLogTest, Ends) {
  const std::string file = TestData("history_nb.db");
  const std::vector<size_t> boundaries = Boundaries(file);
  const std::vector<std::string> states = States(file, boundaries);
  constexpr size_t kGood = 10;
  const size_t at = boundaries[kGood], next = boundaries[kGood + 1];
  const std::string good = file.substr(0, at), zeros(4096, '\0');
  for (const std::string& end : {
           zeros,                                                                   // Room that was never written.
           file.substr(at, next - at - 1) + zeros,                                  // A page that was.
           file.substr(at, 5) + zeros,                                              //
           file.substr(at, 100) + zeros + file.substr(next, 100),                   // Two halves.
           std::string("text"),                                                     //
           std::string("OVSDB JSON "),                                              //
           file.substr(at, next - at - 1) + "OVSDB JSON 5 0123456789012345678901",  //
       }) {
    const absl::StatusOr<LoadedLog> log = ParseLog(good + end);
    ASSERT_EQ(log.status(), absl::OkStatus());
    EXPECT_EQ(log->error, absl::OkStatus());
    EXPECT_TRUE(log->damaged_end);
    EXPECT_THAT(log->warnings, ElementsAre(StartsWith(DamagedEnd(kGood, at))));
    EXPECT_EQ(log->good_bytes, at);
    EXPECT_EQ(FormatLog(*log->database), states[kGood - 1]);
  }
  // With a whole record behind it, it is no end.
  for (const std::string& middle : {zeros, std::string("text"), file.substr(at, next - at - 7)}) {
    const absl::StatusOr<LoadedLog> log = ParseLog(good + middle + file.substr(next));
    ASSERT_EQ(log.status(), absl::OkStatus());
    EXPECT_FALSE(log->damaged_end);
    EXPECT_THAT(log->warnings, IsEmpty());
    EXPECT_THAT(std::string(log->error.message()),
                StartsWith(absl::StrCat("record ", kGood + 1, " at byte ", at, ": ")));
    EXPECT_EQ(FormatLog(*log->database), states[kGood - 1]);
  }
}

TEST(DamagedLogTest, ASearchForRecordsIsLinear) {
  // First lines that each say that the rest of the file is theirs, and one byte more.
  std::string file = FormatLog(Database(NorthboundSchema())) + "x";
  std::string lines;
  constexpr size_t kLines = 50'000;
  const std::string digest(40, '0');
  for (size_t i = 0; i < kLines; ++i) absl::StrAppend(&lines, "OVSDB JSON 999999999 ", digest, "\n");
  const absl::StatusOr<LoadedLog> log = ParseLog(file + lines);
  ASSERT_EQ(log.status(), absl::OkStatus());
  EXPECT_TRUE(log->damaged_end);
}

// A Northbound file with these records behind the schema.
std::string LogOf(const std::vector<std::string>& records) {
  std::string file = FormatLog(Database(NorthboundSchema()));
  for (const std::string& json : records) AppendLogRecord(json, &file);
  return file;
}

// What is wrong with the last of the records, of which all others are good.
std::string ErrorOf(const std::vector<std::string>& records) {
  const absl::StatusOr<LoadedLog> log = ParseLog(LogOf(records));
  EXPECT_EQ(log.status(), absl::OkStatus());
  if (!log.ok()) return "";
  EXPECT_EQ(log->records, records.size()) << log->error;
  absl::string_view message = log->error.message();
  const size_t colon = message.find(": ");
  EXPECT_TRUE(absl::StartsWith(message, absl::StrCat("record ", records.size() + 1, " at byte "))) << message;
  return colon == absl::string_view::npos ? "" : std::string(message.substr(colon + 2));
}

constexpr char kRow1[] = "11111111-1111-1111-1111-111111111111";
constexpr char kRow2[] = "22222222-2222-2222-2222-222222222222";

std::string Change(const std::string& table, const std::string& uuid, const std::string& row) {
  return absl::StrCat("{\"", table, "\":{\"", uuid, "\":", row, "}}");
}

TEST(DamagedLogTest, RecordsThatContradict) {
  EXPECT_EQ(ErrorOf({"{"}), "byte 2: expected the name of a member");
  EXPECT_EQ(ErrorOf({"[]"}), "byte 0: expected an object");
  EXPECT_EQ(ErrorOf({"{\"a\":{}} x"}), "byte 9: text after the end of the value");
  EXPECT_EQ(ErrorOf({Change("Logical_Switch", "1111", "{}")}),
            "byte 26: table Logical_Switch: \"1111\" is not a UUID (expected 8-4-4-4-12 hex digits)");
  EXPECT_EQ(ErrorOf({Change("Logical_Switch", kRow1, "null")}),
            absl::StrCat("byte 62: Logical_Switch row ", kRow1, " is deleted but does not exist"));
  EXPECT_EQ(ErrorOf({Change("Logical_Switch", kRow1, "{\"name\":5}")}),
            absl::StrCat("Logical_Switch row ", kRow1, " column name: byte 66: expected a string"));
  EXPECT_EQ(
      ErrorOf({Change("Logical_Switch", kRow1, "{\"name\":[\"set\",[\"a\",\"b\"]]}")}),
      absl::StrCat("Logical_Switch row ", kRow1, " column name: byte 83: expected one value, not a set of several"));
  EXPECT_EQ(ErrorOf({Change("Logical_Switch", kRow1, "{\"ports\":[\"uuid\",\"" + std::string(kRow2) + "\"]}")}),
            absl::StrCat("referential integrity violation: Logical_Switch row ", kRow1, " column ports: refers to ",
                         kRow2, ", which is not a row of table Logical_Switch_Port"));
  EXPECT_EQ(ErrorOf({Change("NB_Global", kRow1, "{}"), Change("NB_Global", kRow2, "{}")}),
            "constraint violation: table NB_Global would contain 2 rows, more than the 1 allowed");
  EXPECT_THAT(
      ErrorOf({Change("Address_Set", kRow1, "{\"name\":\"as\"}"), Change("Address_Set", kRow2, "{\"name\":\"as\"}")}),
      HasSubstr("has the same values as another row in the unique columns name=\"as\""));
  EXPECT_THAT(ErrorOf({std::string("{\"_x\":") + std::string(2000, '[')}), HasSubstr("nested too deeply"));
}

TEST(DamagedLogTest, FilesThatAreNoLogs) {
  const auto error = [](absl::string_view bytes) { return ParseLog(bytes).status(); };
  EXPECT_EQ(error("").message(), "the file is empty");
  EXPECT_EQ(error("{\"name\":\"OVN_Northbound\"}").message(),
            "not a record of an OVSDB file, which begins with \"OVSDB JSON\"");
  EXPECT_EQ(error("OVSDB CLUSTER 716 0123\n{}").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(error("OVSDB CLUSTER 716 0123\n{}").message()), HasSubstr("cluster-to-standalone"));
  std::string other;
  AppendLogRecord("{\"name\":\"Open_vSwitch\",\"version\":\"8.3.1\",\"tables\":{}}", &other);
  EXPECT_EQ(
      error(other).message(),
      "record 1 at byte 0: the database is \"Open_vSwitch\"; only OVN_Northbound and OVN_Southbound can be loaded");
  EXPECT_EQ(error(other).code(), absl::StatusCode::kInvalidArgument);
  for (const char* line : {"OVSDB JSON 5\n", "OVSDB JSON x 0\n", "OVSDB JSON -5 \n", "OVSDB JSON 0 x\n",
                           "OVSDB JSON 99999999999999999999 da39a3ee5e6b4b0d3255bfef95601890afd80709\n"}) {
    EXPECT_EQ(error(line).message(),
              "record 1 at byte 0: the first line of the record is not \"OVSDB JSON <length> <SHA-1>\"")
        << line;
  }
  EXPECT_EQ(error("OVSDB JSON 18446744073709551615 da39a3ee5e6b4b0d3255bfef95601890afd80709\n{}").message(),
            "record 1 at byte 0: the record has 18446744073709551615 bytes, but the file ends after 2");
  EXPECT_EQ(error("OVSDB JSON " + std::string(200, '1')).message(),
            "record 1 at byte 0: the first line of the record is too long");
}

// -- Forms that ovsdb-server does not write now but did, or may
// ---------------------------------------------------------------

TEST(LogFileTest, DifferencesAreUnderstoodWhereverItIsSaidThatTheyAre) {
  const std::string insert = Change("Address_Set", kRow1,
                                    "{\"name\":\"as\",\"addresses\":[\"set\",[\"a\",\"b\"]],\"external_ids\":[\"map\",["
                                    "[\"k\",\"v\"],[\"x\",\"y\"]]]}");
  const std::string row =
      "{\"addresses\":[\"set\",[\"b\",\"c\"]],\"external_ids\":[\"map\",[[\"k\",\"v\"],[\"x\",\"z\"]]]}";
  const auto after = [&insert](const std::string& record) {
    const absl::StatusOr<LoadedLog> log = ParseLog(LogOf({insert, record}));
    EXPECT_TRUE(log.ok() && log->error.ok()) << log.status() << log->error;
    return log.ok() ? CanonicalRows(*log->database) : "";
  };
  const std::string change = Change("Address_Set", kRow1, row);
  const std::string inner = change.substr(1, change.size() - 2);
  const std::string diff = after(absl::StrCat("{\"_is_diff\":true,", inner, "}"));
  EXPECT_THAT(diff, HasSubstr("\"addresses\": [\"set\", [\"a\", \"c\"]]"));
  EXPECT_THAT(diff, HasSubstr("\"external_ids\": [\"map\", [[\"x\", \"z\"]]]"));
  EXPECT_EQ(after(absl::StrCat("{", inner, ",\"_is_diff\":true}")), diff);
  const std::string whole = after(absl::StrCat("{\"_date\":1,", inner, ",\"_comment\":\"x\"}"));
  EXPECT_THAT(whole, HasSubstr("\"addresses\": [\"set\", [\"b\", \"c\"]]"));
  EXPECT_EQ(after(absl::StrCat("{\"_is_diff\":false,", inner, "}")), whole);
  EXPECT_EQ(after(absl::StrCat("{", inner, ",\"_is_diff\":false}")), whole);
}

// -- Saving
// -------------------------------------------------------------------------------------------------------------

class SaveLogTest : public ::testing::Test {
 protected:
  SaveLogTest() : folder_(absl::StrCat(::testing::TempDir(), "/save_log_", getpid())) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
    Transaction t = nb_.Begin();
    t.Insert<nb::Logical_Switch>(Uuid(1, 2))->set_name("LS1 \"\\\n\x01 é");
    auto* connection = t.Insert<nb::Connection>(Uuid(3, 4));
    connection->set_target("ptcp:6641");
    connection->set_is_connected(true);
    (*connection->mutable_status())["state"] = "ACTIVE";
    auto* global = t.Insert<nb::NB_Global>(Uuid(5, 6));
    auto* reference = global->add_connections();
    reference->set_high(3);
    reference->set_low(4);
    EXPECT_EQ(nb_.Commit(std::move(t)).status(), absl::OkStatus());
  }
  ~SaveLogTest() override { std::filesystem::remove_all(folder_); }

  const std::string folder_;
  Database nb_{NorthboundSchema()};
};

TEST_F(SaveLogTest, WritesWhatFormatLogSays) {
  const std::string path = folder_ + "/nb.db";
  ASSERT_EQ(SaveLog(nb_, path), absl::OkStatus());
  EXPECT_EQ(ReadFileOrDie(path), FormatLog(nb_));
  ASSERT_EQ(chmod(path.c_str(), 0604), 0);
  ASSERT_EQ(SaveLog(Database(NorthboundSchema()), path), absl::OkStatus());
  struct stat info;
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0604u) << "keeps the mode";
  EXPECT_EQ(ReadFileOrDie(path), FormatLog(Database(NorthboundSchema())));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1) << "nothing is left beside it";
}

TEST_F(SaveLogTest, FollowsLinks) {
  const std::string path = folder_ + "/nb.db", link = folder_ + "/link.db";
  ASSERT_EQ(SaveLog(Database(NorthboundSchema()), path), absl::OkStatus());
  std::filesystem::create_symlink("nb.db", link);
  ASSERT_EQ(SaveLog(nb_, link), absl::OkStatus());
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_EQ(ReadFileOrDie(path), FormatLog(nb_));
}

TEST_F(SaveLogTest, LeavesOutWhatIsNotKept) {
  const std::string log = FormatLog(nb_);
  const absl::StatusOr<LoadedLog> again = ParseLog(log);
  ASSERT_EQ(again.status(), absl::OkStatus());
  const auto* connection = again->database->Get<nb::Connection>(Uuid(3, 4));
  ASSERT_NE(connection, nullptr);
  EXPECT_FALSE(connection->is_connected());
  EXPECT_EQ(connection->status().size(), 0u);
  EXPECT_EQ(connection->target(), "ptcp:6641");
  EXPECT_EQ(again->database->Get<nb::Logical_Switch>(Uuid(1, 2))->name(), "LS1 \"\\\n\x01 é");
}

TEST_F(SaveLogTest, SaysWhatItCannotDo) {
  EXPECT_EQ(SaveLog(nb_, folder_ + "/none/nb.db").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(SaveLog(nb_, folder_).ok(), false) << "a folder is not a file";
  EXPECT_EQ(LoadLog(folder_ + "/none.db").status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(LoadLog(folder_ + "/none.db").status().message()), HasSubstr(folder_ + "/none.db"));
  EXPECT_EQ(LoadLog(folder_).status().code(), absl::StatusCode::kInvalidArgument);
  const std::string fifo = MakeFifo(folder_ + "/fifo.db");
  const std::string cut = folder_ + std::string("/nb.db\0.bak", 11);
  EXPECT_EQ(LoadLog(fifo).status().message(), fifo + ": a FIFO, not a regular file");
  EXPECT_THAT(std::string(LoadLog(cut).status().message()), HasSubstr("NUL"));
  EXPECT_EQ(SaveLog(nb_, fifo).message(), fifo + ": a FIFO, not a regular file");
  EXPECT_TRUE(std::filesystem::is_fifo(fifo));
  EXPECT_THAT(std::string(SaveLog(nb_, cut).message()), HasSubstr("NUL"));
  std::ofstream(folder_ + "/text") << "hello";
  EXPECT_EQ(LoadLog(folder_ + "/text").status().message(),
            folder_ + "/text: not a record of an OVSDB file, which begins with \"OVSDB JSON\"");
}

}  // namespace
}  // namespace ovnlite
