#include <cstddef>
#include <cstdint>

#include "lib/wire/fuzz_testutil.h"
#include "ovnlite/wire/nd.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ovnlite;
  const absl::Span<const uint8_t> bytes(data, size);
  FuzzLaws<NdNeighborHeader>(bytes);
  FuzzLaws<NdRouterSolicitHeader>(bytes);
  FuzzLaws<NdRouterAdvertHeader>(bytes);
  FuzzLaws<NdPrefix>(bytes);
  FuzzWalk(NdOptionWalker(bytes));
  return 0;
}
