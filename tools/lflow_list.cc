// `ovnlite lflow-list`: the logical flows of a Southbound database, or of the one that northd makes of a Northbound
// one.
#include <iostream>

#include "ovnlite/base/status.h"
#include "ovnlite/node/show.h"
#include "tools/command.h"
#include "tools/left_out.h"

namespace ovnlite::tools {
namespace {

class LflowList final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* command = app.add_subcommand("lflow-list", "Print logical flows as `ovn-sbctl lflow-list` does");
    CLI::Option* nb = command->add_option("--nb", nb_, "Northbound database file: compile it and print the outcome");
    command->add_option("--sb", sb_, "Southbound database file")->excludes(nb);
    command->add_flag("--uuid", uuid_, "Print the start of each flow's UUID, which is its cookie in dump-flows");
    command->add_option("datapath", datapath_, "Only this logical switch or router: its name or datapath UUID");
    return command;
  }

  absl::Status Run() override {
    if (nb_.empty() == sb_.empty()) return absl::InvalidArgumentError("lflow-list: give --nb FILE or --sb FILE");
    std::unique_ptr<Database> sb;
    if (nb_.empty()) {
      OVNLITE_ASSIGN_OR_RETURN(sb, LoadDatabase(sb_, "OVN_Southbound"));
    } else {
      OVNLITE_ASSIGN_OR_RETURN(const std::unique_ptr<Database> nb, LoadDatabase(nb_, "OVN_Northbound"));
      OVNLITE_ASSIGN_OR_RETURN(sb, CompileNorthbound(*nb, nb_));
    }
    OVNLITE_ASSIGN_OR_RETURN(const std::string listed, ListLogicalFlows(*sb, {.datapath = datapath_, .uuids = uuid_}));
    std::cout << listed;
    return absl::OkStatus();
  }

 private:
  std::string nb_, sb_, datapath_;
  bool uuid_ = false;
};

}  // namespace

std::unique_ptr<Command> LflowListCommand() { return std::make_unique<LflowList>(); }

}  // namespace ovnlite::tools
