// What actions show besides their own text: where an output leads, what a lookup found, what a field became.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/controller/tables.h"
#include "lib/trace/recorder.h"
#include "lib/trace/value_text.h"
#include "ovnlite/base/mac.h"
#include "ovnlite/logical/microflow.h"
#include "ovnlite/wire/ethernet.h"

namespace ovnlite {
namespace {

std::string MacText(u128 bits) { return MacAddress(Low64(bits)).ToString(); }

}  // namespace

void Recorder::Begin(Scope& scope, const Action& action, const Op& op, const FlowKey& key) {
  switch (action.kind) {
    case ActionKind::kOutput:
      return BeginOutput(scope, key);
    case ActionKind::kNext:
      return BeginNext(scope, action.as<NextBody>(), key);
    case ActionKind::kLoad:
    case ActionKind::kLoadOvnField:
    case ActionKind::kMove:
    case ActionKind::kExchange:
      for (std::string& line : ModifyLines(action, key)) Add(scope.list, TraceKind::kModify, std::move(line));
      return;
    case ActionKind::kDecTtl:
      // A hypervisor drops what would leave with 0; ovn-trace lets it pass.
      if (key.Get64(field::kIpTtl) > (options_.as_forwarded ? 1u : 0u)) Add(scope.list, TraceKind::kModify, "ip.ttl--");
      return;
    case ActionKind::kPush:
    case ActionKind::kPop:
      return BeginStack(scope, action, key);
    case ActionKind::kLog:
      return BeginLog(scope, action.as<LogBody>(), key);
    case ActionKind::kClone:
      scope.next = Add(scope.list, TraceKind::kTransformation, "clone");
      return;
    case ActionKind::kSelect:
    case ActionKind::kCtLb:
    case ActionKind::kCtLbMark:
    case ActionKind::kFwdGroup:
      if (op.kind == OpKind::kGroup) BeginGroup(scope, action, op.group(), key);
      return;
    default:
      return;
  }
}

void Recorder::Continue(Scope& scope, const Action& action, const Op& op, const FlowKey& key) {
  const bool asks = action.kind == ActionKind::kChkLbHairpin || action.kind == ActionKind::kChkLbHairpinReply;
  if (!asks || op.kind != OpKind::kMove) return;
  // The answer goes where the action wants it.
  const uint64_t answer = key.Get64(field::kFlags) >> op.src.low & 1;
  Add(scope.list, TraceKind::kModify, absl::StrCat(FormatSymbolBits(action.as<BitsBody>().bits), " = ", answer));
}

void Recorder::BeginNext(Scope& scope, const NextBody& next, const FlowKey& key) {
  scope.next = nullptr;
  if (next.pipeline == scope.flow->pipeline) return;
  const TracedDatapath* datapath = DatapathOf(key);
  const bool ingress = next.pipeline == Pipeline::kIngress;
  const std::string port = PortName(datapath, key.Get64(ingress ? field::kLogicalInPort : field::kLogicalOutPort));
  const std::string name = datapath == nullptr ? "" : DatapathName(*datapath);
  scope.next = Add(scope.list, TraceKind::kPipeline,
                   absl::StrFormat("%s(dp=\"%s\", %s=\"%s\")", ingress ? "ingress" : "egress", name,
                                   ingress ? "inport" : "outport", port));
  scope.next->pipeline = ingress ? "ingress" : "egress";
  scope.next->datapath = name;
  scope.next->port = port;
}

Recorder::Outlet& Recorder::SendTo(Scope& scope, TraceNode* list) {
  scope.outlet = &outlets_.emplace_front();
  scope.outlet->list = list;
  return *scope.outlet;
}

void Recorder::BeginOutput(Scope& scope, const FlowKey& key) {
  const uint32_t out = static_cast<uint32_t>(key.Get64(field::kLogicalOutPort));
  scope.outlet = nullptr;
  if (out == 0) {
    Add(scope.list, TraceKind::kError, "*** output to null logical port");
    return;
  }
  const TracedDatapath* datapath = DatapathOf(key);
  if (datapath == nullptr) return;
  const auto port = datapath->ports.find(out);
  const auto group = datapath->groups.find(out);
  if (port == datapath->ports.end() && group == datapath->groups.end()) {
    Add(scope.list, TraceKind::kError, absl::StrCat("*** unknown port or multicast group ", out));
    return;
  }
  if (scope.flow->pipeline == Pipeline::kEgress) return BeginEgressOutput(scope, *datapath, key);
  Outlet& outlet = SendTo(scope, scope.list);
  if (group != datapath->groups.end()) {
    const std::string name = DatapathName(*datapath);
    TraceNode* node = Add(scope.list, TraceKind::kPipeline,
                          absl::StrCat("multicast(dp=\"", name, "\", mcgroup=\"", group->second, "\")"));
    node->pipeline = "multicast";
    node->datapath = name;
    node->port = group->second;
    outlet.list = node;
    outlet.to_group = true;
    outlet.before = key;
  } else if (port->second.type == "chassisredirect") {
    const TracedPort* place = world_.PortNamed(port->second.distributed_port);
    if (place == nullptr || !datapath->ports.contains(place->key) ||
        datapath->ports.at(place->key).uuid != place->uuid) {
      Add(scope.list, TraceKind::kError,
          absl::StrFormat("*** output to type \"%s\" port \"%s\" with no or invalid distributed port",
                          port->second.type, PortName(datapath, out)));
      scope.outlet = nullptr;
      return;
    }
    Add(scope.list, TraceKind::kOutput,
        absl::StrFormat("/* Replacing type \"%s\" outport \"%s\" with distributed port \"%s\". */", port->second.type,
                        PortName(datapath, out), PortName(datapath, place->key)));
  }
}

void Recorder::BeginEgressOutput(Scope& scope, const TracedDatapath& datapath, const FlowKey& key) {
  const uint32_t out = static_cast<uint32_t>(key.Get64(field::kLogicalOutPort));
  const auto port = datapath.ports.find(out);
  const std::string name = PortName(&datapath, out);
  TraceNode* node = Add(scope.list, TraceKind::kOutput,
                        absl::StrFormat("/* output to \"%s\", type \"%s\" */", name,
                                        port == datapath.ports.end() ? "" : port->second.type));
  node->datapath = DatapathName(datapath);
  node->port = name;
  const bool has_peer = port != datapath.ports.end() && world_.PortNamed(port->second.peer) != nullptr;
  if (!has_peer) Add(scope.list, TraceKind::kModify, absl::StrCat("output(\"", name, "\")"));
  SendTo(scope, scope.list).before = key;
}

void Recorder::BeginLog(Scope& scope, const LogBody& log, const FlowKey& key) {
  FlowKey shown = key;
  shown.set_reg(11, 0);
  Add(scope.list, TraceKind::kTransformation,
      absl::StrCat("LOG: ACL name=", log.name.value_or("<unnamed>"), ", direction=",
                   scope.flow->pipeline == Pipeline::kIngress ? "IN" : "OUT", ", verdict=", VerdictName(log.verdict),
                   ", severity=", SeverityName(log.severity), ", packet=\"", FormatMicroflow(shown), "\""));
}

void Recorder::BeginStack(Scope& scope, const Action& action, const FlowKey& key) {
  const SymbolBits& bits = action.as<BitsBody>().bits;
  const std::string text = WithoutSemicolon(action);
  if (action.kind == ActionKind::kPush) {
    const u128 value = ValueOf(bits, key);
    stack_.push_back({value, bits.width});
    Add(scope.list, TraceKind::kModify, absl::StrCat(text, " -> ", FormatBits(value)));
  } else if (stack_.empty()) {
    Add(scope.list, TraceKind::kModify, absl::StrCat(text, " <- /* empty stack */"));
  } else {
    Add(scope.list, TraceKind::kModify, absl::StrCat(text, " <- ", FormatBits(stack_.back().first)));
    stack_.pop_back();
  }
}

int Recorder::ChooseBackend(const CtLbBody& body, const FlowKey& key) const {
  const bool v6 = key.Get64(field::kEthType) == kEthTypeIpv6;
  int first = -1;
  for (size_t i = 0; i < body.backends.size(); ++i) {
    const IpAddress& address = body.backends[i].address;
    if (address.is_v6() != v6) continue;
    if (options_.lb_destination.has_value() && address == *options_.lb_destination) return static_cast<int>(i);
    if (first < 0) first = static_cast<int>(i);
  }
  return first;
}

void Recorder::BeginGroup(Scope& scope, const Action& action, const GroupOp& group, const FlowKey& key) {
  bucket_ = 0;
  if (action.kind == ActionKind::kSelect) {
    const SelectBody& body = action.as<SelectBody>();
    std::string remark = " /* Randomly selected. Use --select-id to specify. */";
    for (size_t i = 0; i < body.choices.size(); ++i) {
      if (options_.select_id != body.choices[i].id) continue;
      bucket_ = static_cast<int>(i);
      remark.clear();
    }
    const uint16_t id = body.choices.empty() ? 0 : body.choices[static_cast<size_t>(bucket_)].id;
    scope.next = Add(scope.list, TraceKind::kTransformation,
                     absl::StrCat("select: ", FormatSymbolBits(body.dst), " = ", id, remark));
  } else if (action.kind == ActionKind::kFwdGroup) {
    // ovn-trace does not look where this leads.
    if (options_.as_forwarded) {
      SendTo(scope, scope.list);
    } else {
      hidden_.children.clear();
      scope.next = &hidden_;
      scope.outlet = nullptr;
    }
  } else {
    bucket_ = std::max(0, ChooseBackend(action.as<CtLbBody>(), key));
  }
  (void)group;
}

// Answers of the side tables, which belong to the action that asks.
void Recorder::NoteLookup(uint8_t table, const Flow* flow, const FlowKey& key) {
  if (scopes_.empty() || scopes_.back().flow == nullptr) return;
  const Scope& scope = scopes_.back();
  if (table == table::kSnatForVip && flow != nullptr) {
    for (const Op& op : *flow->ops) {
      if (op.kind == OpKind::kCt) {
        Add(scope.list, TraceKind::kAction, absl::StrCat("/* nat(src=", op.ct().nat_address, ") */"));
      }
    }
    return;
  }
  if (table != table::kMacBinding && table != table::kMacLookup && table != table::kLookupFdb) return;
  const Action* const action = scope.current;
  if (action == nullptr) return;
  u128 mac = 0;
  if (flow != nullptr) {
    for (const Op& op : *flow->ops) {
      if (op.kind == OpKind::kSet && op.dst.field == OfField::kEthDst) mac = op.value;
    }
  }
  switch (action->kind) {
    case ActionKind::kGetArp:
    case ActionKind::kGetNd:
      Add(scope.list, TraceKind::kAction,
          flow == nullptr ? "/* No MAC binding. */" : absl::StrCat("/* MAC binding to ", MacText(mac), ". */"));
      Add(scope.list, TraceKind::kModify, absl::StrCat("eth.dst = ", MacText(mac)));
      return;
    case ActionKind::kLookupArp:
    case ActionKind::kLookupNd:
      Add(scope.list, TraceKind::kAction,
          flow == nullptr ? "/* lookup failed - No MAC binding. */"
                          : absl::StrCat("/* MAC binding to ", MacText(key.Get(field::kEthSrc)), " found. */"));
      return;
    case ActionKind::kLookupArpIp:
    case ActionKind::kLookupNdIp:
      Add(scope.list, TraceKind::kAction,
          flow == nullptr ? "/* lookup failed - No MAC binding. */" : "/* MAC binding found. */");
      return;
    case ActionKind::kLookupFdb:
      Add(scope.list, TraceKind::kAction,
          flow == nullptr ? "/* lookup mac failed in mac learning table. */"
                          : absl::StrCat("/* MAC lookup for ", MacText(key.Get(field::kEthDst)), " found in FDB. */"));
      return;
    default:
      return;
  }
}

}  // namespace ovnlite
