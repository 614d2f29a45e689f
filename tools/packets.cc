#include <iostream>

#include "ovnlite/base/status.h"
#include "ovnlite/lab/steps.h"
#include "tools/command.h"
#include "tools/left_out.h"

namespace ovnlite::tools {
namespace {

class Packets final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* command = app.add_subcommand(
        "packets", "Play packets through all chassis of a database, and print every frame they send");
    command->add_option("--sb", sb_, "Southbound database file")->required();
    command
        ->add_option("steps", steps_,
                     "File of steps: `LSP hex`, `CHASSIS:ext hex`, `sleep SECONDS`; - is standard input")
        ->required();
    return command;
  }

  absl::Status Run() override {
    OVNLITE_ASSIGN_OR_RETURN(const std::unique_ptr<Database> sb, LoadDatabase(sb_));
    SayChassisWithoutGeneve(*sb);
    OVNLITE_ASSIGN_OR_RETURN(const std::string steps, ReadInput(steps_));
    OVNLITE_ASSIGN_OR_RETURN(const PlayedSteps played, PlaySteps(*sb, steps));
    std::cout << played.text;
    SayLeftOut(played.left_out);
    return absl::OkStatus();
  }

 private:
  std::string sb_, steps_;
};

}  // namespace

std::unique_ptr<Command> PacketsCommand() { return std::make_unique<Packets>(); }

}  // namespace ovnlite::tools
