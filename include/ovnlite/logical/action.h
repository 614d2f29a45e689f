// File: action.h
// Actions: what a logical flow does with a packet, as typed values. The list of them is action_kind.h, their meaning is
// told in ovn-sb(5), Logical_Flow, "actions".
//
//   text --ParseActions--> ActionList --FormatActions--> OVN's normal text
//                              \-- EncodeActions (room controller) --> OpenFlow operations
//
// An Action is a kind and a body, which says what was written besides the name. Actions are made by ParseActions()
// (action_parse.h) and not changed afterwards; copies are independent. Fields are named by the symbol table's symbols,
// so the table must outlive them.
//
// An empty list is what OVN writes as "drop;".

#ifndef OVNLITE_LOGICAL_ACTION_H_
#define OVNLITE_LOGICAL_ACTION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/logical/action_kind.h"
#include "ovnlite/logical/constant_set.h"
#include "ovnlite/logical/option_table.h"
#include "ovnlite/logical/stage.h"
#include "ovnlite/logical/symbol.h"

namespace ovnlite {

struct Action;
using ActionList = std::vector<Action>;

struct NoBody {
  friend bool operator==(NoBody, NoBody) = default;
};

// next. `table` is the logical table to go to; `form` how OVN writes it, seen from the table the flow is in.
struct NextBody {
  enum class Form : uint8_t { kFollowing, kTable, kPipeline };  // next; next(5); next(pipeline=egress, table=5);
  Form form = Form::kFollowing;
  Pipeline pipeline = Pipeline::kIngress;
  uint8_t table = 0;
  friend bool operator==(const NextBody&, const NextBody&) = default;
};

// Actions that go on in the following table by themselves: its number.
struct TableBody {
  uint8_t table = 0;
  friend bool operator==(const TableBody&, const TableBody&) = default;
};

// A constant as written: an integer, or a string where the field holds a port.
struct ActionConstant {
  bool is_string = false;
  Constant integer;
  std::string string;
  friend bool operator==(const ActionConstant& a, const ActionConstant& b);
};

// bits = constant. For kLoadOvnField the symbol is icmp4.frag_mtu or icmp6.frag_mtu.
struct LoadBody {
  SymbolBits dst;
  ActionConstant value;
  friend bool operator==(const LoadBody&, const LoadBody&) = default;
};

// dst = src, dst <-> src: of equal width.
struct MoveBody {
  SymbolBits dst;
  SymbolBits src;
  friend bool operator==(const MoveBody&, const MoveBody&) = default;
};

// push, pop and handle_svc_check: the field they are about; actions that answer yes or no: the bit that takes the
// answer.
struct BitsBody {
  SymbolBits bits;
  friend bool operator==(const BitsBody&, const BitsBody&) = default;
};

// ct_commit(ct_mark=…, ct_label=…), the older way of writing it; a mask of 0 means that it was not given.
struct CtCommitBody {
  uint32_t mark = 0;
  uint32_t mark_mask = 0;
  u128 label = 0;
  u128 label_mask = 0;
  friend bool operator==(const CtCommitBody&, const CtCommitBody&) = default;
};

// name { actions }.
struct NestedBody {
  ActionList actions;
  friend bool operator==(const NestedBody& a, const NestedBody& b);
};

// ct_dnat; ct_dnat(10.0.0.1); ct_snat(10.0.0.1,1024-65535); and their _in_czone forms.
struct CtNatBody {
  std::optional<IpAddress> address;
  uint16_t port_low = 0;
  uint16_t port_high = 0;  // 0: one port only.
  bool has_ports = false;
  uint8_t table = 0;  // The following one.
  friend bool operator==(const CtNatBody&, const CtNatBody&) = default;
};

struct CtLbBody {
  struct Backend {
    IpAddress address;
    uint16_t port = 0;  // 0: keep the packet's.
    friend bool operator==(const Backend&, const Backend&) = default;
  };
  enum class Flag : uint8_t { kNone, kSkipSnat, kForceSnat };
  std::vector<Backend> backends;           // None: only apply what the connection says already.
  std::optional<std::string> hash_fields;  // "eth_src,ip_dst"; none: by the datapath's own hash.
  Flag flag = Flag::kNone;
  uint8_t table = 0;  // The following one.
  friend bool operator==(const CtLbBody&, const CtLbBody&) = default;
};

// dst = select(id=weight, …).
struct SelectBody {
  struct Choice {
    uint16_t id = 0;
    uint16_t weight = 100;
    friend bool operator==(const Choice&, const Choice&) = default;
  };
  SymbolBits dst;
  std::vector<Choice> choices;
  uint8_t table = 0;  // The following one.
  friend bool operator==(const SelectBody&, const SelectBody&) = default;
};

// The actions about learned neighbours and addresses: whichever of these the action has, the others have no symbol.
struct BindingBody {
  SymbolBits dst;
  SymbolBits port;
  SymbolBits ip;
  SymbolBits mac;
  friend bool operator==(const BindingBody&, const BindingBody&) = default;
};

// name = value of put_dhcp_opts(…) and its kin; the definition is copied out of the table it was found in.
struct ActionOption {
  OptionDef def;
  bool in_curlies = false;
  bool is_string = false;
  std::vector<Constant> integers;
  std::vector<std::string> strings;
  size_t size() const { return is_string ? strings.size() : integers.size(); }
  friend bool operator==(const ActionOption& a, const ActionOption& b);
};
struct OptionsBody {
  SymbolBits dst;  // No symbol for trigger_event, whose options these are otherwise.
  std::vector<ActionOption> options;
  friend bool operator==(const OptionsBody&, const OptionsBody&) = default;
};

struct SetQueueBody {
  uint16_t queue = 0;
  friend bool operator==(const SetQueueBody&, const SetQueueBody&) = default;
};

// kbit/s and kbit.
struct SetMeterBody {
  int64_t rate = 0;
  int64_t burst = 0;  // 0: none given.
  friend bool operator==(const SetMeterBody&, const SetMeterBody&) = default;
};

struct LogBody {
  enum class Verdict : uint8_t { kAllow = 0, kDrop = 1, kReject = 2 };
  enum class Severity : uint8_t { kAlert = 0, kWarning = 4, kNotice = 5, kInfo = 6, kDebug = 7 };  // RFC 5424
  Verdict verdict = Verdict::kAllow;
  Severity severity = Severity::kInfo;
  std::optional<std::string> name;
  std::optional<std::string> meter;
  friend bool operator==(const LogBody&, const LogBody&) = default;
};

// "drop", "info".
absl::string_view VerdictName(LogBody::Verdict verdict);
absl::string_view SeverityName(LogBody::Severity severity);

struct BindVportBody {
  std::string vport;
  SymbolBits parent;
  friend bool operator==(const BindVportBody&, const BindVportBody&) = default;
};

struct CheckPktLargerBody {
  SymbolBits dst;
  uint16_t length = 0;  // Bytes.
  friend bool operator==(const CheckPktLargerBody&, const CheckPktLargerBody&) = default;
};

struct FwdGroupBody {
  bool liveness = false;
  std::vector<std::string> ports;
  friend bool operator==(const FwdGroupBody&, const FwdGroupBody&) = default;
};

struct CommitEcmpNhBody {
  bool ipv6 = false;
  uint8_t protocol = 0;  // IP protocol number.
  friend bool operator==(const CommitEcmpNhBody&, const CommitEcmpNhBody&) = default;
};

struct CommitLbAffBody {
  IpAddress vip;
  uint16_t vip_port = 0;  // 0: none, and then no protocol either.
  IpAddress backend;
  uint16_t backend_port = 0;
  uint8_t protocol = 0;  // IP protocol number; 0: any.
  uint16_t timeout = 0;  // Seconds.
  friend bool operator==(const CommitLbAffBody&, const CommitLbAffBody&) = default;
};

struct SampleBody {
  uint16_t probability = 0;  // Of 65535 packets.
  uint32_t collector_set = 0;
  uint8_t domain = 0;
  bool point_is_cookie = false;  // The first 32 bits of the logical flow's UUID; or else
  uint32_t point = 0;            // this number.
  friend bool operator==(const SampleBody&, const SampleBody&) = default;
};

struct Action {
  using Body =
      std::variant<NoBody, NextBody, TableBody, LoadBody, MoveBody, BitsBody, CtCommitBody, NestedBody, CtNatBody,
                   CtLbBody, SelectBody, BindingBody, OptionsBody, SetQueueBody, SetMeterBody, LogBody, BindVportBody,
                   CheckPktLargerBody, FwdGroupBody, CommitEcmpNhBody, CommitLbAffBody, SampleBody>;

  ActionKind kind = ActionKind::kOutput;
  // The bytes [begin, end) of the text that it was read from, without the semicolon. Not part of its value.
  uint32_t begin = 0;
  uint32_t end = 0;
  Body body;

  template <typename T>
  const T& as() const {
    return std::get<T>(body);
  }
  // The actions in braces; nullptr where the kind has none.
  const ActionList* nested() const {
    const auto* body_with_actions = std::get_if<NestedBody>(&body);
    return body_with_actions != nullptr ? &body_with_actions->actions : nullptr;
  }

  // The same kind with an equal body, wherever it stood.
  friend bool operator==(const Action& a, const Action& b) { return a.kind == b.kind && a.body == b.body; }
};

// OVN's normal text: "reg0 = 5; next;", "drop;" for an empty list.
std::string FormatActions(absl::Span<const Action> actions);
// One action with its semicolon: "ct_lb(backends=10.0.0.1);", "arp { eth.dst = ff:ff:ff:ff:ff:ff; output; };".
std::string FormatAction(const Action& action);

// How many actions there are, those in braces included: the numbers of Op::action (flow/op.h) go from 1 to this.
int CountActions(absl::Span<const Action> actions);

}  // namespace ovnlite

#endif  // OVNLITE_LOGICAL_ACTION_H_
