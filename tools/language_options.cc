#include "tools/language_options.h"

#include <iostream>

#include "absl/strings/str_cat.h"
#include "ovnlite/base/status.h"
#include "ovnlite/northd/northd.h"
#include "ovnlite/schema/schema.h"
#include "tools/command.h"
#include "tools/standard_streams.h"

namespace ovnlite::tools {

void LanguageFlags::Declare(CLI::App* command) {
  auto* world = command->add_option_group("names", "Where ports, address sets and port groups come from");
  world->add_option("--sb", sb, "Southbound database file");
  world->add_option("--nb", nb, "Northbound database file, which is compiled first");
  world->add_option("--fixture", fixture, "ovn-test: the ports, sets and tables of OVN's own tests (tests/ovn.at)")
      ->check(CLI::IsMember({"ovn-test"}));
  world->require_option(0, 1);
  command->add_option(
      "--datapath", options.datapath,
      "Logical switch or router that the lines are for, by name; without it, ports of all of them are known");
  command->add_option("--chassis", options.chassis,
                      "Chassis where a port must be bound for is_chassis_resident(); without it, it must exist");
}

absl::StatusOr<std::unique_ptr<Language>> LanguageFlags::Make() const {
  if (!fixture.empty()) return Language::OfOvnTests();
  LanguageOptions all = options;
  all.pipeline = pipeline == "egress" ? Pipeline::kEgress : Pipeline::kIngress;
  if (!sb.empty()) {
    OVNLITE_ASSIGN_OR_RETURN(const std::unique_ptr<Database> database, LoadDatabase(sb));
    return Language::OfDatabase(*database, all);
  }
  if (!nb.empty()) {
    OVNLITE_ASSIGN_OR_RETURN(const std::unique_ptr<Database> northbound, LoadDatabase(nb, NorthboundSchema().name()));
    Database southbound(SouthboundSchema());
    Northd northd(*northbound, southbound);
    OVNLITE_RETURN_IF_ERROR(northd.Update());
    return Language::OfDatabase(southbound, all);
  }
  return Language::OfNothing(all);
}

absl::Status ForEachLine(const std::function<std::string(const std::string&)>& answer) {
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << answer(line);
    OVNLITE_RETURN_IF_ERROR(FlushOutput());
  }
  return InputStatus();
}

}  // namespace ovnlite::tools
