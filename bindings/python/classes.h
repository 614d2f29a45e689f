// File: classes.h
// What every class of the module has beyond what pybind11 gives it: wrong use is a TypeError.

#ifndef OVNLITE_BINDINGS_PYTHON_CLASSES_H_
#define OVNLITE_BINDINGS_PYTHON_CLASSES_H_

#include <pybind11/pybind11.h>

namespace ovnlite::python {

// Before the first class: objects cannot be made of the class that all others have as their base, nor pickled.
void PrepareClasses();
// After the last class: an object whose __init__() was not called cannot be used. (pybind11 would make room for one
// and call it an object.)
void RefuseUninitialized(pybind11::module_& m);

// A method without arguments, for objects of class T. (pybind11 would call the method itself for None too.)
template <typename T, typename R, typename C>
auto Method(R (C::*method)() const) {
  return [method](const T& object) { return (object.*method)(); };
}

}  // namespace ovnlite::python

#endif  // OVNLITE_BINDINGS_PYTHON_CLASSES_H_
