#include "ovnlite/lab/narrative.h"

#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "lib/lab/narrative_build.h"

namespace ovnlite {
namespace {

constexpr size_t kColumns = 100;

// Breaks `text` behind blanks and commas so that no line is longer than kColumns; lines after the first are indented by
// `hang`. `text` begins where it is put: behind `lead` columns.
std::string Wrap(absl::string_view text, size_t lead, size_t hang) {
  std::string out;
  size_t column = lead;
  while (!text.empty()) {
    const size_t cut = text.find_first_of(" ,");
    absl::string_view piece = text.substr(0, cut == text.npos ? text.size() : cut + 1);
    text.remove_prefix(piece.size());
    const absl::string_view printed = absl::StripTrailingAsciiWhitespace(piece);
    if (column > hang && column > lead && column + printed.size() > kColumns) {
      absl::StripTrailingAsciiWhitespace(&out);
      absl::StrAppend(&out, "\n", std::string(hang, ' '));
      column = hang;
    }
    absl::StrAppend(&out, piece);
    column += piece.size();
  }
  absl::StripTrailingAsciiWhitespace(&out);
  return out;
}

// A packet as Describe() puts it, one line per layer: Ethernet, IP; for a tunnelled one, those inside too.
void PacketLines(absl::string_view packet, size_t indent, std::string& out) {
  const size_t comma = packet.find(", ");
  const size_t inner = packet.find(": ", packet.find(", length ", comma == packet.npos ? 0 : comma));
  const absl::string_view outer = packet.substr(0, inner);
  absl::StrAppend(&out, std::string(indent, ' '), outer.substr(0, comma), "\n");
  if (comma != packet.npos) {
    absl::StrAppend(&out, std::string(indent, ' '), Wrap(outer.substr(comma + 2), indent, indent + 2), "\n");
  }
  if (inner != packet.npos) PacketLines(packet.substr(inner + 2), indent + 2, out);
}

void StepHead(const NarrativeStep& step, std::string& out) {
  const std::string head =
      absl::StrFormat("  %d  %-8s  %-12s  %-8s  ", step.number, step.layer, step.component, step.chassis);
  absl::StrAppend(&out, head, Wrap(step.action, head.size(), head.size()), "\n");
}

void StepDetails(const NarrativeStep& step, bool with_packet, std::string& out) {
  constexpr size_t kIndent = 5, kValue = 24;
  for (const FlowTaken& flow : step.flows) {
    const std::string head = absl::StrFormat("     %-18s ", flow.stage);
    absl::StrAppend(&out, head, Wrap(flow.match, head.size(), kValue), "\n");
    for (const FieldChange& change : flow.changes) {
      absl::StrAppend(&out, absl::StrFormat("       %-16s ", change.field), change.before,
                      change.before.empty() ? "" : " -> ", change.after, "\n");
    }
  }
  for (const FieldChange& added : step.added) {
    absl::StrAppend(&out, absl::StrFormat("     + %-16s ", added.field), Wrap(added.after, kValue, kValue), "\n");
  }
  if (with_packet) PacketLines(step.packet, kIndent, out);
}

using Json = nlohmann::ordered_json;

std::string Dump(const Json& json) {
  return json.dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + "\n";
}

Json ToJson(const std::vector<FieldChange>& changes) {
  Json all = Json::array();
  for (const FieldChange& c : changes) {
    Json one = {{"field", c.field}};
    if (!c.before.empty()) one["before"] = c.before;
    one["after"] = c.after;
    all.push_back(std::move(one));
  }
  return all;
}

Json ToJson(const NarrativeStep& step) {
  Json json = {{"step", step.number}, {"layer", step.layer}, {"component", step.component}};
  if (!step.chassis.empty()) json["chassis"] = step.chassis;
  json["action"] = step.action;
  json["packet"] = step.packet;
  if (!step.flows.empty()) json["flows"] = Json::array();
  for (const FlowTaken& flow : step.flows) {
    json["flows"].push_back(
        {{"stage", flow.stage}, {"match", flow.match}, {"actions", flow.actions}, {"changes", ToJson(flow.changes)}});
  }
  if (!step.added.empty()) json["added"] = ToJson(step.added);
  return json;
}

Json ToJson(const PingResult& ping) {
  Json json = {{"host", ping.host},
               {"destination", ping.destination.ToString()},
               {"outcome", OutcomeName(ping.outcome())},
               {"sent", ping.replies.size()},
               {"received", ping.received()},
               {"replies", Json::array()}};
  for (const PingReply& reply : ping.replies) {
    Json one = {{"sequence", reply.sequence}, {"text", reply.ToString()}};
    if (!reply.reason.empty()) one["reason"] = reply.reason;
    if (reply.kind != PingReply::Kind::kLost) {
      one["from"] = reply.from.ToString();
      one["ttl"] = reply.ttl;
      one["round_trip_ns"] = reply.round_trip;
    }
    if (reply.kind == PingReply::Kind::kError) {
      one["icmp_type"] = reply.type;
      one["icmp_code"] = reply.code;
    }
    json["replies"].push_back(std::move(one));
  }
  if (std::string reason = ping.reason(); !reason.empty()) json["reason"] = std::move(reason);
  return json;
}

}  // namespace

std::string Narrative::ToText() const {
  std::string out;
  for (const absl::string_view line : absl::StrSplit(ping.ToString(), '\n', absl::SkipEmpty())) {
    absl::StrAppend(&out, Wrap(line, 0, 4), "\n");
  }
  bool told = false;  // The first journey is told at length, the way back in short.
  for (const Journey& journey : journeys) {
    if (journey.minor) {
      absl::StrAppend(&out, "\n", Wrap(journey.title, 0, 2), "\n");
      continue;
    }
    absl::StrAppend(&out, "\n", journey.title, "\n", Wrap(journey.path, 0, 2), "\n\n");
    for (size_t i = 0; i < journey.steps.size(); ++i) {
      const NarrativeStep& step = journey.steps[i];
      StepHead(step, out);
      // A packet that the next step shows as it is need not be shown twice.
      const bool last = i + 1 == journey.steps.size();
      if (!told) StepDetails(step, last || journey.steps[i + 1].packet != step.packet, out);
    }
    told = true;
  }
  return out;
}

std::string Narrative::ToJson() const {
  Json json = {{"ping", ovnlite::ToJson(ping)}, {"journeys", Json::array()}};
  for (const Journey& journey : journeys) {
    Json one = {{"title", journey.title}, {"path", journey.path}, {"steps", Json::array()}};
    for (const NarrativeStep& step : journey.steps) one["steps"].push_back(ovnlite::ToJson(step));
    json["journeys"].push_back(std::move(one));
  }
  return Dump(json);
}

std::string DiagnosticsToText(const std::vector<Diagnostic>& diagnostics) {
  std::string out;
  for (const Diagnostic& d : diagnostics) {
    absl::StrAppend(&out, out.empty() ? "" : "\n", d.where, "$ ", d.command, "\n");
    for (const std::string& line : d.lines) absl::StrAppend(&out, "  ", Wrap(line, 2, 6), "\n");
  }
  return out;
}

std::string DiagnosticsToJson(const std::vector<Diagnostic>& diagnostics) {
  Json json = Json::array();
  for (const Diagnostic& d : diagnostics) {
    json.push_back({{"purpose", d.purpose}, {"where", d.where}, {"command", d.command}, {"lines", d.lines}});
  }
  return Dump(json);
}

}  // namespace ovnlite
