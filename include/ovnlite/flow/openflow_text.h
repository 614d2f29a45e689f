// File: openflow_text.h
// Flows as text, as ovs-ofctl(8) prints them, and operations as OpenFlow 1.5 bytes, as they travel in the userdata of
// OVN's controller actions (ovs-actions(7), "controller").

#ifndef OVNLITE_FLOW_OPENFLOW_TEXT_H_
#define OVNLITE_FLOW_OPENFLOW_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ovnlite/flow/flow.h"

namespace ovnlite {

// OVS prints one action differently according to the protocol version it came by.
enum class OpDialect {
  kDumpFlows,  // `ovs-ofctl dump-flows` over OpenFlow 1.0: load:0x1->NXM_NX_REG10[0], mod_dl_src:…, dec_ttl().
  kEncoded,    // OpenFlow 1.3 and later, as OVN's own tests print: set_field:0x1/0x1->reg10, dec_ttl.
};

// The match without its priority: "ip,reg14=0x2,metadata=0x3,nw_dst=10.0.0.0/24"; empty for one that matches all. Set
// tests print as field={n values}, which OpenFlow has no word for: expand a logical match instead (controller/).
std::string FormatMatch(const Match& match);

// "load:0x1->NXM_NX_REG10[0],resubmit(,12)"; "drop" for none.
std::string FormatOps(const OpList& ops, OpDialect dialect);

// One line of `ovs-ofctl dump-flows --no-stats`: " cookie=0x1, table=8, priority=50,metadata=0x2 actions=drop". `match`
// and `actions` are texts from above.
std::string FormatFlowLine(uint64_t cookie, int table, int priority, absl::string_view match,
                           absl::string_view actions);

// The operations as OpenFlow 1.5 actions (Open vSwitch extensions included), each padded to 8 bytes.
std::string EncodeOps(const OpList& ops);

// "00.00.00.0a": how OVS prints userdata.
std::string DottedHex(absl::string_view bytes);

// The userdata of a controller action: opcode, padding, payload, nested actions.
std::string EncodeUserdata(const ControllerOp& op);

}  // namespace ovnlite

#endif  // OVNLITE_FLOW_OPENFLOW_TEXT_H_
