// File: encode.h
// Actions of logical flows as the OpenFlow operations that ovn-controller 23.03 makes of them, down to the last
// register: what `ovs-ofctl dump-flows` shows for br-int and what OVN's own tests call "encodes as".
//
//   reg0 = ip4.src; next;      in table 10 of the ingress pipeline is
//   move:NXM_OF_IP_SRC[]->NXM_NX_XXREG0[96..127],resubmit(,19)
//
// A pure function of the actions, the context and what the resolver answers. About 100 ns per operation.

#ifndef OVNLITE_LIB_CONTROLLER_ENCODE_H_
#define OVNLITE_LIB_CONTROLLER_ENCODE_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/controller/tables.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/flow/op.h"
#include "ovnlite/logical/action.h"

namespace ovnlite {

// Numbers that are given out where the flows are going to be.
class EncodeResolver {
 public:
  virtual ~EncodeResolver() = default;
  // The tunnel key of a port or multicast group of the flow's datapath. False when there is none of that name: inport
  // and outport then become 0, and actions that cannot do without the port do nothing.
  virtual bool FindPort(absl::string_view name, uint32_t* key) const = 0;
  // The OpenFlow port of the tunnel to the chassis where a port lives; 0 when it is here, or nowhere.
  virtual uint32_t TunnelPort(absl::string_view name) const = 0;
  // Whether there is an IPFIX collector set of this number (Flow_Sample_Collector_Set of the local Open vSwitch).
  virtual bool HasCollectorSet(uint32_t id) const = 0;
  // The number of the OpenFlow group or meter with this description: equal descriptions have equal numbers
  // (extend_table.h). 0 when there are no numbers left.
  virtual uint32_t GroupId(const std::string& description) = 0;
  virtual uint32_t MeterId(const std::string& description) = 0;
};

// The OpenFlow tables of one pipeline stage and of the side tables. OVN's own numbers, unless a test has others.
struct EncodeTables {
  uint8_t ingress = table::kIngress;  // Of logical table 0.
  uint8_t egress = table::kEgress;
  uint8_t output =
      table::kOutputInit;  // Where `output` goes: kOutputInit from the ingress pipeline, kSaveInPort from egress.
  uint8_t mac_binding = table::kMacBinding;
  uint8_t mac_lookup = table::kMacLookup;
  uint8_t hairpin = table::kCheckHairpin;
  uint8_t hairpin_reply = table::kCheckHairpinReply;
  uint8_t snat_to_vip = table::kSnatForVip;
  uint8_t get_fdb = table::kGetFdb;
  uint8_t lookup_fdb = table::kLookupFdb;
  uint8_t in_port_security = table::kInPortSecurity;
  uint8_t out_port_security = table::kOutPortSecurity;
  uint8_t ecmp_next_hop_mac = table::kEcmpNextHopMac;
  uint8_t ecmp_next_hop = table::kEcmpNextHop;
  uint8_t lb_affinity = table::kLbAffinity;
};

struct EncodeContext {
  Pipeline pipeline = Pipeline::kIngress;
  bool is_switch = true;
  EncodeTables tables;
  // The register with the connection tracking zone of ct_dnat_in_czone and ct_snat_in_czone: 11, or 12 where the router
  // has the option snat-ct-zone.
  int common_nat_zone_register = 11;
  // Whether Open vSwitch knows ct(commit,nat(src)) without an address, by which ct_commit avoids clashes with NATed
  // connections. Every Open vSwitch since 2.17 does, given a kernel that does; OVN's own tests say no.
  bool all_zero_snat = true;
  // Whether select groups can hash by the 5-tuple in both directions alike (`select` asks for it).
  bool symmetric_dp_hash = true;
  uint32_t datapath_key = 0;  // Of the logical datapath; sample puts it into its observation domain.
  Uuid flow;                  // The logical flow: its first 32 bits are the cookie, and set_meter's meters are its own.
  uint32_t controller_meter = 0;  // Logical_Flow.controller_meter; 0: none.
};

// `tables.output` for a pipeline of a real br-int.
inline EncodeTables TablesOf(Pipeline pipeline) {
  EncodeTables tables;
  if (pipeline == Pipeline::kEgress) tables.output = table::kSaveInPort;
  return tables;
}

// Total. Op::action is 1 + the number of the action it comes from, in order of appearance: an action is counted before
// those in its braces.
OpList EncodeActions(absl::Span<const Action> actions, const EncodeContext& context, EncodeResolver& resolver);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_CONTROLLER_ENCODE_H_
