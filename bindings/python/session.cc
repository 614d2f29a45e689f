#include "bindings/python/session.h"

#include <unistd.h>

#include <algorithm>

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

Session Session::Both(const Session& a, const Session& b) {
  Session both = a;
  both.locks_.insert(both.locks_.end(), b.locks_.begin(), b.locks_.end());
  std::sort(both.locks_.begin(), both.locks_.end());
  both.locks_.erase(std::unique(both.locks_.begin(), both.locks_.end()), both.locks_.end());
  return both;
}

bool Session::IsIn(const Session& other) const {
  return std::includes(other.locks_.begin(), other.locks_.end(), locks_.begin(), locks_.end());
}

Session::Hold::Hold(const Locks& locks, bool wait) : locks_(locks) {
  for (const auto& lock : locks_) {
    if (!(wait ? lock->Lock() : lock->TryLock())) {
      Release();
      return;
    }
    ++held_;
  }
}

Session::Hold::~Hold() { Release(); }

void Session::Hold::Release() {
  while (held_ > 0) locks_[--held_]->Unlock();
}

void Session::RaiseForked() {
  Raise(absl::FailedPreconditionError("this process was forked while another thread was at work here: what it has is a "
                                      "copy of something half done; make it anew, or fork before threads work"),
        "fork");
}

bool Session::IsEnding() { return _Py_IsFinalizing() != 0; }

}  // namespace ovnlite::python
