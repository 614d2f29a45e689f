#include "lib/northd/options.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"

namespace ovnlite {

uint32_t ReadUint(absl::string_view text, uint32_t otherwise) {
  uint32_t number = 0;
  // SimpleAtoi() takes space on both sides.
  if (text.empty() || !absl::ascii_isdigit(static_cast<unsigned char>(text.back()))) return otherwise;
  return absl::SimpleAtoi(text, &number) ? number : otherwise;
}

}  // namespace ovnlite
