#include "ovnlite/trace/trace.h"

#include <cctype>
#include <iostream>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "ovnlite/base/status.h"
#include "tools/command.h"
#include "tools/left_out.h"

namespace ovnlite::tools {
namespace {

// "10.0.0.1", "10.0.0.1:80", "fd00::1", "[fd00::1]:80".
absl::Status ParseDestination(const std::string& text, TraceOptions& options) {
  const absl::Status bad = absl::InvalidArgumentError(absl::StrCat(text, ": bad address"));
  std::string address = text, port;
  if (!text.empty() && text[0] == '[') {
    const size_t close = text.find(']');
    if (close == std::string::npos) return bad;
    address = text.substr(1, close - 1);
    port = text.substr(close + 1);
  } else if (std::count(text.begin(), text.end(), ':') == 1) {
    address = text.substr(0, text.find(':'));
    port = text.substr(text.find(':'));
  }
  const absl::StatusOr<IpAddress> ip = IpAddress::Parse(address);
  uint32_t number = 0;
  if (!port.empty() && (port[0] != ':' || !absl::SimpleAtoi(port.substr(1), &number) || number > 65'535)) return bad;
  if (!ip.ok()) return bad;
  options.lb_destination = *ip;
  options.lb_port = static_cast<uint16_t>(number);
  return absl::OkStatus();
}

class TraceTool final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* command = app.add_subcommand(
        "trace", "Follow a packet through the logical networks, as ovn-trace does, and over the chassis");
    command->add_option("--sb", sb_, "Southbound database file");
    command->add_option(
        "--nb", nb_,
        "Northbound database file; compiled first without --sb, else only used to name what drops packets");
    command->add_flag("--detailed", detailed_, "Table by table (the default)");
    command->add_flag("--summary", summary_, "Pipelines and actions");
    command->add_flag("--minimal", minimal_, "Only what becomes of the packet");
    command->add_flag("--all", all_, "All three forms");
    ct_option_ = command->add_option(
        "--ct", ct_,
        "ct_state flags (new, est, rel, rpl, inv, trk, dnat, snat), once for each use of connection tracking");
    ct_option_->allow_extra_args(false);
    command->add_option("--lb-dst", lb_dst_, "IP[:PORT] that load balancers choose");
    command->add_option("--select-id", select_id_, "Member that `select` chooses");
    command->add_flag("--friendly-names,!--no-friendly-names", options_.friendly_names,
                      "Short names for long ones (the default)");
    command->add_flag("--ovs", options_.openflow, "Also the OpenFlow flows of each logical flow");
    command->add_flag("--as-forwarded", options_.as_forwarded, "Do as hypervisors do where ovn-trace simplifies");
    command->add_flag("--physical", options_.physical,
                      "Also the way over the chassis: tunnels, headers, delivery, reasons of drops");
    command->add_flag("--reply", options_.reply, "Also the way back of what the hosts that get it would answer");
    command->add_flag(
        "--check", check_,
        "Also warn of logical flows that cannot be read where the packet does not come by, as ovn-trace does");
    command->add_flag("--json", json_, "One JSON object instead of text");
    command->add_option("arguments", arguments_, "Where the packet is (else where its inport is), and what it is")
        ->option_text("[DATAPATH] MICROFLOW")
        ->required()
        ->expected(1, 2);
    return command;
  }

  // --ct= is tracked, and nothing else.
  const CLI::Option* MayBeEmpty() const override { return ct_option_; }

  absl::Status Run() override {
    for (const std::string& flags : ct_) {
      OVNLITE_ASSIGN_OR_RETURN(const uint16_t state, ParseCtStateFlags(flags));
      options_.ct_states.push_back(state);
    }
    if (!lb_dst_.empty()) OVNLITE_RETURN_IF_ERROR(ParseDestination(lb_dst_, options_));
    if (!select_id_.empty()) {
      uint32_t id = 0;
      if (!absl::SimpleAtoi(select_id_, &id) || id == 0 || id > 65'535) {
        return absl::InvalidArgumentError(absl::StrCat(select_id_, ": bad select-id"));
      }
      options_.select_id = static_cast<uint16_t>(id);
    }
    options_.physical = options_.physical || options_.reply || json_;
    OVNLITE_ASSIGN_OR_RETURN(database_, Southbound());
    tracer_ = std::make_unique<Tracer>(*database_);
    tracer_->UseNorthbound(northbound_.get());
    const bool has_datapath = arguments_.size() == 2;
    OVNLITE_ASSIGN_OR_RETURN(Trace trace,
                             tracer_->Run(has_datapath ? arguments_[0] : std::string(), arguments_.back(), options_));
    if (check_) {
      std::set<std::string> said(trace.warnings.begin(), trace.warnings.end());
      for (std::string& warning : tracer_->CheckFlows()) {
        if (said.insert(warning).second) trace.warnings.push_back(std::move(warning));
        trace.is_partial = true;
      }
    }
    if (trace.is_partial) NoteLeftOut();
    for (const std::string& warning : trace.warnings) std::cerr << "ovnlite: " << warning << "\n";
    if (json_) {
      std::cout << trace.ToJson() << "\n";
      return absl::OkStatus();
    }
    Print(trace);
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<std::unique_ptr<Database>> Southbound() {
    if (sb_.empty() && nb_.empty()) return absl::InvalidArgumentError("--sb or --nb is required");
    if (!nb_.empty()) {
      OVNLITE_ASSIGN_OR_RETURN(northbound_, LoadDatabase(nb_, "OVN_Northbound"));
    }
    if (!sb_.empty()) return LoadDatabase(sb_);
    return CompileNorthbound(*northbound_, nb_);
  }

  // Several forms each get a banner.
  void Print(const Trace& trace) const {
    const bool several = all_ || detailed_ + summary_ + minimal_ > 1;
    std::cout << "# " << trace.microflow << "\n";
    const auto form = [&](bool wanted, TraceForm which, const char* name) {
      if (!wanted && !all_) return;
      if (several) std::cout << "# " << name << " trace.\n";
      std::cout << FormatTraceTree(trace.root, which);
    };
    form(detailed_ || !(summary_ || minimal_), TraceForm::kDetailed, "Detailed");
    form(summary_, TraceForm::kSummary, "Summary");
    form(minimal_, TraceForm::kMinimal, "Minimal");
    if (options_.physical) std::cout << "# Physical path.\n" << FormatPhysicalPath(trace.physical);
    if (!options_.reply) return;
    std::cout << "# Reply path.\n" << (trace.reply.empty() ? "    nobody answers\n" : FormatPhysicalPath(trace.reply));
  }

  // Kept until the program ends, which frees them faster than they would be destroyed.
  std::unique_ptr<Database> northbound_, database_;
  std::unique_ptr<Tracer> tracer_;
  std::string sb_, nb_, lb_dst_, select_id_;
  std::vector<std::string> ct_, arguments_;
  CLI::Option* ct_option_ = nullptr;
  TraceOptions options_;
  bool detailed_ = false, summary_ = false, minimal_ = false, all_ = false, check_ = false, json_ = false;
};

}  // namespace

std::unique_ptr<Command> TraceCommand() { return std::make_unique<TraceTool>(); }

}  // namespace ovnlite::tools
