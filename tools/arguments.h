// File: arguments.h
// The words of the command line, as the subcommands' options take them: "--name=" is the option with an empty value.
// An empty value is an error, but for the options that are told that it is not.

#ifndef OVNLITE_TOOLS_ARGUMENTS_H_
#define OVNLITE_TOOLS_ARGUMENTS_H_

#include <string>
#include <vector>

#include "CLI/CLI.hpp"

namespace ovnlite::tools {

// The words behind the program's name, each "--name=" in two: CLI11 would give the option the word behind it for a
// value. `subcommands` are those of the program. Throws CLI::ParseError for a flag with "=".
std::vector<std::string> ReadArguments(const std::vector<CLI::App*>& subcommands, int argc, const char* const* argv);

// Lets every option of the subcommand refuse empty values, but one.
void RefuseEmptyValues(CLI::App& subcommand, const CLI::Option* may_be_empty = nullptr);

}  // namespace ovnlite::tools

#endif  // OVNLITE_TOOLS_ARGUMENTS_H_
