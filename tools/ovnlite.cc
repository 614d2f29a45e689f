// The one command-line tool of ovnlite. Each subcommand is a file of its own; `ovnlite --help` lists them.
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <vector>

#include "tools/arguments.h"
#include "tools/command.h"
#include "tools/standard_streams.h"

namespace ovnlite::tools {
namespace {

int Fail(const absl::Status& status) {
  std::cerr << "ovnlite: " << status.message() << "\n";
  return 1;
}

int Run(const std::vector<std::pair<std::unique_ptr<Command>, CLI::App*>>& commands) {
  for (const auto& [command, declared] : commands) {
    if (!declared->parsed()) continue;
    if (const absl::Status status = command->Run(); !status.ok()) {
      std::cout.flush();
      return Fail(status);
    }
    return command->ExitStatus();
  }
  return 0;
}

// `status`, when everything printed has arrived too.
int End(int status) {
  if (status == 1) return status;
  const absl::Status closed = CloseOutput();
  return closed.ok() ? status : Fail(closed);
}

int Main(int argc, const char* const* argv) {
  CLI::App app("OVN without its daemons: compile, trace and run logical networks.", "ovnlite");
  app.require_subcommand(1);
  app.failure_message([](const CLI::App*, const CLI::Error& e) { return std::string("ovnlite: ") + e.what() + "\n"; });
  std::vector<std::pair<std::unique_ptr<Command>, CLI::App*>> commands;
  std::vector<CLI::App*> subcommands;
  for (auto make : {ActionsCommand, ChassisCommand, CheckCommand, DumpFlowsCommand, ExprCommand, LabCommand, LexCommand,
                    LflowListCommand, PacketsCommand, ReplayCommand, ShowCommand, TraceCommand}) {
    std::unique_ptr<Command> command = make();
    subcommands.push_back(command->Declare(app));
    RefuseEmptyValues(*subcommands.back(), command->MayBeEmpty());
    commands.push_back({std::move(command), subcommands.back()});
  }
  try {
    std::vector<std::string> words = ReadArguments(subcommands, argc, argv);
    std::reverse(words.begin(), words.end());  // As CLI11 takes them.
    app.parse(std::move(words));
  } catch (const CLI::ParseError& e) {
    return End(app.exit(e) == 0 ? 0 : 1);
  }
  const int status = End(Run(commands));
#if !defined(__SANITIZE_ADDRESS__)
  // Memory that commands still hold is given back at once, rather than piece by piece. (AddressSanitizer looks for
  // leaks in an orderly end.)
  std::_Exit(status);
#endif
  return status;
}

}  // namespace
}  // namespace ovnlite::tools

int main(int argc, char** argv) {
  ovnlite::tools::HoldStandardStreams();
  return ovnlite::tools::Main(argc, argv);
}
