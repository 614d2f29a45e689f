#include <functional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "bindings/python/arguments.h"
#include "bindings/python/bind.h"
#include "bindings/python/classes.h"
#include "bindings/python/database.h"
#include "bindings/python/errors.h"
#include "bindings/python/packet.h"
#include "bindings/python/trace.h"
#include "ovnlite/trace/trace.h"

namespace py = pybind11;

namespace ovnlite::python {
namespace {

TraceForm FormNamed(const std::string& form) {
  if (form == "detailed") return TraceForm::kDetailed;
  if (form == "summary") return TraceForm::kSummary;
  if (form == "minimal") return TraceForm::kMinimal;
  Raise(absl::InvalidArgumentError(
            absl::StrCat("a trace is \"detailed\", \"summary\" or \"minimal\", not \"", form, "\"")),
        "Trace.text");
}

// Whether an output leads on to another logical datapath, in which the trace goes on.
bool LeadsOn(const TraceNode& output) {
  return absl::StrContains(output.text, "type \"patch\"") || absl::StrContains(output.text, "type \"l3gateway\"");
}

// Logical ports that the packet, or what was made of it, reached.
std::vector<std::string> OutputsOf(const TraceNode& root) {
  std::vector<std::string> outputs;
  const std::function<void(const TraceNode&)> walk = [&](const TraceNode& node) {
    if (node.kind == TraceKind::kOutput && !LeadsOn(node)) outputs.push_back(node.port);
    for (const auto& child : node.children) walk(*child);
  };
  walk(root);
  return outputs;
}

using TracePointer = std::shared_ptr<const PyTrace>;

// A node, and the trace that owns it.
struct Node {
  TracePointer trace;
  const TraceNode* node;
};

std::vector<Node> ChildrenOf(const Node& n) {
  std::vector<Node> children;
  for (const auto& child : n.node->children) children.push_back({n.trace, child.get()});
  return children;
}

}  // namespace

TraceOptions MakeTraceOptions(const std::vector<Text>& ct, const std::optional<Address>& lb_destination,
                              uint16_t lb_port, std::optional<uint16_t> select_id, bool friendly_names, bool openflow,
                              bool as_forwarded, bool physical, bool reply) {
  TraceOptions options;
  for (const std::string& flags : ct) options.ct_states.push_back(Check(ParseCtStateFlags(flags), "trace(ct=…)"));
  if (lb_destination) options.lb_destination = Check(IpAddress::Parse(lb_destination->text), "trace(lb_destination=…)");
  options.lb_port = lb_port;
  options.select_id = select_id;
  options.friendly_names = friendly_names;
  options.openflow = openflow;
  options.as_forwarded = as_forwarded;
  options.physical = physical;
  options.reply = reply;
  return options;
}

std::shared_ptr<PyTrace> RunTrace(PyTracer& self, const std::string& microflow, const std::string& datapath,
                                  const TraceOptions& options) {
  absl::StatusOr<Trace> trace = self.session.Run([&] {
    if (self.tracer == nullptr) self.tracer = self.session.Keep(std::make_unique<Tracer>(*self.db));
    return self.tracer->Run(datapath, microflow, options);
  });
  return std::make_shared<PyTrace>(Check(std::move(trace), absl::StrCat("trace(", Quoted(microflow), ")")));
}

void BindTrace(py::module_& m) {
  py::class_<Node>(m, "TraceNode", "One line of a trace, with what belongs below it.")
      .def_property_readonly("kind", [](const Node& n) { return TraceKindName(n.node->kind); })
      .def_property_readonly("text", [](const Node& n) { return n.node->text; })
      .def_property_readonly("children", &ChildrenOf)
      .def_property_readonly("logical_flow",
                             [](const Node& n) -> std::optional<std::string> {
                               if (n.node->logical_flow == Uuid()) return std::nullopt;
                               return n.node->logical_flow.ToString();
                             })
      .def_property_readonly(
          "table", [](const Node& n) { return n.node->table < 0 ? std::nullopt : std::optional(n.node->table); })
      .def_property_readonly("pipeline", [](const Node& n) { return n.node->pipeline; })
      .def_property_readonly("datapath", [](const Node& n) { return n.node->datapath; })
      .def_property_readonly("port", [](const Node& n) { return n.node->port; })
      .def_property_readonly(
          "cause",
          [](const Node& n) -> std::optional<std::string> {
            if (n.node->cause == nullptr) return std::nullopt;
            return n.node->cause->text;
          },
          "Why packets end here, where they do.")
      .def_property_readonly("stage_hint", [](const Node& n) { return n.node->stage_hint; })
      .def("__repr__", [](const Node& n) {
        return absl::StrCat("<", TraceKindName(n.node->kind), " ", Quoted(n.node->text), ">");
      });

  py::class_<PyTrace, std::shared_ptr<PyTrace>>(m, "Trace",
                                                "What would happen to a packet; str() is what ovn-trace prints.")
      .def_readonly("microflow", &Trace::microflow)
      .def_readonly("warnings", &Trace::warnings)
      .def_readonly("partial", &Trace::is_partial,
                    "Something was left out, of which `warnings` tells: real hypervisors may do something else.")
      .def_readonly("key", &Trace::key)
      .def_property_readonly("root",
                             [](const PyTrace& t) {
                               return Node{t.shared_from_this(), &t.root};
                             })
      .def_property_readonly(
          "outputs", [](const PyTrace& t) { return OutputsOf(t.root); }, "The logical ports the packet reaches.")
      .def(
          "text", [](const PyTrace& t, const Text& form) { return t.ToText(FormNamed(form)); },
          py::arg("form") = "detailed", "In one of ovn-trace's forms: detailed, summary, minimal.")
      .def("to_json", Method<PyTrace>(&Trace::ToJson))
      .def(
          "physical", [](const PyTrace& t) { return FormatPhysicalPath(t.physical); },
          "The way over the chassis, where the trace was made with physical=True.")
      .def(
          "reply", [](const PyTrace& t) { return FormatPhysicalPath(t.reply); },
          "The way back of what the hosts answer, where the trace was made with reply=True.")
      .def("__str__", [](const PyTrace& t) { return t.ToText(TraceForm::kDetailed); })
      .def("__repr__", [](const PyTrace& t) {
        return absl::StrCat("<Trace of ", Quoted(t.microflow), " to ", TextOf(py::repr(py::cast(OutputsOf(t.root)))),
                            ">");
      });

  py::class_<PyTracer>(m, "Tracer", "Traces packets through a Southbound database, which it follows.")
      .def(py::init([](const PyDatabase& db) {
             RequireSouthbound(db, "Tracer");
             return PyTracer{db.db, db.session};
           }),
           py::arg("sb"))
      .def(
          "run",
          [](PyTracer& self, const Text& microflow, const Text& datapath, const std::vector<Text>& ct,
             const std::optional<Address>& lb_destination, uint16_t lb_port, std::optional<uint16_t> select_id,
             bool friendly_names, bool openflow, bool as_forwarded, bool physical, bool reply) {
            return RunTrace(self, microflow, datapath,
                            MakeTraceOptions(ct, lb_destination, lb_port, select_id, friendly_names, openflow,
                                             as_forwarded, physical, reply));
          },
          py::arg("microflow"), py::arg("datapath") = "", py::kw_only(), py::arg("ct") = std::vector<std::string>{},
          py::arg("lb_destination") = py::none(), py::arg("lb_port") = 0, py::arg("select_id") = py::none(),
          py::arg("friendly_names") = true, py::arg("openflow") = false, py::arg("as_forwarded") = false,
          py::arg("physical") = false, py::arg("reply") = false,
          "`datapath` may be left out where the microflow names an inport. `ct` has a state for each use of the\n"
          "connection tracker: ['new', 'est,rpl'].");
}

}  // namespace ovnlite::python
