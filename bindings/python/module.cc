// The extension module ovnlite._ovnlite: what package/__init__.py offers under the name ovnlite.
#include "bindings/python/bind.h"
#include "bindings/python/classes.h"
#include "ovnlite/version.h"

PYBIND11_MODULE(_ovnlite, m) {
  m.doc() = "OVN without its daemons. Import `ovnlite`, which offers all of this.";
  m.attr("__version__") = OVNLITE_VERSION;
  ovnlite::python::PrepareClasses();
  ovnlite::python::BindErrors(m);
  ovnlite::python::BindGeneve(m);
  ovnlite::python::BindPacket(m);
  ovnlite::python::BindExpr(m);
  ovnlite::python::BindCheck(m);
  ovnlite::python::BindDatabase(m);
  ovnlite::python::BindTrace(m);
  ovnlite::python::BindTopology(m);
  ovnlite::python::BindNorthd(m);
  ovnlite::python::BindPort(m);
  ovnlite::python::BindChassis(m);
  ovnlite::python::BindLab(m);
  ovnlite::python::RefuseUninitialized(m);
}
