// The one command-line tool of ovnlite. Each subcommand is a file of its own; `ovnlite --help` lists them.
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <vector>

#include "ovnlite/version.h"
#include "tools/arguments.h"
#include "tools/command.h"
#include "tools/left_out.h"
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
  }
  return 0;
}

// 0 when everything printed has arrived too, and nothing was left out.
int End(int status, bool partial_ok) {
  if (status != 0) return status;
  const absl::Status closed = CloseOutput();
  if (!closed.ok()) return Fail(closed);
  return IsAnythingLeftOut() && !partial_ok ? kExitPartial : 0;
}

int Main(int argc, const char* const* argv) {
  CLI::App app("OVN without its daemons: compile, trace and run logical networks.", "ovnlite");
  app.require_subcommand(1);
  app.fallthrough();
  app.set_version_flag("--version", "ovnlite " OVNLITE_VERSION ", which speaks OVN " OVNLITE_OVN_VERSION);
  bool partial_ok = false;
  app.add_flag("--partial-ok", partial_ok, "Exit status 0, not 3, when something had to be left out");
  app.footer("Exit status: 0 done; 1 an error; 3 done, but not all of it: standard error says what was left out.");
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
    return End(app.exit(e) == 0 ? 0 : 1, partial_ok);
  }
  const int status = End(Run(commands), partial_ok);
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
