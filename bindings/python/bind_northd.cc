#include <memory>

#include "absl/strings/str_cat.h"
#include "bindings/python/arguments.h"
#include "bindings/python/bind.h"
#include "bindings/python/database.h"
#include "bindings/python/errors.h"
#include "ovnlite/northd/northd.h"

namespace py = pybind11;

namespace ovnlite::python {
namespace {

struct PyNorthd {
  PyDatabase nb;
  PyDatabase sb;
  Session session;                 // Of both.
  std::shared_ptr<Northd> northd;  // Of the session; ends before the databases.
};

PyNorthd MakeNorthd(const PyDatabase& nb, const PyDatabase& sb) {
  PyNorthd made = {RequireNorthbound(nb, "Northd"), RequireSouthbound(sb, "Northd"),
                   Session::Both(nb.session, sb.session), nullptr};
  made.northd = made.session.Keep(made.session.Run(
      [&] { return std::make_unique<Northd>(*nb.db, *sb.db, NorthdOptions{.random = sb.random.get()}); }));
  return made;
}

}  // namespace

void BindNorthd(py::module_& m) {
  py::class_<Unsupported>(m, "Unsupported",
                          "Something in the Northbound database that is not compiled and would change what packets do.")
      .def_readonly("table", &Unsupported::table)
      .def_readonly("row", &Unsupported::row, "Its name, or its UUID.")
      .def_readonly("column", &Unsupported::column, "\"column\" or \"column:key\".")
      .def(
          "__eq__", [](const Unsupported& a, const Unsupported& b) { return a == b; }, py::is_operator())
      .def("__repr__",
           [](const Unsupported& u) { return absl::StrCat("<", u.table, " ", Quoted(u.row), " ", u.column, ">"); });

  py::class_<NorthdWarning>(m, "NorthdWarning", "Something in the Northbound database that is left out.")
      .def_readonly("table", &NorthdWarning::table)
      .def_readonly("row", &NorthdWarning::row, "Its name, or its UUID.")
      .def_readonly("message", &NorthdWarning::message)
      .def(
          "__eq__", [](const NorthdWarning& a, const NorthdWarning& b) { return a == b; }, py::is_operator())
      .def("__repr__", [](const NorthdWarning& w) {
        return absl::StrCat("<", w.table, " ", Quoted(w.row), ": ", w.message, ">");
      });

  py::class_<PyNorthd>(m, "Northd", "What ovn-northd does: keeps a Southbound database as the Northbound one asks.")
      .def(py::init(&MakeNorthd), py::arg("nb"), py::arg("sb"))
      .def(
          "update",
          [](const PyNorthd& self) {
            Check(self.session.Run([&] { return self.northd->Update(); }), "Northd.update");
          },
          "After edits, and after ports were bound. Costs what has changed.")
      .def_property_readonly(
          "unsupported",
          [](const PyNorthd& self) { return self.session.Run([&] { return self.northd->unsupported(); }); },
          "Empty when everything is compiled.")
      .def_property_readonly(
          "warnings", [](const PyNorthd& self) { return self.session.Run([&] { return self.northd->warnings(); }); },
          "As of the last update().")
      .def("__repr__", [](const PyNorthd& self) {
        const auto [left_out, warnings] = self.session.Run(
            [&] { return std::pair(self.northd->unsupported().size(), self.northd->warnings().size()); });
        return absl::StrCat("<Northd, ", left_out, " unsupported, ", warnings, " warnings>");
      });
}

}  // namespace ovnlite::python
