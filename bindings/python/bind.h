// File: bind.h
// The Python module _ovnlite, part by part: each bind_*.cc adds one noun.

#ifndef OVNLITE_BINDINGS_PYTHON_BIND_H_
#define OVNLITE_BINDINGS_PYTHON_BIND_H_

#include <pybind11/pybind11.h>

namespace ovnlite::python {

// In this order: later ones mention types of earlier ones in their signatures.
void BindErrors(pybind11::module_& m);
void BindGeneve(pybind11::module_& m);
void BindPacket(pybind11::module_& m);
void BindExpr(pybind11::module_& m);
void BindCheck(pybind11::module_& m);
void BindDatabase(pybind11::module_& m);
void BindTrace(pybind11::module_& m);
void BindTopology(pybind11::module_& m);
void BindNorthd(pybind11::module_& m);
void BindPort(pybind11::module_& m);
void BindChassis(pybind11::module_& m);
void BindLab(pybind11::module_& m);

}  // namespace ovnlite::python

#endif  // OVNLITE_BINDINGS_PYTHON_BIND_H_
