// File: emit.h
// Small parts that all physical flows are made of.

#ifndef OVNLITE_LIB_CONTROLLER_EMIT_H_
#define OVNLITE_LIB_CONTROLLER_EMIT_H_

#include <utility>

#include "lib/controller/context.h"
#include "lib/controller/tables.h"

namespace ovnlite {

// A flow in the making.
class FlowBuilder {
 public:
  FlowBuilder(uint8_t table, uint16_t priority, uint32_t cookie = 0) {
    flow_.table = table;
    flow_.priority = priority;
    flow_.cookie = cookie;
  }
  FlowBuilder& Match(FieldRef f, u128 value, u128 mask = ~u128{0}) {
    flow_.match.Add(f, value, mask);
    return *this;
  }
  FlowBuilder& Datapath(uint32_t key) { return Match(field::kMetadata, key); }
  FlowBuilder& InPort(uint32_t key) { return Match(field::kLogicalInPort, key); }
  FlowBuilder& OutPort(uint32_t key) { return Match(field::kLogicalOutPort, key); }
  FlowBuilder& Flag(int bit, bool value) { return Match(field::kFlags, u128{value} << bit, u128{1} << bit); }
  // Ends the making: the builder is empty afterwards.
  Flow Do(OpList ops) {
    flow_.ops = std::make_shared<const OpList>(std::move(ops));
    return std::move(flow_);
  }

 private:
  Flow flow_;
};

inline Op LoadReg(int reg, uint32_t value) { return Op::SetField(OfReg(reg), value); }
inline Op SetFlag(int bit, bool value) { return Op::Set({OfReg(10), static_cast<uint8_t>(bit), 1}, value); }
inline Op LoadOutPort(uint32_t key) { return LoadReg(15, key); }

// Connection tracking zones in the registers that flows find them in; a zone of 0 is not loaded.
struct Zones {
  uint32_t port = 0;
  uint32_t dnat = 0;
  uint32_t snat = 0;
};
Zones ZonesOf(Reader& reader, const ControllerContext& context, const PortInfo& port);
inline void LoadZones(const Zones& zones, OpList& ops) {
  if (zones.port != 0) ops.push_back(LoadReg(13, zones.port));
  if (zones.dnat != 0) ops.push_back(LoadReg(11, zones.dnat));
  if (zones.snat != 0) ops.push_back(LoadReg(12, zones.snat));
}

// Geneve metadata for a packet to `out_port` (a port's or multicast group's key) of `datapath`.
inline void LoadTunnelMetadata(uint32_t datapath, uint32_t out_port, OpList& ops) {
  ops.push_back(Op::Set({OfField::kTunId, 0, 24}, datapath));
  ops.push_back(Op::SetField(OfField::kTunMetadata0, out_port));
  ops.push_back(Op::Move({OfReg(14), 0, 15}, {OfField::kTunMetadata0, 16, 15}));
}

}  // namespace ovnlite

#endif  // OVNLITE_LIB_CONTROLLER_EMIT_H_
