// Extraction of any frame, and the law that ties it to composition.

#include <cstddef>
#include <cstdint>

#include "lib/wire/fuzz_testutil.h"
#include "ovnlite/packet/compose.h"
#include "ovnlite/packet/extract.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ovnlite;
  FlowKey key, again;
  const PacketLayout at = ExtractFlowKey(absl::MakeConstSpan(data, size), key);
  FuzzExpect(at.l3 <= at.end && at.l4 <= at.end && at.payload <= at.end && at.end <= size);
  if (size < 14) return 0;
  ExtractFlowKey(ComposePacket(key), again);
  FuzzExpect(again == key);
  return 0;
}
