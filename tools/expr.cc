#include "ovnlite/base/status.h"
#include "tools/command.h"
#include "tools/language_options.h"

namespace ovnlite::tools {
namespace {

class Expr final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* command = app.add_subcommand(
        "expr",
        "Take the match in each line of standard input through a step of ovn-controller's work, or say what is wrong");
    command
        ->add_option(
            "step", step_,
            "parse: normal text; annotate: with prerequisites; simplify: without <, > and !=; normalize: an OR of "
            "ANDs; flows: OpenFlow matches, one per line")
        ->required()
        ->check(CLI::IsMember({"parse", "annotate", "simplify", "normalize", "flows"}));
    flags_.Declare(command);
    return command;
  }

  absl::Status Run() override {
    OVNLITE_ASSIGN_OR_RETURN(const std::unique_ptr<Language> language, flags_.Make());
    return ForEachLine([&](const std::string& line) {
      if (step_ == "flows") return language->Flows(line);
      return language->Expression(step_ == "parse"      ? ExprStep::kParse
                                  : step_ == "annotate" ? ExprStep::kAnnotate
                                  : step_ == "simplify" ? ExprStep::kSimplify
                                                        : ExprStep::kNormalize,
                                  line);
    });
  }

 private:
  std::string step_;
  LanguageFlags flags_;
};

}  // namespace

std::unique_ptr<Command> ExprCommand() { return std::make_unique<Expr>(); }

}  // namespace ovnlite::tools
