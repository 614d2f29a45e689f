#include <map>
#include <memory>

#include "absl/strings/str_cat.h"
#include "bindings/python/arguments.h"
#include "bindings/python/bind.h"
#include "bindings/python/classes.h"
#include "bindings/python/errors.h"
#include "ovnlite/logical/evaluate.h"
#include "ovnlite/logical/expr_parse.h"
#include "ovnlite/logical/lexer.h"
#include "ovnlite/packet/extract.h"

namespace py = pybind11;

namespace ovnlite::python {
namespace {

using Names = std::map<Text, std::vector<Text>>;

std::vector<std::string> Strings(const std::vector<Text>& texts) { return {texts.begin(), texts.end()}; }

class Sets final : public ConstantSets {
 public:
  Sets(const Names& addresses, const Names& ports) {
    for (const auto& [name, texts] : addresses) addresses_[name] = ConstantSet::OfAddresses(Strings(texts));
    for (const auto& [name, names] : ports) ports_[name] = ConstantSet::OfPorts(Strings(names));
  }
  std::shared_ptr<const ConstantSet> FindAddressSet(absl::string_view name) const override {
    return Find(addresses_, name);
  }
  std::shared_ptr<const ConstantSet> FindPortGroup(absl::string_view name) const override { return Find(ports_, name); }

 private:
  using Map = std::map<std::string, std::shared_ptr<const ConstantSet>>;
  static std::shared_ptr<const ConstantSet> Find(const Map& map, absl::string_view name) {
    const auto found = map.find(std::string(name));
    return found == map.end() ? nullptr : found->second;
  }
  Map addresses_, ports_;
};

// Ports by name, numbered as the names come; those in `resident` are on this chassis.
class Ports final : public ExprResolver {
 public:
  Ports(absl::string_view inport, absl::string_view outport, const std::vector<Text>& resident)
      : inport_(inport), outport_(outport), resident_(resident.begin(), resident.end()) {}
  static constexpr uint32_t kInport = 1;
  static constexpr uint32_t kOutport = 2;

  bool FindPort(absl::string_view name, uint32_t* key) const override {
    if (name.empty() || (name != inport_ && name != outport_)) return false;
    *key = name == inport_ ? kInport : kOutport;
    return true;
  }
  bool IsChassisResident(absl::string_view name) const override {
    return std::find(resident_.begin(), resident_.end(), name) != resident_.end();
  }
  // What inport and outport are in a key.
  uint32_t NumberOf(absl::string_view name) const {
    uint32_t number = 0;
    FindPort(name, &number);
    return number;
  }

 private:
  std::string inport_, outport_;
  std::vector<std::string> resident_;
};

class Match {
 public:
  Match(const Text& text, const Names& address_sets, const Names& port_groups) : text_(text) {
    const Sets sets(address_sets, port_groups);
    absl::StatusOr<const Expr*> parsed = ParseExpr(*pool_, text_, &sets);
    if (parsed.ok()) {
      parsed_ = *parsed;
      parsed = Annotate(*pool_, parsed_);
    }
    if (!parsed.ok()) {
      Raise(absl::Status(parsed.status().code(), ExplainError(parsed.status(), text_)),
            absl::StrCat("Expr(", Quoted(text_), ")"));
    }
    annotated_ = *parsed;
  }

  const std::string& text() const { return text_; }
  std::string Parsed() const { return ToString(parsed_); }
  std::string Annotated() const { return ToString(annotated_); }
  std::string Normalized() const { return ToString(Check(Normalize(*pool_, annotated_), "Expr.normalized")); }

  bool Matches(FlowKey key, const Text& inport, const Text& outport, const std::vector<Text>& resident) const {
    const Ports ports(inport, outport, resident);
    key.Set(field::kLogicalInPort, ports.NumberOf(inport));
    key.Set(field::kLogicalOutPort, ports.NumberOf(outport));
    return Evaluate(annotated_, key, ports);
  }

 private:
  std::shared_ptr<ExprPool> pool_ = std::make_shared<ExprPool>();
  std::string text_;
  const Expr* parsed_ = nullptr;
  const Expr* annotated_ = nullptr;
};

}  // namespace

void BindExpr(py::module_& m) {
  py::class_<Match>(
      m, "Expr",
      "A match of OVN's language (ovn-sb(5), Logical_Flow, \"match\"): what ACLs and logical flows are made of.")
      .def(py::init<const Text&, const Names&, const Names&>(), py::arg("text"), py::kw_only(),
           py::arg("address_sets") = py::dict(), py::arg("port_groups") = py::dict(),
           "address_sets are what $name means, port_groups what @name means.")
      .def(
          "matches",
          [](const Match& e, const py::object& packet, const Text& inport, const Text& outport,
             const std::vector<Text>& resident) {
            if (py::isinstance<FlowKey>(packet)) return e.Matches(packet.cast<FlowKey>(), inport, outport, resident);
            const std::optional<std::string> bytes = FrameBytes(packet);
            if (!bytes) {
              throw py::type_error(
                  absl::StrCat("Expr.matches(): a packet is a FlowKey, bytes, hexadecimal text, or has ", "__bytes__; ",
                               TypeName(packet), " is none of these"));
            }
            FlowKey key;
            ExtractFlowKey(Frame{*bytes}.span(), key);
            return e.Matches(key, inport, outport, resident);
          },
          py::arg("packet"), py::kw_only(), py::arg("inport") = "", py::arg("outport") = "",
          py::arg("resident") = std::vector<std::string>{},
          "Whether it holds for a packet (bytes or a FlowKey) that came by and goes to these logical ports.\n"
          "`resident` names the ports that is_chassis_resident() holds for.")
      .def_property_readonly("text", Method<Match>(&Match::text), "As it was given.")
      .def_property_readonly("annotated", Method<Match>(&Match::Annotated),
                             "With prerequisites, as ovn-controller expands it.")
      .def_property_readonly("normalized", Method<Match>(&Match::Normalized),
                             "As an OR of ANDs, as ovn-controller does before OpenFlow.")
      .def(
          "__eq__", [](const Match& a, const Match& b) { return a.Parsed() == b.Parsed(); }, py::is_operator())
      .def("__hash__", [](const Match& e) { return py::hash(py::str(e.Parsed())); })
      .def("__str__", Method<Match>(&Match::Parsed))
      .def("__repr__", [](const Match& e) { return absl::StrCat("Expr(", Quoted(e.text()), ")"); });
}

}  // namespace ovnlite::python
