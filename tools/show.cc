// `ovnlite show`: a database at a glance.
#include "ovnlite/node/show.h"

#include <iostream>

#include "ovnlite/base/status.h"
#include "ovnlite/topology/show.h"
#include "tools/command.h"

namespace ovnlite::tools {
namespace {

class Show final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* command = app.add_subcommand(
        "show", "Print a database at a glance, as `ovn-nbctl show` or `ovn-sbctl show` does, but in order of names");
    CLI::Option* nb = command->add_option("--nb", nb_, "Northbound database file");
    command->add_option("--sb", sb_, "Southbound database file")->excludes(nb);
    return command;
  }

  absl::Status Run() override {
    if (nb_.empty() == sb_.empty()) return absl::InvalidArgumentError("show: give --nb FILE or --sb FILE");
    if (!nb_.empty()) {
      OVNLITE_ASSIGN_OR_RETURN(const std::unique_ptr<Database> nb, LoadDatabase(nb_, "OVN_Northbound"));
      std::cout << ShowNorthbound(*nb);
    } else {
      OVNLITE_ASSIGN_OR_RETURN(const std::unique_ptr<Database> sb, LoadDatabase(sb_, "OVN_Southbound"));
      std::cout << ShowSouthbound(*sb);
    }
    return absl::OkStatus();
  }

 private:
  std::string nb_, sb_;
};

}  // namespace

std::unique_ptr<Command> ShowCommand() { return std::make_unique<Show>(); }

}  // namespace ovnlite::tools
