// File: tables.h
// OpenFlow table numbers and register bits of OVN 23.03 (ovn-architecture(7) with the corrections of a real br-int).
// Logical stage n of the ingress pipeline is table 8 + n, of the egress pipeline 42 + n.

#ifndef OVNLITE_LIB_CONTROLLER_TABLES_H_
#define OVNLITE_LIB_CONTROLLER_TABLES_H_

#include <cstdint>

namespace ovnlite::table {
inline constexpr uint8_t kPhysicalToLogical = 0;
inline constexpr uint8_t kIngress = 8;
inline constexpr uint8_t kOutputInit = 37;  // Is the packet too big for its tunnel?
inline constexpr uint8_t kOutputTooBig = 38;
inline constexpr uint8_t kRemoteOutput = 39;
inline constexpr uint8_t kLocalOutput = 40;
inline constexpr uint8_t kCheckLoopback = 41;
inline constexpr uint8_t kEgress = 42;
inline constexpr uint8_t kSaveInPort = 64;
inline constexpr uint8_t kLogicalToPhysical = 65;
inline constexpr uint8_t kMacBinding = 66;  // From here on: tables that an action asks something.
inline constexpr uint8_t kMacLookup = 67;
inline constexpr uint8_t kCheckHairpin = 68;
inline constexpr uint8_t kCheckHairpinReply = 69;
inline constexpr uint8_t kSnatForVip = 70;
inline constexpr uint8_t kGetFdb = 71;
inline constexpr uint8_t kLookupFdb = 72;
inline constexpr uint8_t kInPortSecurity = 73;
inline constexpr uint8_t kInPortSecurityNd = 74;
inline constexpr uint8_t kOutPortSecurity = 75;
inline constexpr uint8_t kEcmpNextHopMac = 76;
inline constexpr uint8_t kEcmpNextHop = 77;
inline constexpr uint8_t kLbAffinity = 78;

// Whether a table is a stage of a logical pipeline.
constexpr bool IsStage(uint8_t t) { return (t >= kIngress && t < kOutputInit) || (t >= kEgress && t < kSaveInPort); }
}  // namespace ovnlite::table

// Bits of reg10, the logical flags.
namespace ovnlite::flag {
inline constexpr int kAllowLoopback = 0;
inline constexpr int kFromVxlan = 1;
inline constexpr int kForceSnatForDnat = 2;
inline constexpr int kForceSnatForLb = 3;
inline constexpr int kLocalOnly = 4;
inline constexpr int kNested = 5;
inline constexpr int kLookupMac = 6;
inline constexpr int kHairpin = 7;
inline constexpr int kLookupFdb = 8;
inline constexpr int kSkipSnatForLb = 9;
inline constexpr int kLocalport = 10;
inline constexpr int kUseSnatZone = 11;
inline constexpr int kCheckPortSecurity = 12;
inline constexpr int kLookupCommitEcmpNh = 13;
inline constexpr int kUseLbAffSession = 14;
}  // namespace ovnlite::flag

#endif  // OVNLITE_LIB_CONTROLLER_TABLES_H_
