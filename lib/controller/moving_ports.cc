#include "lib/controller/moving_ports.h"

#include "lib/controller/emit.h"
#include "ovnlite/flow/opcode.h"

namespace ovnlite {
namespace {

constexpr uint64_t kIpv4 = 0x0800, kIpv6 = 0x86dd, kRarp = 0x8035;
constexpr Subfield kTooBig{OfReg(9), 1, 1};
// A port's MTU is taken to be Ethernet's. Geneve over IPv4, with OVN's option, takes 58 bytes off it; check_pkt_larger
// counts the inner Ethernet header, and a tag.
constexpr uint32_t kMostBytes = 1500 - 58, kPathMtu = kMostBytes - 18;

void Swap(OfField a, OfField b, OpList& ops) {
  const Subfield first = Subfield::Whole(a), second = Subfield::Whole(b);
  for (const Op& op : {Op::Push(first), Op::Push(second), Op::Pop(first), Op::Pop(second)}) ops.push_back(op);
}

Op FragMtu(bool v6) {
  ControllerOp op;
  op.opcode = v6 ? opcode::kPutIcmp6FragMtu : opcode::kPutIcmp4FragMtu;
  op.pause = true;
  for (int shift = v6 ? 24 : 8; shift >= 0; shift -= 8) op.payload.push_back(static_cast<char>(kPathMtu >> shift));
  return Op::Controller(std::move(op));
}

// "Fragmentation needed", or "packet too big", back to where the packet came from.
Op Refuse(bool v6) {
  ControllerOp op;
  op.opcode = opcode::kIcmp;
  op.pause = true;
  op.has_nested = true;
  op.nested = {Op::Set(kTooBig, 0), SetFlag(flag::kAllowLoopback, true)};
  Swap(OfField::kEthDst, OfField::kEthSrc, op.nested);
  Swap(v6 ? OfField::kIpv6Dst : OfField::kIpDst, v6 ? OfField::kIpv6Src : OfField::kIpSrc, op.nested);
  op.nested.push_back(Op::Simple(OpKind::kSetTtl, 255));
  op.nested.push_back(Op::SetField(v6 ? OfField::kIcmpv6Type : OfField::kIcmpType, v6 ? 2 : 3));
  op.nested.push_back(Op::SetField(v6 ? OfField::kIcmpv6Code : OfField::kIcmpCode, v6 ? 0 : 4));
  op.nested.push_back(FragMtu(v6));
  op.nested.push_back(Op::Resubmit(table::kIngress));
  return Op::Controller(std::move(op));
}

}  // namespace

OpList IntoTunnels(Reader& reader, const ControllerContext& context, const PortInfo& port) {
  OpList ops;
  const auto add = [&](const std::string& chassis) {
    if (chassis.empty() || chassis == context.chassis) return;
    const uint32_t tunnel = reader.Ask(context.tunnel_number, chassis);
    if (tunnel == 0) return;
    LoadTunnelMetadata(port.datapath_key, port.key, ops);
    ops.push_back(Op::Output(tunnel));
  };
  add(port.chassis);
  for (const std::string& chassis : port.additional) add(chassis);
  return ops;
}

void EmitQuietPort(const ControllerContext& context, const PortInfo& port, uint32_t number, uint32_t cookie,
                   OpList enter, Output& out) {
  ControllerOp announce;
  announce.opcode = opcode::kActivatePort;
  enter.push_back(Op::Controller(std::move(announce)));
  enter.push_back(Op::Resubmit(table::kIngress));
  context.Emit(out, FlowBuilder(table::kPhysicalToLogical, 1010, cookie)
                        .Match(field::kInPort, number)
                        .Match(field::kEthType, kRarp)
                        .Do(std::move(enter)));
  context.Emit(out, FlowBuilder(table::kPhysicalToLogical, 1000, cookie).Match(field::kInPort, number).Do({}));
  context.Emit(
      out, FlowBuilder(table::kLogicalToPhysical, 1000, cookie).Datapath(port.datapath_key).OutPort(port.key).Do({}));
}

void EmitForcedTunnels(Reader& reader, const ControllerContext& context, const PortInfo& port, uint32_t cookie,
                       Output& out) {
  const std::vector<uint32_t>& moving = reader.Ask(context.moving, port.datapath);
  if (moving.empty()) return;
  const OpList ops = IntoTunnels(reader, context, port);
  if (ops.empty()) return;
  for (uint32_t key : moving) {
    context.Emit(out, FlowBuilder(table::kRemoteOutput, 110, cookie)
                          .Datapath(port.datapath_key)
                          .InPort(key)
                          .OutPort(port.key)
                          .Do(ops));
  }
}

void EmitPathMtu(const ControllerContext& context, const PortInfo& port, Output& out) {
  for (const bool to : {false, true}) {
    for (const bool v6 : {false, true}) {
      const auto at = [&](uint8_t table) {
        FlowBuilder flow(table, 100);
        flow.Datapath(port.datapath_key).Match(field::kEthType, v6 ? kIpv6 : kIpv4);
        to ? flow.OutPort(port.key) : flow.InPort(port.key);
        return flow;
      };
      Op measure = Op::Simple(OpKind::kCheckPktLarger, kMostBytes);
      measure.dst = kTooBig;
      context.Emit(out, at(table::kOutputInit).Do({std::move(measure), Op::Resubmit(table::kOutputTooBig)}));
      context.Emit(out,
                   at(table::kOutputTooBig).Match(RegField(9), 1u << kTooBig.low, 1u << kTooBig.low).Do({Refuse(v6)}));
    }
  }
}

}  // namespace ovnlite
