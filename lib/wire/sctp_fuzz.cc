#include <cstddef>
#include <cstdint>

#include "lib/wire/fuzz_testutil.h"
#include "ovnlite/wire/sctp.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ovnlite;
  const absl::Span<const uint8_t> bytes(data, size);
  FuzzLaws<SctpHeader>(bytes);
  FuzzLaws<SctpChunk>(bytes);
  if (SctpView::IsValid(bytes)) SctpView(bytes).ChecksumIsValid();
  SctpChunksText(bytes);
  return 0;
}
