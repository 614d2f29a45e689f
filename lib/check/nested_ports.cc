// Logical_Switch_Port: containers behind the VM of another port, told apart by VLAN, and VLANs of other ports.

#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "lib/check/checks.h"
#include "lib/check/owners.h"
#include "ovnlite/base/utf8.h"

namespace ovnlite {
namespace {

// The VLAN that is asked for, or else given; 0: none.
int64_t VlanOf(const SwitchPortView& port) {
  if (port->has_tag_request() && port->tag_request() != 0) return port->tag_request();
  return port->has_tag() ? port->tag() : 0;
}

}  // namespace

void CheckNestedPorts(const Database& nb, Findings& findings) {
  // By parent and VLAN: the first port.
  absl::flat_hash_map<std::pair<absl::string_view, int64_t>, absl::string_view> first;
  for (const auto& [uuid, port] : nb.Rows<nb::Logical_Switch_Port>()) {
    const RowReport report(findings, "Logical_Switch_Port", uuid, port->name());
    const absl::string_view parent = port->has_parent_name() ? port->parent_name() : "";
    const int64_t vlan = VlanOf(port);
    const char* const column = port->has_tag_request() && port->tag_request() != 0 ? "tag_request" : "tag";
    if (parent.empty()) {
      if (vlan != 0 && port->type() != "localnet" && port->type() != "l2gateway") {
        report.Error(column, absl::StrCat(vlan),
                     "the port has no parent and leads to no provider network: its frames carry no VLAN");
      }
      continue;
    }
    if (!SwitchPortNamed(nb, parent)) {
      report.Error("parent_name", parent, "there is no port of this name: no hypervisor has the port");
    }
    if (vlan == 0) continue;
    const auto [place, is_first] = first.try_emplace({parent, vlan}, port->name());
    if (is_first) continue;
    report.Warning(column, absl::StrCat(vlan),
                   absl::StrCat("port ", QuoteJson(place->second), " has the same VLAN behind ", QuoteJson(parent),
                                ": which of the two a frame comes from, OVN leaves open"));
  }
}

}  // namespace ovnlite
