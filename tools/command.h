// File: command.h
// One subcommand of the `ovnlite` tool: what it is called, what it takes, what it does.

#ifndef OVNLITE_TOOLS_COMMAND_H_
#define OVNLITE_TOOLS_COMMAND_H_

#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ovnlite/db/database.h"
#include "ovnlite/db/log_file.h"

namespace ovnlite::tools {

class Command {
 public:
  virtual ~Command() = default;
  // Adds the subcommand, with its options, to `app`.
  virtual CLI::App* Declare(CLI::App& app) = 0;
  // Does it; what it prints goes to standard output. An error becomes one line on standard error and exit status 1; for
  // what is left out see left_out.h.
  virtual absl::Status Run() = 0;
  // The option that may be given with an empty value; null: none.
  virtual const CLI::Option* MayBeEmpty() const { return nullptr; }
};

std::unique_ptr<Command> ActionsCommand();
std::unique_ptr<Command> ChassisCommand();
std::unique_ptr<Command> CheckCommand();
std::unique_ptr<Command> DumpFlowsCommand();
std::unique_ptr<Command> ExprCommand();
std::unique_ptr<Command> LabCommand();
std::unique_ptr<Command> LexCommand();
std::unique_ptr<Command> LflowListCommand();
std::unique_ptr<Command> PacketsCommand();
std::unique_ptr<Command> ReplayCommand();
std::unique_ptr<Command> ShowCommand();
std::unique_ptr<Command> TraceCommand();

// -- What commands share ----------------------------------------------------------------------------------------------

// A database from an OVSDB log file. Notes on standard error about what is left out: a damaged end, and what this
// version of OVN does not have. A file that is damaged elsewhere is an error that says where, and how many good records
// come before; so is a file of another database than `schema`.
absl::StatusOr<std::unique_ptr<Database>> LoadDatabase(const std::string& path,
                                                       const std::string& schema = "OVN_Southbound");

// The whole of a regular file; "-" is standard input.
absl::StatusOr<std::string> ReadInput(const std::string& path);

}  // namespace ovnlite::tools

#endif  // OVNLITE_TOOLS_COMMAND_H_
