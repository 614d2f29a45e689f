#include "tools/command.h"
#include "tools/lab_real.h"

namespace ovnlite::tools {
namespace {

class LabOfTheSheet final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* command =
        app.add_subcommand("lab", "Build two hypervisors, a router and two VMs, and show that packets arrive");
    command
        ->add_flag("--real", wanted_,
                   "In network namespaces of this machine, with its own ping, nc, traceroute, tcpdump (root)")
        ->required();
    command->add_option("--sb", real_.sb,
                        "Southbound database file with compute1, compute2, LSP1, LSP2 (default: compiled here)");
    command->add_flag("--json", real_.json, "Print one JSON object at the end");
    command->add_flag("--keep", real_.keep, "Leave the lab running after the checks, until Ctrl-C");
    return command;
  }

  absl::Status Run() override { return RunRealLab(real_); }

 private:
  bool wanted_ = false;
  RealLabOptions real_;
};

}  // namespace

std::unique_ptr<Command> LabCommand() { return std::make_unique<LabOfTheSheet>(); }

}  // namespace ovnlite::tools
