// File: ovn_test_world.h
// The world that OVN's own tests of its language live in (tests/ovn.at), for those who compare with them: ports eth0 =
// 5, eth1 = 6, LOCAL = 0xfffe, lsp1 … lsp3 = 0x11 … 0x13, of which all are resident; address sets set1 … set4; port
// groups pg1 and pg_empty; and symbols that are wrong on purpose.

#ifndef OVNLITE_LIB_LOGICAL_OVN_TEST_WORLD_H_
#define OVNLITE_LIB_LOGICAL_OVN_TEST_WORLD_H_

#include <map>
#include <memory>
#include <string>

#include "ovnlite/logical/constant_set.h"
#include "ovnlite/logical/expr_transform.h"
#include "ovnlite/logical/symbol.h"

namespace ovnlite {

// The symbols of OVN, and bad_prereq, self_recurse, mutual_recurse_1, mutual_recurse_2, big_string.
const SymbolTable& OvnTestSymbols();

class OvnTestWorld : public ConstantSets, public ExprResolver {
 public:
  OvnTestWorld();
  std::shared_ptr<const ConstantSet> FindAddressSet(absl::string_view name) const override;
  std::shared_ptr<const ConstantSet> FindPortGroup(absl::string_view name) const override;
  bool FindPort(absl::string_view name, uint32_t* key) const override;
  bool IsChassisResident(absl::string_view name) const override;

  std::map<std::string, std::shared_ptr<const ConstantSet>> address_sets;
  std::map<std::string, std::shared_ptr<const ConstantSet>> port_groups;
  std::map<std::string, uint32_t> ports;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_LOGICAL_OVN_TEST_WORLD_H_
