// File: lab_frames.h
// The packets of the laboratory that is measured: VM-A on compute1 and VM-B on compute2, each on a switch of its own,
// one router between them, Geneve between the hypervisors.
//
//   kVm, kVm6           UDP from VM-A to VM-B, as VM-A sends it; each frame another flow.
//   kGeneve, kGeneve6   UDP from VM-B to VM-A, as compute2 sends it into the underlay (of IPv6 too, over IPv6).
//
// The IPv4 ones are byte for byte those that the peer of tests/bench/beside_ovs_dpdk.sh is fed.

#ifndef OVNLITE_TESTS_BENCH_LAB_FRAMES_H_
#define OVNLITE_TESTS_BENCH_LAB_FRAMES_H_

#include <cstddef>
#include <vector>

#include "absl/strings/string_view.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/base/mac.h"

namespace ovnlite {

// Addresses, as the network of chassis_benchmark.cc has them.
struct LabEnds {
  static constexpr MacAddress kVmA{0x0000'0000'000a}, kVmB{0x0000'0000'000b};
  static constexpr MacAddress kGatewayA{0x0000'0000'ff01}, kGatewayB{0x0000'0000'ff02};
  static constexpr MacAddress kCompute1{0x0200'0000'0011}, kCompute2{0x0200'0000'0012};
  static constexpr Ipv4Address kVmA4{0x0a00'000a}, kVmB4{0x0a00'0114};
  static constexpr Ipv4Address kCompute1V4{0xc0a8'380b}, kCompute2V4{0xc0a8'380c};
  static constexpr Ipv6Address kVmA6{0xfd00ull << 48, 0xa}, kVmB6{0xfd00'0000'0000'0001, 0x14};
  static constexpr Ipv6Address kCompute1V6{0xfd56ull << 48, 0xb}, kCompute2V6{0xfd56ull << 48, 0xc};
  // Tunnel keys: switch LS1, and on it the router's port and VM-A's; switch LS2, and on it the router's and VM-B's.
  static constexpr uint32_t kLs1 = 1, kLs1Router = 1, kLs1VmA = 2;
  static constexpr uint32_t kLs2 = 2, kLs2Router = 1, kLs2VmB = 2;
};

enum class LabFrames { kVm, kVm6, kGeneve, kGeneve6 };

// `bytes` is the length of an inner frame; at least 60, over IPv6 80.
std::vector<std::vector<uint8_t>> MakeLabFrames(LabFrames kind, size_t flows, size_t bytes);

}  // namespace ovnlite

#endif  // OVNLITE_TESTS_BENCH_LAB_FRAMES_H_
