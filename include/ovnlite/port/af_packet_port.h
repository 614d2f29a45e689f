// File: af_packet_port.h
// An existing Linux interface through a packet socket (packet(7)): one end of a veth pair, or a network card. The port
// sees every frame that arrives there (promiscuous), and what it sends leaves there. Needs CAP_NET_RAW.
//
//   auto port = OpenAfPacketPort({.device = "veth0", .number = 5}, &clock);
//
// The kernel's own stack sees the frames too: give the interface no address unless that is what you want.
//
// What the kernel leaves undone or takes away is restored: VLAN tags it keeps aside, checksums that a sender on the
// same machine left to the hardware, and super-frames of up to 64 KiB (TCP and UDP segmentation offload), which are cut
// into segments. With `offloads`, consecutive TCP segments of a batch are sent as one super-frame.
//
// For a thread of its own for each queue (node/chassis.h), the same interface is opened several times with the same
// `fanout`: the kernel shares frames out among these ports by their flows.
//
// Frames wait in a ring shared with the kernel; those that find it full are counted as kRxOverrun by Refresh(). Cost:
// receiving a small frame takes 30 to 40 ns and no system call; sending about 2 us on veth, which is the kernel's path
// to the other end, and 0.35 us per TCP segment when they go together.

#ifndef OVNLITE_PORT_AF_PACKET_PORT_H_
#define OVNLITE_PORT_AF_PACKET_PORT_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "ovnlite/base/clock.h"
#include "ovnlite/port/port.h"

namespace ovnlite {

enum class PacketRingKind : uint8_t {
  // TPACKET_V2: each frame is there at once (4 us after send(2) on veth). For all that waits for answers.
  kSlots,
  // TPACKET_V3: frames come in blocks, one to eight milliseconds late. For capturing and one-way load.
  kBlocks,
};

struct AfPacketPortOptions {
  std::string device = {};  // Of the calling thread's network namespace. Becomes the port's name.
  uint32_t number = 0;
  bool offloads = true;
  PacketRingKind ring = PacketRingKind::kSlots;
  size_t ring_bytes = size_t{4} << 20;
  bool promiscuous = true;
  // A number that ports of this network namespace have in common which share an interface's frames (PACKET_FANOUT_HASH);
  // 0: this one gets all of them.
  uint16_t fanout = 0;
};

// `clock` must outlive the port. NotFound for an interface that does not exist, PermissionDenied without CAP_NET_RAW,
// InvalidArgument for an interface that is not Ethernet. The MTU is the interface's.
absl::StatusOr<std::unique_ptr<Port>> OpenAfPacketPort(const AfPacketPortOptions& options, const Clock* clock);

}  // namespace ovnlite

#endif  // OVNLITE_PORT_AF_PACKET_PORT_H_
