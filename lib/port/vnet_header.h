// File: vnet_header.h
// The note that Linux puts before a frame on TAP devices (IFF_VNET_HDR) and packet sockets (PACKET_VNET_HDR): what is
// still to be done to it. A frame may want its checksum completed, and may be a "super-frame": many TCP segments or UDP
// datagrams in one, with the size to cut it into. It is the virtio header (virtio 1.1 section 5.1.6) in the machine's
// byte order.
//
// Reading and writing super-frames is what makes kernel ports fast: a system call costs about a microsecond, and one
// can move 64 KiB. The datapath never sees them: segmenter.h cuts them up on the way in, coalescer.h joins them on the
// way out.

#ifndef OVNLITE_LIB_PORT_VNET_HEADER_H_
#define OVNLITE_LIB_PORT_VNET_HEADER_H_

#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"

namespace ovnlite {

struct VnetHeader {
  static constexpr uint8_t kNeedsChecksum = 1;  // flags

  static constexpr uint8_t kGsoNone = 0;  // gso_type
  static constexpr uint8_t kGsoTcp4 = 1;
  static constexpr uint8_t kGsoTcp6 = 4;
  static constexpr uint8_t kGsoUdp = 5;     // Since Linux 6.2.
  static constexpr uint8_t kGsoEcn = 0x80;  // Besides: the TCP header has CWR set.

  uint8_t flags = 0;
  uint8_t gso_type = 0;
  uint16_t header_length = 0;  // Of all headers together; a hint.
  uint16_t gso_size = 0;       // Payload bytes of each segment but the last.
  // With kNeedsChecksum: the checksum covers the frame from checksum_start on, and belongs checksum_offset bytes behind
  // that, where the sum of the pseudo-header lies already.
  uint16_t checksum_start = 0;
  uint16_t checksum_offset = 0;
};
static_assert(sizeof(VnetHeader) == 10);

// Does what kNeedsChecksum asks for. False when the places it names are not within the frame.
bool CompleteChecksum(const VnetHeader& notes, absl::Span<uint8_t> frame);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_PORT_VNET_HEADER_H_
