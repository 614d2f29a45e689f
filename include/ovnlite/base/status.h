// File: status.h
// How ovnlite reports errors: absl::Status, with the place of the fault in the message. The two macros are the usual ones;
// their prefix keeps them out of an embedding program's way.

#ifndef OVNLITE_BASE_STATUS_H_
#define OVNLITE_BASE_STATUS_H_

#include <cstddef>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#define OVNLITE_RETURN_IF_ERROR(expression)                                    \
  do {                                                                         \
    if (absl::Status ovnlite_status = (expression); !ovnlite_status.ok()) {    \
      return ovnlite_status;                                                   \
    }                                                                          \
  } while (false)

#define OVNLITE_ASSIGN_OR_RETURN(target, expression) \
  OVNLITE_ASSIGN_OR_RETURN_(OVNLITE_CONCAT_(ovnlite_result_, __LINE__), target, expression)
#define OVNLITE_ASSIGN_OR_RETURN_(result, target, expression) \
  auto result = (expression);                                 \
  if (!result.ok()) return std::move(result).status();        \
  target = *std::move(result)
#define OVNLITE_CONCAT_(a, b) OVNLITE_CONCAT_INNER_(a, b)
#define OVNLITE_CONCAT_INNER_(a, b) a##b

namespace ovnlite {

// The same error with "context: " before its message.
absl::Status WithContext(const absl::Status& status, absl::string_view context);

// `text`'s line around byte `offset`, and under it a caret (a row of them for `length` > 1):
//     ip4.src = 1.2.3.4
//             ^
// Tabs become spaces; lines longer than 100 columns are cut around the fault.
std::string QuoteWithCaret(absl::string_view text, size_t offset, size_t length = 1);

}  // namespace ovnlite

#endif  // OVNLITE_BASE_STATUS_H_
