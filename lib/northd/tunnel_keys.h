// File: tunnel_keys.h
// How many tunnel keys there are (ovn-architecture(7), "Tunnel Encapsulations").

#ifndef OVNLITE_LIB_NORTHD_TUNNEL_KEYS_H_
#define OVNLITE_LIB_NORTHD_TUNNEL_KEYS_H_

#include <cstdint>

namespace ovnlite {

// The last one that can be asked for.
inline constexpr int64_t kLastDatapathKey = 0xffffff, kLastPortKey = 32'767;

// The last ones that are given to those who do not ask.
struct TunnelKeyLimits {
  int64_t datapath;
  int64_t port;
};
// Geneve and STT; keys from 16711681 on are for networks that several OVNs share.
inline constexpr TunnelKeyLimits kGeneveKeys = {16'711'680, kLastPortKey};
// VXLAN has 24 bits for both keys. One chassis with a VXLAN Encap is enough.
inline constexpr TunnelKeyLimits kVxlanKeys = {4'095, 2'047};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_NORTHD_TUNNEL_KEYS_H_
