#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bindings/python/arguments.h"
#include "bindings/python/bind.h"
#include "bindings/python/errors.h"
#include "ovnlite/wire/geneve.h"

namespace py = pybind11;

namespace ovnlite::python {
namespace {

// As GeneveOption and GeneveHeader, owning their bytes.
struct Option {
  uint16_t option_class = 0;
  uint8_t type = 0;
  std::string data;
  uint8_t reserved = 0;

  friend bool operator==(const Option&, const Option&) = default;
};

struct Header {
  uint32_t vni = 0;
  uint16_t protocol = kEthTypeTeb;
  uint8_t flags = 0;
  uint8_t reserved = 0;
  std::vector<Option> options;

  friend bool operator==(const Header&, const Header&) = default;
};

absl::Span<const uint8_t> SpanOf(const std::string& bytes) {
  return absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

Option MakeOption(uint16_t option_class, uint8_t type, const Frame& data) {
  if (data.bytes.size() % 4 != 0 || data.bytes.size() > 124) {
    Raise(absl::InvalidArgumentError(
              absl::StrCat("an option's data is a multiple of 4 bytes, at most 124, not ", data.bytes.size())),
          "GeneveOption");
  }
  return {option_class, type, data.bytes, 0};
}

Option OvnOption(uint16_t ingress, uint16_t egress) {
  if (ingress > 0x7fff) Raise(absl::OutOfRangeError("an ingress port has 15 bits"), "GeneveOption.ovn");
  std::string data(4, '\0');
  Store32(reinterpret_cast<uint8_t*>(data.data()), OvnGeneveOption::Of(ingress, egress).body);
  return {OvnGeneveOption::kClass, OvnGeneveOption::kType, data, 0};
}

std::optional<OvnGeneveOption> AsOvn(const Option& o) {
  return OvnGeneveOption::From({o.option_class, o.type, o.reserved, SpanOf(o.data)});
}

Header MakeHeader(uint32_t vni, const std::vector<Option>& options, uint16_t protocol, std::optional<uint8_t> flags) {
  if (vni > 0xff'ffff) Raise(absl::OutOfRangeError("a VNI has 24 bits"), "GeneveHeader");
  size_t size = 0;
  bool critical = false;
  for (const Option& o : options) {
    size += GeneveOption::kHeaderSize + o.data.size();
    critical |= (o.type & GeneveOption::kCriticalBit) != 0;
  }
  if (size > 252) {
    Raise(absl::OutOfRangeError(absl::StrCat("options take at most 252 bytes, not ", size)), "GeneveHeader");
  }
  return {vni, protocol, flags.value_or(critical ? GeneveLayout::kCriticalFlag : uint8_t{0}), 0, options};
}

Header ParseHeader(const Frame& bytes) {
  const GeneveHeader parsed = Check(GeneveHeader::Parse(bytes.span()), "GeneveHeader.parse");
  Header header = {parsed.vni, parsed.protocol, parsed.flags, parsed.reserved, {}};
  GeneveOptionWalker walker(parsed.options);
  while (const std::optional<GeneveOption> o = walker.Next()) {
    header.options.push_back({o->option_class, o->type,
                              std::string(reinterpret_cast<const char*>(o->data.data()), o->data.size()), o->reserved});
  }
  Check(walker.status(), "GeneveHeader.parse");
  return header;
}

std::string EmitHeader(const Header& h) {
  std::string options;
  for (const Option& o : h.options) {
    const size_t at = options.size();
    options.resize(at + GeneveOption::kHeaderSize + o.data.size());
    GeneveOption{o.option_class, o.type, o.reserved, SpanOf(o.data)}.Emit(reinterpret_cast<uint8_t*>(&options[at]));
  }
  const GeneveHeader header = {h.flags, h.protocol, h.vni, h.reserved, SpanOf(options)};
  std::string bytes(header.size(), '\0');
  header.Emit(reinterpret_cast<uint8_t*>(bytes.data()));
  return bytes;
}

std::string Describe(const Header& h) {
  const std::string bytes = EmitHeader(h);
  return GeneveHeader::Parse(SpanOf(bytes))->ToString();
}

}  // namespace

void BindGeneve(py::module_& m) {
  py::class_<Option>(m, "GeneveOption", "One option of a Geneve header (RFC 8926 section 3.5).")
      .def(py::init(&MakeOption), py::arg("option_class"), py::arg("type"), py::arg("data") = py::bytes())
      .def_static("ovn", &OvnOption, py::arg("ingress"), py::arg("egress"),
                  "OVN's option: the tunnel keys of a packet's logical ports (class 0x0102, type 0x80).")
      .def_readonly("option_class", &Option::option_class)
      .def_readonly("type", &Option::type)
      .def_property_readonly("data", [](const Option& o) { return ToBytes(o.data); })
      .def_property_readonly("critical", [](const Option& o) { return (o.type & GeneveOption::kCriticalBit) != 0; })
      .def_property_readonly("ingress",
                             [](const Option& o) -> std::optional<int> {
                               const auto ovn = AsOvn(o);
                               return ovn ? std::optional<int>(ovn->ingress_port()) : std::nullopt;
                             })
      .def_property_readonly("egress",
                             [](const Option& o) -> std::optional<int> {
                               const auto ovn = AsOvn(o);
                               return ovn ? std::optional<int>(ovn->egress_port()) : std::nullopt;
                             })
      .def(
          "__eq__", [](const Option& a, const Option& b) { return a == b; }, py::is_operator())
      .def("__repr__", [](const Option& o) {
        if (const auto ovn = AsOvn(o)) {
          return absl::StrCat("GeneveOption.ovn(ingress=", ovn->ingress_port(), ", egress=", ovn->egress_port(), ")");
        }
        return absl::StrFormat("GeneveOption(0x%04x, 0x%02x, %s)", o.option_class, o.type,
                               TextOf(py::repr(ToBytes(o.data))));
      });

  py::class_<Header>(m, "GeneveHeader", "A Geneve header with its options (RFC 8926 section 3.4).")
      .def(py::init(&MakeHeader), py::arg("vni"), py::arg("options") = std::vector<Option>{}, py::kw_only(),
           py::arg("protocol") = kEthTypeTeb, py::arg("flags") = py::none(),
           "Without `flags`, the critical flag follows the options.")
      .def_static("parse", &ParseHeader, py::arg("data"),
                  "The header that `data` begins with; the inner frame is data[len(header):].")
      .def(
          "emit", [](const Header& h) { return ToBytes(EmitHeader(h)); }, "The header's bytes.")
      .def("__bytes__", [](const Header& h) { return ToBytes(EmitHeader(h)); })
      .def("__len__", [](const Header& h) { return EmitHeader(h).size(); })
      .def_readonly("vni", &Header::vni)
      .def_readonly("protocol", &Header::protocol)
      .def_readonly("flags", &Header::flags)
      .def_readonly("options", &Header::options)
      .def_property_readonly("control", [](const Header& h) { return (h.flags & GeneveLayout::kControlFlag) != 0; })
      .def_property_readonly("critical", [](const Header& h) { return (h.flags & GeneveLayout::kCriticalFlag) != 0; })
      .def(
          "__eq__", [](const Header& a, const Header& b) { return a == b; }, py::is_operator())
      .def("__str__", &Describe)
      .def("__repr__", [](const Header& h) {
        return absl::StrFormat("GeneveHeader(vni=0x%x, options=%s)", h.vni, TextOf(py::repr(py::cast(h.options))));
      });
}

}  // namespace ovnlite::python
