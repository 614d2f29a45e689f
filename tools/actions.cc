#include "ovnlite/base/status.h"
#include "tools/command.h"
#include "tools/language_options.h"

namespace ovnlite::tools {
namespace {

class Actions final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* command = app.add_subcommand(
        "actions",
        "Print what ovn-controller makes of the logical actions in each line of standard input: normal text, "
        "OpenFlow, prerequisites, or what is wrong");
    flags_.Declare(command);
    command->add_option("--pipeline", flags_.pipeline, "Pipeline of the logical flow that the actions are of")
        ->check(CLI::IsMember({"ingress", "egress"}))
        ->capture_default_str();
    command->add_option("--table", flags_.options.table, "Its logical table")
        ->check(CLI::Range(0, 28))
        ->capture_default_str();
    return command;
  }

  absl::Status Run() override {
    OVNLITE_ASSIGN_OR_RETURN(const std::unique_ptr<Language> language, flags_.Make());
    return ForEachLine([&](const std::string& line) { return language->Actions(line); });
  }

 private:
  LanguageFlags flags_;
};

}  // namespace

std::unique_ptr<Command> ActionsCommand() { return std::make_unique<Actions>(); }

}  // namespace ovnlite::tools
