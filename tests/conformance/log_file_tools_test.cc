// Files that ovnlite saves, in the hands of OVSDB's own tools: ovsdb-tool reads every row in them, ovsdb-server serves
// them, and what the server adds ovnlite reads again.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "lib/base/shared_testutil.h"
#include "lib/db/db_testutil.h"
#include "ovnlite/db/log_file.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

// Standard output of a command without its last line feed; fails the test when the command does.
std::string Output(const std::string& command) {
  std::string output;
  std::FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  EXPECT_NE(pipe, nullptr);
  if (pipe == nullptr) return output;
  char buffer[65536];
  for (size_t n; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) output.append(buffer, n);
  const int status = pclose(pipe);
  EXPECT_EQ(status, 0) << command << ": " << output;
  if (!output.empty() && output.back() == '\n') output.pop_back();
  return output;
}

// Ends a daemon, and waits until it is gone with all its files.
void Stop(const std::string& folder) {
  const std::string pid = Output("cat " + folder + "/pid");
  Output(absl::StrCat("ovs-appctl -t ", folder, "/ctl exit"));
  // A zombie has no files any more.
  Output(absl::StrCat("for n in $(seq 6000); do state=$(sed 's/.*) //' /proc/", pid,
                      "/stat 2>/dev/null) || exit 0; case \"$state\" in Z*) exit 0;; esac; sleep 0.01; done; exit 1"));
}

bool Installed(const std::string& program) {
  return std::system((program + " --version >/dev/null 2>&1").c_str()) == 0;
}

class LogFileToolsTest : public ::testing::Test {
 protected:
  LogFileToolsTest() : folder_(absl::StrCat("/tmp/ovnlite_log_", getpid())) {  // Sockets need a short path.
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
  }
  ~LogFileToolsTest() override {
    if (std::filesystem::exists(folder_ + "/pid")) Stop(folder_);
    std::filesystem::remove_all(folder_);
  }

  void SetUp() override {
    if (!Installed("ovsdb-tool")) GTEST_SKIP() << "ovsdb-tool is not installed (Debian package openvswitch-common)";
  }

  // Saves it, and asks the tool everything about it.
  void CheckSaved(const Database& database, const std::string& name) {
    SCOPED_TRACE(name);
    const std::string path = folder_ + "/" + name;
    const DatabaseSchema& schema = database.schema();
    ASSERT_EQ(SaveLog(database, path), absl::OkStatus());
    EXPECT_EQ(Output("ovsdb-tool db-name " + path), schema.name());
    EXPECT_EQ(Output("ovsdb-tool db-version " + path), schema.version());
    EXPECT_EQ(Output("ovsdb-tool db-cksum " + path), schema.cksum());
    EXPECT_EQ(Output("ovsdb-tool db-is-standalone " + path), "");
    const std::string reply = Output(absl::StrCat("ovsdb-tool query ", path, " '", SelectAll(schema), "'"));
    const absl::StatusOr<std::string> lines = LinesOfReply(schema, reply);
    ASSERT_EQ(lines.status(), absl::OkStatus());
    EXPECT_EQ(CanonicalRows(schema, *lines).value(), CanonicalRows(database));
    const std::string log = Output("ovsdb-tool show-log " + path);
    EXPECT_EQ(log.substr(0, 9), "record 0:") << log;
    // Through a cluster's file and back.
    Output(absl::StrCat("ovsdb-tool create-cluster ", path, ".raft ", path, " tcp:127.0.0.1:9999"));
    const absl::StatusOr<LoadedLog> raft = LoadLog(path + ".raft");
    EXPECT_EQ(raft.status().code(), absl::StatusCode::kInvalidArgument);
    Output(absl::StrCat("ovsdb-tool cluster-to-standalone ", path, ".alone ", path, ".raft"));
    const absl::StatusOr<LoadedLog> alone = LoadLog(path + ".alone");
    ASSERT_EQ(alone.status(), absl::OkStatus());
    EXPECT_EQ(alone->error, absl::OkStatus());
    EXPECT_EQ(CanonicalRows(*alone->database), CanonicalRows(database));
    // What `compact` makes of it.
    Output("ovsdb-tool compact " + path);
    const absl::StatusOr<LoadedLog> compacted = LoadLog(path);
    ASSERT_EQ(compacted.status(), absl::OkStatus());
    EXPECT_EQ(CanonicalRows(*compacted->database), CanonicalRows(database));
  }

  // What a server on this file answers to SelectAll(), as CanonicalRows() has it.
  std::string RowsServed(const std::string& path) {
    const std::string remote = "unix:" + folder_ + "/served.sock";
    Output(absl::StrCat("ovsdb-server --detach --no-chdir --log-file=", folder_, "/served.log --pidfile=", folder_,
                        "/served.pid --remote=p", remote, " --unixctl=", folder_, "/served.ctl ", path,
                        " 2>/dev/null"));
    const absl::StatusOr<std::string> lines =
        LinesOfReply(NorthboundSchema(),
                     Output(absl::StrCat("ovsdb-client transact ", remote, " '", SelectAll(NorthboundSchema()), "'")));
    Output(absl::StrCat("ovs-appctl -t ", folder_, "/served.ctl exit"));
    EXPECT_EQ(lines.status(), absl::OkStatus());
    return lines.ok() ? CanonicalRows(NorthboundSchema(), *lines).value() : "";
  }

  const std::string folder_;
};

// Of a file whose end is damaged we load what a server serves.
TEST_F(LogFileToolsTest, AServerServesWhatWeLoadOfADamagedFile) {
  if (!Installed("ovsdb-server")) GTEST_SKIP() << "ovsdb-server is not installed (Debian package openvswitch-common)";
  const std::string file = ReadFileOrDie("lib/db/testdata/history_nb.db");
  const size_t half = file.size() / 2 + 5'000;
  std::string flipped = file;
  flipped[file.size() - 5] ^= 1;
  size_t damaged = 0;
  for (const std::string& bytes : {file, file.substr(0, half), file.substr(0, file.size() - 1),
                                   file.substr(0, half) + std::string(4'096, '\0'), file + "text", flipped}) {
    const std::string path = folder_ + "/damaged.db";
    std::ofstream(path, std::ios::binary) << bytes;
    const absl::StatusOr<LoadedLog> log = LoadLog(path);
    ASSERT_EQ(log.status(), absl::OkStatus());
    EXPECT_EQ(log->error, absl::OkStatus());
    damaged += log->damaged_end ? 1 : 0;
    EXPECT_EQ(CanonicalRows(*log->database), RowsServed(path));
  }
  EXPECT_EQ(damaged, 5u);
}

TEST_F(LogFileToolsTest, ToolsReadWhatWeSave) {
  CheckSaved(Database(NorthboundSchema()), "empty_nb.db");
  CheckSaved(Database(SouthboundSchema()), "empty_sb.db");
  for (const char* name : {"history_nb.db", "whole_nb.db", "compacted_nb.db", "newer_nb.db", "chassis_sb.db"}) {
    const absl::StatusOr<LoadedLog> log = LoadLog(absl::StrCat("lib/db/testdata/", name));
    ASSERT_EQ(log.status(), absl::OkStatus()) << name;
    CheckSaved(*log->database, name);
  }
}

TEST_F(LogFileToolsTest, ToolsReadTheCasesWeSave) {
  for (const char* name : {"lab/nb.db", "lab/sb.db", "oracle/cases/acl/nb.db", "oracle/cases/nat_lb/sb.db",
                           "oracle/cases/services/nb.db", "oracle/cases/services/sb.db"}) {
    OVNLITE_SHARED_OR_SKIP(path, name);
    const absl::StatusOr<LoadedLog> log = LoadLog(path);
    ASSERT_EQ(log.status(), absl::OkStatus()) << name;
    CheckSaved(*log->database, absl::StrReplaceAll(name, {{"/", "_"}}));
  }
}

TEST_F(LogFileToolsTest, AServerTakesItAndWeReadWhatItAdds) {
  if (!Installed("ovsdb-server")) GTEST_SKIP() << "ovsdb-server is not installed (Debian package openvswitch-common)";
  if (!Installed("ovn-nbctl")) GTEST_SKIP() << "ovn-nbctl is not installed (Debian package ovn-common)";
  absl::StatusOr<LoadedLog> log = LoadLog("lib/db/testdata/history_nb.db");
  ASSERT_EQ(log.status(), absl::OkStatus());
  const std::string path = folder_ + "/nb.db", remote = "unix:" + folder_ + "/db.sock";
  ASSERT_EQ(SaveLog(*log->database, path), absl::OkStatus());
  Output(absl::StrCat("ovsdb-server --detach --no-chdir --log-file=", folder_, "/log --pidfile=", folder_,
                      "/pid --remote=p", remote, " --unixctl=", folder_, "/ctl ", path, " 2>/dev/null"));
  const std::string query = absl::StrCat("ovsdb-client transact ", remote, " '", SelectAll(NorthboundSchema()), "'");
  absl::StatusOr<std::string> lines = LinesOfReply(NorthboundSchema(), Output(query));
  ASSERT_EQ(lines.status(), absl::OkStatus());
  EXPECT_EQ(CanonicalRows(NorthboundSchema(), *lines).value(), CanonicalRows(*log->database));

  const std::string nbctl = "ovn-nbctl --db=" + remote + " ";
  Output(nbctl + "ls-add more -- lsp-add more p1 -- lsp-add more p2 -- lsp-set-addresses p1 unknown");
  Output(nbctl + "set Logical_Switch more other_config:a=b -- lsp-del p2 -- pg-add g p1");
  Output(nbctl + "set Logical_Switch more other_config:a=c other_config:d=e");
  Output(nbctl + "ls-del LS1");
  lines = LinesOfReply(NorthboundSchema(), Output(query));
  ASSERT_EQ(lines.status(), absl::OkStatus());
  Stop(folder_);
  log = LoadLog(path);
  ASSERT_EQ(log.status(), absl::OkStatus());
  EXPECT_EQ(log->error, absl::OkStatus());
  EXPECT_GE(log->records, 6u);
  EXPECT_EQ(CanonicalRows(*log->database), CanonicalRows(NorthboundSchema(), *lines).value());
  EXPECT_NE(CanonicalRows(*log->database).find("\"other_config\": [\"map\", [[\"a\", \"c\"], [\"d\", \"e\"]]]"),
            std::string::npos);
}

}  // namespace
}  // namespace ovnlite
