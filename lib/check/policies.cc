// Logical_Router_Policy: its match, and where it sends packets.

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lib/check/checks.h"
#include "lib/check/match_reader.h"
#include "lib/check/owners.h"
#include "lib/check/reach.h"

namespace ovnlite {
namespace {

using PolicyView = ViewOf<nb::Logical_Router_Policy>;

void CheckNextHops(const PolicyView& policy, const Reach& reach, const RowReport& report) {
  const auto several = policy->nexthops();
  const absl::string_view former = policy->has_nexthop() ? policy->nexthop() : "";
  const bool has_former = policy->has_nexthop();
  if (several.empty() && !has_former) {
    report.Error("nexthops", "", "there is nowhere to reroute to: OVN leaves the policy out");
    return;
  }
  if (!several.empty() && has_former) {
    report.Error("nexthop", former, "there are nexthops, which count instead");
  }
  std::vector<absl::string_view> hops(several.begin(), several.end());
  if (hops.empty()) hops.push_back(former);
  const absl::string_view column = several.empty() ? "nexthop" : "nexthops";
  std::optional<bool> is_v6;
  for (const absl::string_view text : hops) {
    const absl::StatusOr<IpAddress> hop = IpAddress::Parse(text);
    if (!hop.ok()) {
      report.Error(column, text, "it is not one address: OVN leaves the policy out");
    } else if (is_v6.value_or(hop->is_v6()) != hop->is_v6()) {
      report.Error(column, text, "it is of another family than the others: OVN leaves the policy out");
    } else if (!reach.Reaches(*hop)) {
      report.Error(column, text, "no port of the router has a network with it: OVN leaves the policy out");
    }
    if (hop.ok() && !is_v6.has_value()) is_v6 = hop->is_v6();
  }
}

void CheckPolicy(const PolicyView& policy, const Reach& reach, MatchReader& reader, const RowReport& report) {
  reader.Check(policy->match(), Uuid(), report);
  if (policy->action() == "reroute") {
    CheckNextHops(policy, reach, report);
  } else if (policy->has_nexthop() || !policy->nexthops().empty()) {
    report.Error(policy->has_nexthop() ? "nexthop" : "nexthops",
                 policy->has_nexthop() ? policy->nexthop() : *policy->nexthops().begin(),
                 absl::StrCat("the action is ", policy->action(), ": it counts for nothing"));
  }
  uint32_t mark = 0;
  const absl::string_view text = policy->options("pkt_mark").value_or("");
  if (!text.empty() && policy->action() == "allow" && !absl::SimpleAtoi(text, &mark)) {
    report.Error("options:pkt_mark", text, "it is no number of 32 bits: packets are not marked");
  }
}

}  // namespace

void CheckPolicies(const Database& nb, Findings& findings) {
  MatchReader reader(nb);
  for (const auto& [uuid, router] : nb.Rows<nb::Logical_Router>()) {
    if (router->policies().empty()) continue;
    const Reach reach(nb, router);
    const std::string name = NameOf<nb::Logical_Router>(nb, uuid);
    for (const Uuid& row : router->policies()) {
      const auto policy = nb.Read<nb::Logical_Router_Policy>(row);
      if (!policy) continue;
      CheckPolicy(policy, reach, reader,
                  RowReport(findings, "Logical_Router_Policy", row, absl::StrCat(name, " ", policy->priority())));
    }
  }
}

}  // namespace ovnlite
