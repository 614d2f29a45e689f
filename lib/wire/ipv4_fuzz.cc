#include <cstddef>
#include <cstdint>

#include "lib/wire/fuzz_testutil.h"
#include "ovnlite/wire/ipv4.h"
#include "ovnlite/wire/options.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ovnlite;
  const absl::Span<const uint8_t> bytes(data, size);
  FuzzLaws<Ipv4Header>(bytes);
  if (Ipv4View::IsValid(bytes)) FuzzWalk(OptionWalker(Ipv4View(bytes).options()));
  return 0;
}
