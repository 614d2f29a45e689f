// A batch of frames, each behind two bytes with its length. Whatever is joined is cut into the same frames again.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "lib/port/coalescer.h"
#include "lib/port/segmenter.h"
#include "lib/wire/fuzz_testutil.h"
#include "ovnlite/base/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ovnlite;
  std::vector<Packet> packets;
  while (size >= 2 && packets.size() < kBatchSize) {
    const size_t n = std::min<size_t>(Load16(data), size - 2);
    packets.emplace_back(absl::MakeConstSpan(data + 2, n));
    data += 2 + n;
    size -= 2 + n;
  }
  std::vector<const Packet*> batch;
  for (const Packet& packet : packets) batch.push_back(&packet);
  Coalescer coalescer;
  coalescer.Plan(batch);
  size_t at = 0;
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
    Segmenter segmenter;
    FuzzExpect(segmenter.Begin(coalescer.notes(run), joined));
    Packet packet;
    for (int k = 0; k < coalescer.packets(run); ++k) {
      FuzzExpect(!segmenter.done());
      segmenter.Next(packet);
      FuzzExpect(packets[at++].bytes() == packet.bytes());
    }
    FuzzExpect(segmenter.done());
  }
  FuzzExpect(at == packets.size());
  return 0;
}
