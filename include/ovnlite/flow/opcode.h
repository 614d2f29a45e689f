// File: opcode.h
// The first word of a controller action's userdata: what OVN's controller, or a responder here, is asked to do. The
// numbers are part of what OVN puts into flow tables.

#ifndef OVNLITE_FLOW_OPCODE_H_
#define OVNLITE_FLOW_OPCODE_H_

#include <cstdint>

namespace ovnlite::opcode {

inline constexpr uint32_t kArp = 0;
inline constexpr uint32_t kPutArp = 1;
inline constexpr uint32_t kPutDhcpOpts = 2;
inline constexpr uint32_t kNdNa = 3;
inline constexpr uint32_t kPutNd = 4;
inline constexpr uint32_t kPutDhcpv6Opts = 5;
inline constexpr uint32_t kDnsLookup = 6;
inline constexpr uint32_t kLog = 7;
inline constexpr uint32_t kPutNdRaOpts = 8;
inline constexpr uint32_t kNdNs = 9;
inline constexpr uint32_t kIcmp = 10;
inline constexpr uint32_t kTcpReset = 11;
inline constexpr uint32_t kNdNaRouter = 12;
inline constexpr uint32_t kPutIcmp4FragMtu = 13;
inline constexpr uint32_t kIcmp4Error = 14;
inline constexpr uint32_t kEvent = 15;
inline constexpr uint32_t kIgmp = 16;
inline constexpr uint32_t kBindVport = 17;
inline constexpr uint32_t kHandleSvcCheck = 18;
inline constexpr uint32_t kHandleDhcpv6Reply = 19;
inline constexpr uint32_t kIcmp6Error = 20;
inline constexpr uint32_t kPutIcmp6FragMtu = 21;
inline constexpr uint32_t kReject = 22;
inline constexpr uint32_t kHandleBfdMsg = 23;
inline constexpr uint32_t kSctpAbort = 24;
inline constexpr uint32_t kPutFdb = 25;
inline constexpr uint32_t kActivatePort = 26;  // No action of logical flows: a machine that moves announces itself.

}  // namespace ovnlite::opcode

#endif  // OVNLITE_FLOW_OPCODE_H_
