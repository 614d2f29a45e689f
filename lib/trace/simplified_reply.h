// File: simplified_reply.h
// What ovn-trace takes an answer of OVN's controller to be. It does not make the packet that a hypervisor sends: it
// keeps most of the packet that is answered and writes a few fields. Which ones, was found out with ACLs behind the
// answer that log it.

#ifndef OVNLITE_LIB_TRACE_SIMPLIFIED_REPLY_H_
#define OVNLITE_LIB_TRACE_SIMPLIFIED_REPLY_H_

#include <string>

#include "ovnlite/logical/action.h"
#include "ovnlite/packet/flow_key.h"

namespace ovnlite {

// Whether ovn-trace has rules of its own for this action; answers to others (arp{}, nd_na{}, …) are as a hypervisor has
// them.
bool IsSimplified(ActionKind kind);

// What it calls the answer: reject{} is one of four others.
//   icmp4, icmp6           Of reject{}, everything but IPv4 is refused by icmp6, TCP and SCTP aside.
std::string SimplifiedTitle(ActionKind kind, const FlowKey& key);

// Turns the key of a packet into that of the answer. False when there is none, which is so for what looks like an
// answer of reject{} itself.
//   icmp…{}                TTL 255, type 3 (IPv6: 1), code 1; another EtherType stays.
//   tcp_reset{}            TTL 255, flags RST alone, ports as they were; also instead of an SCTP ABORT over IPv6.
//   sctp_abort{}           TTL 255, ports as they were.
//   nd_ns{}                The same packet, bound for the destination's solicited-node group, with a solicitation's
//   type. reject{}               One of the first three, Ethernet and IP addresses exchanged.
bool SimplifyReply(ActionKind kind, FlowKey& key);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_TRACE_SIMPLIFIED_REPLY_H_
