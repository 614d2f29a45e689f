// Connection tracking, and the select groups of load balancing.
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lib/controller/action_encoder.h"

namespace ovnlite {
namespace {

Subfield Zone(int zone_register) { return {OfReg(zone_register), 0, 16}; }

// Bits of ct_mark or ct_label that say what a load balancer did.
constexpr uint8_t kNatted = 1, kSkipSnat = 2, kForceSnat = 3;

}  // namespace

CtOp ActionEncoder::Tracking(uint8_t recirc_table, int zone_register) const {
  CtOp ct;
  ct.recirc_table = recirc_table;
  ct.zone_field = Zone(zone_register);
  return ct;
}

void ActionEncoder::CtNext(uint8_t logical_table) { Emit(Op::Ct(Tracking(TableOf(logical_table), ZoneRegister()))); }

void ActionEncoder::CtCommit(OpList exec) {
  CtOp ct = Tracking(0xff, ZoneRegister());
  ct.commit = true;
  if (context_.all_zero_snat) ct.nat = CtOp::Nat::kSrc;
  ct.exec = std::move(exec);
  Emit(Op::Ct(std::move(ct)));
}

void ActionEncoder::CtCommitV1(const CtCommitBody& body) {
  OpList exec;
  if (body.mark_mask != 0) {
    exec.push_back(Noted(Op::SetMasked(Subfield::Whole(OfField::kCtMark), body.mark, body.mark_mask)));
  }
  if (body.label_mask != 0) {
    exec.push_back(Noted(Op::SetMasked(Subfield::Whole(OfField::kCtLabel), body.label, body.label_mask)));
  }
  CtCommit(std::move(exec));
}

void ActionEncoder::CtNat(const CtNatBody& body, bool is_snat, int zone_register) {
  CtOp ct = Tracking(TableOf(body.table), zone_register);
  ct.nat = CtOp::Nat::kPlain;
  if (body.address.has_value()) {
    ct.commit = true;
    ct.nat = is_snat ? CtOp::Nat::kSrc : CtOp::Nat::kDst;
    ct.nat_address = body.address->ToString();
    ct.nat_port_low = body.port_low;
    ct.nat_port_high = body.port_high;
  }
  Emit(Op::Ct(std::move(ct)));
}

void ActionEncoder::CtLb(const CtLbBody& body, bool in_mark) {
  const uint8_t recirc_table = TableOf(body.table);
  CtOp ct = Tracking(recirc_table, ZoneRegister());
  if (body.backends.empty()) {
    ct.nat = CtOp::Nat::kPlain;
    return Emit(Op::Ct(std::move(ct)));
  }
  const OfField flags = in_mark ? OfField::kCtMark : OfField::kCtLabel;
  const absl::string_view flags_name = Info(flags).name;
  const auto set_flag = [&](uint8_t bit) { return Noted(Op::Set({flags, bit, 1}, 1)); };
  ct.commit = true;
  ct.nat = CtOp::Nat::kDst;
  ct.exec.push_back(set_flag(kNatted));
  std::string exec = absl::StrCat("set_field:2/2->", flags_name);
  if (body.flag == CtLbBody::Flag::kSkipSnat) {
    ct.exec.push_back(set_flag(kSkipSnat));
    absl::StrAppend(&exec, ",set_field:4/4->", flags_name);
  } else if (body.flag == CtLbBody::Flag::kForceSnat) {
    ct.exec.push_back(set_flag(kForceSnat));
    absl::StrAppend(&exec, ",set_field:8/8->", flags_name);
  }

  GroupOp group;
  group.dp_hash = !body.hash_fields.has_value();
  std::string description = "type=select,selection_method=";
  if (group.dp_hash) {
    description += "dp_hash";
  } else {
    group.hash_fields = *body.hash_fields;
    absl::StrAppend(&description, "hash,fields(", group.hash_fields, ")");
  }
  for (size_t i = 0; i < body.backends.size(); ++i) {
    const CtLbBody::Backend& backend = body.backends[i];
    ct.nat_address = backend.address.ToString();
    ct.nat_port_low = backend.port;
    const bool brackets = backend.address.is_v6() && backend.port != 0;
    absl::StrAppend(&description, ",bucket=bucket_id=", i, ",weight:100,actions=ct(nat(dst=", brackets ? "[" : "",
                    ct.nat_address, brackets ? "]" : "",
                    backend.port != 0 ? absl::StrCat(":", backend.port) : std::string(),
                    "),commit,table=", recirc_table, ",zone=NXM_NX_REG", ZoneRegister(), "[0..15],exec(", exec, "))");
    group.buckets.push_back({.ops = {Noted(Op::Ct(ct))}});
  }
  Group(description, std::move(group));
}

void ActionEncoder::Select(const SelectBody& body) {
  const Subfield dst = SubfieldOf(body.dst);
  const uint8_t next = TableOf(body.table);
  GroupOp group;
  group.symmetric = context_.symmetric_dp_hash;
  std::string description = absl::StrCat("type=select,selection_method=dp_hash",
                                         group.symmetric ? ",selection_method_param=0x100000000" : "");
  for (size_t i = 0; i < body.choices.size(); ++i) {
    const SelectBody::Choice& choice = body.choices[i];
    absl::StrAppend(&description, ",bucket=bucket_id=", i, ",weight:", choice.weight, ",actions=load:", choice.id, "->",
                    Info(dst.field).name, "[", dst.low, "..", dst.low + dst.bits - 1, "],resubmit(,", next, ")");
    group.buckets.push_back(
        {.weight = choice.weight, .ops = {Noted(Op::Set(dst, choice.id)), Noted(Op::Resubmit(next))}});
  }
  Group(description, std::move(group));
}

void ActionEncoder::FwdGroup(const FwdGroupBody& body) {
  if (body.ports.empty()) return;
  GroupOp group;
  std::string description = "type=select,selection_method=dp_hash";
  for (const std::string& port : body.ports) {
    const absl::string_view name(port);
    uint32_t key;
    if (!resolver_.FindPort(name, &key)) return;
    GroupOp::Bucket bucket;
    bucket.weight = 1;
    description += ",bucket=";
    if (body.liveness) {
      bucket.watch_port = resolver_.TunnelPort(name);
      if (bucket.watch_port == 0) return;
      absl::StrAppend(&description, "watch_port:", bucket.watch_port, ",");
    }
    // OVN 23.03 writes the key in decimal behind "0x", and Open vSwitch takes it at its word: from port key 10 on, the
    // group loads another number.
    const std::string digits = absl::StrCat(key);
    uint32_t loaded = 0;
    if (!absl::SimpleHexAtoi(digits, &loaded)) loaded = 0;
    absl::StrAppend(&description, "load=0x", digits, "->NXM_NX_REG15[0..15],resubmit(,", context_.tables.output, ")");
    bucket.ops = {Noted(Op::Set({OfReg(15), 0, 16}, loaded & 0xffff)), Noted(Op::Resubmit(context_.tables.output))};
    group.buckets.push_back(std::move(bucket));
  }
  Group(description, std::move(group));
}

void ActionEncoder::Group(const std::string& description, GroupOp group) {
  const uint32_t id = resolver_.GroupId(description);
  if (id != 0) Emit(Op::Group(id, std::move(group)));
}

}  // namespace ovnlite
