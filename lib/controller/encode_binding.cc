// Questions to the side tables, which look for their arguments in fixed fields, and what is learned.
#include "lib/controller/action_encoder.h"

namespace ovnlite {
namespace {

constexpr OfField kInPort = OfReg(14), kOutPort = OfReg(15);

Subfield Whole(OfField field) { return {field, 0, static_cast<uint8_t>(Info(field).bits)}; }

// A match of a learned flow: the packet's own value of `field`, or of another one, or a constant.
LearnOp::Spec Same(OfField field) { return {Subfield::Whole(field), true, Subfield::Whole(field), 0}; }
LearnOp::Spec Crossed(OfField dst, OfField src) { return {Subfield::Whole(dst), true, Subfield::Whole(src), 0}; }
LearnOp::Spec Fixed(OfField field, u128 value) { return {Subfield::Whole(field), false, {}, value}; }

struct L4Fields {
  OfField src;
  OfField dst;
};
L4Fields FieldsOf(uint8_t protocol) {
  switch (protocol) {
    case 6:
      return {OfField::kTcpSrc, OfField::kTcpDst};
    case 17:
      return {OfField::kUdpSrc, OfField::kUdpDst};
    default:
      return {OfField::kSctpSrc, OfField::kSctpDst};
  }
}

// How long a route's answers keep coming back the way the question came, in seconds.
constexpr uint16_t kEcmpIdleTimeout = 20, kEcmpHardTimeout = 30;

}  // namespace

// Saves the fields that the arguments go into, then moves the arguments there by way of the stack, so that they may
// come from each other's places. Those that are there already stay out of it.
void ActionEncoder::SetUp(const Arguments& arguments) {
  for (const Argument& a : arguments) Emit(Op::Push(Whole(a.to)));
  for (auto a = arguments.rbegin(); a != arguments.rend(); ++a) Emit(Op::Push(SubfieldOf(a->from)));
  for (const Argument& a : arguments) Emit(Op::Pop(Whole(a.to)));
}

void ActionEncoder::Restore(const Arguments& arguments) {
  for (auto a = arguments.rbegin(); a != arguments.rend(); ++a) Emit(Op::Pop(Whole(a->to)));
}

namespace {

template <typename Arguments>
void AddUnlessThere(Arguments& arguments, const SymbolBits& from, OfField to) {
  if (SubfieldOf(from) != Whole(to)) arguments.push_back({from, to});
}

}  // namespace

void ActionEncoder::GetBinding(const BindingBody& body, OfField ip) {
  Arguments arguments;
  AddUnlessThere(arguments, body.port, kOutPort);
  AddUnlessThere(arguments, body.ip, ip);
  SetUp(arguments);
  Emit(Op::SetField(OfField::kEthDst, 0));
  Emit(Op::Resubmit(context_.tables.mac_binding));
  Restore(arguments);
}

void ActionEncoder::PutBinding(const BindingBody& body, OfField ip, uint32_t opcode) {
  Arguments arguments;
  AddUnlessThere(arguments, body.port, kInPort);
  AddUnlessThere(arguments, body.ip, ip);
  AddUnlessThere(arguments, body.mac, OfField::kEthSrc);
  SetUp(arguments);
  Controller(opcode);
  Restore(arguments);
}

void ActionEncoder::LookupBinding(const BindingBody& body, OfField ip) {
  Arguments arguments;
  AddUnlessThere(arguments, body.port, kInPort);
  AddUnlessThere(arguments, body.ip, ip);
  AddUnlessThere(arguments, body.mac, OfField::kEthSrc);
  SetUp(arguments);
  Check(body.dst, context_.tables.mac_lookup, flag::kLookupMac);
  Restore(arguments);
}

void ActionEncoder::LookupBindingIp(const BindingBody& body, OfField ip) {
  Arguments arguments;
  AddUnlessThere(arguments, body.port, kOutPort);
  AddUnlessThere(arguments, body.ip, ip);
  SetUp(arguments);
  // The table writes the address that it finds.
  Emit(Op::Push(Whole(OfField::kEthDst)));
  Check(body.dst, context_.tables.mac_binding, flag::kLookupMac);
  Emit(Op::Pop(Whole(OfField::kEthDst)));
  Restore(arguments);
}

void ActionEncoder::GetFdb(const BindingBody& body) {
  Arguments arguments;
  AddUnlessThere(arguments, body.mac, OfField::kEthDst);
  SetUp(arguments);
  Emit(Op::SetField(kOutPort, 0));
  Emit(Op::Resubmit(context_.tables.get_fdb));
  Restore(arguments);
  const Subfield dst = SubfieldOf(body.dst);
  if (dst != Whole(kOutPort)) Emit(Op::Move(Whole(kOutPort), dst));
}

void ActionEncoder::PutFdb(const BindingBody& body) {
  Arguments arguments;
  AddUnlessThere(arguments, body.port, kInPort);
  AddUnlessThere(arguments, body.mac, OfField::kEthSrc);
  SetUp(arguments);
  Controller(opcode::kPutFdb);
  Restore(arguments);
}

void ActionEncoder::LookupFdb(const BindingBody& body) {
  Arguments arguments;
  AddUnlessThere(arguments, body.port, kInPort);
  AddUnlessThere(arguments, body.mac, OfField::kEthSrc);
  SetUp(arguments);
  Emit(Op::Set(Flag(flag::kLookupFdb), 0));
  Emit(Op::Resubmit(context_.tables.lookup_fdb));
  Restore(arguments);
  Emit(Op::Move(Flag(flag::kLookupFdb), SubfieldOf(body.dst)));
}

void ActionEncoder::BindVport(const BindVportBody& body) {
  uint32_t key;
  if (!resolver_.FindPort({body.vport.data(), body.vport.size()}, &key)) return;
  Arguments arguments;
  AddUnlessThere(arguments, body.parent, kInPort);
  SetUp(arguments);
  std::string payload;
  for (int shift = 24; shift >= 0; shift -= 8) payload.push_back(static_cast<char>(key >> shift));
  Controller(opcode::kBindVport, std::move(payload));
  Restore(arguments);
}

void ActionEncoder::HandleSvcCheck(const BitsBody& body) {
  Arguments arguments;
  AddUnlessThere(arguments, body.bits, kInPort);
  SetUp(arguments);
  Controller(opcode::kHandleSvcCheck);
  Restore(arguments);
}

void ActionEncoder::Check(const SymbolBits& dst, uint8_t table, int flag_bit) {
  Emit(Op::Set(Flag(flag_bit), 0));
  Emit(Op::Resubmit(table));
  Emit(Op::Move(Flag(flag_bit), SubfieldOf(dst)));
}

// Two flows: one knows the connection's packets by whom they come from, the other its answers.
void ActionEncoder::CommitEcmpNh(const CommitEcmpNhBody& body) {
  const OfField ip_src = body.ipv6 ? OfField::kIpv6Src : OfField::kIpSrc;
  const OfField ip_dst = body.ipv6 ? OfField::kIpv6Dst : OfField::kIpDst;
  const uint16_t eth_type = body.ipv6 ? 0x86dd : 0x0800;
  const L4Fields l4 = FieldsOf(body.protocol);
  LearnOp there;
  there.table = context_.tables.ecmp_next_hop_mac;
  there.idle_timeout = kEcmpIdleTimeout;
  there.hard_timeout = kEcmpHardTimeout;
  there.delete_learned = true;
  there.sets = {{Flag(flag::kLookupCommitEcmpNh), false, {}, 1}};
  LearnOp back = there;
  back.table = context_.tables.ecmp_next_hop;
  there.matches = {Same(OfField::kMetadata),
                   Same(OfField::kEthSrc),
                   Fixed(OfField::kEthType, eth_type),
                   Same(ip_src),
                   Same(ip_dst),
                   Fixed(OfField::kIpProto, body.protocol),
                   Same(l4.src),
                   Same(l4.dst)};
  back.matches = {Same(OfField::kMetadata), Fixed(OfField::kEthType, eth_type),      Crossed(ip_src, ip_dst),
                  Crossed(ip_dst, ip_src),  Fixed(OfField::kIpProto, body.protocol), Crossed(l4.src, l4.dst),
                  Crossed(l4.dst, l4.src)};
  Emit(Op::Learn(std::move(there)));
  Emit(Op::Learn(std::move(back)));
}

void ActionEncoder::CommitLbAff(const CommitLbAffBody& body) {
  const bool is_v6 = body.vip.is_v6();
  LearnOp op;
  op.table = context_.tables.lb_affinity;
  op.idle_timeout = body.timeout;
  op.delete_learned = true;
  op.matches = {Same(OfField::kMetadata), Fixed(OfField::kEthType, is_v6 ? 0x86dd : 0x0800),
                Same(is_v6 ? OfField::kIpv6Src : OfField::kIpSrc),
                Fixed(is_v6 ? OfField::kIpv6Dst : OfField::kIpDst, body.vip.bits())};
  if (body.protocol != 0) {
    op.matches.push_back(Fixed(OfField::kIpProto, body.protocol));
    op.matches.push_back(Fixed(FieldsOf(body.protocol).dst, body.vip_port));
  }
  // Where the logical flows look for the backend.
  op.sets = {{Flag(flag::kUseLbAffSession), false, {}, 1}};
  const OfField backend = !is_v6 ? OfReg(4) : context_.is_switch ? OfXxreg(0) : OfXxreg(1);
  op.sets.push_back(Fixed(backend, body.backend.bits()));
  if (body.backend_port != 0) op.sets.push_back({{OfReg(8), 0, 16}, false, {}, body.backend_port});
  Emit(Op::Learn(std::move(op)));
}

}  // namespace ovnlite
