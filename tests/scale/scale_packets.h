// File: scale_packets.h
// Packets that fill a chassis' megaflow cache.

#ifndef OVNLITE_TESTS_SCALE_SCALE_PACKETS_H_
#define OVNLITE_TESTS_SCALE_SCALE_PACKETS_H_

#include <cstddef>

#include "ovnlite/node/hypervisor.h"
#include "tests/scale/scale_network.h"

namespace ovnlite::scale {

// Sends UDP from the first port, which the chassis must have, to others on its switch and behind the router, until there
// are `wanted` megaflows or no more addresses. Returns how many there are.
size_t MakeMegaflows(const ScaleNetwork& network, Hypervisor& hv, size_t wanted);

}  // namespace ovnlite::scale

#endif  // OVNLITE_TESTS_SCALE_SCALE_PACKETS_H_
