#include <cstddef>
#include <cstdint>

#include "lib/wire/fuzz_testutil.h"
#include "ovnlite/wire/ipv6.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ovnlite;
  const absl::Span<const uint8_t> bytes(data, size);
  FuzzLaws<Ipv6Header>(bytes);
  FuzzLaws<Ipv6FragmentHeader>(bytes);
  if (size > 0) FuzzWalk(Ipv6ExtensionWalker(data[0], bytes.subspan(1)));
  return 0;
}
