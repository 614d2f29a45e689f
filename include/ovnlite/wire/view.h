// File: view.h
// What the codecs of this room share. Every codec file reads in the same order:
//
//   XxxLayout       where each field lies, in bytes from the header's start
//   XxxView         a checked window on bytes that lie elsewhere: IsValid() is the check, Check() the same with the
//                   reason, Parse() gives the view; getters, then setters (those of MutableXxxView write into the
//                   bytes)
//   XxxHeader       the same as a plain struct: Parse(), size(), Emit(), ToString()
//
// The contract of each:
//   1. Total. IsValid() and Check() answer for any bytes, alike, and never read past their end.
//   2. After they said yes, no getter or setter can fail or leave the bytes.
//   3. Lossless. Emit(Parse(bytes)) gives the header's bytes back, reserved bits, lengths and checksums as they were;
//      Parse(Emit(x)) == x for every x whose fields fit their widths. Options are spans into the bytes that were
//      parsed.
//   4. A reason. An error names the header, the field, what it says and what it should say. Bytes that end too early
//      are OutOfRange, bytes that contradict themselves InvalidArgument.
// Nothing here allocates but error messages and ToString(). A view costs a pointer and a length, IsValid() a comparison
// or two; Parse() adds a few nanoseconds for its absl::StatusOr.

#ifndef OVNLITE_WIRE_VIEW_H_
#define OVNLITE_WIRE_VIEW_H_

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ovnlite/base/bytes.h"

namespace ovnlite {

// The base of every view. `Byte` is `const uint8_t`, or `uint8_t` for a view that may write.
template <typename Byte>
class View {
 public:
  static_assert(std::is_same_v<std::remove_const_t<Byte>, uint8_t>);
  static constexpr bool kMutable = !std::is_const_v<Byte>;

  // The caller vouches for what IsValid() of the derived view would check; bytes from elsewhere go through Parse().
  constexpr explicit View(absl::Span<Byte> bytes) : p_(bytes.data()), n_(bytes.size()) {}
  constexpr explicit View(Byte* p, size_t n) : p_(p), n_(n) {}

  // All bytes the view was given: the header and what follows it.
  constexpr absl::Span<Byte> bytes() const { return {p_, n_}; }

 protected:
  constexpr absl::Span<Byte> From(size_t offset) const { return {p_ + offset, n_ - offset}; }
  constexpr absl::Span<Byte> Range(size_t begin, size_t end) const { return {p_ + begin, end - begin}; }

  Byte* p_;
  size_t n_;
};

// Parse() of every view.
template <typename V, typename Byte>
absl::StatusOr<V> ParseView(absl::Span<Byte> bytes) {
  if (!V::IsValid(bytes)) return V::Check(bytes);
  return V(bytes);
}

// "UDP header needs 8 bytes, has 5". Kept out of line: it is no part of the fast path.
[[gnu::cold, gnu::noinline]] inline absl::Status TooShort(absl::string_view what, size_t needs, size_t has) {
  return absl::OutOfRangeError(absl::StrCat(what, " needs ", needs, " bytes, has ", has));
}

template <typename... Parts>
[[gnu::cold, gnu::noinline]] absl::Status Malformed(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(parts...));
}

}  // namespace ovnlite

#endif  // OVNLITE_WIRE_VIEW_H_
