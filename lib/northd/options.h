// File: options.h
// Numbers in columns that are maps of texts (`options`, `other_config`), as OVN reads them.

#ifndef OVNLITE_LIB_NORTHD_OPTIONS_H_
#define OVNLITE_LIB_NORTHD_OPTIONS_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace ovnlite {

// A decimal number of 32 bits, with space or a sign in front if need be and nothing behind; otherwise `otherwise`.
uint32_t ReadUint(absl::string_view text, uint32_t otherwise);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_NORTHD_OPTIONS_H_
