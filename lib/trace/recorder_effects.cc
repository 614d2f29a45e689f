// What the datapath would hand to connection tracking and to OVN's controller, decided as ovn-trace(8), STATEFUL
// ACTIONS, says, and run on.
#include "absl/strings/str_cat.h"
#include "lib/trace/recorder.h"
#include "lib/trace/simplified_reply.h"
#include "lib/trace/value_text.h"
#include "ovnlite/logical/microflow.h"
#include "ovnlite/packet/compose.h"
#include "ovnlite/wire/ethernet.h"

namespace ovnlite {
namespace {

constexpr uint8_t kNoTable = 0xff;  // Of CtOp: nothing is behind it.

constexpr absl::string_view kCtNames[] = {"new", "est", "rel", "rpl", "inv", "trk", "snat", "dnat"};

std::string CtStateText(uint16_t state) {
  std::string text;
  for (size_t i = 0; i < std::size(kCtNames); ++i) {
    if (state >> i & 1) absl::StrAppend(&text, text.empty() ? "" : "|", kCtNames[i]);
  }
  return text.empty() ? "0" : text;
}

// Puts the headers of another packet in the place of the key's.
void TakeHeaders(const FlowKey& from, FlowKey& key) {
  for (int w = kWordEthDst; w < kWordCtOrigV4; ++w) key.words[w] = from.words[w];
}

void AddCtState(FlowKey& key, uint64_t bits) { key.SetMasked(field::kCtState, bits, bits); }

}  // namespace

absl::StatusOr<uint16_t> ParseCtStateFlags(absl::string_view text) {
  uint16_t state = kCtTrk;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find_first_of(", ", at), text.size());
    const absl::string_view name = text.substr(at, end - at);
    at = end + 1;
    if (name.empty()) continue;
    size_t i = 0;
    while (i < std::size(kCtNames) && kCtNames[i] != name) ++i;
    if (i == std::size(kCtNames)) {
      return absl::InvalidArgumentError(absl::StrCat(name, ": unknown connection tracking state flag"));
    }
    state = static_cast<uint16_t>(state | 1u << i);
  }
  return state;
}

uint16_t Recorder::NextCtState(std::string& remark) {
  if (ct_used_ < options_.ct_states.size()) return options_.ct_states[ct_used_++];
  remark += " /* default (use --ct to customize) */";
  return kCtTrk | kCtEst;
}

void Recorder::OnEffect(const Effect& effect, const FlowKey& key) {
  if (scopes_.empty() || scopes_.back().flow == nullptr || effect.op == nullptr) return;
  const TracedFlow& flow = *scopes_.back().flow;
  if (effect.op->action == 0 || effect.op->action > flow.places.size()) return;
  const Action& action = *flow.places[effect.op->action - 1u].action;
  if (effect.kind == Effect::Kind::kTrack) return Track(effect, action, key);
  if (effect.kind == Effect::Kind::kRespond) return Respond(effect, action, key);
}

// What follows an effect goes on below `node`.
void Recorder::RunOn(const FlowKey& key, const Resumption& where, TraceNode* node) {
  if (where.table >= 0) return RunTable(key, where, node);
  if (depth_ >= kMaxDepth) return;
  ++depth_;
  (void)translator_.Run(key, where, this);
  --depth_;
}

// -- Connection tracking ----------------------------------------------------------------------------------------------

void Recorder::Track(const Effect& effect, const Action& action, FlowKey key) {
  if (effect.op->ct().recirc_table == kNoTable) return;
  tracked_action_ = &action;
  tracked_title_.clear();
  Packet none;
  const Onward onward = Follow(effect, none, key, this);
  if (onward.kind != Onward::Kind::kGoesOn) return;
  RunOn(key, onward.where, Add(scopes_.back().list, TraceKind::kTransformation, tracked_title_));
}

bool Recorder::Track(const CtOp&, uint16_t, Packet&, FlowKey& key) {
  const Action& action = *tracked_action_;
  switch (action.kind) {
    case ActionKind::kCtNext: {
      std::string remark;
      const uint16_t state = NextCtState(remark);
      key.Set(field::kCtState, state);
      tracked_title_ = absl::StrCat("ct_next(ct_state=", CtStateText(state), remark, ")");
      return true;
    }
    case ActionKind::kCtLb:
    case ActionKind::kCtLbMark:
      return TrackLb(action, key, tracked_title_);
    default:
      return TrackNat(action, key, tracked_title_);
  }
}

bool Recorder::TrackNat(const Action& action, FlowKey& key, std::string& title) {
  if (action.kind == ActionKind::kCtCommitNat) {
    title = "ct_commit_nat /* assuming no un-nat entry, so no change */";
  } else {
    const bool is_dst = action.kind == ActionKind::kCtDnat || action.kind == ActionKind::kCtDnatInCzone;
    const bool in_czone = action.kind == ActionKind::kCtDnatInCzone || action.kind == ActionKind::kCtSnatInCzone;
    const absl::string_view direction = is_dst ? "dst" : "src";
    const CtNatBody& body = action.as<CtNatBody>();
    const TracedDatapath* datapath = DatapathOf(key);
    const bool gateway = datapath != nullptr && datapath->is_gateway;
    if (!is_dst && gateway && !body.address.has_value() && !options_.as_forwarded) return false;
    title = absl::StrCat("ct_", direction.substr(0, 1), "nat", in_czone ? "in_czone" : "");
    if (body.address.has_value()) {
      const bool v6 = body.address->is_v6();
      absl::StrAppend(&title, v6 ? "(ip6." : "(ip4.", direction, "=", body.address->ToString(), ")");
      key.Set(v6 ? (is_dst ? field::kIp6Dst : field::kIp6Src) : (is_dst ? field::kIp4Dst : field::kIp4Src),
              body.address->bits());
      AddCtState(key, is_dst ? kCtDnat : kCtSnat);
    } else {
      absl::StrAppend(&title, " /* assuming no un-", direction.substr(0, 1), "nat entry, so no change */");
    }
  }
  if (!(key.Get64(field::kCtState) & kCtTrk)) AddCtState(key, NextCtState(title));
  return true;
}

bool Recorder::TrackLb(const Action& action, FlowKey& key, std::string& title) {
  const CtLbBody& body = action.as<CtLbBody>();
  TraceNode* list = scopes_.back().list;
  const uint64_t eth_type = key.Get64(field::kEthType);
  const bool v6 = eth_type == kEthTypeIpv6;
  std::optional<IpAddress> address;
  uint16_t port = 0;
  if (eth_type == kEthTypeIpv4 || v6) {
    if (!body.backends.empty()) {
      const int chosen = ChooseBackend(body, key);
      if (chosen < 0) {
        Add(list, TraceKind::kError, "*** no load balancing destination (use --lb-dst)");
      } else {
        address = body.backends[static_cast<size_t>(chosen)].address;
        port = body.backends[static_cast<size_t>(chosen)].port;
      }
    } else if (options_.lb_destination.has_value() && options_.lb_destination->is_v6() == v6) {
      address = options_.lb_destination;
      port = options_.lb_port;
    }
  }
  if (address.has_value()) {
    key.Set(v6 ? field::kIp6Dst : field::kIp4Dst, address->bits());
    if (port != 0) key.Set(field::kL4Dst, port);
    AddCtState(key, kCtDnat);
  }
  title = std::string(ActionName(action.kind));
  AddCtState(key, NextCtState(title));
  return true;
}

// -- OVN's controller -------------------------------------------------------------------------------------------------

void Recorder::Respond(const Effect& effect, const Action& action, FlowKey key) {
  TraceNode* list = scopes_.back().list;
  if (effect.op->controller().has_nested) return ReplyWith(effect, action, key);
  switch (action.kind) {
    case ActionKind::kPutNdRaOpts: {
      // ovn-trace aborts here; a hypervisor goes on with the advertisement.
      Packet packet = ComposePacket(key);
      FlowKey answered = key;
      if (Follow(effect, packet, answered, this).why.ok()) TakeHeaders(answered, key);
      [[fallthrough]];
    }
    case ActionKind::kPutDhcpOpts:
    case ActionKind::kPutDhcpv6Opts: {
      Add(list, TraceKind::kError,
          action.kind == ActionKind::kPutNdRaOpts ? "/* We assume that this packet is a router solicitation. */"
                                                  : "/* We assume that this packet is DHCPDISCOVER or DHCPREQUEST. */");
      std::string text = WithoutSemicolon(action);
      if (const size_t equals = text.find(" = "); equals != std::string::npos) text.erase(0, equals + 3);
      Add(list, TraceKind::kModify, std::move(text));
      return ResumeWith(effect, key, &action.as<OptionsBody>().dst, true);
    }
    case ActionKind::kDnsLookup:
      Add(list, TraceKind::kError, "*** dns_lookup action not implemented");
      return ResumeWith(effect, key, &action.as<BitsBody>().bits, false);
    default:
      if (effect.rest != nullptr) ResumeWith(effect, key, nullptr, false);
      return;
  }
}

void Recorder::ResumeWith(const Effect& effect, FlowKey key, const SymbolBits* result, bool value) {
  if (effect.rest == nullptr || depth_ >= kMaxDepth) return;
  if (result != nullptr && result->symbol != nullptr) {
    if (const FieldRef f = FieldRefOf(ResolveParent(*result)); f.width != 0) key.Set(f, value ? 1 : 0);
  }
  RunOn(key, {.rest = effect.rest}, nullptr);
}

// The answer takes the packet's place. Registers stay with it; its connection state too, in ovn-trace's eyes.
void Recorder::ReplyWith(const Effect& effect, const Action& action, FlowKey key) {
  FlowKey reply_key = key;
  Resumption where{.ops = SharedOps(effect.op, &effect.op->controller().nested)};
  const bool simplified = !options_.as_forwarded && IsSimplified(action.kind);
  if (simplified && !SimplifyReply(action.kind, reply_key)) return;
  TraceNode* node = Add(scopes_.back().list, TraceKind::kTransformation, SimplifiedTitle(action.kind, key));
  if (depth_ >= kMaxDepth || nodes_ >= kMaxNodes) return;
  if (!simplified) {
    Packet packet = ComposePacket(key);
    FlowKey answer = key;
    const Onward onward = Follow(effect, packet, answer, this);
    if (onward.is_answer && options_.as_forwarded) {
      reply_key = answer;
    } else if (onward.is_answer) {
      TakeHeaders(answer, reply_key);
    } else if (options_.as_forwarded) {
      Add(node, TraceKind::kError, absl::StrCat("*** no answer: ", onward.why.message()));
      return;
    }
  }
  reply_key.Set(field::kInPort, 0);
  // The nested actions, which are run as a list of their own.
  const Scope& outer = scopes_.back();
  Scope scope;
  scope.flow = outer.flow;
  scope.list = node;
  scope.cursor = effect.op->action;
  scope.end = outer.flow->places[effect.op->action - 1u].end;
  scope.of_copy = true;
  const size_t scopes = scopes_.size();
  Push(scope);
  ++depth_;
  if (scopes_.back().cursor == scopes_.back().end) Add(node, TraceKind::kAction, "drop;");
  if (where.ops->empty()) {
    FinishScope(scopes_.back());
  } else {
    (void)translator_.Run(reply_key, where, this);
  }
  --depth_;
  if (scopes_.size() > scopes) scopes_.resize(scopes);
}

}  // namespace ovnlite
