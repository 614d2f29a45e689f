// pcap and pcapng through libpcap.

#include <cstddef>
#include <cstdint>

#include "lib/wire/fuzz_testutil.h"
#include "ovnlite/packet/pcap_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ovnlite;
  absl::StatusOr<PcapReader> reader = PcapReader::FromBytes(absl::MakeConstSpan(data, size));
  if (!reader.ok()) return 0;
  for (CapturedFrame frame; reader->Next(&frame);) {
    volatile uint8_t read;
    for (const uint8_t b : frame.bytes) read = b;
    (void)read;
  }
  FuzzExpect(reader->count() <= size);
  return 0;
}
