#include "tools/lab_real.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "ovnlite/base/status.h"
#include "tools/command.h"
#include "tools/lab_real_checks.h"
#include "tools/lab_real_database.h"
#include "tools/lab_real_network.h"
#include "tools/lab_real_process.h"
#include "tools/lab_real_report.h"

namespace ovnlite::tools {
namespace {

constexpr size_t kTcpBytes = 50'000'000;
constexpr Nanoseconds kReadyTime = 60 * kSecond;

struct Tool {
  const char* program;
  const char* package;
};
constexpr Tool kTools[] = {
    {"ip", "iproute2"},           {"ping", "iputils-ping"}, {"nc", "netcat-openbsd"},
    {"traceroute", "traceroute"}, {"tcpdump", "tcpdump"},   {"sha256sum", "coreutils"},
};

// The sheet's machines.
std::vector<LabNode> SheetNodes() {
  return {{"central", "192.168.56.10"}, {"compute1", "192.168.56.11"}, {"compute2", "192.168.56.12"}};
}
std::vector<LabVm> SheetVms() {
  return {{"VM-A", "compute1", "vm-a", "LSP1", "00:00:00:00:00:0a", "10.0.0.10", 24, "10.0.0.1"},
          {"VM-B", "compute2", "vm-b", "LSP2", "00:00:00:00:00:0b", "10.0.1.20", 24, "10.0.1.1"}};
}

absl::StatusOr<Finding> LookForTools() {
  std::vector<std::string> found, missing, packages;
  for (const Tool& tool : kTools) {
    if (!FindProgram(tool.program).empty()) {
      found.push_back(tool.program);
      continue;
    }
    missing.push_back(tool.program);
    packages.push_back(tool.package);
  }
  if (!missing.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("not found: ", absl::StrJoin(missing, ", "), "; apt-get install ", absl::StrJoin(packages, " ")));
  }
  if (geteuid() != 0) return absl::FailedPreconditionError("needs root, to make network namespaces");
  return Finding{absl::StrJoin(found, ", ")};
}

class RealLab {
 public:
  explicit RealLab(const RealLabOptions& options)
      : options_(options), report_(options.json, std::cout, processes_.clock()) {}

  absl::Status Run() {
    if (Build().ok()) {
      Check();
      if (options_.keep) Keep();
    }
    TakeDown();
    return report_.Finish();
  }

 private:
  absl::Status Build() {
    OVNLITE_RETURN_IF_ERROR(report_.Step("tools", LookForTools));
    OVNLITE_RETURN_IF_ERROR(report_.Step("namespaces", [this] { return BuildNetwork(); }));
    OVNLITE_RETURN_IF_ERROR(report_.Step("database", [this] { return PrepareDatabase(); }));
    for (const LabVm& vm : vms_) {
      OVNLITE_RETURN_IF_ERROR(report_.Step(vm.node, [this, &vm] { return StartChassis(vm); }));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Finding> BuildNetwork() {
    std::vector<std::string> leftovers;
    OVNLITE_ASSIGN_OR_RETURN(network_, LabNetwork::Claim(processes_, &leftovers));
    report_.set_lab(network_->name());
    OVNLITE_RETURN_IF_ERROR(network_->Build(nodes_, vms_));
    // The bridge forwards from the first frame on; the wires may still be coming up.
    LabChecks checks{processes_, *network_};
    for (const LabNode& node : nodes_) {
      if (node.name == "central") continue;
      absl::StatusOr<Finding> reached = absl::UnavailableError("");
      for (int i = 0; i < 5 && !reached.ok(); ++i) {
        reached = checks.Ping("central", node.address, {}, 1);
        if (absl::IsCancelled(reached.status())) break;
      }
      if (!reached.ok()) return WithContext(reached.status(), "the underlay");
    }
    std::string detail = absl::StrCat(network_->name(), "-{underlay");
    for (const LabNode& node : nodes_) absl::StrAppend(&detail, ",", node.name);
    for (const LabVm& vm : vms_) absl::StrAppend(&detail, ",", vm.name);
    absl::StrAppend(&detail, "}: underlay MTU ", kUnderlayMtu, ", VMs' MTU ", kVmMtu);
    if (!leftovers.empty()) {
      absl::StrAppend(&detail, "; removed what killed labs had left: ", absl::StrJoin(leftovers, ", "));
    }
    return Finding{detail};
  }

  absl::StatusOr<Finding> PrepareDatabase() {
    sb_ = absl::StrCat(network_->folder(), "/sb.db");
    if (options_.sb.empty()) {
      OVNLITE_RETURN_IF_ERROR(WriteLabDatabase(nodes_, vms_, sb_));
      return Finding{"Southbound, compiled by northd from LS1, LS2, LR1"};
    }
    OVNLITE_ASSIGN_OR_RETURN(const std::unique_ptr<Database> given, LoadDatabase(options_.sb));
    OVNLITE_RETURN_IF_ERROR(SaveLog(*given, sb_));
    return Finding{absl::StrCat("Southbound, from ", options_.sb)};
  }

  absl::StatusOr<Finding> StartChassis(const LabVm& vm) {
    std::string address;
    for (const LabNode& node : nodes_) {
      if (node.name == vm.node) address = node.address;
    }
    std::error_code error;
    const std::string self = std::filesystem::read_symlink("/proc/self/exe", error);
    const std::vector<std::string> command =
        network_->In(vm.node, {self, "chassis", "--sb", sb_, "--name", vm.node, "--port",
                               absl::StrCat(vm.port, "=", vm.device), "--encap-ip", address});
    OVNLITE_ASSIGN_OR_RETURN(auto chassis, processes_.Start(command));
    const Instant patience = processes_.clock().Now() + kReadyTime;
    while (!absl::StrContains(chassis->output(), "ready")) {
      if (!chassis->running()) return absl::UnknownError(chassis->Stop().LastWords());
      if (processes_.clock().Now() > patience) return absl::DeadlineExceededError("it is not ready after a minute");
      OVNLITE_RETURN_IF_ERROR(processes_.Sleep(2 * kMillisecond));
    }
    const std::string said(absl::StripAsciiWhitespace(chassis->output()));
    chassis_.push_back({vm.node, std::move(chassis)});
    return Finding{said.substr(vm.node.size() + 2), CommandLine(command)};
  }

  static absl::StatusOr<Finding> StopChassis(Child& chassis) {
    const bool was_running = chassis.running();
    const Outcome outcome = chassis.Stop();
    if (!was_running) return absl::UnknownError(absl::StrCat("it had ended by itself: ", outcome.LastWords()));
    if (!outcome.ok()) return absl::UnknownError(absl::StrCat("it ended badly: ", outcome.LastWords()));
    Finding finding = {"stopped"};
    for (absl::string_view line : absl::StrSplit(outcome.out, '\n', absl::SkipEmpty())) {
      if (!absl::StrContains(line, ": ready")) finding.lines.emplace_back(line);
    }
    return finding;
  }

  void Check() {
    LabChecks checks{processes_, *network_};
    const LabVm& a = vms_[0];
    const LabVm& b = vms_[1];
    std::unique_ptr<Child> capture;
    if (absl::StatusOr<std::unique_ptr<Child>> started = checks.StartCapture(); started.ok()) {
      capture = *std::move(started);
    } else {
      report_.Step("geneve", [&] { return started.status(); }).IgnoreError();
    }
    constexpr int kPings = 1'000, kPingsBack = 100;
    bool go_on = true;
    const auto step = [&](const std::string& name, const std::function<absl::StatusOr<Finding>()>& check) {
      if (go_on) go_on = !absl::IsCancelled(report_.Step(name, check));
    };
    step("first ping", [&] { return checks.Ping(a.name, b.address, {}, 1); });
    step("1000 pings", [&] { return checks.Ping(a.name, b.address, {"-i", "0.001"}, kPings); });
    step("and back", [&] { return checks.Ping(b.name, a.address, {"-i", "0.001"}, kPingsBack); });
    if (capture != nullptr) {
      step("geneve",
           [&] { return checks.Geneve(*capture, nodes_[1].address, nodes_[2].address, 1 + kPings + kPingsBack); });
    }
    step("router", [&] { return checks.Ping(a.name, a.gateway, {"-i", "0.001"}, 10); });
    step("traceroute", [&] { return checks.Traceroute(a.name, {a.gateway, b.address}); });
    step("mtu", [&] { return checks.Mtu(a.name, b.address); });
    step("tcp", [&] { return checks.Tcp(a.name, b.name, b.address, kTcpBytes); });
    step("tcp back", [&] { return checks.Tcp(b.name, a.name, a.address, kTcpBytes); });
    step("udp", [&] { return checks.Udp(a.name, b.name, b.address, {1'000, 8'000}); });
    step("closed port", [&] { return checks.Refused(a.name, b.address); });
  }

  void Keep() {
    const absl::Status said =
        report_.Say(absl::StrCat("      the lab is up: try  ip netns exec ", network_->NamespaceOf(vms_[0].name),
                                 " ping ", vms_[1].address, ";  Ctrl-C, or kill ", getpid(), ", takes it down"));
    if (said.ok()) processes_.Sleep(kNever).IgnoreError();
  }

  void TakeDown() {
    for (auto& [name, child] : chassis_) {
      report_.Step(name, [&child = child] { return StopChassis(*child); }).IgnoreError();
    }
    if (network_ == nullptr) return;
    report_
        .Step("clean-up",
              [this]() -> absl::StatusOr<Finding> {
                OVNLITE_RETURN_IF_ERROR(network_->TakeDown());
                return Finding{absl::StrCat("nothing of ", network_->name(), " is left")};
              })
        .IgnoreError();
  }

  const RealLabOptions options_;
  const std::vector<LabNode> nodes_ = SheetNodes();
  const std::vector<LabVm> vms_ = SheetVms();
  Processes processes_;
  LabReport report_;
  std::unique_ptr<LabNetwork> network_;
  std::vector<std::pair<std::string, std::unique_ptr<Child>>> chassis_;
  std::string sb_;
};

}  // namespace

absl::Status RunRealLab(const RealLabOptions& options) {
  setenv("LC_ALL", "C", 1);  // The words of ping are compared.
  return RealLab(options).Run();
}

}  // namespace ovnlite::tools
