#include "bindings/python/arguments.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "bindings/python/errors.h"

namespace py = pybind11;

namespace ovnlite::python {
namespace {

// An object of the standard library's ipaddress: address, interface or network.
bool IsOfIpaddress(py::handle value) {
  const py::handle type = py::type::handle_of(value);
  return py::hasattr(type, "__module__") && py::str(type.attr("__module__")).equal(py::str("ipaddress"));
}

// repr(), in which everything that is no character is escaped.
std::string ReprOf(py::handle value) { return TextOf(py::reinterpret_steal<py::object>(PyObject_ASCII(value.ptr()))); }

bool IsBytesLike(py::handle value) { return PyObject_CheckBuffer(value.ptr()) != 0; }

std::string BufferBytes(py::handle value) {
  Py_buffer view;
  if (PyObject_GetBuffer(value.ptr(), &view, PyBUF_SIMPLE) != 0) throw py::error_already_set();
  std::string bytes(static_cast<const char*>(view.buf), static_cast<size_t>(view.len));
  PyBuffer_Release(&view);
  return bytes;
}

}  // namespace

std::string TextOf(py::handle value) {
  Py_ssize_t size = 0;
  const char* const text = PyUnicode_AsUTF8AndSize(value.ptr(), &size);
  if (text != nullptr) return std::string(text, static_cast<size_t>(size));
  if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError)) throw py::error_already_set();
  PyErr_Clear();
  Raise(absl::InvalidArgumentError(absl::StrCat(ReprOf(value), " has half a surrogate pair, which is no character")),
        "text");
}

std::string PathOf(py::handle value, absl::string_view place) {
  try {
    const py::bytes encoded = py::module_::import("os").attr("fsencode")(value);
    return encoded;
  } catch (py::error_already_set& error) {
    if (!error.matches(PyExc_UnicodeEncodeError)) throw;
  }
  Raise(absl::InvalidArgumentError(absl::StrCat(ReprOf(value), " has characters that no file name can have")), place);
}

std::string TypeName(py::handle value) { return Py_TYPE(value.ptr())->tp_name; }

std::string DidYouMean(absl::string_view name, const std::vector<std::string>& names) {
  const py::list like = py::module_::import("difflib").attr("get_close_matches")(ToStr(name), names);
  std::string text;
  for (const py::handle one : like) absl::StrAppend(&text, text.empty() ? "" : " or ", "\"", TextOf(one), "\"");
  return text.empty() ? "" : absl::StrCat("; did you mean ", text, "?");
}

std::optional<std::string> AddressText(py::handle value) {
  if (py::isinstance<py::str>(value)) return TextOf(value);
  if (IsOfIpaddress(value)) return TextOf(py::str(value));
  if (!IsBytesLike(value)) return std::nullopt;
  const std::string bytes = BufferBytes(value);
  const uint8_t* octets = reinterpret_cast<const uint8_t*>(bytes.data());
  if (bytes.size() == 4) return Ipv4Address::Load(octets).ToString();
  if (bytes.size() == 16) return Ipv6Address::Load(octets).ToString();
  Raise(absl::InvalidArgumentError(absl::StrCat("an address has 4 or 16 bytes, not ", bytes.size())), "address");
}

std::optional<std::string> AddressesText(py::handle value) {
  if (value.is_none()) return "";
  if (const auto one = AddressText(value)) return one;
  if (!py::isinstance<py::iterable>(value)) return std::nullopt;
  std::string all;
  for (const py::handle item : py::reinterpret_borrow<py::iterable>(value)) {
    const auto one = AddressText(item);
    if (!one) return std::nullopt;
    absl::StrAppend(&all, all.empty() ? "" : " ", *one);
  }
  return all;
}

std::optional<std::string> MacText(py::handle value) {
  if (py::isinstance<py::str>(value)) return TextOf(value);
  if (!IsBytesLike(value)) return std::nullopt;
  const std::string bytes = BufferBytes(value);
  if (bytes.size() == 6) return MacAddress::Load(reinterpret_cast<const uint8_t*>(bytes.data())).ToString();
  Raise(absl::InvalidArgumentError(absl::StrCat("an Ethernet address has 6 bytes, not ", bytes.size())), "address");
}

std::optional<std::string> FrameBytes(py::handle value) {
  if (IsBytesLike(value)) return BufferBytes(value);
  if (py::isinstance<py::str>(value)) {
    std::string digits;
    for (const char c : TextOf(value)) {
      if (absl::ascii_isspace(static_cast<unsigned char>(c)) || c == ':') continue;
      if (!absl::ascii_isxdigit(static_cast<unsigned char>(c))) {
        Raise(absl::InvalidArgumentError(
                  absl::StrCat("\"", absl::CEscape(absl::string_view(&c, 1)), "\" is not a hexadecimal digit")),
              "packet");
      }
      digits.push_back(c);
    }
    if (digits.size() % 2 != 0) {
      Raise(absl::InvalidArgumentError(
                absl::StrCat("hexadecimal text of ", digits.size(), " digits: half a byte is left")),
            "packet");
    }
    return absl::HexStringToBytes(digits);
  }
  // On the type: an instance attribute, or a class given by mistake, does not count.
  if (!py::hasattr(py::type::handle_of(value), "__bytes__")) return std::nullopt;
  const auto bytes = py::reinterpret_steal<py::object>(PyObject_Bytes(value.ptr()));
  if (!bytes) throw py::error_already_set();
  return BufferBytes(bytes);
}

std::optional<Nanoseconds> SecondsOf(py::handle value) {
  py::object number;
  if (py::hasattr(value, "total_seconds")) {
    number = value.attr("total_seconds")();
  } else if (PyFloat_Check(value.ptr()) || PyLong_Check(value.ptr())) {
    number = py::reinterpret_borrow<py::object>(value);
  } else {
    return std::nullopt;
  }
  const double seconds = PyFloat_AsDouble(number.ptr());
  if (seconds == -1 && PyErr_Occurred() != nullptr) {
    if (!PyErr_ExceptionMatches(PyExc_OverflowError)) throw py::error_already_set();
    PyErr_Clear();
    Raise(absl::OutOfRangeError("not a duration: a number beyond all others"), "duration");
  }
  // Ten years, so that sums of durations stay far from the end of Nanoseconds.
  if (!(seconds >= 0 && seconds <= 3.2e8)) {
    Raise(absl::OutOfRangeError(absl::StrCat("not a duration: ", seconds, " seconds")), "duration");
  }
  return static_cast<Nanoseconds>(std::llround(seconds * 1e9));
}

py::object ToPython(const IpAddress& ip) {
  return py::module_::import("ipaddress").attr(ip.is_v6() ? "IPv6Address" : "IPv4Address")(ip.ToString());
}

std::string Quoted(absl::string_view text) {
  const auto decoded = py::reinterpret_steal<py::object>(
      PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "surrogateescape"));
  if (!decoded) throw py::error_already_set();
  return TextOf(py::repr(decoded));
}

}  // namespace ovnlite::python
