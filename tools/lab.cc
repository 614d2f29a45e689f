#include "ovnlite/lab/lab.h"

#include <iostream>

#include "tools/command.h"
#include "tools/lab_real.h"

namespace ovnlite::tools {
namespace {

// Simulated, a ping is told hop by hop; --real runs it on this machine's kernel.
class LabOfTheSheet final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* command =
        app.add_subcommand("lab", "Build two hypervisors, a router and two VMs, and show how packets get across");
    CLI::Option* pcapng =
        command->add_option("--pcapng", pcapng_, "Write every frame, at the VMs and between hypervisors");
    CLI::Option* real =
        command->add_flag("--real", is_real_,
                          "In network namespaces of this machine, shown by its own ping, nc, traceroute "
                          "and tcpdump (needs root)");
    real->excludes(pcapng);
    command
        ->add_option(
            "--sb", real_.sb,
            "With --real: Southbound database file with compute1, compute2, LSP1, LSP2 (default: compiled here)")
        ->needs(real);
    command->add_flag("--keep", real_.keep, "With --real: leave the lab running after the checks, until Ctrl-C")
        ->needs(real);
    command->add_flag("--json", real_.json, "Print one JSON object");
    return command;
  }

  absl::Status Run() override { return is_real_ ? RunRealLab(real_) : Simulate(); }

 private:
  absl::Status Simulate() const {
    Lab lab;
    lab.AddChassis("compute1", "192.168.56.11");
    lab.AddChassis("compute2", "192.168.56.12");
    lab.AddSwitch("LS1");
    lab.AddSwitch("LS2");
    lab.AddRouter("LR1");
    lab.Connect("LR1", "LS1", "00:00:00:00:ff:01", "10.0.0.1/24");
    lab.Connect("LR1", "LS2", "00:00:00:00:ff:02", "10.0.1.1/24");
    lab.AddHost("VM-A", "LS1", "LSP1", "compute1", "00:00:00:00:00:0a", "10.0.0.10/24", "10.0.0.1");
    lab.AddHost("VM-B", "LS2", "LSP2", "compute2", "00:00:00:00:00:0b", "10.0.1.20/24", "10.0.1.1");
    const auto narrative = lab.Explain("VM-A", "VM-B");
    if (!narrative.ok()) return narrative.status();
    const auto diagnostics = lab.Diagnose("compute1");
    if (!diagnostics.ok()) return diagnostics.status();
    if (real_.json) {
      std::cout << "{\"narrative\": " << narrative->ToJson() << ", \"diagnostics\": " << DiagnosticsToJson(*diagnostics)
                << "}\n";
    } else {
      std::cout << narrative->ToText() << "\n" << DiagnosticsToText(*diagnostics);
    }
    if (!pcapng_.empty()) {
      if (const absl::Status status = lab.WritePcapng(pcapng_); !status.ok()) return status;
    }
    return narrative->ping.outcome() == Outcome::kAnswered ? absl::OkStatus()
                                                           : absl::UnknownError("the ping was not answered");
  }

  bool is_real_ = false;
  RealLabOptions real_;
  std::string pcapng_;
};

}  // namespace

std::unique_ptr<Command> LabCommand() { return std::make_unique<LabOfTheSheet>(); }

}  // namespace ovnlite::tools
