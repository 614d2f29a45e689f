#include "lib/logical/expr_testutil.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/base/shared_testutil.h"

namespace ovnlite {

const SymbolTable& TestSymbols() {
  static const SymbolTable& table = *[] {
    auto* t = new SymbolTable;
    EXPECT_TRUE(AddOvnSymbols(*t).ok());
    const auto add = [t](absl::string_view name, absl::string_view prerequisites) {
      FieldSpec spec;
      spec.field = XregField(0);
      spec.openflow_name = "OXM_OF_PKT_REG0";
      spec.prerequisites = prerequisites;
      EXPECT_TRUE(t->AddField(name, spec).ok());
    };
    add("bad_prereq", "xyzzy");
    add("self_recurse", "self_recurse != 0");
    add("mutual_recurse_1", "mutual_recurse_2 != 0");
    add("mutual_recurse_2", "mutual_recurse_1 != 0");
    FieldSpec spec;
    spec.field = XregField(0);
    spec.openflow_name = "OXM_OF_PKT_REG0";
    EXPECT_TRUE(t->AddString("big_string", spec).ok());
    return t;
  }();
  return table;
}

TestWorld::TestWorld() {
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

std::shared_ptr<const ConstantSet> TestWorld::FindAddressSet(absl::string_view name) const {
  const auto found = address_sets.find(std::string(name));
  return found == address_sets.end() ? nullptr : found->second;
}

std::shared_ptr<const ConstantSet> TestWorld::FindPortGroup(absl::string_view name) const {
  const auto found = port_groups.find(std::string(name));
  return found == port_groups.end() ? nullptr : found->second;
}

bool TestWorld::FindPort(absl::string_view name, uint32_t* key) const {
  const auto found = ports.find(std::string(name));
  if (found == ports.end()) return false;
  *key = found->second;
  return true;
}

bool TestWorld::IsChassisResident(absl::string_view name) const { return ports.count(std::string(name)) > 0; }

std::vector<TextCase> ParseTextCases(const std::string& text) {
  std::vector<TextCase> cases;
  int number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (line.empty() || line[0] == '#') continue;
    const std::vector<std::string> parts = absl::StrSplit(line, absl::MaxSplits(" => ", 1));
    cases.push_back({number, parts[0], parts.back()});
  }
  return cases;
}

std::string TestData(const std::string& name) { return ReadFileOrDie(absl::StrCat("lib/logical/testdata/", name)); }

}  // namespace ovnlite
