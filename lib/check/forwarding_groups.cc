// Forwarding_Group: its virtual addresses and its members.

#include "absl/strings/str_cat.h"
#include "lib/check/checks.h"
#include "lib/check/owners.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/base/mac.h"

namespace ovnlite {

void CheckForwardingGroups(const Database& nb, Findings& findings) {
  constexpr absl::string_view kUnread = ": OVN hands it on, and no hypervisor has a flow of it";
  for (const auto& [uuid, group] : nb.Rows<nb::Forwarding_Group>()) {
    const RowReport report(findings, "Forwarding_Group", uuid, group->name());
    if (!Ipv4Address::Parse(group->vip()).ok()) {
      report.Error("vip", group->vip(), absl::StrCat("it is no IPv4 address", kUnread));
    }
    if (!MacAddress::Parse(group->vmac()).ok()) {
      report.Error("vmac", group->vmac(), absl::StrCat("it is no MAC address", kUnread));
    }
    for (const absl::string_view child : group->child_port()) {
      if (!SwitchPortNamed(nb, child))
        report.Error("child_port", child, "there is no port of this name: nothing is sent to it");
    }
  }
}

}  // namespace ovnlite
