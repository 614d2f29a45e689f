#include "lib/trace/drop_causes.h"

#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lib/schema/ovn_nb.rows.h"
#include "ovnlite/packet/field.h"
#include "ovnlite/schema/schema.h"

namespace ovnlite {
namespace {

// Tables that northd takes stage hints from. Of rows with the same first 32 bits the first table's is taken.
constexpr const char* kHintTables[] = {"ACL",
                                       "Logical_Router_Policy",
                                       "Logical_Router_Static_Route",
                                       "NAT",
                                       "Load_Balancer",
                                       "QoS",
                                       "Logical_Switch_Port",
                                       "Logical_Router_Port",
                                       "Logical_Switch",
                                       "Logical_Router",
                                       "DHCP_Options",
                                       "Forwarding_Group",
                                       "Static_MAC_Binding"};

std::string InQuotes(const std::string& name) { return absl::StrCat("\"", name, "\""); }

// The name that an ACL logs under.
std::string LoggedName(const TracedFlow& flow) {
  for (const TracedFlow::Place& place : flow.places) {
    if (place.action->kind != ActionKind::kLog) continue;
    const LogBody& log = place.action->as<LogBody>();
    if (log.name.has_value()) return *log.name;
  }
  return "";
}

DropKind KindOf(const TracedFlow& flow) {
  const std::string& stage = flow.stage;
  if (absl::StrContains(stage, "port_sec")) return DropKind::kPortSecurity;
  if (absl::StartsWith(stage, "lr_in_ip_routing")) return DropKind::kRoute;
  if (!flow.hint.empty() && absl::StrContains(stage, "_acl")) return DropKind::kAcl;
  if (!flow.hint.empty() && absl::StartsWith(stage, "lr_in_policy")) return DropKind::kPolicy;
  if (!flow.hint.empty()) return DropKind::kFlow;
  return flow.priority == 0 ? DropKind::kStageDefault : DropKind::kRule;
}

// Where only the stage tells.
const char* TableOf(DropKind kind) {
  switch (kind) {
    case DropKind::kAcl:
      return "ACL";
    case DropKind::kRoute:
      return "Logical_Router_Static_Route";
    case DropKind::kPolicy:
      return "Logical_Router_Policy";
    default:
      return "";
  }
}

const char* NounOf(DropKind kind) {
  switch (kind) {
    case DropKind::kAcl:
      return "ACL ";
    case DropKind::kRoute:
      return "route ";
    case DropKind::kPolicy:
      return "policy ";
    default:
      return "a flow made for ";
  }
}

}  // namespace

const char* DropKindName(DropKind kind) {
  static constexpr const char* kNames[] = {"acl",  "port_security", "route",         "policy",
                                           "flow", "rule",          "stage_default", "ttl",
                                           "loop", "return",        "unreachable",   "tables"};
  return kNames[static_cast<size_t>(kind)];
}

void DropCauses::UseNorthbound(const Database* nb) {
  nb_ = nb;
  remembered_ = false;
  by_prefix_.clear();
}

void DropCauses::Remember() {
  if (remembered_ || nb_ == nullptr) return;
  remembered_ = true;
  for (const char* table : kHintTables) {
    const TableSchema* schema = nb_->schema().FindTable(table);
    if (schema == nullptr) continue;
    nb_->ForEach(*schema, [&](const Uuid& uuid, const Row&) { by_prefix_.try_emplace(uuid.prefix(), table, uuid); });
  }
}

DropCauses::Origin DropCauses::OriginOf(const std::string& hint) {
  Origin origin;
  origin.row = hint;
  uint32_t prefix = 0;
  if (!absl::SimpleHexAtoi(hint, &prefix)) return origin;
  Remember();
  const auto found = by_prefix_.find(prefix);
  if (found == by_prefix_.end()) return origin;
  const Uuid& uuid = found->second.second;
  origin.table = found->second.first;
  origin.row = uuid.ToString();
  if (const auto acl = nb_->Read<nb::ACL>(uuid)) {
    origin.name = std::string(acl->name());
    origin.words = absl::StrCat(acl->direction(), " ", acl->priority(), ", ", acl->match(), ", ", acl->action());
  } else if (const auto route = nb_->Read<nb::Logical_Router_Static_Route>(uuid)) {
    origin.name = std::string(route->ip_prefix());
    origin.words = absl::StrCat("via ", route->nexthop());
  } else if (const auto policy = nb_->Read<nb::Logical_Router_Policy>(uuid)) {
    origin.words = absl::StrCat("priority ", policy->priority(), ", ", policy->match(), ", ", policy->action());
  } else if (const auto nat = nb_->Read<nb::NAT>(uuid)) {
    origin.name = std::string(nat->external_ip());
    origin.words = absl::StrCat(nat->type(), " ", nat->logical_ip());
  } else {
    // Most others have a name.
    const TableSchema& table = *nb_->schema().FindTable(origin.table);
    const ColumnSchema* name = table.FindColumn("name");
    const Row* row = nb_->Find(table, uuid);
    if (name != nullptr && row != nullptr) origin.name = std::string(row->Text(name->index()));
  }
  return origin;
}

DropCause DropCauses::Of(const TracedFlow& flow, const FlowKey& key) {
  DropCause cause;
  cause.kind = KindOf(flow);
  cause.answered = flow.ending == TracedFlow::Ending::kAnswers;
  cause.stage = flow.stage;
  cause.table = "Logical_Flow";
  cause.row = flow.uuid.ToString();
  std::string who;
  if (cause.kind == DropKind::kPortSecurity) {
    const bool ingress = flow.pipeline == Pipeline::kIngress;
    const TracedDatapath* datapath = world_.Datapath(static_cast<uint32_t>(key.Get64(field::kMetadata)));
    const uint64_t number = key.Get64(ingress ? field::kLogicalInPort : field::kLogicalOutPort);
    if (datapath != nullptr) {
      const auto port = datapath->ports.find(static_cast<uint32_t>(number));
      if (port != datapath->ports.end()) {
        cause.table = "Port_Binding";
        cause.row = port->second.uuid.ToString();
        cause.name = port->second.name;
      }
    }
    who = absl::StrCat("port security of ", InQuotes(cause.name));
  } else if (!flow.hint.empty()) {
    Origin origin = OriginOf(flow.hint);
    cause.table = origin.table.empty() ? TableOf(cause.kind) : origin.table;
    cause.row = std::move(origin.row);
    cause.name = origin.name.empty() ? LoggedName(flow) : std::move(origin.name);
    const bool of_row = cause.kind == DropKind::kFlow && !cause.table.empty();
    who = absl::StrCat(NounOf(cause.kind), of_row ? cause.table + " " : "",
                       cause.name.empty() ? cause.row : InQuotes(cause.name));
    if (!origin.words.empty()) absl::StrAppend(&who, " (", origin.words, ")");
  } else if (cause.kind == DropKind::kRoute) {
    who = "the lack of a route";
  } else if (cause.kind == DropKind::kStageDefault) {
    who = "the default of its stage";
  } else {
    who = "a rule";
  }
  cause.text = absl::StrCat(cause.answered ? "answered" : "dropped", " by ", who, " (", flow.stage, ": ", flow.match,
                            ", priority ", flow.priority, ")");
  return cause;
}

DropCause DropCauses::NoFlow(const std::string& stage) {
  DropCause cause;
  cause.kind = DropKind::kStageDefault;
  cause.stage = stage;
  cause.text =
      stage.empty() ? std::string("dropped: no flow matches") : absl::StrCat("dropped: no flow of ", stage, " matches");
  return cause;
}

DropCause DropCauses::Other(DropKind kind, const std::string& text) {
  DropCause cause;
  cause.kind = kind;
  cause.text = text;
  return cause;
}

}  // namespace ovnlite
