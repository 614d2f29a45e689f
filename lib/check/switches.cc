// Logical_Switch: the network that it gives out addresses from.

#include "lib/check/allocation.h"
#include "lib/check/checks.h"
#include "lib/check/owners.h"

namespace ovnlite {

void CheckSwitches(const Database& nb, Findings& findings) {
  for (const auto& [uuid, lswitch] : nb.Rows<nb::Logical_Switch>()) {
    const absl::string_view subnet = lswitch->other_config("subnet").value_or("");
    if (subnet.empty() || IsSubnet(subnet)) continue;
    RowReport(findings, "Logical_Switch", uuid, lswitch->name())
        .Error("other_config:subnet", subnet, "it is no IPv4 network: OVN gives out no IPv4 addresses");
  }
}

}  // namespace ovnlite
