// File: json_string.h
// The escapes of JSON strings (RFC 8259 section 7), which strings in OVN's language have too.

#ifndef OVNLITE_LIB_LOGICAL_JSON_STRING_H_
#define OVNLITE_LIB_LOGICAL_JSON_STRING_H_

#include <string>

#include "absl/strings/string_view.h"

namespace ovnlite {

// Decodes what stands between the quotes. Sets `error` and returns false for an escape that is none.
bool UnescapeJsonString(absl::string_view quoted, std::string* decoded, std::string* error);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_LOGICAL_JSON_STRING_H_
