// File: gil.h
// Work without Python's lock.

#ifndef OVNLITE_BINDINGS_PYTHON_GIL_H_
#define OVNLITE_BINDINGS_PYTHON_GIL_H_

#include <cxxabi.h>
#include <pybind11/pybind11.h>
#include <unistd.h>

namespace ovnlite::python {

// Gives the GIL away, and takes it again at its end. As pybind11's gil_scoped_release; but when the interpreter has
// ended meanwhile, which a daemon thread can live to see, the thread stays here for good: Python would end it by
// unwinding its stack, which no destructor can bear.
class WithoutGil {
 public:
  WithoutGil() : state_(PyEval_SaveThread()) {}
  ~WithoutGil() {
    try {
      PyEval_RestoreThread(state_);
    } catch (const abi::__forced_unwind&) {
      while (true) pause();
    }
  }
  WithoutGil(const WithoutGil&) = delete;
  WithoutGil& operator=(const WithoutGil&) = delete;

 private:
  PyThreadState* const state_;
};

}  // namespace ovnlite::python

#endif  // OVNLITE_BINDINGS_PYTHON_GIL_H_
