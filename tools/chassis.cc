// `ovnlite chassis`: one hypervisor as a process, with real ports and tunnels.
#include "ovnlite/node/chassis.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <iostream>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/base/status.h"
#include "ovnlite/port/af_packet_port.h"
#include "ovnlite/port/tap_port.h"
#include "ovnlite/port/udp_tunnel.h"
#include "tools/command.h"
#include "tools/left_out.h"

namespace ovnlite::tools {
namespace {

// SIGTERM and SIGINT as a descriptor, so that they are one more thing the loop waits for.
class StopSignals {
 public:
  StopSignals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    fd_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  }
  ~StopSignals() { close(fd_); }
  int fd() const { return fd_; }

 private:
  int fd_;
};

// How long poll may sleep, or nothing for as long as it likes.
const timespec* SleepUntil(Instant deadline, Instant now, timespec& storage) {
  if (deadline == kNever) return nullptr;
  const Nanoseconds left = std::max<Nanoseconds>(deadline - now, 0);
  storage.tv_sec = left / kSecond;
  storage.tv_nsec = left % kSecond;
  return &storage;
}

class RunChassis final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* command = app.add_subcommand(
        "chassis",
        "Run one hypervisor until SIGTERM: compiles its flow tables and moves packets between ports and Geneve");
    command->add_option("--sb", sb_, "Southbound database file, read once")->required();
    command->add_option("--name", name_, "Name of this chassis in the database")->required();
    command
        ->add_option("--port", ports_,
                     "LSP=DEVICE: the VM (or, for a localnet port, the network) behind an existing interface; "
                     "LSP=tap:NAME makes a TAP interface. May be repeated")
        ->required();
    command->add_option("--encap-ip", encap_ip_,
                        "Address to send and receive Geneve on (default: the database's Encap)");
    return command;
  }

  absl::Status Run() override {
    OVNLITE_ASSIGN_OR_RETURN(const std::unique_ptr<Database> sb, LoadDatabase(sb_));
    SayChassisWithoutGeneve(*sb);
    const StopSignals stop;
    const SystemClock clock;
    Chassis chassis(*sb, clock, name_);
    OVNLITE_ASSIGN_OR_RETURN(const TunnelOptions tunnels, FindEncap(*sb));
    for (const std::string& port : ports_) OVNLITE_RETURN_IF_ERROR(OpenPort(*sb, clock, port, chassis));
    auto transport = OpenUdpTunnel(tunnels, {}, &clock);
    if (!transport.ok()) return WithContext(transport.status(), absl::StrCat(name_, ": Geneve"));
    chassis.SetTransport(*std::move(transport));
    chassis.Process();  // Compiles.
    std::set<std::string> said;
    const auto say_left_out = [&] {
      for (const std::string& text : chassis.hypervisor().LeftOut()) {
        if (said.insert(text).second) SayLeftOut(text);
      }
    };
    say_left_out();
    std::cout << name_ << ": ready, " << ports_.size() << " port(s), " << chassis.hypervisor().tunnels().size()
              << " tunnel(s), " << chassis.hypervisor().controller().DumpFlows().size() << " flows" << std::endl;
    OVNLITE_RETURN_IF_ERROR(Loop(clock, stop, chassis));
    chassis.Refresh();  // What kernel queues dropped.
    PrintCounters(chassis);
    say_left_out();
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<TunnelOptions> FindEncap(const Database& sb) const {
    const std::map<std::string, ChassisAddress> known = ChassisAddresses(sb);
    const auto me = known.find(name_);
    if (me == known.end()) {
      return absl::NotFoundError(absl::StrCat(
          "there is no chassis \"", name_, "\" with a geneve Encap in ", sb_, " (there are: ",
          absl::StrJoin(known, ", ", [](std::string* out, const auto& c) { absl::StrAppend(out, c.first); }), ")"));
    }
    TunnelOptions options = {.local = me->second.ip, .checksum = me->second.checksum};
    if (!encap_ip_.empty()) {
      OVNLITE_ASSIGN_OR_RETURN(options.local, IpAddress::Parse(encap_ip_));
      if (options.local != me->second.ip) {
        return absl::FailedPreconditionError(absl::StrCat("--encap-ip is ", encap_ip_,
                                                          ", but the database tells others ", "to reach ", name_,
                                                          " at ", me->second.ip.ToString()));
      }
    }
    return options;
  }

  absl::Status OpenPort(const Database& sb, const Clock& clock, const std::string& text, Chassis& chassis) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
      return absl::InvalidArgumentError(absl::StrCat("--port ", text, ": it should be LSP=DEVICE"));
    }
    const std::string lsp = text.substr(0, equals);
    absl::string_view device = absl::string_view(text).substr(equals + 1);
    OVNLITE_RETURN_IF_ERROR(CheckBinding(sb, lsp));
    const bool tap = absl::ConsumePrefix(&device, "tap:");
    auto port = tap ? OpenTapPort({.name = std::string(device)}, &clock)
                    : OpenAfPacketPort({.device = std::string(device)}, &clock);
    if (!port.ok()) return WithContext(port.status(), absl::StrCat(name_, ": port ", lsp));
    return chassis.AddPort(lsp, *std::move(port)).status();
  }

  absl::Status CheckBinding(const Database& sb, const std::string& lsp) {
    const RowIds found = sb.Find(sb::columns::Port_Binding::logical_port, lsp);
    if (found.empty()) return absl::NotFoundError(absl::StrCat("there is no logical port \"", lsp, "\" in ", sb_));
    const sb::Port_Binding_View binding = sb.Read<sb::Port_Binding>(found.front());
    if (binding.type() == "localnet") return absl::OkStatus();
    std::string owner = "no chassis";
    if (const auto chassis = sb.Read<sb::Chassis>(binding.chassis())) owner = std::string(chassis.name());
    if (owner == name_) return absl::OkStatus();
    return absl::FailedPreconditionError(
        absl::StrCat("logical port \"", lsp, "\" is bound to ", owner, " in ", sb_, ", not to ", name_));
  }

  static absl::Status Loop(const Clock& clock, const StopSignals& stop, Chassis& chassis) {
    pollfd wait[2] = {{chassis.fd(), POLLIN, 0}, {stop.fd(), POLLIN, 0}};
    while (true) {
      timespec storage;
      if (ppoll(wait, 2, SleepUntil(chassis.next_deadline(), clock.Now(), storage), nullptr) < 0 && errno != EINTR) {
        return absl::UnavailableError(absl::StrCat("ppoll: ", std::strerror(errno)));
      }
      if (wait[1].revents != 0) return absl::OkStatus();
      chassis.Process();
      for (const Port* port : chassis.ports()) {
        if (!port->status().ok()) return WithContext(port->status(), absl::StrCat("port ", port->name()));
      }
    }
  }

  void PrintCounters(const Chassis& chassis) const {
    for (const Port* port : chassis.ports()) {
      std::cout << name_ << ": port " << port->name() << ": " << port->counters().ToString() << "\n";
    }
    std::cout << name_ << ": tunnels: " << chassis.transport()->counters().ToString() << "\n";
    const DatapathCounters& c = chassis.hypervisor().datapath().counters();
    std::cout << name_ << ": datapath: " << c.received << " packets, " << c.cache_hits << " from the cache, "
              << c.translations << " translated, " << c.replies << " answered here, " << c.dropped
              << " dropped by flows" << std::endl;
  }

  std::string sb_, name_, encap_ip_;
  std::vector<std::string> ports_;
};

}  // namespace

std::unique_ptr<Command> ChassisCommand() { return std::make_unique<RunChassis>(); }

}  // namespace ovnlite::tools
