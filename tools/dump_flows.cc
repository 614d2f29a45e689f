#include <iostream>

#include "absl/strings/str_cat.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/base/status.h"
#include "ovnlite/controller/controller.h"
#include "tools/command.h"
#include "tools/left_out.h"

namespace ovnlite::tools {
namespace {

class DumpFlows final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* command =
        app.add_subcommand("dump-flows", "Print a chassis' flow tables as `ovs-ofctl dump-flows --no-stats` does");
    command->add_option("--sb", sb_, "Southbound database file")->required();
    command->add_option("--chassis", chassis_, "Name of the chassis")->required();
    return command;
  }

  absl::Status Run() override {
    OVNLITE_ASSIGN_OR_RETURN(const std::unique_ptr<Database> sb, LoadDatabase(sb_));
    if (sb->Find(sb::columns::Chassis::name, chassis_).empty()) {
      std::string known;
      for (const auto& [uuid, row] : sb->Rows<sb::Chassis>())
        absl::StrAppend(&known, known.empty() ? "" : ", ", row.name());
      return absl::NotFoundError(
          absl::StrCat("there is no chassis \"", chassis_, "\" in ", sb_, " (there are: ", known, ")"));
    }
    SayChassisWithoutGeneve(*sb);
    FlowTables tables;
    Controller controller(*sb, tables, {.chassis = chassis_});
    controller.PlugAsBound();
    controller.Update();
    std::vector<FlowError> left_out;
    for (const std::string& line : controller.DumpFlows(&left_out)) std::cout << line << "\n";
    for (const FlowError& error : left_out) SayLeftOut(error.ToLine());
    return absl::OkStatus();
  }

 private:
  std::string sb_, chassis_;
};

}  // namespace

std::unique_ptr<Command> DumpFlowsCommand() { return std::make_unique<DumpFlows>(); }

}  // namespace ovnlite::tools
