// Address_Set and Port_Group: names that matches cannot say or that are taken, members that are no addresses.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "lib/check/checks.h"
#include "lib/check/owners.h"
#include "ovnlite/base/utf8.h"
#include "ovnlite/logical/constant_set.h"
#include "ovnlite/logical/lexer.h"

namespace ovnlite {
namespace {

// Whether `sigil` and the name are read as one word.
bool CanBeSaid(absl::string_view sigil, absl::string_view name) {
  const std::string text = absl::StrCat(sigil, name);
  Lexer lexer(text);
  const bool is_set = lexer.type() == TokenType::kAddressSet || lexer.type() == TokenType::kPortGroup;
  return is_set && lexer.token().text == name && lexer.Next() == TokenType::kEnd;
}

void CheckName(absl::string_view sigil, absl::string_view name, const RowReport& report) {
  if (CanBeSaid(sigil, name)) return;
  report.Warning(
      "name", name,
      absl::StrCat("no match can say ", sigil, name, ": names of sets are letters, digits, dots and underlines"));
}

// Sets that ovn-northd makes by itself.
void CheckTaken(const Database& nb, absl::string_view name, const RowReport& report) {
  constexpr absl::string_view kStandsStill =
      ": the Southbound database refuses two of one name, and ovn-northd brings nothing down any more";
  if (name == "svc_monitor_mac") {
    report.Error("name", name, absl::StrCat("ovn-northd has a set of this name itself", kStandsStill));
  }
  absl::string_view group = name;
  if (!absl::ConsumeSuffix(&group, "_ip4") && !absl::ConsumeSuffix(&group, "_ip6")) return;
  if (nb.Find(nb::columns::Port_Group::name, group).empty()) return;
  report.Error("name", name,
               absl::StrCat("ovn-northd makes a set of this name for port group ", QuoteJson(group), kStandsStill));
}

void CheckMember(absl::string_view text, const RowReport& report) {
  std::vector<std::string> ignored;
  ConstantSet::OfAddresses({std::string(text)}, &ignored);
  if (!ignored.empty()) {
    report.Error("addresses", text, "it is no address and no network: it counts for nothing");
    return;
  }
  Lexer lexer(text);
  if (lexer.Next() != TokenType::kEnd) {
    report.Error("addresses", text, "more than one address: the first of them counts, the rest does not");
  }
}

}  // namespace

void CheckSets(const Database& nb, Findings& findings) {
  for (const auto& [uuid, set] : nb.Rows<nb::Address_Set>()) {
    const RowReport report(findings, "Address_Set", uuid, set->name());
    CheckName("$", set->name(), report);
    CheckTaken(nb, set->name(), report);
    for (const absl::string_view member : set->addresses()) CheckMember(member, report);
  }
  for (const auto& [uuid, group] : nb.Rows<nb::Port_Group>()) {
    const RowReport report(findings, "Port_Group", uuid, group->name());
    CheckName("@", group->name(), report);
    if (group->ports().empty() && !group->acls().empty()) {
      report.Note("ports", "", "the group has no ports: its ACLs hold nowhere");
    }
  }
}

}  // namespace ovnlite
