// File: scale_packets.h
// Packets that fill a chassis' megaflow cache.

#ifndef OVNLITE_TESTS_SCALE_SCALE_PACKETS_H_
#define OVNLITE_TESTS_SCALE_SCALE_PACKETS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "ovnlite/node/hypervisor.h"
#include "tests/scale/scale_network.h"

namespace ovnlite::scale {

// Whoever is behind a hypervisor's ports: it says nothing, and takes everything.
class NoWires final : public HypervisorHost {
 public:
  void OnSend(Outlet, const std::string&, uint32_t, const PacketBatch&, size_t) override {}
};

// Sends UDP on the first chassis: on the quiet switch, each of its ports to all others, which makes 990 megaflows; and
// from the first port to ten others, behind the router if there is one. Returns how many megaflows there are.
size_t MakeMegaflows(const ScaleNetwork& network, Hypervisor& hv);

}  // namespace ovnlite::scale

#endif  // OVNLITE_TESTS_SCALE_SCALE_PACKETS_H_
