#include <cstddef>
#include <cstdint>

#include "lib/wire/fuzz_testutil.h"
#include "ovnlite/packet/describe.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text = ovnlite::Describe(absl::MakeConstSpan(data, size));
  ovnlite::FuzzExpect(!text.empty() && text.size() < 8000);
  return 0;
}
