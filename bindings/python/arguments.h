// File: arguments.h
// What Python users may write for addresses and packets, and how results become Python's own values:
//
//   Text        str; pybind11's own std::string takes bytes as well
//   Address     "10.0.0.1", b"\x0a\x00\x00\x01", ipaddress.ip_address(…); also a host's name where one is allowed
//   Addresses   the same with prefixes ("10.0.0.1/24", ipaddress.ip_interface(…)), and sequences of them
//   Mac         "00:00:00:00:00:0a", six bytes
//   Frame       bytes, bytearray, memoryview, hexadecimal text, and whatever has __bytes__, such as Scapy's packets
//   Seconds     a number of seconds, datetime.timedelta
//
// The text itself is judged by the library. A value of another type is a TypeError.

#ifndef OVNLITE_BINDINGS_PYTHON_ARGUMENTS_H_
#define OVNLITE_BINDINGS_PYTHON_ARGUMENTS_H_

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ovnlite/base/clock.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/base/mac.h"

namespace ovnlite::python {

struct Text : std::string {};
struct Address {
  std::string text;
};
struct Addresses {
  std::string text;  // Separated by blanks.
};
struct Mac {
  std::string text;
};
struct Frame {
  std::string bytes;
  absl::Span<const uint8_t> span() const {
    return absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  }
};
struct Seconds {
  Nanoseconds nanoseconds = 0;
};

// A str as UTF-8; raises InvalidArgumentError for one that has no UTF-8, with half of a surrogate pair in it.
std::string TextOf(pybind11::handle value);
// The name of a file as the operating system has it: of str, bytes, or what has __fspath__. Raises InvalidArgumentError
// for what cannot be one.
std::string PathOf(pybind11::handle value, absl::string_view place);
// "int", "NoneType": the type's name, for messages.
std::string TypeName(pybind11::handle value);
// "; did you mean "a" or "b"?" with those of `names` that are like `name`; empty when none is.
std::string DidYouMean(absl::string_view name, const std::vector<std::string>& names);

// Nothing when the value is of another type; a Python exception when it is of the type and cannot be read.
std::optional<std::string> AddressText(pybind11::handle value);
std::optional<std::string> AddressesText(pybind11::handle value);
std::optional<std::string> MacText(pybind11::handle value);
std::optional<std::string> FrameBytes(pybind11::handle value);
std::optional<Nanoseconds> SecondsOf(pybind11::handle value);

// ipaddress.IPv4Address or IPv6Address.
pybind11::object ToPython(const IpAddress& ip);
inline double ToSeconds(Nanoseconds time) { return static_cast<double>(time) / 1e9; }
inline pybind11::bytes ToBytes(absl::string_view bytes) { return pybind11::bytes(bytes.data(), bytes.size()); }
inline pybind11::bytes ToBytes(absl::Span<const uint8_t> bytes) {
  return pybind11::bytes(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}
inline pybind11::str ToStr(absl::string_view text) { return pybind11::str(text.data(), text.size()); }
// repr() of text, or of a path: in quotes, with escapes.
std::string Quoted(absl::string_view text);

}  // namespace ovnlite::python

namespace pybind11::detail {

template <>
struct type_caster<ovnlite::python::Text> {
  PYBIND11_TYPE_CASTER(ovnlite::python::Text, const_name("str"));
  bool load(handle source, bool) {
    if (!isinstance<str>(source)) return false;
    value = {ovnlite::python::TextOf(source)};
    return true;
  }
};

#define OVNLITE_ARGUMENT_(Type, member, convert, description)             \
  template <>                                                             \
  struct type_caster<ovnlite::python::Type> {                             \
    PYBIND11_TYPE_CASTER(ovnlite::python::Type, const_name(description)); \
    bool load(handle source, bool) {                                      \
      auto read = ovnlite::python::convert(source);                       \
      if (read) value.member = *std::move(read);                          \
      return read.has_value();                                            \
    }                                                                     \
  }
OVNLITE_ARGUMENT_(Address, text, AddressText, "str | bytes | ipaddress.IPv4Address | ipaddress.IPv6Address");
OVNLITE_ARGUMENT_(Addresses, text, AddressesText, "str | ipaddress.IPv4Interface | ipaddress.IPv6Interface | Sequence");
OVNLITE_ARGUMENT_(Mac, text, MacText, "str | bytes");
OVNLITE_ARGUMENT_(Frame, bytes, FrameBytes, "bytes | str | SupportsBytes");
OVNLITE_ARGUMENT_(Seconds, nanoseconds, SecondsOf, "float | datetime.timedelta");
#undef OVNLITE_ARGUMENT_

}  // namespace pybind11::detail

#endif  // OVNLITE_BINDINGS_PYTHON_ARGUMENTS_H_
