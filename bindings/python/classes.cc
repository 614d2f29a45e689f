#include "bindings/python/classes.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace py = pybind11;

namespace ovnlite::python {
namespace {

// In the place of pybind11's, which ends the process when a class has nothing of C++ behind it.
PyObject* NewObject(PyTypeObject* type, PyObject* args, PyObject* kwargs) {
  if (py::detail::all_type_info(type).empty()) {
    PyErr_Format(PyExc_TypeError, "cannot create '%.200s' instances", type->tp_name);
    return nullptr;
  }
  return py::detail::pybind11_object_new(type, args, kwargs);
}

// Likewise; it takes whatever a class of this metaclass makes for an object of C++.
PyObject* CallClass(PyObject* type, PyObject* args, PyObject* kwargs) {
  if (py::detail::all_type_info(reinterpret_cast<PyTypeObject*>(type)).empty()) {
    return PyType_Type.tp_call(type, args, kwargs);
  }
  return py::detail::pybind11_meta_call(type, args, kwargs);
}

void RefusePickle(const py::object& self, const py::args&) {
  throw py::type_error(absl::StrCat("cannot pickle '", Py_TYPE(self.ptr())->tp_name, "' object"));
}

void* RefuseMemory(size_t) { throw py::type_error("the object was not initialized: its __init__() was not called"); }

}  // namespace

void PrepareClasses() {
  auto& internals = py::detail::get_internals();
  internals.default_metaclass->tp_call = CallClass;
  auto* const base = reinterpret_cast<PyTypeObject*>(internals.instance_base);
  base->tp_new = NewObject;
  const py::handle type(internals.instance_base);
  type.attr("__reduce_ex__") = py::cpp_function(&RefusePickle, py::name("__reduce_ex__"), py::is_method(type));
}

void RefuseUninitialized(py::module_& m) {
  for (const auto& [name, value] : py::reinterpret_borrow<py::dict>(m.attr("__dict__"))) {
    if (!PyType_Check(value.ptr())) continue;
    auto* const type = reinterpret_cast<PyTypeObject*>(value.ptr());
    if (!PyType_IsSubtype(type, reinterpret_cast<PyTypeObject*>(py::detail::get_internals().instance_base))) continue;
    for (py::detail::type_info* info : py::detail::all_type_info(type)) info->operator_new = RefuseMemory;
  }
}

}  // namespace ovnlite::python
