// File: kernel_testutil.h
// What tests of kernel ports share: a fresh network namespace, commands run in it, and a plain packet socket as the
// other end of a wire. All of it needs root; WhyNoNamespace() says what is missing where it cannot work.

#ifndef OVNLITE_TESTS_PORT_KERNEL_TESTUTIL_H_
#define OVNLITE_TESTS_PORT_KERNEL_TESTUTIL_H_

#include <optional>
#include <string>
#include <vector>

#include "lib/wire/wire_testutil.h"

namespace ovnlite {

// Moves the calling thread into a new, empty network namespace with the loopback interface up and IPv6 silent. Says why
// when that is not possible here.
std::optional<std::string> EnterFreshNamespace();
// The same for what only needs to be there. Nothing when all is well.
std::optional<std::string> WhyNoTap();

// A handle on the calling thread's network namespace, and back to it.
class Namespace {
 public:
  Namespace();
  ~Namespace();
  void Enter() const;
  int fd() const { return fd_; }

 private:
  int fd_;
};

// Runs a shell command and fails the test, with the command's words, if it fails.
void Shell(const std::string& command);

// Brings an interface up and waits until it carries frames, which the kernel lets it do up to a second later.
void BringUp(const std::string& device);

// A packet socket on an interface of the calling thread's namespace: sends frames as they are and receives them with
// their VLAN tags; frames that this machine sends by the interface are left out.
class WireEnd {
 public:
  explicit WireEnd(const std::string& device);
  ~WireEnd();
  void Send(const std::vector<Bytes>& frames);
  // Waits up to two seconds for `at_least` frames.
  std::vector<Bytes> Receive(size_t at_least);

 private:
  int fd_;
};

}  // namespace ovnlite

#endif  // OVNLITE_TESTS_PORT_KERNEL_TESTUTIL_H_
