#include "tools/lab_real_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "ovnlite/base/status.h"

namespace ovnlite::tools {
namespace {

constexpr Nanoseconds kStopTime = 2 * kSecond;

sigset_t LabSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) sigaddset(&set, signal);
  return set;
}

// Only what may be called between fork and exec.
[[noreturn]] void Become(const char* program, char* const* arguments, int in, int out, int err, pid_t parent) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);  // It died before prctl.
  if (in < 0) in = open("/dev/null", O_RDONLY);
  if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0) _exit(127);
  execv(program, arguments);
  _exit(127);
}

}  // namespace

MemoryFile::MemoryFile(absl::string_view contents) : fd_(memfd_create("ovnlite", MFD_CLOEXEC)) {
  while (!contents.empty()) {
    const ssize_t n = write(fd_, contents.data(), contents.size());
    if (n <= 0) break;
    contents.remove_prefix(static_cast<size_t>(n));
  }
  Rewind();
}

MemoryFile::~MemoryFile() { close(fd_); }

void MemoryFile::Rewind() { lseek(fd_, 0, SEEK_SET); }

std::string MemoryFile::Read() const {
  struct stat info = {};
  if (fstat(fd_, &info) != 0) return "";
  std::string all(static_cast<size_t>(info.st_size), '\0');
  size_t have = 0;
  while (have < all.size()) {
    const ssize_t n = pread(fd_, &all[have], all.size() - have, static_cast<off_t>(have));
    if (n <= 0) break;
    have += static_cast<size_t>(n);
  }
  all.resize(have);
  return all;
}

std::string Outcome::LastWords() const {
  for (absl::string_view text : {absl::string_view(err), absl::string_view(out)}) {
    const std::vector<absl::string_view> lines = absl::StrSplit(text, '\n', absl::SkipWhitespace());
    if (!lines.empty()) return std::string(absl::StripAsciiWhitespace(lines.back()));
  }
  return timed_out ? "it did not end in time" : absl::StrCat("exit status ", exit);
}

Child::~Child() {
  if (pid_ > 0 && !ended_) Stop();
}

void Child::KillGroup(int signal) const { kill(-pid_, signal); }

bool Child::running() {
  if (ended_) return false;
  siginfo_t info = {};
  if (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return true;
  KillGroup(SIGKILL);  // What it has started and left behind; the group's number is not free before waitpid().
  waitpid(pid_, &wait_status_, 0);
  ended_ = true;
  return false;
}

Outcome Child::Collect(bool timed_out) {
  Outcome outcome;
  outcome.exit = WIFSIGNALED(wait_status_) ? 128 + WTERMSIG(wait_status_) : WEXITSTATUS(wait_status_);
  outcome.timed_out = timed_out;
  outcome.out = out_.Read();
  outcome.err = err_.Read();
  outcome.took = owner_.clock().Now() - begun_;
  return outcome;
}

Outcome Child::Stop() {
  if (running()) KillGroup(SIGTERM);
  const Instant patience = owner_.clock().Now() + kStopTime;
  while (running() && owner_.clock().Now() < patience) usleep(1'000);
  while (running()) {
    KillGroup(SIGKILL);
    usleep(1'000);
  }
  return Collect(false);
}

Processes::Processes() : on_broken_pipe_(std::signal(SIGPIPE, SIG_IGN)) {
  const sigset_t set = LabSignals();
  sigprocmask(SIG_BLOCK, &set, nullptr);
  signals_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

Processes::~Processes() {
  close(signals_);
  const sigset_t set = LabSignals();
  sigprocmask(SIG_UNBLOCK, &set, nullptr);
  std::signal(SIGPIPE, on_broken_pipe_);
}

absl::StatusOr<std::unique_ptr<Child>> Processes::Start(const std::vector<std::string>& arguments,
                                                        const ProcessOptions& options) {
  const std::string program = FindProgram(arguments[0]);
  if (program.empty()) return absl::NotFoundError(absl::StrCat(arguments[0], ": there is no such program"));
  std::vector<char*> words;
  for (const std::string& word : arguments) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  auto child = std::unique_ptr<Child>(new Child(*this));
  if (options.input != nullptr) options.input->Rewind();
  child->begun_ = clock_.Now();
  const int in = options.input == nullptr ? -1 : options.input->fd();
  const pid_t self = getpid();
  const pid_t pid = fork();
  if (pid < 0) return absl::ResourceExhaustedError(absl::StrCat("fork: ", std::strerror(errno)));
  if (pid == 0) Become(program.c_str(), words.data(), in, child->out_.fd(), child->err_.fd(), self);
  setpgid(pid, pid);  // The child does it too: whoever comes first.
  child->pid_ = pid;
  return child;
}

absl::StatusOr<Outcome> Processes::Wait(Child& child, const ProcessOptions& options) {
  const Instant deadline = child.begun_ + options.timeout;
  while (child.running()) {
    const Nanoseconds left = deadline - clock_.Now();
    if (left <= 0) {
      child.Stop();
      return child.Collect(true);
    }
    Pause(std::min<Nanoseconds>(left, 20 * kMillisecond));
    if (!stopped_.ok() && options.interruptible) return stopped_;
  }
  return child.Collect(false);
}

absl::StatusOr<Outcome> Processes::Run(const std::vector<std::string>& arguments, const ProcessOptions& options) {
  OVNLITE_ASSIGN_OR_RETURN(const std::unique_ptr<Child> child, Start(arguments, options));
  return Wait(*child, options);
}

absl::Status Processes::Do(const std::vector<std::string>& arguments, const ProcessOptions& options) {
  OVNLITE_ASSIGN_OR_RETURN(const Outcome outcome, Run(arguments, options));
  if (outcome.ok()) return absl::OkStatus();
  return absl::UnknownError(absl::StrCat(CommandLine(arguments), ": ", outcome.LastWords()));
}

void Processes::Pause(Nanoseconds time) {
  pollfd wait = {signals_, POLLIN, 0};
  const timespec limit = {time / kSecond, time % kSecond};
  if (ppoll(&wait, 1, &limit, nullptr) <= 0) return;
  signalfd_siginfo signal;
  while (read(signals_, &signal, sizeof signal) == sizeof signal) {
    if (signal.ssi_signo == SIGCHLD || !stopped_.ok()) continue;
    stopped_ = absl::CancelledError(absl::StrCat("stopped by SIG", sigabbrev_np(static_cast<int>(signal.ssi_signo))));
  }
}

absl::Status Processes::Sleep(Nanoseconds time) {
  const Instant end = time == kNever ? kNever : clock_.Now() + time;
  while (stopped_.ok()) {
    const Nanoseconds left = end - clock_.Now();
    if (left <= 0) return absl::OkStatus();
    Pause(std::min<Nanoseconds>(left, kSecond));
  }
  return stopped_;
}

std::string CommandLine(const std::vector<std::string>& arguments) {
  std::string line;
  for (const std::string& word : arguments) {
    const bool plain = !word.empty() && word.find_first_of(" \t\n'\"\\$`|&;<>()*?[]#~") == std::string::npos;
    absl::StrAppend(&line, line.empty() ? "" : " ", plain ? "" : "'", word, plain ? "" : "'");
  }
  return line;
}

std::string FindProgram(absl::string_view name) {
  if (name.find('/') != absl::string_view::npos) return std::string(name);
  const char* path = std::getenv("PATH");
  const std::string all = absl::StrCat(path == nullptr ? "" : path, ":/usr/sbin:/usr/bin:/sbin:/bin");
  for (absl::string_view folder : absl::StrSplit(all, ':', absl::SkipEmpty())) {
    std::string candidate = absl::StrCat(folder, "/", name);
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return "";
}

std::string ReadTextFile(const std::string& path) {
  std::ifstream file(path);
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

}  // namespace ovnlite::tools
