#include "lib/controller/encode.h"

#include "absl/strings/str_cat.h"
#include "lib/controller/action_encoder.h"

namespace ovnlite {

OpList EncodeActions(absl::Span<const Action> actions, const EncodeContext& context, EncodeResolver& resolver) {
  return ActionEncoder(context, resolver).Encode(actions);
}

OpList ActionEncoder::Encode(absl::Span<const Action> actions) {
  OpList outer = std::exchange(out_, {});
  const uint16_t outer_current = current_;
  for (const Action& action : actions) {
    current_ = ++count_;
    One(action);
  }
  current_ = outer_current;
  return std::exchange(out_, std::move(outer));
}

void ActionEncoder::One(const Action& action) {
  using K = ActionKind;
  constexpr OfField kIp4 = OfField::kReg0, kIp6 = OfField::kXxreg0;
  const EncodeTables& t = context_.tables;
  const auto bits = [&action] { return action.as<BitsBody>().bits; };
  const auto binding = [&action]() -> const BindingBody& { return action.as<BindingBody>(); };
  const auto nested = [&action]() -> const NestedBody& { return action.as<NestedBody>(); };
  const auto options = [&action]() -> const OptionsBody& { return action.as<OptionsBody>(); };
  switch (action.kind) {
    case K::kOutput:
      return Emit(Op::Resubmit(t.output));
    case K::kNext:
      return Emit(Op::Resubmit(TableOf(action.as<NextBody>().pipeline, action.as<NextBody>().table)));
    case K::kLoad:
      return Load(action.as<LoadBody>());
    case K::kLoadOvnField:
      return FragMtu(action.as<LoadBody>());
    case K::kMove:
      return Emit(Op::Move(SubfieldOf(action.as<MoveBody>().src), SubfieldOf(action.as<MoveBody>().dst)));
    case K::kExchange:
      return Exchange(action.as<MoveBody>());
    case K::kPush:
      return Emit(Op::Push(SubfieldOf(bits())));
    case K::kPop:
      return Emit(Op::Pop(SubfieldOf(bits())));
    case K::kDecTtl:
      return Emit(Op::Simple(OpKind::kDecTtl));
    case K::kCtNext:
      return CtNext(action.as<TableBody>().table);
    case K::kCtCommit:
      return CtCommit(Encode(nested().actions));
    case K::kCtCommitV1:
      return CtCommitV1(action.as<CtCommitBody>());
    case K::kCtCommitNat: {
      CtOp ct = Tracking(TableOf(action.as<TableBody>().table), ZoneRegister());
      ct.commit = true;
      ct.nat = CtOp::Nat::kPlain;
      return Emit(Op::Ct(std::move(ct)));
    }
    case K::kCtDnat:
      return CtNat(action.as<CtNatBody>(), false, 11);
    case K::kCtSnat:
      return CtNat(action.as<CtNatBody>(), true, 12);
    case K::kCtDnatInCzone:
      return CtNat(action.as<CtNatBody>(), false, context_.common_nat_zone_register);
    case K::kCtSnatInCzone:
      return CtNat(action.as<CtNatBody>(), true, context_.common_nat_zone_register);
    case K::kCtLb:
      return CtLb(action.as<CtLbBody>(), false);
    case K::kCtLbMark:
      return CtLb(action.as<CtLbBody>(), true);
    case K::kCtClear:
      return Emit(Op::Simple(OpKind::kCtClear));
    case K::kCtSnatToVip:
      return Emit(Op::Resubmit(t.snat_to_vip));
    case K::kClone:
      return Emit(Op::Clone(Encode(nested().actions)));
    case K::kArp:
      return Nested(nested(), opcode::kArp);
    case K::kIcmp4:
    case K::kIcmp6:
      return Nested(nested(), opcode::kIcmp);
    case K::kIcmp4Error:
      return Nested(nested(), opcode::kIcmp4Error);
    case K::kIcmp6Error:
      return Nested(nested(), opcode::kIcmp6Error);
    case K::kTcpReset:
      return Nested(nested(), opcode::kTcpReset);
    case K::kSctpAbort:
      return Nested(nested(), opcode::kSctpAbort);
    case K::kReject:
      return Nested(nested(), opcode::kReject);
    case K::kNdNa:
      return Nested(nested(), opcode::kNdNa);
    case K::kNdNaRouter:
      return Nested(nested(), opcode::kNdNaRouter);
    case K::kNdNs:
      return Nested(nested(), opcode::kNdNs);
    case K::kGetArp:
      return GetBinding(binding(), kIp4);
    case K::kGetNd:
      return GetBinding(binding(), kIp6);
    case K::kPutArp:
      return PutBinding(binding(), kIp4, opcode::kPutArp);
    case K::kPutNd:
      return PutBinding(binding(), kIp6, opcode::kPutNd);
    case K::kLookupArp:
      return LookupBinding(binding(), kIp4);
    case K::kLookupNd:
      return LookupBinding(binding(), kIp6);
    case K::kLookupArpIp:
      return LookupBindingIp(binding(), kIp4);
    case K::kLookupNdIp:
      return LookupBindingIp(binding(), kIp6);
    case K::kGetFdb:
      return GetFdb(binding());
    case K::kPutFdb:
      return PutFdb(binding());
    case K::kLookupFdb:
      return LookupFdb(binding());
    case K::kPutDhcpOpts:
      return PutOptions(options(), opcode::kPutDhcpOpts, EncodeDhcpOptions(options().options));
    case K::kPutDhcpv6Opts:
      return PutOptions(options(), opcode::kPutDhcpv6Opts, EncodeDhcpv6Options(options().options));
    case K::kPutNdRaOpts:
      return PutOptions(options(), opcode::kPutNdRaOpts, EncodeRaOptions(options().options));
    case K::kDnsLookup:
      return PutOptions({bits(), {}}, opcode::kDnsLookup, "");
    case K::kSetQueue:
      return Emit(Op::Simple(OpKind::kSetQueue, action.as<SetQueueBody>().queue));
    case K::kSetMeter:
      return SetMeter(action.as<SetMeterBody>());
    case K::kLog:
      return Log(action.as<LogBody>());
    case K::kTriggerEvent:
      return Event(options());
    case K::kIgmp:
      return Controller(opcode::kIgmp);
    case K::kBindVport:
      return BindVport(action.as<BindVportBody>());
    case K::kHandleSvcCheck:
      return HandleSvcCheck(action.as<BitsBody>());
    case K::kHandleDhcpv6Reply:
      return Controller(opcode::kHandleDhcpv6Reply);
    case K::kHandleBfdMsg:
      return Controller(opcode::kHandleBfdMsg);
    case K::kCheckPktLarger: {
      Op op = Op::Simple(OpKind::kCheckPktLarger, action.as<CheckPktLargerBody>().length);
      op.dst = SubfieldOf(action.as<CheckPktLargerBody>().dst);
      return Emit(std::move(op));
    }
    case K::kSelect:
      return Select(action.as<SelectBody>());
    case K::kFwdGroup:
      return FwdGroup(action.as<FwdGroupBody>());
    case K::kCheckInPortSec:
      return Check(bits(), t.in_port_security, flag::kCheckPortSecurity);
    case K::kCheckOutPortSec:
      return Check(bits(), t.out_port_security, flag::kCheckPortSecurity);
    case K::kChkLbHairpin:
      return Check(bits(), t.hairpin, flag::kHairpin);
    case K::kChkLbHairpinReply:
      return Check(bits(), t.hairpin_reply, flag::kHairpin);
    case K::kChkEcmpNhMac:
      return Check(bits(), t.ecmp_next_hop_mac, flag::kLookupCommitEcmpNh);
    case K::kChkEcmpNh:
      return Check(bits(), t.ecmp_next_hop, flag::kLookupCommitEcmpNh);
    case K::kChkLbAff:
      return Check(bits(), t.lb_affinity, flag::kUseLbAffSession);
    case K::kCommitEcmpNh:
      return CommitEcmpNh(action.as<CommitEcmpNhBody>());
    case K::kCommitLbAff:
      return CommitLbAff(action.as<CommitLbAffBody>());
    case K::kSample:
      return Sample(action.as<SampleBody>());
  }
}

void ActionEncoder::Load(const LoadBody& body) {
  const Subfield dst = SubfieldOf(body.dst);
  if (body.value.is_string) {
    uint32_t key = 0;
    if (!resolver_.FindPort({body.value.string.data(), body.value.string.size()}, &key)) key = 0;
    return Emit(Op::Set(dst, key));
  }
  const Constant& c = body.value.integer;
  Emit(Op::SetMasked(dst, c.value, c.masked ? c.mask & LowMask(dst.bits) : LowMask(dst.bits)));
}

void ActionEncoder::Exchange(const MoveBody& body) {
  const Subfield left = SubfieldOf(body.dst), right = SubfieldOf(body.src);
  Emit(Op::Push(right));
  Emit(Op::Push(left));
  Emit(Op::Pop(right));
  Emit(Op::Pop(left));
}

void ActionEncoder::FragMtu(const LoadBody& body) {
  const u128 value = body.value.integer.value;
  const bool is_v4 = body.dst.symbol->ovn_field == OvnField::kIcmp4FragMtu;
  std::string payload;
  for (int shift = is_v4 ? 8 : 24; shift >= 0; shift -= 8) payload.push_back(static_cast<char>(value >> shift));
  Controller(is_v4 ? opcode::kPutIcmp4FragMtu : opcode::kPutIcmp6FragMtu, std::move(payload), true);
}

void ActionEncoder::Nested(const NestedBody& body, uint32_t opcode) {
  ControllerOp op;
  op.opcode = opcode;
  op.meter = context_.controller_meter;
  op.has_nested = true;
  op.nested = Encode(body.actions);
  Emit(Op::Controller(std::move(op)));
}

void ActionEncoder::Controller(uint32_t opcode, std::string payload, bool pause) {
  ControllerOp op;
  op.opcode = opcode;
  op.payload = std::move(payload);
  op.pause = pause;
  op.meter = context_.controller_meter;
  Emit(Op::Controller(std::move(op)));
}

void ActionEncoder::SetMeter(const SetMeterBody& body) {
  const std::string burst = body.burst == 0 ? "" : absl::StrCat(" burst_size=", body.burst);
  const uint32_t id = resolver_.MeterId(absl::StrCat("__string: uuid ", context_.flow.ToString(), " kbps",
                                                     body.burst == 0 ? "" : " burst",
                                                     " stats bands=type=drop rate=", body.rate, burst));
  if (id != 0) Emit(Op::Simple(OpKind::kMeter, id));
}

void ActionEncoder::Log(const LogBody& body) {
  ControllerOp op;
  op.opcode = opcode::kLog;
  op.payload.push_back(static_cast<char>(body.verdict));
  op.payload.push_back(static_cast<char>(body.severity));
  if (body.name.has_value()) op.payload += *body.name;
  if (body.meter.has_value()) op.meter = resolver_.MeterId(*body.meter);
  Emit(Op::Controller(std::move(op)));
}

void ActionEncoder::Sample(const SampleBody& body) {
  if (!resolver_.HasCollectorSet(body.collector_set)) return;
  SampleOp op;
  op.probability = body.probability;
  op.collector_set = body.collector_set;
  op.domain = static_cast<uint32_t>(body.domain) << 24 | (context_.datapath_key & 0xffffff);
  op.point = body.point_is_cookie ? context_.flow.prefix() : body.point;
  Emit(Op::Sample(std::move(op)));
}

}  // namespace ovnlite
