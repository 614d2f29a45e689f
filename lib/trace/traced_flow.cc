#include "lib/trace/traced_flow.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "ovnlite/logical/action_parse.h"
#include "ovnlite/logical/lexer.h"

namespace ovnlite {
namespace {

std::string IdOf(sb::Logical_Flow_View row, absl::string_view key) {
  return std::string(row.external_ids(key).value_or(""));
}

void Flatten(const ActionList& actions, std::vector<TracedFlow::Place>& places) {
  for (const Action& action : actions) {
    const size_t at = places.size();
    places.push_back({&action, 0, FormatAction(action)});
    if (const ActionList* nested = action.nested()) Flatten(*nested, places);
    places[at].end = static_cast<int>(places.size());
  }
}

// Without the space and comments behind the last token, which ovn-trace loses where it makes names friendly.
std::string UpToLastToken(absl::string_view text) {
  size_t end = 0;
  Lexer lexer(text);
  for (; lexer.type() != TokenType::kEnd; lexer.Next()) {
    if (lexer.type() == TokenType::kError) return std::string(text);
    end = lexer.end();
  }
  return std::string(text.substr(0, end));
}

// Actions that take the packet, or what they make of it, to some place.
bool GoesOn(ActionKind kind) {
  switch (kind) {
    case ActionKind::kOutput:
    case ActionKind::kNext:
    case ActionKind::kCtNext:
    case ActionKind::kCtCommitNat:
    case ActionKind::kCtDnat:
    case ActionKind::kCtSnat:
    case ActionKind::kCtDnatInCzone:
    case ActionKind::kCtSnatInCzone:
    case ActionKind::kCtLb:
    case ActionKind::kCtLbMark:
    case ActionKind::kSelect:
    case ActionKind::kFwdGroup:
      return true;
    default:
      return false;
  }
}

// Actions that tell the sender of a packet that it went no further.
bool Refuses(ActionKind kind) {
  switch (kind) {
    case ActionKind::kReject:
    case ActionKind::kIcmp4:
    case ActionKind::kIcmp4Error:
    case ActionKind::kIcmp6:
    case ActionKind::kIcmp6Error:
    case ActionKind::kTcpReset:
    case ActionKind::kSctpAbort:
      return true;
    default:
      return false;
  }
}

// Actions that hand the packet to OVN itself.
bool Consumes(ActionKind kind) {
  switch (kind) {
    case ActionKind::kArp:
    case ActionKind::kNdNs:
    case ActionKind::kNdNa:
    case ActionKind::kNdNaRouter:
    case ActionKind::kPutArp:
    case ActionKind::kPutNd:
    case ActionKind::kPutFdb:
    case ActionKind::kIgmp:
    case ActionKind::kTriggerEvent:
    case ActionKind::kBindVport:
    case ActionKind::kHandleSvcCheck:
    case ActionKind::kHandleDhcpv6Reply:
    case ActionKind::kHandleBfdMsg:
    case ActionKind::kCommitLbAff:
      return true;
    default:
      return false;
  }
}

// A flow that refuses goes on with the answer, not with the packet.
TracedFlow::Ending EndingOf(const TracedFlow& flow) {
  bool goes_on = false;
  for (const TracedFlow::Place& place : flow.places) {
    const ActionKind kind = place.action->kind;
    if (Refuses(kind)) return TracedFlow::Ending::kAnswers;
    goes_on = goes_on || GoesOn(kind) || Consumes(kind);
  }
  return goes_on ? TracedFlow::Ending::kGoesOn : TracedFlow::Ending::kDrops;
}

std::string TitleOf(const TracedFlow& flow, absl::string_view match) {
  std::string title = absl::StrFormat("%2d. ", flow.table);
  if (!flow.stage.empty()) absl::StrAppend(&title, flow.stage, flow.source.empty() ? "" : " ");
  if (!flow.source.empty()) absl::StrAppend(&title, "(", flow.source, ")");
  if (!flow.stage.empty() || !flow.source.empty()) title += ": ";
  absl::StrAppend(&title, match, ", priority ", flow.priority, absl::StrFormat(", uuid %08x", flow.uuid.prefix()));
  return title;
}

}  // namespace

TracedFlow MakeTracedFlow(ExprPool& pool, const Uuid& uuid, sb::Logical_Flow_View row,
                          const std::function<std::string(std::string)>& friendly) {
  TracedFlow flow;
  flow.uuid = uuid;
  flow.pipeline = row.pipeline() == "egress" ? Pipeline::kEgress : Pipeline::kIngress;
  flow.table = static_cast<int>(row.table_id());
  flow.match = std::string(row.match());
  flow.priority = static_cast<int>(row.priority());
  flow.stage = IdOf(row, "stage-name");
  flow.source = IdOf(row, "source");
  flow.hint = IdOf(row, "stage-hint");
  ActionContext context;
  context.pipeline = flow.pipeline;
  context.table = flow.table;
  if (absl::StatusOr<ParsedActions> parsed = ParseActions(pool, row.actions(), context); parsed.ok()) {
    flow.actions = std::move(parsed->actions);
  }
  Flatten(flow.actions, flow.places);
  if (flow.match == "1" && flow.actions.size() == 1 && flow.actions[0].kind == ActionKind::kNext) {
    const NextBody& next = flow.actions[0].as<NextBody>();
    flow.is_trivial = next.pipeline == flow.pipeline && next.table == flow.table + 1;
  }
  flow.ending = EndingOf(flow);
  flow.title = TitleOf(flow, friendly ? friendly(UpToLastToken(flow.match)) : flow.match);
  if (friendly) {
    for (TracedFlow::Place& place : flow.places) place.text = friendly(std::move(place.text));
  }
  return flow;
}

}  // namespace ovnlite
