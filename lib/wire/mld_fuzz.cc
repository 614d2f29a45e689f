#include <cstddef>
#include <cstdint>

#include "lib/wire/fuzz_testutil.h"
#include "ovnlite/wire/mld.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ovnlite;
  const absl::Span<const uint8_t> bytes(data, size);
  FuzzLaws<MldHeader>(bytes);
  FuzzLaws<Mldv2Query>(bytes);
  FuzzLaws<MldGroupRecord>(bytes);
  if (size > 0) {
    MldRecordWalker walker(data[0], bytes.subspan(1));
    while (walker.Next().has_value()) {
    }
  }
  return 0;
}
