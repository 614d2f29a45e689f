// File: errors.h
// From absl::Status to Python's exceptions: one tree under ovnlite.Error, a class per status code
// (ovnlite.NotFoundError …), which is also the built-in exception a Python user would expect (LookupError). Each has
//   .code    "NOT_FOUND"
//   .place   what was being done: "Lab.ping", "Expr('ip4.src =')"
// Functions here need the GIL.

#ifndef OVNLITE_BINDINGS_PYTHON_ERRORS_H_
#define OVNLITE_BINDINGS_PYTHON_ERRORS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace ovnlite::python {

// Throws the exception for a status that is not OK.
[[noreturn]] void Raise(const absl::Status& status, absl::string_view place);

// Warns with ovnlite.LoadWarning, as the caller's filters have it: that may throw too.
void Warn(absl::string_view message);

inline void Check(const absl::Status& status, absl::string_view place) {
  if (!status.ok()) Raise(status, place);
}

template <typename T>
T Check(absl::StatusOr<T> value, absl::string_view place) {
  if (!value.ok()) Raise(value.status(), place);
  return *std::move(value);
}

}  // namespace ovnlite::python

#endif  // OVNLITE_BINDINGS_PYTHON_ERRORS_H_
