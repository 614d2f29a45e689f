#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bindings/python/arguments.h"
#include "bindings/python/bind.h"
#include "bindings/python/classes.h"
#include "bindings/python/database.h"
#include "bindings/python/errors.h"
#include "bindings/python/topology.h"
#include "bindings/python/trace.h"
#include "ovnlite/lab/lab.h"

namespace py = pybind11;

namespace ovnlite::python {
namespace {

// A lab, what Python code shares it with, and the tracer over its Southbound database.
struct PyLab {
  Session session;
  std::shared_ptr<Lab> lab;        // Of the session.
  std::shared_ptr<Random> random;  // For UUIDs of rows that are inserted through `nb` and `sb`.
  PyTracer tracer;
  size_t chassis = 0;
  size_t hosts = 0;

  // A call that builds.
  template <typename F>
  void Build(absl::string_view place, F&& f) {
    Check(session.Run([&]() -> absl::Status { return f(*lab); }), place);
  }
};

std::unique_ptr<PyLab> MakeLab(uint64_t seed, Seconds underlay_delay, double underlay_loss, uint16_t underlay_mtu,
                               size_t capture_limit) {
  if (!(underlay_loss >= 0 && underlay_loss <= 1)) {
    Raise(absl::OutOfRangeError("underlay_loss is between 0 and 1"), "Lab");
  }
  LabOptions options;
  options.seed = seed;
  options.underlay_delay = underlay_delay.nanoseconds;
  options.underlay_loss = underlay_loss;
  options.underlay_mtu = underlay_mtu;
  options.capture_limit = capture_limit;
  auto made = std::make_unique<PyLab>();
  made->lab = made->session.Keep(std::make_unique<Lab>(options));
  made->random = std::make_shared<Random>(~seed);  // Another sequence than the lab's own.
  made->tracer.db = std::shared_ptr<Database>(made->lab, &made->lab->sb());
  made->tracer.session = made->session;
  return made;
}

PyDatabase DatabaseOf(const PyLab& self, Database& database) {
  return {std::shared_ptr<Database>(self.lab, &database), self.session, self.random};
}

PingResult Ping(PyLab& self, const Text& host, const Address& destination, int count, Seconds interval, Seconds timeout,
                size_t size, uint8_t ttl) {
  if (count < 1 || count > 1'000'000) Raise(absl::OutOfRangeError("count is between 1 and 1000000"), "Lab.ping");
  PingOptions options;
  options.count = count;
  options.interval = interval.nanoseconds;
  options.timeout = timeout.nanoseconds;
  options.size = size;
  options.ttl = ttl;
  PingResult result = self.session.Run([&] { return self.lab->Ping(host, destination.text, options); });
  Check(result.status, "Lab.ping");
  return result;
}

const char* KindName(PingReply::Kind kind) {
  return kind == PingReply::Kind::kEcho ? "echo" : kind == PingReply::Kind::kError ? "error" : "lost";
}

// Of what was not tried nobody knows: raises why.
template <typename R>
bool Answered(const R& result) {
  Check(result.status, "answered");
  return result.answered();
}

void BindResults(py::module_& m) {
  py::class_<PingReply>(m, "PingReply", "What became of one echo request.")
      .def_property_readonly(
          "kind", [](const PingReply& r) { return KindName(r.kind); }, "\"echo\", \"error\" or \"lost\".")
      .def_readonly("sequence", &PingReply::sequence)
      .def_property_readonly("sender",
                             [](const PingReply& r) -> py::object {
                               return r.kind == PingReply::Kind::kLost ? py::none() : ToPython(r.from);
                             })
      .def_readonly("ttl", &PingReply::ttl)
      .def_readonly("icmp_type", &PingReply::type)
      .def_readonly("icmp_code", &PingReply::code)
      .def_property_readonly(
          "round_trip", [](const PingReply& r) { return ToSeconds(r.round_trip); }, "In seconds.")
      .def_readonly("reason", &PingReply::reason, "Of a lost request: what became of it, or of its answer.")
      .def("__str__", Method<PingReply>(&PingReply::ToString))
      .def("__repr__", [](const PingReply& r) { return absl::StrCat("<PingReply ", r.ToString(), ">"); });

  py::class_<PingResult>(m, "PingResult", "What came of a ping; true when every request was answered.")
      .def_readonly("host", &PingResult::host)
      .def_property_readonly("destination", [](const PingResult& r) { return ToPython(r.destination); })
      .def_readonly("replies", &PingResult::replies)
      .def_property_readonly("sent", [](const PingResult& r) { return r.replies.size(); })
      .def_property_readonly("received", Method<PingResult>(&PingResult::received))
      .def_property_readonly("ok", &Answered<PingResult>)
      .def_property_readonly(
          "reason", Method<PingResult>(&PingResult::reason),
          "Why the first request that was not answered was not: the row that dropped it; empty when all were answered.")
      .def("__bool__", &Answered<PingResult>)
      .def("__str__", Method<PingResult>(&PingResult::ToString))
      .def("__repr__", [](const PingResult& r) {
        const std::string reason = r.reason();
        return absl::StrCat("<PingResult ", r.host, " to ", r.destination.ToString(), ": ", r.received(), " of ",
                            r.replies.size(), " answered", reason.empty() ? "" : "; ", reason, ">");
      });

  py::class_<UdpResult>(m, "UdpResult", "What came of a datagram; true when it was answered.")
      .def_property_readonly("answered", &Answered<UdpResult>)
      .def_readonly("refused", &UdpResult::refused)
      .def_property_readonly(
          "sender",
          [](const UdpResult& r) -> py::object { return r.replied || r.refused ? ToPython(r.from) : py::none(); })
      .def_property_readonly("payload", [](const UdpResult& r) { return ToBytes(r.payload); })
      .def_readonly("icmp_type", &UdpResult::type)
      .def_readonly("icmp_code", &UdpResult::code)
      .def_property_readonly(
          "reason", Method<UdpResult>(&UdpResult::reason),
          "Why no datagram came back: the row that dropped it, or who refused it; empty when one did.")
      .def("__bool__", &Answered<UdpResult>)
      .def("__str__", Method<UdpResult>(&UdpResult::ToString))
      .def("__repr__", [](const UdpResult& r) { return absl::StrCat("<UdpResult ", r.ToString(), ">"); });

  py::class_<FieldChange>(m, "FieldChange", "A header field that a step changed or added.")
      .def_readonly("field", &FieldChange::field)
      .def_readonly("before", &FieldChange::before)
      .def_readonly("after", &FieldChange::after)
      .def(
          "__eq__", [](const FieldChange& a, const FieldChange& b) { return a == b; }, py::is_operator())
      .def("__repr__", [](const FieldChange& c) {
        return absl::StrCat("<", c.field, ": ", c.before, c.before.empty() ? "" : " becomes ", c.after, ">");
      });

  py::class_<FlowTaken>(m, "FlowTaken", "A logical flow that changed something, or dropped the packet.")
      .def_readonly("stage", &FlowTaken::stage)
      .def_readonly("match", &FlowTaken::match)
      .def_readonly("actions", &FlowTaken::actions)
      .def_readonly("changes", &FlowTaken::changes)
      .def("__repr__",
           [](const FlowTaken& f) { return absl::StrCat("<", f.stage, ": ", f.match, " -> ", f.actions, ">"); });

  py::class_<NarrativeStep>(m, "NarrativeStep", "What one layer did to a packet.")
      .def_readonly("number", &NarrativeStep::number)
      .def_readonly("layer", &NarrativeStep::layer)
      .def_readonly("component", &NarrativeStep::component)
      .def_readonly("action", &NarrativeStep::action)
      .def_readonly("chassis", &NarrativeStep::chassis)
      .def_readonly("packet", &NarrativeStep::packet)
      .def_readonly("flows", &NarrativeStep::flows)
      .def_readonly("added", &NarrativeStep::added, "Headers that encapsulation puts in front.")
      .def("__repr__", [](const NarrativeStep& s) {
        return absl::StrCat("<step ", s.number, " ", s.layer, " ", s.component, ": ", s.action, ">");
      });

  py::class_<Journey>(m, "Journey", "One packet from a host to whoever got it.")
      .def_readonly("title", &Journey::title)
      .def_readonly("path", &Journey::path)
      .def_readonly("minor", &Journey::minor)
      .def_readonly("steps", &Journey::steps)
      .def("__repr__", [](const Journey& j) { return absl::StrCat("<Journey ", j.title, ": ", j.path, ">"); });

  py::class_<Narrative>(m, "Narrative", "A ping told hop by hop; print() it.")
      .def_readonly("ping", &Narrative::ping)
      .def_readonly("journeys", &Narrative::journeys)
      .def("to_json", Method<Narrative>(&Narrative::ToJson))
      .def("__str__", Method<Narrative>(&Narrative::ToText))
      .def("__repr__",
           [](const Narrative& n) { return absl::StrCat("<Narrative of ", n.journeys.size(), " journeys>"); });

  py::class_<Diagnostic>(m, "Diagnostic", "What a diagnostic command shows.")
      .def_readonly("purpose", &Diagnostic::purpose)
      .def_readonly("command", &Diagnostic::command)
      .def_readonly("where", &Diagnostic::where)
      .def_readonly("lines", &Diagnostic::lines)
      .def("__str__", [](const Diagnostic& d) { return DiagnosticsToText({d}); })
      .def("__repr__", [](const Diagnostic& d) { return absl::StrCat("<Diagnostic ", Quoted(d.command), ">"); });
}

}  // namespace

void BindLab(py::module_& m) {
  BindResults(m);
  py::class_<PyLab>(
      m, "Lab",
      "A whole OVN deployment in one object: databases, northd, hypervisors with tunnels, simulated hosts.\n"
      "Time is virtual; nothing needs root; the same calls give the same packets, byte for byte.")
      .def(py::init(&MakeLab), py::kw_only(), py::arg("seed") = 1, py::arg("underlay_delay") = 100e-6,
           py::arg("underlay_loss") = 0.0, py::arg("underlay_mtu") = 0, py::arg("capture_limit") = 100'000)
      .def(
          "__enter__", [](PyLab& self) -> PyLab& { return self; }, py::return_value_policy::reference_internal)
      .def(
          "__exit__", [](PyLab&, const py::object&, const py::object&, const py::object&) {}, py::arg("type"),
          py::arg("value"), py::arg("traceback"))
      // Building.
      .def(
          "add_chassis",
          [](PyLab& self, const Text& name, const Address& encap_ip) {
            self.Build("Lab.add_chassis", [&](Lab& lab) { return lab.AddChassis(name, encap_ip.text); });
            ++self.chassis;
          },
          py::arg("name"), py::arg("encap_ip"), "A hypervisor, with the address its tunnels end at.")
      .def(
          "add_switch",
          [](PyLab& self, const Text& name) {
            self.Build("Lab.add_switch", [&](Lab& lab) { return lab.AddSwitch(name); });
          },
          py::arg("name"))
      .def(
          "add_router",
          [](PyLab& self, const Text& name) {
            self.Build("Lab.add_router", [&](Lab& lab) { return lab.AddRouter(name); });
          },
          py::arg("name"))
      .def(
          "connect",
          [](PyLab& self, const Text& router, const Text& logical_switch, const Mac& mac, const Addresses& networks) {
            self.Build("Lab.connect",
                       [&](Lab& lab) { return lab.Connect(router, logical_switch, mac.text, networks.text); });
          },
          py::arg("router"), py::arg("switch"), py::arg("mac"), py::arg("networks"),
          "A router port with these networks (\"10.0.0.1/24\"), and the switch port to it.")
      .def(
          "add_host",
          [](PyLab& self, const Text& host, const Text& logical_switch, const Text& port, const Text& chassis,
             const Mac& mac, const Addresses& addresses, const Addresses& gateways) {
            self.Build("Lab.add_host", [&](Lab& lab) {
              return lab.AddHost(host, logical_switch, port, chassis, mac.text, addresses.text, gateways.text);
            });
            ++self.hosts;
          },
          py::arg("host"), py::arg("switch"), py::arg("port"), py::arg("chassis"), py::arg("mac"), py::arg("addresses"),
          py::arg("gateways") = "", "A simulated VM, its logical port, and the hypervisor it runs on.")
      .def(
          "move_host",
          [](PyLab& self, const Text& host, const Text& chassis) {
            self.Build("Lab.move_host", [&](Lab& lab) { return lab.MoveHost(host, chassis); });
          },
          py::arg("host"), py::arg("chassis"), "Migrates a host to another hypervisor.")
      .def(
          "sync", [](PyLab& self) { self.Build("Lab.sync", [](Lab& lab) { return lab.Sync(); }); },
          "Takes up all edits; experiments do it by themselves.")
      // Experiments.
      .def("ping", &Ping, py::arg("host"), py::arg("destination"), py::kw_only(), py::arg("count") = 1,
           py::arg("interval") = 1.0, py::arg("timeout") = 1.0, py::arg("size") = 56, py::arg("ttl") = 64,
           "Pings an address, or a host by name. Virtual time goes on meanwhile.")
      .def(
          "send_udp",
          [](PyLab& self, const Text& host, const Address& destination, uint16_t port, const py::bytes& payload) {
            const std::string bytes = payload;
            UdpResult result = self.session.Run([&] { return self.lab->SendUdp(host, destination.text, port, bytes); });
            Check(result.status, "Lab.send_udp");
            return result;
          },
          py::arg("host"), py::arg("destination"), py::arg("port"), py::arg("payload") = py::bytes(),
          "A datagram, and a second for an answer. Hosts echo what comes to port 7.")
      .def(
          "send_frame",
          [](PyLab& self, const Text& host, const Frame& frame) {
            self.Build("Lab.send_frame", [&](Lab& lab) { return lab.SendFrame(host, frame.span()); });
          },
          py::arg("host"), py::arg("packet"), "Any frame, as if `host` had sent it.")
      .def(
          "neighbors",
          [](PyLab& self, const Text& host) {
            const auto found = Check(self.session.Run([&] { return self.lab->Neighbors(host); }), "Lab.neighbors");
            py::dict all;
            for (const HostNeighbor& n : found) all[ToPython(n.ip)] = n.mac.ToString();
            return all;
          },
          py::arg("host"), "What a host learned by ARP and neighbour discovery: Ethernet addresses by address.")
      .def(
          "run", [](PyLab& self, Seconds time) { self.session.Run([&] { self.lab->Run(time.nanoseconds); }); },
          py::arg("seconds"), "Lets virtual time pass.")
      .def_property_readonly(
          "hosts", [](PyLab& self) { return self.session.Run([&] { return self.lab->hosts(); }); },
          "Names of the hosts, as they were added.")
      .def_property_readonly(
          "now", [](PyLab& self) { return ToSeconds(self.session.Run([&] { return self.lab->clock().Now(); })); },
          "Virtual time, in seconds.")
      // Looking.
      .def(
          "explain",
          [](PyLab& self, const Text& host, const Address& destination) {
            return Check(self.session.Run([&] { return self.lab->Explain(host, destination.text); }), "Lab.explain");
          },
          py::arg("host"), py::arg("destination"), "Pings once and tells what happened, hop by hop.")
      .def(
          "diagnose",
          [](PyLab& self, const Text& chassis) {
            return Check(self.session.Run([&] { return self.lab->Diagnose(chassis); }), "Lab.diagnose");
          },
          py::arg("chassis"),
          "What the usual diagnostic commands would show, typed on this hypervisor and on the central machine.")
      .def(
          "check", [](PyLab& self) { return self.session.Run([&] { return self.lab->Check(); }); },
          "What makes no sense in the Northbound database, and what OVN does with it.")
      .def(
          "trace",
          [](PyLab& self, const Text& microflow, const Text& datapath, const std::vector<Text>& ct,
             const std::optional<Address>& lb_destination, uint16_t lb_port, std::optional<uint16_t> select_id,
             bool friendly_names, bool openflow, bool as_forwarded, bool physical, bool reply) {
            self.Build("Lab.trace", [](Lab& lab) { return lab.Sync(); });
            return RunTrace(self.tracer, microflow, datapath,
                            MakeTraceOptions(ct, lb_destination, lb_port, select_id, friendly_names, openflow,
                                             as_forwarded, physical, reply));
          },
          py::arg("microflow"), py::arg("datapath") = "", py::kw_only(), py::arg("ct") = std::vector<std::string>{},
          py::arg("lb_destination") = py::none(), py::arg("lb_port") = 0, py::arg("select_id") = py::none(),
          py::arg("friendly_names") = true, py::arg("openflow") = false, py::arg("as_forwarded") = false,
          py::arg("physical") = false, py::arg("reply") = false,
          "As Tracer.run(), through the lab's network as it is now.")
      .def(
          "pcapng", [](PyLab& self) { return ToBytes(self.session.Run([&] { return self.lab->Pcapng(); })); },
          "Every frame of hosts and underlay so far, as a capture file's bytes.")
      .def(
          "write_pcapng",
          [](PyLab& self, const py::object& path) {
            const std::string name = PathOf(path, "Lab.write_pcapng");
            self.Build("Lab.write_pcapng", [&](Lab& lab) { return lab.WritePcapng(name); });
          },
          py::arg("path"), "The same into a file, for Wireshark.")
      .def_property_readonly(
          "topology",
          [](PyLab& self) {
            return PyTopology{DatabaseOf(self, self.lab->nb()),
                              std::shared_ptr<Topology>(self.lab, &self.lab->topology())};
          },
          "The logical network by handles, for what the calls here do not offer.")
      .def_property_readonly(
          "nb", [](PyLab& self) { return DatabaseOf(self, self.lab->nb()); }, "The Northbound database.")
      .def_property_readonly(
          "sb", [](PyLab& self) { return DatabaseOf(self, self.lab->sb()); }, "The Southbound database.")
      .def("__repr__", [](const PyLab& self) {
        return absl::StrCat("<Lab of ", self.chassis, " chassis and ", self.hosts, " hosts>");
      });
}

}  // namespace ovnlite::python
