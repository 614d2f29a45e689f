// File: replacements.h
// The addresses and ports that connection tracking replaced on a packet's way, to be put back on the way of its answer:
// where a chassis applies a connection's translation (`nat` alone, in OVN's language ct_dnat; and its kin) in the zone
// that the connection was made in.

#ifndef OVNLITE_LIB_TRACE_REPLACEMENTS_H_
#define OVNLITE_LIB_TRACE_REPLACEMENTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "ovnlite/flow/op.h"
#include "ovnlite/packet/field.h"
#include "ovnlite/packet/flow_key.h"

namespace ovnlite {

// A zone of the connection tracker, by what its number is kept for: a register that flows find it in, the datapath, and
// for register 13 the port.
struct ZoneName {
  std::string chassis;
  OfField reg = OfField::kInPort;
  uint64_t datapath = 0, port = 0;

  // The zone of `ct` for a packet in an ingress or egress pipeline.
  static ZoneName Of(const std::string& chassis, const CtOp& ct, const FlowKey& key, bool egress);
  friend bool operator==(const ZoneName&, const ZoneName&) = default;
};

struct Replacement {
  ZoneName zone;
  FieldRef address, port;
  u128 before = 0, after = 0;
  uint64_t port_before = 0, port_after = 0;  // port_after 0: the port was kept.

  // Of the destination, or else the source, of the packet `key`; `after` and `port_after` are left to the caller.
  Replacement(ZoneName z, const FlowKey& key, bool is_dst, bool v6);
  bool is_dst() const { return port == field::kL4Dst; }
  // Whether `answer` comes from, or goes to, what was put there; then that is what changes back.
  bool IsUndoneIn(const ZoneName& z, const FlowKey& answer) const;
  void Undo(FlowKey& answer, FlowKey& written) const;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_TRACE_REPLACEMENTS_H_
