#include "absl/strings/str_cat.h"
#include "bindings/python/bind.h"
#include "bindings/python/classes.h"
#include "ovnlite/check/check.h"

namespace py = pybind11;

namespace ovnlite::python {

void BindCheck(py::module_& m) {
  py::class_<Finding>(m, "Finding",
                      "Something in a Northbound database that makes no sense, and what OVN does with it.")
      .def_property_readonly(
          "severity", [](const Finding& f) { return std::string(SeverityName(f.severity)); },
          "\"error\": OVN leaves it out; \"warning\": OVN does what was probably not meant; \"note\".")
      .def_readonly("table", &Finding::table)
      .def_readonly("row", &Finding::row, "What people call it.")
      .def_property_readonly("uuid", [](const Finding& f) { return f.uuid.ToString(); })
      .def_readonly("column", &Finding::column, "Empty where it is about the row as a whole.")
      .def_readonly("key", &Finding::key, "In a column that is a map.")
      .def_readonly("value", &Finding::value)
      .def_readonly("message", &Finding::message)
      .def(
          "__eq__", [](const Finding& a, const Finding& b) { return a == b; }, py::is_operator())
      .def("__str__", Method<Finding>(&Finding::ToString))
      .def("__repr__", [](const Finding& f) { return absl::StrCat("<Finding ", f.ToString(), ">"); });
}

}  // namespace ovnlite::python
