#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bindings/python/arguments.h"
#include "bindings/python/bind.h"
#include "bindings/python/database.h"
#include "bindings/python/errors.h"
#include "bindings/python/port.h"
#include "ovnlite/base/status.h"
#include "ovnlite/node/chassis.h"
#include "ovnlite/node/registration.h"

namespace py = pybind11;

namespace ovnlite::python {
namespace {

struct PyChassis {
  PyDatabase sb;
  std::string name;
  Session session;                   // Of the database and of all wires.
  std::shared_ptr<Chassis> chassis;  // Of the session; ends before the database.

  template <typename F>
  auto Run(F&& f) const {
    return session.Run([&] { return f(*chassis); });
  }
};

PyChassis MakeChassis(const PyDatabase& sb, const Text& name) {
  RequireSouthbound(sb, "Chassis");
  if (name.empty()) Raise(absl::InvalidArgumentError("a chassis has a name"), "Chassis");
  const Clock& clock = TheClock();
  PyChassis made = {sb, name, Session::Both(sb.session, Wires()), nullptr};
  made.chassis = made.session.Keep(made.session.Run([&] { return std::make_unique<Chassis>(*sb.db, clock, name); }));
  if (made.chassis->fd() < 0) Raise(absl::ResourceExhaustedError("there are no more file descriptors"), "Chassis");
  return made;
}

// Whether a chassis may have a port or a transport: in the session.
template <typename T>
absl::Status CheckGiven(const PyChassis& self, const Given<T>& given) {
  if (given.session.IsIn(self.session)) return given.Check();
  return absl::FailedPreconditionError(absl::StrCat("this process was forked since the ", given.noun,
                                                    " or the chassis was made: make it anew"));
}

uint32_t AddPort(const PyChassis& self, const Text& logical_port, const PyPort& port) {
  if (logical_port.empty()) Raise(absl::InvalidArgumentError("a logical port has a name"), "Chassis.add_port");
  return Check(self.Run([&](Chassis& chassis) -> absl::StatusOr<uint32_t> {
    OVNLITE_RETURN_IF_ERROR(CheckGiven(self, port));
    // What is refused stays with the caller.
    for (const Port* const other : chassis.ports()) {
      const Hypervisor::Role* const role = chassis.hypervisor().RoleOf(other->number());
      if (role == nullptr || role->name != logical_port) continue;
      return absl::AlreadyExistsError(absl::StrCat("port ", other->name(), " is behind logical port ", logical_port,
                                                   " on chassis ", self.name, " already"));
    }
    return chassis.AddPort(logical_port, port.Give(absl::StrCat("chassis ", self.name)));
  }),
               "Chassis.add_port");
}

void SetTransport(const PyChassis& self, const PyTransport& transport) {
  Check(self.Run([&](Chassis& chassis) -> absl::Status {
    OVNLITE_RETURN_IF_ERROR(CheckGiven(self, transport));
    chassis.SetTransport(transport.Give(absl::StrCat("chassis ", self.name)));
    return absl::OkStatus();
  }),
        "Chassis.set_transport");
}

// By logical port.
std::map<std::string, PyCounters> PortCountersOf(const PyChassis& self) {
  return self.Run([](Chassis& chassis) {
    std::map<std::string, PyCounters> all;
    for (const Port* const port : chassis.ports()) {
      const Hypervisor::Role* const role = chassis.hypervisor().RoleOf(port->number());
      if (role != nullptr) all[role->name] = CountersOf(port->counters());
    }
    return all;
  });
}

// A call that writes to a Southbound database.
template <typename F>
void Write(const PyDatabase& sb, absl::string_view place, F&& f) {
  RequireSouthbound(sb, place);
  Check(sb.session.Run([&]() -> absl::Status { return f(*sb.db); }), place);
}

void BindRegistration(py::module_& m) {
  m.def(
      "register_chassis",
      [](const PyDatabase& sb, const Text& name, const Address& encap_ip) {
        const IpAddress ip = Check(IpAddress::Parse(encap_ip.text), "register_chassis(encap_ip=…)");
        Write(sb, "register_chassis", [&](Database& db) { return RegisterChassis(db, *sb.random, name, ip); });
      },
      py::arg("sb"), py::arg("name"), py::arg("encap_ip"),
      "Says in a Southbound database that there is a chassis, and the address its tunnels end at.");
  m.def(
      "unregister_chassis",
      [](const PyDatabase& sb, const Text& name) {
        Write(sb, "unregister_chassis", [&](Database& db) { return UnregisterChassis(db, name); });
      },
      py::arg("sb"), py::arg("name"), "Ports that were bound there are bound nowhere.");
  m.def(
      "bind_port",
      [](const PyDatabase& sb, const Text& logical_port, const Text& chassis) {
        Write(sb, "bind_port", [&](Database& db) { return ovnlite::BindPort(db, logical_port, chassis); });
      },
      py::arg("sb"), py::arg("logical_port"), py::arg("chassis"),
      "The logical port is on this chassis now, wherever it was before.");
  m.def(
      "unbind_port",
      [](const PyDatabase& sb, const Text& logical_port) {
        Write(sb, "unbind_port", [&](Database& db) { return UnbindPort(db, logical_port); });
      },
      py::arg("sb"), py::arg("logical_port"), "The logical port is on no chassis.");
}

}  // namespace

void BindChassis(py::module_& m) {
  BindRegistration(m);
  py::class_<PyChassis>(
      m, "Chassis",
      "A hypervisor with wires, for an event loop of the caller's: process() when fileno() is readable, and when\n"
      "next_deadline has come. register_chassis() and bind_port() say to others that it is there.")
      .def(py::init(&MakeChassis), py::arg("sb"), py::arg("name"))
      .def_property_readonly("name", [](const PyChassis& self) { return self.name; })
      .def("add_port", &AddPort, py::arg("logical_port"), py::arg("port"),
           "Puts a port behind a logical port, and gives its OpenFlow number. The port is the chassis' from now on.")
      .def(
          "remove_port",
          [](const PyChassis& self, const Text& logical_port) {
            Check(self.Run([&](Chassis& chassis) { return chassis.RemovePort(logical_port); }), "Chassis.remove_port");
          },
          py::arg("logical_port"), "Closes what is behind a logical port.")
      .def("set_transport", &SetTransport, py::arg("transport"),
           "What carries tunnels; it is the chassis' from now on. Until then packets for other chassis are dropped.")
      .def(
          "fileno", [](const PyChassis& self) { return self.Run([](Chassis& chassis) { return chassis.fd(); }); },
          "A descriptor that is readable when there is something to process.")
      .def_property_readonly(
          "next_deadline",
          [](const PyChassis& self) {
            return SecondsUntil(self.Run([](Chassis& chassis) { return chassis.next_deadline(); }));
          },
          "Seconds until there is something to do though fileno() is not readable; None when there will be nothing.")
      .def(
          "process",
          [](const PyChassis& self, int batches) {
            if (batches < 1 || batches > 1'000'000) {
              Raise(absl::OutOfRangeError("batches is between 1 and 1000000"), "Chassis.process");
            }
            return self.Run([&](Chassis& chassis) { return chassis.Process(batches); });
          },
          py::arg("batches") = 16,
          "Follows the database, and moves what waits, at most so many batches per port. The number of packets taken in.")
      .def(
          "refresh", [](const PyChassis& self) { self.Run([](Chassis& chassis) { chassis.Refresh(); }); },
          "Asks the operating system what may have changed without us.")
      .def(
          "dump_flows",
          [](const PyChassis& self) {
            return self.Run([](Chassis& chassis) { return chassis.hypervisor().controller().DumpFlows(); });
          },
          "Its flows, as ovs-ofctl dump-flows prints them.")
      .def(
          "left_out",
          [](const PyChassis& self) { return self.Run([](Chassis& chassis) { return chassis.hypervisor().LeftOut(); }); },
          "What it does not do of what the database asks for, a line each.")
      .def_property_readonly("ports", &PortCountersOf, "What was moved, by logical port.")
      .def_property_readonly(
          "tunnels",
          [](const PyChassis& self) {
            return self.Run([](Chassis& chassis) {
              const TunnelTransport* const transport = chassis.transport();
              return transport == nullptr ? std::nullopt : std::optional(CountersOf(transport->counters()));
            });
          },
          "What the transport moved, or None without one.")
      .def_property_readonly(
          "undelivered",
          [](const PyChassis& self) { return self.Run([](Chassis& chassis) { return chassis.undelivered(); }); },
          "Packets for a logical port behind which there is no port.")
      .def("__repr__", [](const PyChassis& self) {
        const size_t ports = self.Run([](Chassis& chassis) { return chassis.ports().size(); });
        return absl::StrCat("<Chassis ", Quoted(self.name), " with ", ports, " ports>");
      });
}

}  // namespace ovnlite::python
