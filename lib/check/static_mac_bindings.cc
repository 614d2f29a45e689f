// Static_MAC_Binding: the router port that it is for.

#include "absl/strings/str_cat.h"
#include "lib/check/checks.h"
#include "lib/check/owners.h"

namespace ovnlite {

void CheckStaticMacBindings(const Database& nb, Findings& findings) {
  for (const auto& [uuid, binding] : nb.Rows<nb::Static_MAC_Binding>()) {
    if (RouterPortNamed(nb, binding->logical_port())) continue;
    RowReport(findings, "Static_MAC_Binding", uuid, absl::StrCat(binding->logical_port(), " ", binding->ip()))
        .Error("logical_port", binding->logical_port(), "there is no router port of this name: OVN leaves the row out");
  }
}

}  // namespace ovnlite
