// File: language.h
// What a chassis makes of one line of OVN's language, as text: the results of `ovnlite expr` and `ovnlite actions`. The
// world that the names in a line belong to comes from a database, or is the one of OVN's own tests.

#ifndef OVNLITE_TOOLS_LANGUAGE_LANGUAGE_H_
#define OVNLITE_TOOLS_LANGUAGE_LANGUAGE_H_

#include <map>
#include <memory>
#include <set>
#include <string>

#include "lib/controller/encode.h"
#include "lib/logical/ovn_test_world.h"
#include "ovnlite/db/database.h"
#include "ovnlite/logical/action_parse.h"
#include "ovnlite/logical/expr_tool.h"

namespace ovnlite::tools {

struct LanguageOptions {
  // Where the lines of actions stand.
  Pipeline pipeline = Pipeline::kIngress;
  int table = 0;
  // Of a database: the logical network that the lines are for, by name; empty: all of them, as if they were one.
  std::string datapath;
  // Of a database: the chassis where ports must be to be resident; empty: they are wherever they exist.
  std::string chassis;
};

class Language : private EncodeResolver {
 public:
  // The world of OVN's own tests: ingress, table 10 of 24.
  static std::unique_ptr<Language> OfOvnTests();
  // Ports, address sets, port groups and DHCP options of a Southbound database, of which nothing is kept.
  static absl::StatusOr<std::unique_ptr<Language>> OfDatabase(const Database& sb, const LanguageOptions& options);
  // No names at all.
  static std::unique_ptr<Language> OfNothing(const LanguageOptions& options);

  // The expression after a step, or what is wrong with it.
  std::string Expression(ExprStep step, const std::string& line) const;
  // Its OpenFlow matches, sorted, one per line; "(no flows)" for one that is never true; or what is wrong with it.
  std::string Flows(const std::string& line) const;
  // The line, and under it, indented, its normal text where that differs, its OpenFlow actions, the groups they use,
  // its prerequisites; or what is wrong with it. Groups and meters are numbered from 1 in the order of appearance.
  std::string Actions(const std::string& line);

 private:
  Language();
  ExprToolWorld world() const { return {symbols_, &names_, &names_}; }
  bool FindPort(absl::string_view name, uint32_t* key) const override;
  uint32_t TunnelPort(absl::string_view name) const override;
  bool HasCollectorSet(uint32_t) const override { return symbols_ != nullptr; }  // Only OVN's tests have any.
  uint32_t GroupId(const std::string& description) override;
  uint32_t MeterId(const std::string& description) override;

  class Names : public OvnTestWorld {
   public:
    bool IsChassisResident(absl::string_view name) const override;
    std::set<std::string> resident;
  };

  const SymbolTable* symbols_ = nullptr;
  Names names_;                                // What matches may name.
  std::map<std::string, uint32_t> port_keys_;  // What actions may name.
  ActionContext parse_;
  EncodeContext encode_;
  OptionTable dhcp_options_, dhcpv6_options_;
  std::map<std::string, uint32_t> groups_, meters_;  // By description.
  std::map<uint32_t, std::string> used_groups_;      // By the line being worked on.
};

}  // namespace ovnlite::tools

#endif  // OVNLITE_TOOLS_LANGUAGE_LANGUAGE_H_
