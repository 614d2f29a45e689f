#include "bindings/python/session.h"

#include <unistd.h>

#include "bindings/python/errors.h"

namespace ovnlite::python {

bool ProcessLock::Lock() {
  const pid_t me = getpid();
  while (true) {
    pid_t owner = 0;
    if (owner_.compare_exchange_strong(owner, me, std::memory_order_acquire)) return true;
    if (owner != me) return false;
    owner_.wait(owner, std::memory_order_relaxed);
  }
}

bool ProcessLock::TryLock() {
  pid_t owner = 0;
  return owner_.compare_exchange_strong(owner, getpid(), std::memory_order_acquire);
}

void ProcessLock::Unlock() {
  owner_.store(0, std::memory_order_release);
  owner_.notify_one();
}

void Session::RaiseForked() {
  Raise(absl::FailedPreconditionError("this process was forked while another thread was at work here: what it has is a "
                                      "copy of something half done; make it anew, or fork before threads work"),
        "fork");
}

bool Session::IsEnding() { return _Py_IsFinalizing() != 0; }

}  // namespace ovnlite::python
