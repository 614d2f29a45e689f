// File: session.h
// One thing at a time, without holding up Python: work of the library runs without the GIL, and under a lock that all
// objects of one Lab, or of one Database, share. The lock is only ever taken without the GIL, so that neither waits for
// the other.

#ifndef OVNLITE_BINDINGS_PYTHON_SESSION_H_
#define OVNLITE_BINDINGS_PYTHON_SESSION_H_

#include <pybind11/pybind11.h>

#include <memory>
#include <mutex>

namespace ovnlite::python {

class Session {
 public:
  // What f() returns. f must not touch Python.
  template <typename F>
  auto Run(F&& f) const {
    const pybind11::gil_scoped_release release;
    const std::lock_guard<std::mutex> hold(*mutex_);
    return f();
  }

 private:
  std::shared_ptr<std::mutex> mutex_ = std::make_shared<std::mutex>();
};

}  // namespace ovnlite::python

#endif  // OVNLITE_BINDINGS_PYTHON_SESSION_H_
