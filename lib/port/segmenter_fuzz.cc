// Ten bytes of notes, then a frame, as the kernel might give them. What is cut is whole frames of the size the notes
// say, and joining them gives frames that are cut into the same again.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "lib/port/coalescer.h"
#include "lib/port/segmenter.h"
#include "lib/port/vnet_header.h"
#include "lib/wire/fuzz_testutil.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ovnlite;
  VnetHeader notes;
  if (size < sizeof notes) return 0;
  std::memcpy(&notes, data, sizeof notes);
  std::vector<uint8_t> frame(data + sizeof notes, data + size);
  Segmenter segmenter;
  if (!segmenter.Begin(notes, frame)) {
    CompleteChecksum(notes, absl::MakeSpan(frame));
    return 0;
  }
  std::vector<Packet> packets;
  const size_t count = segmenter.remaining();
  // Segments of a byte each would take all day.
  while (!segmenter.done() && packets.size() < 100) {
    segmenter.Next(packets.emplace_back());
    FuzzExpect(packets.back().size() <= packets.front().size());
  }
  FuzzExpect(!segmenter.done() || packets.size() == count);
  Coalescer coalescer;
  for (size_t i = 0; i < packets.size(); i += kBatchSize) {
    std::vector<const Packet*> batch;
    for (size_t k = i; k < std::min(i + kBatchSize, packets.size()); ++k) batch.push_back(&packets[k]);
    coalescer.Plan(batch);
    size_t at = i;
    for (int run = 0; run < coalescer.runs(); ++run) {
      std::vector<uint8_t> joined;
      for (const iovec& piece : coalescer.pieces(run).subspan(1)) {
        const auto* const p = static_cast<const uint8_t*>(piece.iov_base);
        joined.insert(joined.end(), p, p + piece.iov_len);
      }
      if (coalescer.packets(run) == 1) {
        FuzzExpect(packets[at++].bytes() == absl::MakeConstSpan(joined));
        continue;
      }
      Segmenter again;
      FuzzExpect(again.Begin(coalescer.notes(run), joined));
      Packet packet;
      for (int k = 0; k < coalescer.packets(run); ++k) {
        FuzzExpect(!again.done());
        again.Next(packet);
        FuzzExpect(packets[at++].bytes() == packet.bytes());
      }
      FuzzExpect(again.done());
    }
    FuzzExpect(at == i + batch.size());
  }
  return 0;
}
