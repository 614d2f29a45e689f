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

namespace ovnlite {

// What ovn-controller is asked to do: OVN's ACTION_OPCODE_* numbers.
namespace opcode {
inline constexpr uint32_t kArp = 0;
inline constexpr uint32_t kPutArp = 1;
inline constexpr uint32_t kPutDhcpOpts = 2;
inline constexpr uint32_t kNdNa = 3;
inline constexpr uint32_t kPutNd = 4;
inline constexpr uint32_t kPutDhcpv6Opts = 5;
inline constexpr uint32_t kDnsLookup = 6;
inline constexpr uint32_t kLog = 7;
inline constexpr uint32_t kPutNdRaOpts = 8;
inline constexpr uint32_t kNdNs = 9;
inline constexpr uint32_t kIcmp = 10;
inline constexpr uint32_t kTcpReset = 11;
inline constexpr uint32_t kNdNaRouter = 12;
inline constexpr uint32_t kPutIcmp4FragMtu = 13;
inline constexpr uint32_t kIcmp4Error = 14;
inline constexpr uint32_t kEvent = 15;
inline constexpr uint32_t kIgmp = 16;
inline constexpr uint32_t kBindVport = 17;
inline constexpr uint32_t kHandleSvcCheck = 18;
inline constexpr uint32_t kDhcpv6Server = 19;
inline constexpr uint32_t kIcmp6Error = 20;
inline constexpr uint32_t kPutIcmp6FragMtu = 21;
inline constexpr uint32_t kReject = 22;
inline constexpr uint32_t kBfdMessage = 23;
inline constexpr uint32_t kSctpAbort = 24;
inline constexpr uint32_t kPutFdb = 25;
}  // namespace opcode

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
