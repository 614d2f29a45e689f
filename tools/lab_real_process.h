// File: lab_real_process.h
// Other programs, run by the lab: started, waited for, and gone when the lab is gone.
//
//   Processes processes;                                        // From here on signals are noticed, not obeyed.
//   OVNLITE_ASSIGN_OR_RETURN(Outcome o, processes.Run({"ip", "netns", "list"}, {}));
//   OVNLITE_ASSIGN_OR_RETURN(std::unique_ptr<Child> server, processes.Start({"nc", "-l", "5001"}, {}));
//
// What a program prints goes to a file in memory: nobody waits for a reader, whatever the amount. From the first
// SIGINT, SIGTERM or SIGHUP on whatever waits here returns Cancelled, so that the lab is taken down on the ordinary way
// out, and so it is when nobody reads what it prints: there is no SIGPIPE. Each program is in a process group of its
// own, which a terminal's Ctrl-C does not reach, and is killed as a group. Should the lab itself be killed, the kernel
// kills its children.

#ifndef OVNLITE_TOOLS_LAB_REAL_PROCESS_H_
#define OVNLITE_TOOLS_LAB_REAL_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ovnlite/base/clock.h"

namespace ovnlite::tools {

// A file in memory that programs write to and read from.
class MemoryFile {
 public:
  explicit MemoryFile(absl::string_view contents = "");
  ~MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  int fd() const { return fd_; }
  void Rewind();
  std::string Read() const;  // All of it, wherever a program stands in it.

 private:
  int fd_;
};

// What became of a program.
struct Outcome {
  int exit = 0;  // Its exit status, 128 and the signal's number if one ended it.
  bool timed_out = false;
  std::string out;
  std::string err;
  Nanoseconds took = 0;

  bool ok() const { return exit == 0 && !timed_out; }
  // The last line of what it said, for a reason to give: standard error before standard output.
  std::string LastWords() const;
};

struct ProcessOptions {
  Nanoseconds timeout = 30 * kSecond;  // Of Run().
  MemoryFile* input = nullptr;         // Its standard input; nothing by default. Must outlive the program.
  bool interruptible = true;           // Of Run(): false for taking things down, in spite of signals.
};

class Processes;

// A program that runs.
class Child {
 public:
  ~Child();  // Stops it.
  pid_t pid() const { return pid_; }
  std::string output() const { return out_.Read(); }
  std::string errors() const { return err_.Read(); }
  // Whether it runs still.
  bool running();
  // SIGTERM, and SIGKILL two seconds later.
  Outcome Stop();

 private:
  friend class Processes;
  explicit Child(Processes& owner) : owner_(owner) {}
  Outcome Collect(bool timed_out);
  void KillGroup(int signal) const;

  Processes& owner_;
  pid_t pid_ = -1;
  bool ended_ = false;
  int wait_status_ = 0;
  Instant begun_ = 0;
  MemoryFile out_;
  MemoryFile err_;
};

class Processes {
 public:
  Processes();
  ~Processes();
  Processes(const Processes&) = delete;
  Processes& operator=(const Processes&) = delete;

  // NotFound for a program that is not there; Cancelled when a signal came. `arguments` begin with the program.
  absl::StatusOr<std::unique_ptr<Child>> Start(const std::vector<std::string>& arguments,
                                               const ProcessOptions& options = {});
  // Waits for its end; kills it at the timeout.
  absl::StatusOr<Outcome> Run(const std::vector<std::string>& arguments, const ProcessOptions& options = {});
  absl::StatusOr<Outcome> Wait(Child& child, const ProcessOptions& options = {});
  // Run(), with anything but exit status 0 an error that quotes the command and its last words.
  absl::Status Do(const std::vector<std::string>& arguments, const ProcessOptions& options = {});

  // Waits, until a signal comes at the latest.
  absl::Status Sleep(Nanoseconds time);
  const Clock& clock() const { return clock_; }

 private:
  friend class Child;
  // Sleeps at most `time`, less when a child ends or a signal comes, which stopped_ says afterwards.
  void Pause(Nanoseconds time);

  SystemClock clock_;
  int signals_;
  absl::Status stopped_;
  void (*on_broken_pipe_)(int);
};

// "ip netns exec VM-A ping 10.0.1.20", with quotes where a shell wants them.
std::string CommandLine(const std::vector<std::string>& arguments);

// Where a program is, looked for in PATH and where Debian has programs for root; empty when nowhere.
std::string FindProgram(absl::string_view name);

// What a file of /proc says; empty when it cannot be read.
std::string ReadTextFile(const std::string& path);

}  // namespace ovnlite::tools

#endif  // OVNLITE_TOOLS_LAB_REAL_PROCESS_H_
