// The real laboratory, run as its users run it: as a program, whose words, exit status and leavings are looked at.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace ovnlite {
namespace {

std::string program;
std::string recorded_sb;

constexpr std::array kTools = {"ip", "ping", "nc", "traceroute", "tcpdump", "sha256sum"};

std::string Shell(const std::string& command) {
  std::FILE* const pipe = popen(absl::StrCat("PATH=$PATH:/sbin:/usr/sbin; ", command, " 2>&1").c_str(), "r");
  if (pipe == nullptr) return std::strerror(errno);
  std::string output;
  std::array<char, 4'096> buffer;
  while (const size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe)) output.append(buffer.data(), n);
  pclose(pipe);
  return output;
}

// Why the laboratory cannot run here, if it cannot.
std::optional<std::string> WhyNot() {
  if (geteuid() != 0) return "needs root, to make network namespaces";
  for (const char* const tool : kTools) {
    if (Shell(absl::StrCat("command -v ", tool)).empty()) {
      return absl::StrCat("needs the program ", tool, " (third_party/test-packages.txt)");
    }
  }
  const std::string tried = Shell("ip netns add ovnlite-try && ip netns del ovnlite-try");
  if (!tried.empty()) return absl::StrCat("cannot make network namespaces here: ", tried);
  return std::nullopt;
}

// The program as a child, what it prints in a pipe.
class Execution {
 public:
  explicit Execution(
      std::vector<std::string> arguments, const std::function<void()>& before = [] {}) {
    arguments.insert(arguments.begin(), program);
    std::vector<char*> words;
    for (std::string& word : arguments) words.push_back(word.data());
    words.push_back(nullptr);
    int ends[2];
    EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
    // Opened first: the path to it may lead through folders that only root can enter.
    const int file = open(words[0], O_RDONLY | O_CLOEXEC);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(ends[1], 1);
      dup2(ends[1], 2);
      before();
      fexecve(file, words.data(), environ);
      _exit(127);
    }
    close(file);
    close(ends[1]);
    pipe_ = ends[0];
  }
  ~Execution() {
    if (!ended_) Signal(SIGTERM);
    Finish();
    if (pipe_ >= 0) close(pipe_);
  }

  void Signal(int signal) const { kill(pid_, signal); }
  // Reads until it has said `word`. False when it ends without.
  bool WaitFor(absl::string_view word) {
    while (!absl::StrContains(said_, word)) {
      if (!Read()) return false;
    }
    return true;
  }
  // Reads to its end. The exit status, or minus the signal's number.
  int Finish() {
    if (ended_) return status_;
    while (Read()) {
    }
    int status = 0;
    waitpid(pid_, &status, 0);
    ended_ = true;
    status_ = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
    return status_;
  }
  const std::string& said() const { return said_; }
  void StopReading() {
    close(pipe_);
    pipe_ = -1;
  }

 private:
  bool Read() {
    if (pipe_ < 0) return false;
    pollfd wait = {pipe_, POLLIN, 0};
    std::array<char, 4'096> buffer;
    if (poll(&wait, 1, 120'000) <= 0) {
      ADD_FAILURE() << "it says nothing for two minutes; so far: " << said_;
      Signal(SIGTERM);
      return false;
    }
    const ssize_t n = read(pipe_, buffer.data(), buffer.size());
    if (n <= 0) return false;
    said_.append(buffer.data(), static_cast<size_t>(n));
    return true;
  }

  pid_t pid_;
  int pipe_;
  bool ended_ = false;
  int status_ = 0;
  std::string said_;
};

// The name of the laboratory that said this: "ovnlite1", in the names of its namespaces.
std::string NameOf(absl::string_view said) {
  const size_t end = said.find("-{underlay");  // ovnlite1-{underlay,central,…}
  if (end == absl::string_view::npos) return "";
  const size_t begin = said.substr(0, end).rfind("ovnlite");
  return std::string(said.substr(begin, end - begin));
}

// What there is of a laboratory: namespaces, and its folder. Others may run on this machine at the same time.
std::string Leavings(const std::string& name) {
  if (name.empty()) return "a laboratory without a name";
  return Shell(absl::StrCat("ip netns list | grep '^", name, "-'; ls /run/ovnlite | grep -x lab", name.substr(7)));
}

// Laboratories that have namespaces, but nobody who holds their lock.
std::string Orphans() {
  return Shell(
      "for lab in $(ip netns list | grep -o '^ovnlite[0-9]*-' | sort -u | tr -dc '0-9\n'); do"
      " flock -n /run/ovnlite/lab$lab/lock true 2>/dev/null && echo $lab; [ -e /run/ovnlite/lab$lab/lock ] || echo "
      "$lab;"
      " done");
}

class RealLabTest : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = WhyNot(); why.has_value()) GTEST_SKIP() << *why;
    // A run that was killed may have left something: it is the next laboratory's work to remove it.
  }
};

void ExpectEverythingWorks(const std::string& said) {
  const nlohmann::json report = nlohmann::json::parse(said, nullptr, false);
  ASSERT_FALSE(report.is_discarded()) << said;
  EXPECT_TRUE(report["ok"].get<bool>()) << said;
  std::vector<std::string> names;
  for (const auto& step : report["steps"]) {
    names.push_back(step["step"].get<std::string>());
    EXPECT_TRUE(step["ok"].get<bool>()) << step.dump();
    const std::string detail = step["detail"].get<std::string>();
    const std::string begins = names.back() == "1000 pings" ? "1000 of 1000 answered"
                               : names.back() == "tcp"      ? "50000000 bytes arrived"
                                                            : "";
    EXPECT_TRUE(absl::StartsWith(detail, begins)) << detail;
  }
  EXPECT_EQ(names, (std::vector<std::string>{"tools", "namespaces", "database", "compute1", "compute2", "first ping",
                                             "1000 pings", "and back", "geneve", "router", "traceroute", "mtu", "tcp",
                                             "tcp back", "udp", "closed port", "compute1", "compute2", "clean-up"}));
}

TEST_F(RealLabTest, Works) {
  Execution lab({"lab", "--real", "--json"});
  EXPECT_EQ(lab.Finish(), 0);
  ExpectEverythingWorks(lab.said());
  EXPECT_EQ(Leavings(NameOf(lab.said())), "");
}

TEST_F(RealLabTest, WorksOnADatabaseThatOvnWrote) {
  Execution lab({"lab", "--real", "--json", "--sb", recorded_sb});
  EXPECT_EQ(lab.Finish(), 0);
  ExpectEverythingWorks(lab.said());
  EXPECT_EQ(Leavings(NameOf(lab.said())), "");
}

TEST_F(RealLabTest, TwoAtOnceDoNotMeet) {
  Execution one({"lab", "--real", "--json"});
  Execution two({"lab", "--real", "--json"});
  EXPECT_EQ(one.Finish(), 0) << one.said();
  EXPECT_EQ(two.Finish(), 0) << two.said();
  ExpectEverythingWorks(one.said());
  ExpectEverythingWorks(two.said());
  EXPECT_NE(NameOf(one.said()), NameOf(two.said()));
  EXPECT_EQ(Leavings(NameOf(one.said())), "");
  EXPECT_EQ(Leavings(NameOf(two.said())), "");
}

TEST_F(RealLabTest, CleansUpWhenASignalStopsIt) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const std::string word = absl::StrCat("stopped by SIG", sigabbrev_np(signal));
    Execution lab({"lab", "--real"});
    ASSERT_TRUE(lab.WaitFor("first ping")) << lab.said();
    lab.Signal(signal);
    EXPECT_EQ(lab.Finish(), 1);
    EXPECT_TRUE(absl::StrContains(lab.said(), word)) << lab.said();
    EXPECT_EQ(Leavings(NameOf(lab.said())), "");
    Execution kept({"lab", "--real", "--keep"});
    ASSERT_TRUE(kept.WaitFor("the lab is up")) << kept.said();
    EXPECT_TRUE(absl::StrContains(Leavings(NameOf(kept.said())), "-VM-A"));
    kept.Signal(signal);
    EXPECT_EQ(kept.Finish(), 0) << kept.said();
    EXPECT_EQ(Leavings(NameOf(kept.said())), "");
  }
}

// `ovnlite lab --real | head -2`
TEST_F(RealLabTest, CleansUpWhenNobodyReadsWhatItSays) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"lab", "--real"}, {"lab", "--real", "--keep"}}) {
    Execution lab(arguments);
    ASSERT_TRUE(lab.WaitFor("-{underlay")) << lab.said();
    const std::string name = NameOf(lab.said());
    EXPECT_TRUE(absl::StrContains(Leavings(name), "-VM-A"));
    lab.StopReading();
    EXPECT_NE(lab.Finish(), 0);
    EXPECT_EQ(Leavings(name), "");
  }
}

TEST_F(RealLabTest, CleansUpWhenWhatItSaysCannotBeWritten) {
  const std::string before = Orphans();
  Execution lab({"lab", "--real"}, [] { dup2(open("/dev/full", O_WRONLY), 1); });
  EXPECT_EQ(lab.Finish(), 1);
  EXPECT_TRUE(absl::StrContains(lab.said(), "nobody takes what the lab prints")) << lab.said();
  Execution json({"lab", "--real", "--json"}, [] { dup2(open("/dev/full", O_WRONLY), 1); });
  EXPECT_EQ(json.Finish(), 1);
  EXPECT_TRUE(absl::StrContains(json.said(), "cannot write to standard output: No space left on device"))
      << json.said();
  EXPECT_EQ(Orphans(), before);
}

TEST_F(RealLabTest, RemovesWhatAKilledOneLeft) {
  Execution killed({"lab", "--real"});
  ASSERT_TRUE(killed.WaitFor("compute2       ready")) << killed.said();
  killed.Signal(SIGKILL);
  EXPECT_EQ(killed.Finish(), -SIGKILL);
  const std::string name = NameOf(killed.said());
  EXPECT_TRUE(absl::StrContains(Leavings(name), "-VM-A")) << Leavings(name);
  EXPECT_EQ(Shell(absl::StrCat("ip netns pids ", name, "-compute1")), "");  // Its children died with it.
  Execution next({"lab", "--real"});
  ASSERT_TRUE(next.WaitFor("compute2       ready")) << next.said();
  EXPECT_TRUE(absl::StrContains(next.said(), "removed what killed labs had left: ")) << next.said();
  next.Signal(SIGTERM);
  EXPECT_EQ(next.Finish(), 1);
  EXPECT_EQ(Leavings(name), "");
  EXPECT_EQ(Leavings(NameOf(next.said())), "");
}

TEST_F(RealLabTest, SaysWhichPackageIsMissing) {
  Execution lab({"lab", "--real"}, [] {
    // Something that cannot be executed in the program's place, for this child only.
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) _exit(99);
    for (const char* const folder : {"/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/"}) {
      mount("/dev/null", absl::StrCat(folder, "tcpdump").c_str(), nullptr, MS_BIND, nullptr);
    }
  });
  const int exit = lab.Finish();
  if (exit == 99) GTEST_SKIP() << "cannot hide a program: no mount namespaces here";
  EXPECT_EQ(exit, 1);
  EXPECT_TRUE(absl::StrContains(lab.said(), "not found: tcpdump; apt-get install tcpdump")) << lab.said();
}

TEST_F(RealLabTest, SaysThatItNeedsRoot) {
  Execution lab({"lab", "--real"}, [] {
    if (setgid(65'534) != 0 || setuid(65'534) != 0) _exit(99);
  });
  EXPECT_EQ(lab.Finish(), 1);
  EXPECT_TRUE(absl::StrContains(lab.said(), "needs root")) << lab.said();
}

TEST_F(RealLabTest, ChassisSaysWhatIsWrong) {
  const auto fails = [](std::vector<std::string> arguments, absl::string_view why) {
    arguments.insert(arguments.begin(), {"chassis", "--sb", recorded_sb});
    Execution chassis(arguments);
    EXPECT_EQ(chassis.Finish(), 1);
    EXPECT_TRUE(absl::StrContains(chassis.said(), why)) << chassis.said();
  };
  fails({"--name", "compute3", "--port", "LSP1=lo"}, "there is no chassis \"compute3\"");
  fails({"--name", "compute1", "--port", "LSP1=lo", "--encap-ip", "127.0.0.1"}, "to reach compute1 at 192.168.56.11");
  fails({"--name", "compute1", "--port", "LSP1"}, "it should be LSP=DEVICE");
  // Ports come before the transport, whose address this machine does not have.
  fails({"--name", "compute1", "--port", "LSP9=lo"}, "there is no logical port \"LSP9\"");
  fails({"--name", "compute1", "--port", "LSP2=lo"}, "bound to compute2");
  fails({"--name", "compute1", "--port", "LSP1=nowhere0"}, "nowhere0");
}

}  // namespace
}  // namespace ovnlite

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc != 3) {
    std::fprintf(stderr, "usage: real_lab_test OVNLITE SB.DB\n");
    return 2;
  }
  ovnlite::program = argv[1];
  ovnlite::recorded_sb = argv[2];
  return RUN_ALL_TESTS();
}
