#include "lib/logical/ovn_test_world.h"

#include <vector>

namespace ovnlite {

const SymbolTable& OvnTestSymbols() {
  static const SymbolTable& table = *[] {
    auto* t = new SymbolTable;
    AddOvnSymbols(*t).IgnoreError();
    const auto add = [t](absl::string_view name, absl::string_view prerequisites) {
      FieldSpec spec;
      spec.field = XregField(0);
      spec.openflow_name = "OXM_OF_PKT_REG0";
      spec.prerequisites = prerequisites;
      t->AddField(name, spec).status().IgnoreError();
    };
    add("bad_prereq", "xyzzy");
    add("self_recurse", "self_recurse != 0");
    add("mutual_recurse_1", "mutual_recurse_2 != 0");
    add("mutual_recurse_2", "mutual_recurse_1 != 0");
    FieldSpec spec;
    spec.field = XregField(0);
    spec.openflow_name = "OXM_OF_PKT_REG0";
    t->AddString("big_string", spec).status().IgnoreError();
    return t;
  }();
  return table;
}

OvnTestWorld::OvnTestWorld() {
  const auto addresses = [this](const std::string& name, std::vector<std::string> texts) {
    address_sets[name] = ConstantSet::OfAddresses(texts);
  };
  addresses("set1", {"10.0.0.1", "10.0.0.2", "10.0.0.3"});
  addresses("set2", {"::1", "::2", "::3"});
  addresses("set3", {"00:00:00:00:00:01", "00:00:00:00:00:02", "00:00:00:00:00:03"});
  addresses("set4", {});
  port_groups["pg1"] = ConstantSet::OfPorts({"lsp1", "lsp2", "lsp3"});
  port_groups["pg_empty"] = ConstantSet::OfPorts({});
  ports = {{"eth0", 5}, {"eth1", 6}, {"LOCAL", 0xfffe}, {"lsp1", 0x11}, {"lsp2", 0x12}, {"lsp3", 0x13}};
}

std::shared_ptr<const ConstantSet> OvnTestWorld::FindAddressSet(absl::string_view name) const {
  const auto found = address_sets.find(std::string(name));
  return found == address_sets.end() ? nullptr : found->second;
}

std::shared_ptr<const ConstantSet> OvnTestWorld::FindPortGroup(absl::string_view name) const {
  const auto found = port_groups.find(std::string(name));
  return found == port_groups.end() ? nullptr : found->second;
}

bool OvnTestWorld::FindPort(absl::string_view name, uint32_t* key) const {
  const auto found = ports.find(std::string(name));
  if (found == ports.end()) return false;
  *key = found->second;
  return true;
}

bool OvnTestWorld::IsChassisResident(absl::string_view name) const { return ports.count(std::string(name)) > 0; }

}  // namespace ovnlite
