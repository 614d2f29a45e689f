// `ovnlite replay`: captures played through one hypervisor.
#include "ovnlite/node/replay.h"

#include <filesystem>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "ovnlite/base/status.h"
#include "tools/command.h"
#include "tools/left_out.h"

namespace ovnlite::tools {
namespace {

// "NAME=VALUE" in two; false when either is missing. The last '=' divides: names of ports may have one.
bool Divide(const std::string& text, std::string* name, std::string* value) {
  const size_t equals = text.rfind('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) return false;
  *name = text.substr(0, equals);
  *value = text.substr(equals + 1);
  return true;
}

class RunReplay final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* command = app.add_subcommand("replay", "Play captures through one chassis, and capture what it sends");
    command->add_option("--sb", sb_, "Southbound database file")->required();
    command->add_option("--chassis", chassis_, "Name of the chassis")->required();
    command
        ->add_option(
            "--in", inputs_,
            "PORT=FILE: frames that come from the VM on a logical port (or from the network of a localnet port); "
            "tunnel=FILE: Geneve frames of the underlay. pcap or pcapng. May be repeated")
        ->required();
    command->add_option("--sender", senders_,
                        "PORT=MAC: of PORT's capture take only frames from this address, for captures that hold both "
                        "directions. May be repeated");
    command->add_option("--out", out_, "Folder to write PORT.pcap and tunnel.pcap to; it is made if need be")
        ->required();
    return command;
  }

  absl::Status Run() override {
    std::vector<ReplayInput> inputs;
    for (const std::string& text : inputs_) {
      ReplayInput input;
      if (!Divide(text, &input.port, &input.file))
        return absl::InvalidArgumentError(absl::StrCat("--in ", text, ": it should be PORT=FILE or tunnel=FILE"));
      if (input.port == "tunnel") input.port.clear();
      inputs.push_back(std::move(input));
    }
    for (const std::string& text : senders_) {
      std::string port, address;
      if (!Divide(text, &port, &address))
        return absl::InvalidArgumentError(absl::StrCat("--sender ", text, ": it should be PORT=MAC"));
      const absl::StatusOr<MacAddress> mac = MacAddress::Parse(address);
      if (!mac.ok()) return WithContext(mac.status(), absl::StrCat("--sender ", text));
      bool any = false;
      for (ReplayInput& input : inputs) {
        if (input.port == port) input.sender = *mac, any = true;
      }
      if (!any) return absl::InvalidArgumentError(absl::StrCat("--sender ", text, ": there is no --in for this port"));
    }
    OVNLITE_ASSIGN_OR_RETURN(const std::unique_ptr<Database> sb, LoadDatabase(sb_));
    SayChassisWithoutGeneve(*sb);
    std::error_code error;
    std::filesystem::create_directories(out_, error);
    if (error) return absl::InvalidArgumentError(absl::StrCat(out_, ": ", error.message()));
    OVNLITE_ASSIGN_OR_RETURN(const ReplayReport report, Replay(*sb, {.chassis = chassis_, .out = out_}, inputs));
    SayLeftOut(report.left_out);
    std::cout << report.taken << " frame(s) in, " << report.passed_over << " passed over";
    if (report.cut > 0) std::cout << ", " << report.cut << " cut short in the capture";
    std::cout << "\n";
    for (const auto& [file, count] : report.sent) std::cout << out_ << "/" << file << ": " << count << " frame(s)\n";
    return absl::OkStatus();
  }

 private:
  std::string sb_, chassis_, out_;
  std::vector<std::string> inputs_, senders_;
};

}  // namespace

std::unique_ptr<Command> ReplayCommand() { return std::make_unique<RunReplay>(); }

}  // namespace ovnlite::tools
