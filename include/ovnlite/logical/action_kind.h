// File: action_kind.h
// The one list of the actions of OVN 23.03's logical flows (ovn-sb(5), Logical_Flow, "actions"). The enum, the names, the
// parser's dispatch, the bodies that printers and compilers see: all of them come from it, so that an action cannot be
// forgotten in one place.

#ifndef OVNLITE_LOGICAL_ACTION_KIND_H_
#define OVNLITE_LOGICAL_ACTION_KIND_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace ovnlite {

// X(enumerator, name, body, form, parse)
//   name   what the action is called; for the forms without a word of their own, what the manual shows.
//   body   the struct of action.h that holds what was written besides the name.
//   form   kStatement:  name …;
//          kResult:     bits = name(…);
//          kOperator:   told apart by what follows the first field.
//   parse  the parser's function (lib/logical/action_parser.h).
#define OVNLITE_ACTIONS(X)                                                                           \
  X(kOutput, "output", NoBody, kStatement, Simple)                                                   \
  X(kNext, "next", NextBody, kStatement, Next)                                                       \
  X(kLoad, "=", LoadBody, kOperator, None)                                                           \
  X(kLoadOvnField, "frag_mtu", LoadBody, kOperator, None)                                            \
  X(kMove, "=", MoveBody, kOperator, None)                                                           \
  X(kExchange, "<->", MoveBody, kOperator, None)                                                     \
  X(kPush, "push", BitsBody, kStatement, Stack)                                                      \
  X(kPop, "pop", BitsBody, kStatement, Stack)                                                        \
  X(kDecTtl, "ip.ttl", NoBody, kStatement, DecTtl)                                                   \
  X(kCtNext, "ct_next", TableBody, kStatement, CtNext)                                               \
  X(kCtCommit, "ct_commit", NestedBody, kStatement, CtCommit)                                        \
  X(kCtCommitV1, "ct_commit", CtCommitBody, kOperator, None)                                         \
  X(kCtCommitNat, "ct_commit_nat", TableBody, kStatement, CtCommitNat)                               \
  X(kCtDnat, "ct_dnat", CtNatBody, kStatement, CtNat)                                                \
  X(kCtSnat, "ct_snat", CtNatBody, kStatement, CtNat)                                                \
  X(kCtDnatInCzone, "ct_dnat_in_czone", CtNatBody, kStatement, CtNat)                                \
  X(kCtSnatInCzone, "ct_snat_in_czone", CtNatBody, kStatement, CtNat)                                \
  X(kCtLb, "ct_lb", CtLbBody, kStatement, CtLb)                                                      \
  X(kCtLbMark, "ct_lb_mark", CtLbBody, kStatement, CtLb)                                             \
  X(kCtClear, "ct_clear", NoBody, kStatement, Simple)                                                \
  X(kCtSnatToVip, "ct_snat_to_vip", NoBody, kStatement, Simple)                                      \
  X(kClone, "clone", NestedBody, kStatement, Nested)                                                 \
  X(kArp, "arp", NestedBody, kStatement, Nested)                                                     \
  X(kIcmp4, "icmp4", NestedBody, kStatement, Nested)                                                 \
  X(kIcmp4Error, "icmp4_error", NestedBody, kStatement, Nested)                                      \
  X(kIcmp6, "icmp6", NestedBody, kStatement, Nested)                                                 \
  X(kIcmp6Error, "icmp6_error", NestedBody, kStatement, Nested)                                      \
  X(kTcpReset, "tcp_reset", NestedBody, kStatement, Nested)                                          \
  X(kSctpAbort, "sctp_abort", NestedBody, kStatement, Nested)                                        \
  X(kReject, "reject", NestedBody, kStatement, Nested)                                               \
  X(kNdNa, "nd_na", NestedBody, kStatement, Nested)                                                  \
  X(kNdNaRouter, "nd_na_router", NestedBody, kStatement, Nested)                                     \
  X(kNdNs, "nd_ns", NestedBody, kStatement, Nested)                                                  \
  X(kGetArp, "get_arp", BindingBody, kStatement, GetBinding)                                         \
  X(kPutArp, "put_arp", BindingBody, kStatement, PutBinding)                                         \
  X(kLookupArp, "lookup_arp", BindingBody, kResult, LookupBinding)                                   \
  X(kLookupArpIp, "lookup_arp_ip", BindingBody, kResult, LookupBinding)                              \
  X(kGetNd, "get_nd", BindingBody, kStatement, GetBinding)                                           \
  X(kPutNd, "put_nd", BindingBody, kStatement, PutBinding)                                           \
  X(kLookupNd, "lookup_nd", BindingBody, kResult, LookupBinding)                                     \
  X(kLookupNdIp, "lookup_nd_ip", BindingBody, kResult, LookupBinding)                                \
  X(kGetFdb, "get_fdb", BindingBody, kResult, GetFdb)                                                \
  X(kPutFdb, "put_fdb", BindingBody, kStatement, PutFdb)                                             \
  X(kLookupFdb, "lookup_fdb", BindingBody, kResult, LookupFdb)                                       \
  X(kPutDhcpOpts, "put_dhcp_opts", OptionsBody, kResult, PutDhcpOpts)                                \
  X(kPutDhcpv6Opts, "put_dhcpv6_opts", OptionsBody, kResult, PutDhcpv6Opts)                          \
  X(kPutNdRaOpts, "put_nd_ra_opts", OptionsBody, kResult, PutNdRaOpts)                               \
  X(kDnsLookup, "dns_lookup", BitsBody, kResult, DnsLookup)                                          \
  X(kSetQueue, "set_queue", SetQueueBody, kStatement, SetQueue)                                      \
  X(kSetMeter, "set_meter", SetMeterBody, kStatement, SetMeter)                                      \
  X(kLog, "log", LogBody, kStatement, Log)                                                           \
  X(kTriggerEvent, "trigger_event", OptionsBody, kStatement, TriggerEvent)                           \
  X(kIgmp, "igmp", NoBody, kStatement, Simple)                                                       \
  X(kBindVport, "bind_vport", BindVportBody, kStatement, BindVport)                                  \
  X(kHandleSvcCheck, "handle_svc_check", BitsBody, kStatement, HandleSvcCheck)                       \
  X(kHandleDhcpv6Reply, "handle_dhcpv6_reply", NoBody, kStatement, Simple)                           \
  X(kHandleBfdMsg, "handle_bfd_msg", NoBody, kStatement, HandleBfdMsg)                               \
  X(kCheckPktLarger, "check_pkt_larger", CheckPktLargerBody, kResult, CheckPktLarger)                \
  X(kSelect, "select", SelectBody, kResult, Select)                                                  \
  X(kFwdGroup, "fwd_group", FwdGroupBody, kStatement, FwdGroup)                                      \
  X(kCheckInPortSec, "check_in_port_sec", BitsBody, kResult, Check)                                  \
  X(kCheckOutPortSec, "check_out_port_sec", BitsBody, kResult, Check)                                \
  X(kChkLbHairpin, "chk_lb_hairpin", BitsBody, kResult, Check)                                       \
  X(kChkLbHairpinReply, "chk_lb_hairpin_reply", BitsBody, kResult, Check)                            \
  X(kCommitEcmpNh, "commit_ecmp_nh", CommitEcmpNhBody, kStatement, CommitEcmpNh)                     \
  X(kChkEcmpNhMac, "chk_ecmp_nh_mac", BitsBody, kResult, Check)                                      \
  X(kChkEcmpNh, "chk_ecmp_nh", BitsBody, kResult, Check)                                             \
  X(kCommitLbAff, "commit_lb_aff", CommitLbAffBody, kStatement, CommitLbAff)                         \
  X(kChkLbAff, "chk_lb_aff", BitsBody, kResult, Check)                                               \
  X(kSample, "sample", SampleBody, kStatement, Sample)

enum class ActionKind : uint8_t {
#define OVNLITE_ACTION_ENUMERATOR(kind, name, body, form, parse) kind,
  OVNLITE_ACTIONS(OVNLITE_ACTION_ENUMERATOR)
#undef OVNLITE_ACTION_ENUMERATOR
};

inline constexpr int kActionKinds = 0
#define OVNLITE_ACTION_COUNT(kind, name, body, form, parse) +1
    OVNLITE_ACTIONS(OVNLITE_ACTION_COUNT)
#undef OVNLITE_ACTION_COUNT
    ;

enum class ActionForm : uint8_t { kStatement, kResult, kOperator };

// "ct_next": the name in the list above.
absl::string_view ActionName(ActionKind kind);
ActionForm FormOf(ActionKind kind);

}  // namespace ovnlite

#endif  // OVNLITE_LOGICAL_ACTION_KIND_H_
