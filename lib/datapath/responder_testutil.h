// File: responder_testutil.h
// What every packet that BuildReply() makes must be, whatever it answers. For the fuzzer as for the tests.

#ifndef OVNLITE_LIB_DATAPATH_RESPONDER_TESTUTIL_H_
#define OVNLITE_LIB_DATAPATH_RESPONDER_TESTUTIL_H_

#include <cstdint>
#include <string>

#include "ovnlite/packet/packet.h"

namespace ovnlite {

// Every opcode that BuildReply() knows.
inline constexpr uint32_t kReplyOpcodes[] = {0, 3, 9, 10, 11, 12, 14, 20, 22, 24};

// What is wrong with an answer, empty for nothing: it must be a whole frame of ARP or IP without padding, of at most
// 1284 bytes, whose lengths and checksums are right.
std::string ReplyFault(const Packet& reply);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_DATAPATH_RESPONDER_TESTUTIL_H_
