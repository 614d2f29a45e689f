#include "ovnlite/check/check.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "lib/check/checks.h"
#include "ovnlite/base/utf8.h"

namespace ovnlite {
namespace {

constexpr void (*kChecks[])(const Database&, Findings&) = {
    CheckSwitches,
    CheckSwitchPorts,
    CheckNestedPorts,
    CheckStations,
    CheckRouterPorts,
    CheckRouterNetworks,
    CheckRoutes,
    CheckPolicies,
    CheckAcls,
    CheckQos,
    CheckSets,
    CheckLoadBalancers,
    CheckNat,
    CheckDhcp,
    CheckDns,
    CheckUnused,
    CheckForwardingGroups,
    CheckStaticMacBindings,
};

auto Order(const Finding& f) {
  return std::tie(f.table, f.row, f.uuid, f.column, f.key, f.value, f.severity, f.message);
}

}  // namespace

absl::string_view SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kNote:
      break;
  }
  return "note";
}

std::string Finding::ToString() const {
  std::string text = absl::StrCat(SeverityName(severity), ": ", table, " ", row, ": ");
  if (!column.empty()) {
    absl::StrAppend(&text, column, key.empty() ? "" : ":", key);
    if (!value.empty()) absl::StrAppend(&text, " ", QuoteJson(value));
    text += ": ";
  }
  return text + message;
}

std::vector<Finding> CheckNorthbound(const Database& nb) {
  Findings findings;
  for (const auto check : kChecks) check(nb, findings);
  std::sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) { return Order(a) < Order(b); });
  findings.erase(std::unique(findings.begin(), findings.end()), findings.end());
  return findings;
}

bool IsAnythingWrong(absl::Span<const Finding> findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.severity != Severity::kNote; });
}

std::string FindingsToJson(absl::Span<const Finding> findings) {
  std::string json = "{\"findings\": [";
  absl::string_view separator = "";
  for (const Finding& f : findings) {
    absl::StrAppend(&json, separator, "{\"severity\": ", QuoteJson(SeverityName(f.severity)),
                    ", \"table\": ", QuoteJson(f.table), ", \"row\": ", QuoteJson(f.row),
                    ", \"uuid\": ", QuoteJson(f.uuid.ToString()), ", \"column\": ", QuoteJson(f.column),
                    ", \"key\": ", QuoteJson(f.key), ", \"value\": ", QuoteJson(f.value),
                    ", \"message\": ", QuoteJson(f.message), "}");
    separator = ", ";
  }
  return json + "]}";
}

}  // namespace ovnlite
