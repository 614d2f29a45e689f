// File: action_encoder.h
// The compiler of actions; see encode.h. One function per shape of action.

#ifndef OVNLITE_LIB_CONTROLLER_ACTION_ENCODER_H_
#define OVNLITE_LIB_CONTROLLER_ACTION_ENCODER_H_

#include <initializer_list>
#include <string>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "lib/controller/encode.h"
#include "lib/controller/encode_field.h"
#include "ovnlite/flow/opcode.h"

namespace ovnlite {

class ActionEncoder {
 public:
  ActionEncoder(const EncodeContext& context, EncodeResolver& resolver) : context_(context), resolver_(resolver) {}

  OpList Encode(absl::Span<const Action> actions);

 private:
  // A value that a side table expects in a certain field.
  struct Argument {
    SymbolBits from;
    OfField to;
  };
  using Arguments = absl::InlinedVector<Argument, 3>;

  void One(const Action& action);
  void Load(const LoadBody& body);
  void Exchange(const MoveBody& body);
  void Clone(const NestedBody& body);
  void FragMtu(const LoadBody& body);

  // Connection tracking and groups.
  void CtNext(uint8_t logical_table);
  void CtCommit(OpList exec);
  void CtCommitV1(const CtCommitBody& body);
  void CtNat(const CtNatBody& body, bool is_snat, int zone_register);
  void CtLb(const CtLbBody& body, bool in_mark);
  void Select(const SelectBody& body);
  void FwdGroup(const FwdGroupBody& body);
  void Group(const std::string& description, GroupOp group);
  CtOp Tracking(uint8_t recirc_table, int zone_register) const;

  // Side tables and learning.
  void GetBinding(const BindingBody& body, OfField ip);
  void PutBinding(const BindingBody& body, OfField ip, uint32_t opcode);
  void LookupBinding(const BindingBody& body, OfField ip);
  void LookupBindingIp(const BindingBody& body, OfField ip);
  void GetFdb(const BindingBody& body);
  void PutFdb(const BindingBody& body);
  void LookupFdb(const BindingBody& body);
  void BindVport(const BindVportBody& body);
  void HandleSvcCheck(const BitsBody& body);
  void Check(const SymbolBits& dst, uint8_t table, int flag_bit);
  void CommitEcmpNh(const CommitEcmpNhBody& body);
  void CommitLbAff(const CommitLbAffBody& body);
  void SetUp(const Arguments& arguments);
  void Restore(const Arguments& arguments);

  // The controller.
  void Nested(const NestedBody& body, uint32_t opcode);
  void PutOptions(const OptionsBody& body, uint32_t opcode, std::string encoded);
  void Log(const LogBody& body);
  void Event(const OptionsBody& body);
  void Sample(const SampleBody& body);
  void SetMeter(const SetMeterBody& body);
  void Controller(uint32_t opcode, std::string payload = "", bool pause = false);

  uint8_t TableOf(Pipeline pipeline, uint8_t logical_table) const {
    return static_cast<uint8_t>((pipeline == Pipeline::kIngress ? context_.tables.ingress : context_.tables.egress) +
                                logical_table);
  }
  uint8_t TableOf(uint8_t logical_table) const { return TableOf(context_.pipeline, logical_table); }
  // The register with the zone that ct_next and its kin track in.
  int ZoneRegister() const { return context_.is_switch ? 13 : 11; }
  static Subfield Flag(int bit) { return {OfReg(10), static_cast<uint8_t>(bit), 1}; }

  // Notes which action `op` comes from.
  Op Noted(Op op) const {
    op.action = current_;
    return op;
  }
  void Emit(Op op) { out_.push_back(Noted(std::move(op))); }

  const EncodeContext& context_;
  EncodeResolver& resolver_;
  OpList out_;
  uint16_t count_ = 0;    // Actions seen so far.
  uint16_t current_ = 0;  // The one being compiled: 1 and up.
};

// The options as ovn-controller finds them in the userdata (encode_options.cc).
std::string EncodeDhcpOptions(absl::Span<const ActionOption> options);
std::string EncodeDhcpv6Options(absl::Span<const ActionOption> options);
std::string EncodeRaOptions(absl::Span<const ActionOption> options);
std::string EncodeEventOptions(absl::Span<const ActionOption> options);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_CONTROLLER_ACTION_ENCODER_H_
