// The one command-line tool of ovnlite. Each subcommand is a file of its own; `ovnlite --help` lists them.
#include <cstdlib>
#include <iostream>
#include <vector>

#include "tools/command.h"

namespace {

int Run(const std::vector<std::pair<std::unique_ptr<ovnlite::tools::Command>, CLI::App*>>& commands) {
  for (const auto& [command, declared] : commands) {
    if (!declared->parsed()) continue;
    if (const absl::Status status = command->Run(); !status.ok()) {
      std::cerr << "ovnlite: " << status.message() << "\n";
      return 1;
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace ovnlite::tools;
  CLI::App app("OVN without its daemons: compile, trace and run logical networks.", "ovnlite");
  app.require_subcommand(1);
  app.failure_message([](const CLI::App*, const CLI::Error& e) { return std::string("ovnlite: ") + e.what() + "\n"; });
  std::vector<std::pair<std::unique_ptr<Command>, CLI::App*>> commands;
  for (auto make : {ActionsCommand, ChassisCommand, DumpFlowsCommand, ExprCommand, LabCommand, LexCommand,
                    LflowListCommand, PacketsCommand, ReplayCommand, ShowCommand, TraceCommand}) {
    std::unique_ptr<Command> command = make();
    CLI::App* declared = command->Declare(app);
    commands.push_back({std::move(command), declared});
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 1;
  }
  const int status = Run(commands);
#if !defined(__SANITIZE_ADDRESS__)
  // Memory that commands still hold is given back at once, rather than piece by piece. (AddressSanitizer looks for
  // leaks in an orderly end.)
  std::cout.flush();
  std::_Exit(status);
#endif
  return status;
}
