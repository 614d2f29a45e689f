#include "lib/trace/traced_flow.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "ovnlite/logical/action_parse.h"
#include "ovnlite/logical/lexer.h"

namespace ovnlite {
namespace {

std::string IdOf(const sb::Logical_Flow& row, const char* key) {
  const auto found = row.external_ids().find(key);
  return found == row.external_ids().end() ? std::string() : found->second;
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

std::string TitleOf(const TracedFlow& flow, absl::string_view match) {
  std::string title = absl::StrFormat("%2d. ", flow.table);
  if (!flow.stage.empty()) absl::StrAppend(&title, flow.stage, flow.source.empty() ? "" : " ");
  if (!flow.source.empty()) absl::StrAppend(&title, "(", flow.source, ")");
  if (!flow.stage.empty() || !flow.source.empty()) title += ": ";
  absl::StrAppend(&title, match, ", priority ", flow.priority, absl::StrFormat(", uuid %08x", flow.uuid.prefix()));
  return title;
}

}  // namespace

TracedFlow MakeTracedFlow(ExprPool& pool, const Uuid& uuid, const sb::Logical_Flow& row,
                          const std::function<std::string(std::string)>& friendly) {
  TracedFlow flow;
  flow.uuid = uuid;
  flow.pipeline = row.pipeline() == "egress" ? Pipeline::kEgress : Pipeline::kIngress;
  flow.table = static_cast<int>(row.table_id());
  flow.match = row.match();
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
  flow.title = TitleOf(flow, friendly ? friendly(UpToLastToken(flow.match)) : flow.match);
  if (friendly) {
    for (TracedFlow::Place& place : flow.places) place.text = friendly(std::move(place.text));
  }
  return flow;
}

}  // namespace ovnlite
