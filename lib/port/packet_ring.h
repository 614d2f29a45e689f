// File: packet_ring.h
// The memory in which Linux leaves frames for a packet socket: packet_mmap.rst of the kernel's documentation. Reading a
// frame costs no system call. Two layouts of the ring:
//
//   TPACKET_V2   slots of one size, each handed over as soon as it is filled. A frame that is larger than a slot (a
//                super-frame, see vnet_header.h) waits in the socket's queue besides, and is read from there.
//   TPACKET_V3   blocks filled with as many frames as fit, each block handed over when it is full or a millisecond (on
//                Linux below 6.18: up to two timer ticks) old. Frames of all sizes lie close together, and the reader
//                is woken once per block.

#ifndef OVNLITE_LIB_PORT_PACKET_RING_H_
#define OVNLITE_LIB_PORT_PACKET_RING_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/port/vnet_header.h"
#include "ovnlite/wire/vlan.h"

namespace ovnlite {

class PacketRing {
 public:
  struct Frame {
    absl::Span<const uint8_t> bytes;  // What lies in the ring, without the VLAN tag.
    size_t size = 0;                  // Of the whole frame: more than bytes.size() where it did not fit.
    bool is_queued = false;           // The whole frame is next in the socket's queue.
    bool is_outgoing = false;         // Sent by this machine.
    std::optional<VlanTag> tag;       // The kernel took it out of the bytes.
    VnetHeader notes;
  };

  // Gives `socket`, a packet socket with PACKET_VNET_HDR that is not yet bound, a ring of about `bytes` bytes; slots
  // hold frames of `max_frame` bytes.
  static absl::StatusOr<std::unique_ptr<PacketRing>> OpenSlots(int socket, size_t bytes, size_t max_frame);
  static absl::StatusOr<std::unique_ptr<PacketRing>> OpenBlocks(int socket, size_t bytes);

  virtual ~PacketRing();
  PacketRing(const PacketRing&) = delete;
  PacketRing& operator=(const PacketRing&) = delete;

  // The next frame that waits; its bytes stay until the next call, which gives their place back to the kernel. False
  // when none waits.
  virtual bool Next(Frame* frame) = 0;
  // Frames lost because the ring was full, since the last call.
  virtual uint64_t TakeDrops() = 0;

 protected:
  PacketRing(int socket, uint8_t* memory, size_t size) : socket_(socket), memory_(memory), size_(size) {}

  const int socket_;
  uint8_t* const memory_;
  const size_t size_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_PORT_PACKET_RING_H_
