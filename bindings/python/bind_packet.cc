#include <pybind11/operators.h>

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bindings/python/arguments.h"
#include "bindings/python/bind.h"
#include "bindings/python/errors.h"
#include "bindings/python/packet.h"
#include "ovnlite/packet/compose.h"
#include "ovnlite/packet/describe.h"
#include "ovnlite/packet/extract.h"

namespace py = pybind11;

namespace ovnlite::python {

FieldRef FieldNamed(absl::string_view name) {
  const Symbol* symbol = OvnSymbols().Find(name);
  const FieldRef none{0, 0, 0};
  FieldRef ref = none;
  if (symbol != nullptr && !symbol->is_predicate()) {
    ref = symbol->is_subfield() ? FieldRefOf(ResolveParent({symbol, 0, symbol->width})) : symbol->field;
  }
  if (ref.width == 0) Raise(absl::NotFoundError(absl::StrCat("there is no field \"", name, "\"")), "FlowKey");
  return ref;
}

namespace {

// 128 bits do not fit what pybind11 knows.
py::int_ ToInt(u128 value) {
  const py::int_ high(High64(value));
  const py::int_ low(Low64(value));
  return py::int_(py::reinterpret_steal<py::object>(PyNumber_Or((high << py::int_(64)).ptr(), low.ptr())));
}

// A number, or an address where the field is one.
u128 FromPython(py::handle value, FieldRef f, absl::string_view name) {
  u128 bits = 0;
  if (PyLong_Check(value.ptr())) {
    const py::int_ mask(~uint64_t{0});
    const py::object number = py::reinterpret_borrow<py::object>(value);
    const bool negative = number.attr("__lt__")(0).cast<bool>();
    if (negative || number.attr("bit_length")().cast<int>() > f.width) {
      Raise(absl::OutOfRangeError(absl::StrCat(name, " has ", f.width, " bits")), "FlowKey");
    }
    bits = MakeU128(number.attr("__rshift__")(64).cast<uint64_t>(), number.attr("__and__")(mask).cast<uint64_t>());
    return bits;
  }
  if (f.width == 48) {
    if (const auto mac = MacText(value))
      return Check(MacAddress::Parse(*mac), absl::StrCat("FlowKey[", name, "]")).bits();
  }
  if (const auto address = AddressText(value)) {
    const IpAddress ip = Check(IpAddress::Parse(*address), absl::StrCat("FlowKey[", name, "]"));
    if (ip.width() == f.width) return ip.bits();
  }
  throw py::type_error(absl::StrCat(name, " is a number of ", f.width, " bits, not ", TypeName(value)));
}

// Fields that are not zero, by name: those with bits of their own, parts and second names of others left out.
std::map<std::string, u128> NonZero(const FlowKey& key) {
  std::map<std::string, u128> fields;
  for (const Symbol& symbol : OvnSymbols().symbols()) {
    if (symbol.is_predicate() || symbol.is_subfield() || symbol.field.width == 0) continue;
    const u128 value = key.Get(symbol.field);
    if (value == 0) continue;
    // ip4.src and arp.spa are the same bits: the packet's type says which is meant.
    const uint64_t type = key.Get64(field::kEthType);
    const uint64_t proto = key.Get64(field::kIpProto);
    const absl::string_view name = symbol.name;
    const auto begins = [name](absl::string_view prefix) { return name.substr(0, prefix.size()) == prefix; };
    if (begins("arp.") && type != 0x806) continue;
    if ((begins("ip4.") || name == "icmp4.type" || name == "icmp4.code") && type != 0x800) continue;
    if ((begins("ip6.") || begins("nd.") || begins("icmp6.")) && type != 0x86dd) continue;
    if (begins("ip.") && type != 0x800 && type != 0x86dd) continue;
    if (begins("tcp.") && proto != 6) continue;
    if (begins("udp.") && proto != 17) continue;
    if (begins("sctp.") && proto != 132) continue;
    if (begins("icmp4.") && proto != 1) continue;
    if ((begins("icmp6.") || begins("nd.")) && proto != 58) continue;
    fields[std::string(name)] = value;
  }
  return fields;
}

std::string ValueText(absl::string_view name, u128 value, FieldRef f) {
  const bool is_ip =
      f == field::kIp4Src || f == field::kIp4Dst || f == field::kIp6Src || f == field::kIp6Dst || f == field::kNdTarget;
  if (f.width == 48) return Quoted(MacAddress(Low64(value)).ToString());
  if (is_ip && f.width == 32) return Quoted(Ipv4Address(static_cast<uint32_t>(value)).ToString());
  if (is_ip && f.width == 128) return Quoted(Ipv6Address(value).ToString());
  if (name == "eth.type") return absl::StrFormat("0x%x", Low64(value));
  return TextOf(py::repr(ToInt(value)));
}

std::string Repr(const FlowKey& key) {
  std::string text = "FlowKey({";
  for (const auto& [name, value] : NonZero(key)) {
    absl::StrAppend(&text, text.back() == '{' ? "" : ", ", Quoted(name), ": ",
                    ValueText(name, value, FieldNamed(name)));
  }
  return text + "})";
}

FlowKey MakeKey(const py::dict& fields) {
  FlowKey key;
  for (const auto& [name, value] : fields) {
    if (!py::isinstance<py::str>(name)) {
      throw py::type_error(absl::StrCat("FlowKey(): fields have names, which are text, not ", TypeName(name)));
    }
    const std::string text = TextOf(name);
    const FieldRef f = FieldNamed(text);
    key.Set(f, FromPython(value, f, text));
  }
  return key;
}

FlowKey Extract(const Frame& frame) {
  FlowKey key;
  ExtractFlowKey(frame.span(), key);
  return key;
}

}  // namespace

void BindPacket(py::module_& m) {
  m.def(
      "describe", [](const Frame& frame) { return Describe(frame.span()); }, py::arg("packet"),
      "One line about a frame, in the manner of tcpdump. Any bytes have one.");
  py::class_<FlowKey>(m, "FlowKey",
                      "A packet as flow tables see it: fields by OVN's names (\"ip4.src\", \"tcp.dst\"), as numbers.")
      .def(py::init(&MakeKey), py::arg("fields") = py::dict())
      .def_static("extract", &Extract, py::arg("packet"), "The fields of a frame; those it does not have are 0.")
      .def(
          "compose",
          [](const FlowKey& key, const Frame& payload) { return ToBytes(ComposePacket(key, payload.span()).bytes()); },
          py::arg("payload") = py::bytes(), "A frame with these fields, right lengths and checksums.")
      .def(
          "__getitem__", [](const FlowKey& key, const Text& name) { return ToInt(key.Get(FieldNamed(name))); },
          py::arg("field"))
      .def(
          "__setitem__",
          [](FlowKey& key, const Text& name, const py::object& value) {
            const FieldRef f = FieldNamed(name);
            key.Set(f, FromPython(value, f, name));
          },
          py::arg("field"), py::arg("value"))
      .def(
          "fields",
          [](const FlowKey& key) {
            py::dict fields;
            for (const auto& [name, value] : NonZero(key)) fields[ToStr(name)] = ToInt(value);
            return fields;
          },
          "Those that are not 0, by name.")
      .def(
          "__eq__", [](const FlowKey& a, const FlowKey& b) { return a == b; }, py::is_operator())
      .def("__repr__", &Repr);
}

}  // namespace ovnlite::python
