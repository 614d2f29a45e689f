// Any name, comment and frame makes a file that libpcap reads back.

#include <cstddef>
#include <cstdint>

#include "lib/wire/fuzz_testutil.h"
#include "ovnlite/packet/pcap_file.h"
#include "ovnlite/packet/pcapng_writer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ovnlite;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const absl::Span<const uint8_t> frame(data, size);
  std::string file;
  PcapngWriter writer = PcapngWriter::ToMemory(&file);
  const uint32_t interface = writer.AddInterface(text.substr(0, size / 2));
  FuzzExpect(writer.Write(interface, static_cast<Instant>(size), frame, {.comment = text}).ok());
  absl::StatusOr<PcapReader> reader =
      PcapReader::FromBytes(absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(file.data()), file.size()));
  CapturedFrame got;
  FuzzExpect(reader.ok() && reader->Next(&got) && got.time == static_cast<Instant>(size));
  FuzzExpect(got.bytes.size() == size && std::equal(got.bytes.begin(), got.bytes.end(), data));
  FuzzExpect(!reader->Next(&got) && reader->status().ok());
  return 0;
}
