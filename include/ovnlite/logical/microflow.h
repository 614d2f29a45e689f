// File: microflow.h
// One packet, described by an expression: what ovn-trace(8) calls a microflow.
//
//   inport == "LSP1" && eth.src == 00:00:00:00:00:0a && ip4.dst == 10.0.1.20 && ip.ttl == 64 && icmp4.type == 8
//
// An expression is a microflow when, prerequisites included, it says of every field that it mentions what its bits are:
// a conjunction of equalities. `tcp.dst == 80` alone is ambiguous (IPv4 or IPv6?), `ip4 && ip6` is contradictory.
// Fields not mentioned are zero.
//
// Total on any text. Cost: that of parsing and normalizing a match, some microseconds.

#ifndef OVNLITE_LOGICAL_MICROFLOW_H_
#define OVNLITE_LOGICAL_MICROFLOW_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ovnlite/logical/constant_set.h"
#include "ovnlite/logical/expr.h"
#include "ovnlite/logical/expr_transform.h"
#include "ovnlite/packet/flow_key.h"

namespace ovnlite {

// The key of the packet. `ports` says which numbers the names of inport and outport are; a name it does not know leaves
// the port 0. is_chassis_resident("…") holds for every port: a microflow is no place to ask. Without `sets` there are
// no address sets and no port groups. InvalidArgument, in ovn-trace's words:
//   "Syntax error at `foo' expecting field name."            and all else that ParseExpr() has to say
//   "Constraints are contradictory."
//   "Constraints are ambiguous: EXPRESSION."                 the expression with all its prerequisites
absl::StatusOr<FlowKey> ParseMicroflow(absl::string_view text, const ExprResolver& ports,
                                       const ConstantSets* sets = nullptr);
// The same, for who has many: with a pool that is kept, what the symbols expand to is known from the first on.
absl::StatusOr<FlowKey> ParseMicroflow(ExprPool& pool, absl::string_view text, const ExprResolver& ports,
                                       const ConstantSets* sets = nullptr);

// The name that a microflow gives its inport, so that the logical datapath need not be told besides. InvalidArgument
// when the text does not parse or does not say `inport == "name"`.
absl::StatusOr<std::string> MicroflowInport(absl::string_view text, const ConstantSets* sets = nullptr);

// The key in OpenFlow syntax, all fields that such a packet has written out (the first line of a trace):
//   icmp,reg14=0x1,vlan_tci=0x0000,dl_src=00:00:00:00:00:0a,…,nw_ttl=64,nw_frag=no,icmp_type=8,icmp_code=0
// Registers are shown where they are not zero. What belongs to the hypervisor and not to the packet or the logical
// pipelines is left out: in_port, tunnel, metadata, the registers of the connection tracking zones.
std::string FormatMicroflow(const FlowKey& key);

}  // namespace ovnlite

#endif  // OVNLITE_LOGICAL_MICROFLOW_H_
