// `ovnlite check`: rows of a Northbound database that make no sense.
#include "ovnlite/check/check.h"

#include <iostream>
#include <vector>

#include "ovnlite/base/status.h"
#include "tools/command.h"
#include "tools/left_out.h"

namespace ovnlite::tools {
namespace {

class Check final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* command = app.add_subcommand(
        "check",
        "Find what makes no sense in a Northbound database, and say what OVN does with it; exit status 3 if "
        "something is left out or wrong, 0 if there is nothing or only notes, 1 if the file cannot be read");
    command->add_option("--nb", nb_, "Northbound database file")->required();
    command->add_flag("--json", json_, "One JSON object instead of a line for each finding");
    return command;
  }

  absl::Status Run() override {
    OVNLITE_ASSIGN_OR_RETURN(const std::unique_ptr<Database> nb, LoadDatabase(nb_, "OVN_Northbound"));
    const std::vector<Finding> findings = CheckNorthbound(*nb);
    if (json_) {
      std::cout << FindingsToJson(findings) << "\n";
    } else {
      for (const Finding& finding : findings) std::cout << finding.ToString() << "\n";
    }
    if (IsAnythingWrong(findings)) NoteLeftOut();
    return absl::OkStatus();
  }

 private:
  std::string nb_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> CheckCommand() { return std::make_unique<Check>(); }

}  // namespace ovnlite::tools
