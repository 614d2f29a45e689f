#include "bindings/python/errors.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "bindings/python/arguments.h"
#include "bindings/python/bind.h"

namespace py = pybind11;

namespace ovnlite::python {
namespace {

struct ErrorClass {
  absl::StatusCode code;
  const char* name;
  PyObject* also;  // The built-in exception it is as well; null: none.
  const char* doc;
};

std::array<ErrorClass, 15> ErrorClasses() {
  using Code = absl::StatusCode;
  return {{
      {Code::kInvalidArgument, "InvalidArgumentError", PyExc_ValueError, "A value or text that cannot be understood."},
      {Code::kNotFound, "NotFoundError", PyExc_LookupError, "Something named does not exist."},
      {Code::kAlreadyExists, "AlreadyExistsError", PyExc_ValueError, "A name or address is taken."},
      {Code::kFailedPrecondition, "FailedPreconditionError", PyExc_RuntimeError,
       "It contradicts what is there, or something is missing."},
      {Code::kPermissionDenied, "PermissionDeniedError", nullptr, "The operating system does not allow it."},
      {Code::kResourceExhausted, "ResourceExhaustedError", nullptr, "It would take too much."},
      {Code::kUnavailable, "UnavailableError", nullptr, "The operating system failed, perhaps for now."},
      {Code::kDataLoss, "DataLossError", PyExc_ValueError, "A file is damaged."},
      {Code::kAborted, "AbortedError", PyExc_RuntimeError, "Something else has changed the same row."},
      {Code::kOutOfRange, "OutOfRangeError", PyExc_ValueError, "A value is too large or too small."},
      {Code::kUnimplemented, "UnimplementedError", PyExc_NotImplementedError, "This version cannot do it."},
      {Code::kDeadlineExceeded, "DeadlineExceededError", nullptr, "It took too long."},
      {Code::kCancelled, "CancelledError", nullptr, "It was cancelled."},
      {Code::kInternal, "InternalError", PyExc_RuntimeError, "A defect of ovnlite."},
      {Code::kUnknown, "UnknownError", PyExc_RuntimeError, "An error of no other kind."},
  }};
}

py::object MakeClass(const std::string& name, const char* doc, const py::tuple& bases) {
  PyObject* made = PyErr_NewExceptionWithDoc(absl::StrCat("ovnlite.", name).c_str(), doc, bases.ptr(), nullptr);
  if (made == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(made);
}

}  // namespace

namespace {

// Messages may quote what is no UTF-8.
py::object MessageText(absl::string_view text) {
  PyObject* const decoded = PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "backslashreplace");
  if (decoded == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(decoded);
}

}  // namespace

void Raise(const absl::Status& status, absl::string_view place) {
  const py::module_ m = py::module_::import("ovnlite._ovnlite");
  const char* name = "Error";
  for (const ErrorClass& c : ErrorClasses()) {
    if (c.code == status.code()) name = c.name;
  }
  const py::object type = m.attr(name);
  const py::object error = type(MessageText(status.message()));
  error.attr("place") = MessageText(place);
  PyErr_SetObject(type.ptr(), error.ptr());
  throw py::error_already_set();
}

void Warn(absl::string_view message) {
  const py::object type = py::module_::import("ovnlite._ovnlite").attr("LoadWarning");
  const py::object text = MessageText(message);
  if (PyErr_WarnEx(type.ptr(), TextOf(text).c_str(), 1) != 0) throw py::error_already_set();
}

void BindErrors(py::module_& m) {
  m.attr("LoadWarning") = MakeClass("LoadWarning", "Something in a file is left out: its damaged end, what is unknown.",
                                    py::make_tuple(py::handle(PyExc_UserWarning)));
  const py::object base =
      MakeClass("Error", "Any error of ovnlite. `code` is absl's status code, `place` what was being done.",
                py::make_tuple(py::handle(PyExc_Exception)));
  base.attr("code") = "UNKNOWN";
  base.attr("place") = "";
  m.attr("Error") = base;
  for (const ErrorClass& c : ErrorClasses()) {
    const py::tuple bases = c.also == nullptr ? py::make_tuple(base) : py::make_tuple(base, py::handle(c.also));
    const py::object type = MakeClass(c.name, c.doc, bases);
    type.attr("code") = absl::StatusCodeToString(c.code);
    m.attr(c.name) = type;
  }
}

}  // namespace ovnlite::python
