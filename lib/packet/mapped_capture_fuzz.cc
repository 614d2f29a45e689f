// Our reader of classic pcap; where libpcap reads the same file, both give the same packets.

#include <cstddef>
#include <cstdint>

#include "lib/wire/fuzz_testutil.h"
#include "ovnlite/packet/mapped_capture.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ovnlite;
  const absl::Span<const uint8_t> bytes(data, size);
  absl::StatusOr<MappedCapture> mapped = MappedCapture::FromBytes(bytes);
  if (!mapped.ok()) return 0;
  absl::StatusOr<PcapReader> reader = PcapReader::FromBytes(bytes);
  CapturedFrame frame, other;
  while (mapped->Next(&frame)) {
    FuzzExpect(frame.bytes.data() >= data && frame.bytes.data() + frame.bytes.size() <= data + size);
    // libpcap also cuts packets to the snapshot length that the file announces.
    if (!reader.ok() || !reader->Next(&other)) continue;
    FuzzExpect(frame.original_size == other.original_size && frame.bytes.size() >= other.bytes.size() &&
               std::equal(other.bytes.begin(), other.bytes.end(), frame.bytes.begin()));
  }
  FuzzExpect(mapped->count() <= size / 16);
  return 0;
}
