// File: tap_port.h
// A Linux TAP interface (tun(4)): the datapath on one side, the kernel's network stack, a namespace or a virtual
// machine on the other. Needs /dev/net/tun and CAP_NET_ADMIN, or a persistent interface that belongs to the user.
//
//   auto port = OpenTapPort({.name = "vm-a", .number = 5}, &clock);    // Creates vm-a and brings it up.
//
// With `offloads` (IFF_VNET_HDR) the kernel hands over super-frames of up to 64 KiB without checksums, which are cut
// into segments here, and consecutive TCP segments of a batch are joined for it. The datapath sees frames of the
// interface's MTU with right checksums in either case; only the number of system calls differs. Cost for bulk TCP:
// about 0.5 us per 1500-byte segment received and 0.35 us sent, instead of 2 us and 1.5 us; other frames cost about a
// microsecond and a half each way, with or without.
//
// For a thread of its own for each queue (node/chassis.h), the same interface is opened several times with `queue` set:
// the kernel keeps a flow in one of them, that by which its frames in the other direction came last.
//
// The kernel's queue towards us holds txqueuelen frames (1000 on a TAP, `ip link set vm-a txqueuelen N`); what it drops
// is counted as kRxOverrun by Refresh(). An interface that is moved to another network namespace goes on working, but
// its MTU, link and drops can no longer be asked for: they stay as they were.

#ifndef OVNLITE_PORT_TAP_PORT_H_
#define OVNLITE_PORT_TAP_PORT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "ovnlite/base/clock.h"
#include "ovnlite/base/mac.h"
#include "ovnlite/port/port.h"

namespace ovnlite {

struct TapPortOptions {
  std::string name = {};  // At most 15 bytes; "%d" becomes a number: see name() of the port. Empty: "tap%d".
  uint32_t number = 0;
  size_t mtu = Port::kDefaultMtu;
  std::optional<MacAddress> mac = std::nullopt;  // Of the kernel's side; it chooses one otherwise.
  bool offloads = true;
  bool up = true;           // Brings the interface up.
  bool persistent = false;  // It survives Close().
  bool queue = false;       // One of several of this interface (IFF_MULTI_QUEUE). Drops are counted by each.
};

// `clock` must outlive the port. PermissionDenied without CAP_NET_ADMIN, NotFound without /dev/net/tun, AlreadyExists
// for an interface that another process holds, InvalidArgument for a name, MTU or address that the kernel refuses.
absl::StatusOr<std::unique_ptr<Port>> OpenTapPort(const TapPortOptions& options, const Clock* clock);

}  // namespace ovnlite

#endif  // OVNLITE_PORT_TAP_PORT_H_
