// File: session.h
// One thing at a time, without holding up Python: work of the library runs without the GIL, and under a lock that all
// objects of one Lab, or of one Database, share. The lock is only ever taken without the GIL, so that neither waits for
// the other. What works on two databases takes the locks of both, always in the same order: Session::Both().
//
// What lives in a session ends in it too: Keep() makes pointers whose last owner takes the lock.
//
// A process forked while a thread of its parent was at work has a copy of what that thread left half done, and nobody
// who will ever give the lock back. Run() raises then; what ends is left as it is.

#ifndef OVNLITE_BINDINGS_PYTHON_SESSION_H_
#define OVNLITE_BINDINGS_PYTHON_SESSION_H_

#include <pybind11/pybind11.h>
#include <sys/types.h>

#include <atomic>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "bindings/python/gil.h"

namespace ovnlite::python {

// A mutex that knows the process that holds it.
class ProcessLock {
 public:
  // False when a process that this one was forked from holds it.
  bool Lock();
  // False too when another thread holds it.
  bool TryLock();
  void Unlock();

 private:
  std::atomic<pid_t> owner_{0};  // 0: nobody.
};

class Session {
 public:
  // One at a time with all that is in either.
  static Session Both(const Session& a, const Session& b);
  // Whether this one's locks are among those of `other`.
  bool IsIn(const Session& other) const;

  // What f() returns. f must not touch Python. Raises FailedPreconditionError in a forked process: see above.
  template <typename F>
  auto Run(F&& f) const {
    using Result = decltype(f());
    if constexpr (std::is_void_v<Result>) {
      Run([&f] { return f(), true; });
    } else {
      std::optional<Result> result;
      {
        const WithoutGil free;
        const Hold hold(locks_, /*wait=*/true);
        if (hold.ok()) result.emplace(f());
      }
      if (!result.has_value()) RaiseForked();
      return *std::move(result);
    }
  }

  // Destroys *object, under the lock and without the GIL, which the caller has. Leaves it as it is in a forked process,
  // and when the interpreter ends while another thread holds the lock.
  template <typename T>
  void End(T* object) const noexcept {
    const bool wait = !IsEnding();
    const WithoutGil free;
    const Hold hold(locks_, wait);
    if (hold.ok()) delete object;
  }

  // The same for the last owner of a pointer.
  template <typename T>
  std::shared_ptr<T> Keep(std::unique_ptr<T> object) const {
    return std::shared_ptr<T>(object.release(), [session = *this](T* last) { session.End(last); });
  }

 private:
  // By address, each once.
  using Locks = std::vector<std::shared_ptr<ProcessLock>>;

  class Hold {
   public:
    Hold(const Locks& locks, bool wait);
    ~Hold();
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    // All of them, or none is held.
    bool ok() const { return held_ == locks_.size(); }

   private:
    void Release();

    const Locks& locks_;
    size_t held_ = 0;
  };

  [[noreturn]] static void RaiseForked();
  // Whether the interpreter is about to end.
  static bool IsEnding();

  Locks locks_ = {std::make_shared<ProcessLock>()};
};

}  // namespace ovnlite::python

#endif  // OVNLITE_BINDINGS_PYTHON_SESSION_H_
