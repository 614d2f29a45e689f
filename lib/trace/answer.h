// File: answer.h
// What the host behind a port would answer to a packet: the first of the way back.

#ifndef OVNLITE_LIB_TRACE_ANSWER_H_
#define OVNLITE_LIB_TRACE_ANSWER_H_

#include <optional>
#include <string>
#include <vector>

#include "ovnlite/packet/flow_key.h"

namespace ovnlite {

// `addresses` are those of the port ("00:00:00:00:00:0a 10.0.0.10 fd00::a"): who asks for one of them by ARP or ND is
// told its MAC address. Echo requests are answered, TCP segments acknowledged, other packets sent back with both ends
// exchanged. Nothing for packets to groups, ICMP errors, replies and resets: those nobody answers.
std::optional<FlowKey> AnswerTo(const FlowKey& packet, const std::vector<std::string>& addresses);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_TRACE_ANSWER_H_
