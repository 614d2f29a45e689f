// The first byte configures the endpoint; the rest is a frame. What is delivered lies inside it, and put into a tunnel
// again it is delivered again.

#include <cstddef>
#include <cstdint>

#include "lib/wire/fuzz_testutil.h"
#include "ovnlite/wire/checksum.h"
#include "ovnlite/wire/geneve_follower.h"
#include "ovnlite/wire/geneve_tunnel.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ovnlite;
  if (size == 0) return 0;
  const absl::Span<const uint8_t> frame(data + 1, size - 1);
  const GeneveEndpoint endpoint{kGenevePort, (*data & 1) != 0, (*data & 2) != 0, (*data & 4) != 0};
  GeneveArrival arrival;
  if (ReceiveGeneve(frame, endpoint, &arrival) != GeneveVerdict::kDeliver) return 0;
  // It follows itself, or is looked at closely.
  GeneveFollower follower;
  follower.Remember(frame, arrival);
  const GeneveFollower::Inner inner = follower.Follow(frame, endpoint.verify_checksum, ChecksumSum(frame));
  FuzzExpect(inner.offset == 0 || (inner.offset == arrival.inner_offset && inner.size == arrival.inner_size));
  FuzzExpect(arrival.inner_size >= 14 && arrival.inner_offset + arrival.inner_size <= frame.size());
  GeneveTunnel tunnel;
  tunnel.source = arrival.source;
  tunnel.destination = arrival.destination;
  const GenevePath path(tunnel, arrival.vni, arrival.option);
  if (arrival.inner_size > path.max_inner_size()) return 0;
  std::vector<uint8_t> again(path.size() + arrival.inner_size);
  std::copy_n(frame.begin() + arrival.inner_offset, arrival.inner_size,
              again.begin() + static_cast<std::ptrdiff_t>(path.size()));
  path.Write(absl::MakeSpan(again), arrival.source_port, arrival.tos & 3);
  GeneveArrival second;
  FuzzExpect(ReceiveGeneve(again, GeneveEndpoint(), &second) == GeneveVerdict::kDeliver);
  FuzzExpect(second.vni == arrival.vni && second.option == arrival.option && second.inner_size == arrival.inner_size);
  return 0;
}
