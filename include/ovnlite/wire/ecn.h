// File: ecn.h
// Explicit congestion notification across an IP tunnel (RFC 6040), which RFC 8926 section 4.4.2 asks of Geneve: the two
// ECN bits of the outer header are made from the inner ones, and a mark the underlay set reaches the inner packet.
//
//   outer at the entry   inner 00 01 10 11 -> 00 01 10 11   (section 4.1, "normal mode")
//   inner at the exit    (section 4.2, figure 4)
//                        outer 00   01   10   11
//            inner 00          00   00   00   drop
//                  01          01   01   01   11
//                  10          10   01   10   11
//                  11          11   11   11   11
//
// Open vSwitch follows the older RFC 3168 at the entry (a marked inner packet gets outer 10, so that the exit can tell
// new marks from old) and does not do the one change in row 10, column 01; it agrees everywhere else.

#ifndef OVNLITE_WIRE_ECN_H_
#define OVNLITE_WIRE_ECN_H_

#include <cstdint>

namespace ovnlite {

inline constexpr uint8_t kEcnNotCapable = 0;
inline constexpr uint8_t kEcnCapable1 = 1;
inline constexpr uint8_t kEcnCapable0 = 2;
inline constexpr uint8_t kEcnCongested = 3;

enum class EcnMode : uint8_t {
  kRfc6040,      // What RFC 8926 asks for.
  kOpenVSwitch,  // What real hypervisors send and do.
};

// The outer header's ECN bits for a packet with `inner` ones; a packet that is not IP counts as 0.
constexpr uint8_t EcnAtEntry(uint8_t inner, EcnMode mode) {
  return mode == EcnMode::kOpenVSwitch && inner == kEcnCongested ? kEcnCapable0 : inner;
}

// What kEcnDrop stands for: a congested outer header on a packet that cannot carry the mark on.
inline constexpr uint8_t kEcnDrop = 0xff;

// The ECN bits the inner packet leaves the tunnel with, or kEcnDrop.
constexpr uint8_t EcnAtExit(uint8_t outer, uint8_t inner, EcnMode mode) {
  if (outer == kEcnCongested) return inner == kEcnNotCapable ? kEcnDrop : kEcnCongested;
  if (mode == EcnMode::kRfc6040 && outer == kEcnCapable1 && inner == kEcnCapable0) return kEcnCapable1;
  return inner;
}

}  // namespace ovnlite

#endif  // OVNLITE_WIRE_ECN_H_
