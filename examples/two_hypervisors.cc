// Two hypervisors, two logical switches, one distributed router, and a ping across: explained hop by hop, with the
// packet as it was at each.
//
//   two_hypervisors [--json | --trace] [--pcapng FILE]
//
// --trace prints what ovn-trace says about the ping instead. FILE gets every frame seen at either VM and on the
// underlay, for Wireshark.
#include <iostream>
#include <string>

#include "ovnlite/lab/lab.h"

int main(int argc, char** argv) {
  bool json = false, trace = false;
  std::string pcapng;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--json") {
      json = true;
    } else if (argument == "--trace") {
      trace = true;
    } else if (argument == "--pcapng" && i + 1 < argc) {
      pcapng = argv[++i];
    } else {
      std::cerr << "usage: two_hypervisors [--json | --trace] [--pcapng FILE]\n";
      return 2;
    }
  }

  ovnlite::Lab lab;
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
  const auto diagnostics = lab.Diagnose("compute1");
  if (!narrative.ok() || !diagnostics.ok()) {
    std::cerr << "two_hypervisors: " << (narrative.ok() ? diagnostics.status() : narrative.status()) << "\n";
    return 1;
  }
  if (trace) {
    std::cout << lab.Trace("VM-A", "VM-B").value_or("two_hypervisors: no trace\n");
  } else if (json) {
    std::cout << "{\"narrative\": " << narrative->ToJson()
              << ", \"diagnostics\": " << ovnlite::DiagnosticsToJson(*diagnostics) << "}\n";
  } else {
    std::cout << narrative->ToText() << "\n" << ovnlite::DiagnosticsToText(*diagnostics);
  }
  if (!pcapng.empty()) {
    if (const absl::Status status = lab.WritePcapng(pcapng); !status.ok()) {
      std::cerr << "two_hypervisors: " << status << "\n";
      return 1;
    }
    std::cerr << "two_hypervisors: wrote " << pcapng << "\n";
  }
  return narrative->ping.outcome() == ovnlite::Outcome::kAnswered ? 0 : 1;
}
