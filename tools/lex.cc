#include "ovnlite/logical/expr_tool.h"
#include "tools/command.h"
#include "tools/language_options.h"

namespace ovnlite::tools {
namespace {

class Lex final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    return app.add_subcommand("lex",
                              "Print the tokens of OVN's language in each line of standard input, in normal form");
  }

  absl::Status Run() override {
    return ForEachLine([](const std::string& line) { return LexLine({line.data(), line.size()}) + "\n"; });
  }
};

}  // namespace

std::unique_ptr<Command> LexCommand() { return std::make_unique<Lex>(); }

}  // namespace ovnlite::tools
