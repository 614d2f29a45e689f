#include "tests/oracle/real_network.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "ovnlite/base/status.h"

namespace ovnlite {
namespace {

constexpr useconds_t kPoll = 50'000;  // Microseconds.
constexpr int kQuietPolls = 4, kMostPolls = 100;

// The frames of a capture that is still being written.
std::vector<std::string> Frames(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  const std::string file = text.str();
  constexpr size_t kFileHeader = 24, kRecordHeader = 16, kLength = 8;  // pcap-savefile(5)
  std::vector<std::string> frames;
  for (size_t at = kFileHeader; at + kRecordHeader <= file.size();) {
    uint32_t size;
    file.copy(reinterpret_cast<char*>(&size), sizeof size, at + kLength);
    at += kRecordHeader;
    if (at + size > file.size()) break;
    frames.push_back(file.substr(at, size));
    at += size;
  }
  return frames;
}

// Bytes; 0 where there is no file yet.
size_t SizeOf(const std::string& path) {
  std::error_code none;
  const auto size = std::filesystem::file_size(path, none);
  return none ? 0 : size;
}

// Geneve over IPv4 with a network identifier: BFD between hypervisors has 0.
bool IsOfALogicalNetwork(const std::string& frame) {
  return frame.size() > 50 && frame.substr(12, 2) == std::string("\x08\x00", 2) && frame[23] == 17 &&
         frame.substr(36, 2) == "\x17\xc1" && frame.substr(46, 3) != std::string(3, '\0');
}

std::string MacOf(size_t number) { return absl::StrFormat("aa:bb:cc:00:00:%02x", number); }

}  // namespace

absl::Status RealNetwork::Start(const std::vector<std::string>& lines) {
  OVNLITE_RETURN_IF_ERROR(central_.Build(lines).status());
  std::map<std::string, std::string> addresses, macs;  // By chassis; by address.
  std::map<std::string, std::vector<std::string>> ports;
  for (const std::string& line : lines) {
    const std::vector<std::string> words = absl::StrSplit(line, ' ');
    if (words.size() == 5 && words[0] == "sb" && words[1] == "chassis-add") {
      addresses[words[2]] = words[4];
      macs[words[4]] = MacOf(addresses.size());
    }
    if (words.size() == 4 && words[0] == "sb" && words[1] == "lsp-bind") ports[words[3]].push_back(words[2]);
  }
  underlay_ = std::make_unique<RealSwitch>(central_.folder() + "/underlay");
  OVNLITE_RETURN_IF_ERROR(underlay_->Start());
  OVNLITE_RETURN_IF_ERROR(underlay_->Run("$V add-br n1 -- set bridge n1 datapath_type=dummy\n").status());
  for (const auto& [name, ip] : addresses) {
    const std::string socket = absl::StrCat(underlay_->folder(), "/", name, ".sock");
    OVNLITE_RETURN_IF_ERROR(underlay_
                                ->Run(absl::StrCat("$V add-port n1 to-", name, " -- set interface to-", name,
                                                   " type=dummy options:pstream=punix:", socket, "\n"))
                                .status());
    auto& hypervisor = hypervisors_[name] = std::make_unique<RealHypervisor>(central_, name, ip);
    hypervisor->Join(socket, macs[ip], macs);
    OVNLITE_RETURN_IF_ERROR(hypervisor->Start(ports[name]));
    for (const std::string& port : ports[name]) {
      places_[port] = {hypervisor.get(), port};
      outlets_.push_back({port, hypervisor->CaptureOf(port)});
    }
    places_[name + ":ext"] = {hypervisor.get(), "ext"};
    for (const char* port : {"ext", "tunnel"}) {
      outlets_.push_back({absl::StrCat(name, ".", port), hypervisor->CaptureOf(port)});
    }
  }
  OVNLITE_ASSIGN_OR_RETURN(LoadedLog settled, central_.Settled());
  usleep(1'000'000);  // Gateways are claimed, and that is told to everybody.
  OVNLITE_ASSIGN_OR_RETURN(settled, central_.Settled());
  southbound_ = std::move(settled.database);
  return absl::OkStatus();
}

// Waits until nothing leaves anywhere, and writes down what has left since.
void RealNetwork::Settle() {
  size_t before = 0;
  for (int polls = 0, quiet = 0; polls < kMostPolls && quiet < kQuietPolls; ++polls) {
    usleep(kPoll);
    size_t now = 0;
    for (const Outlet& outlet : outlets_) now += SizeOf(outlet.capture);
    quiet = now == before ? quiet + 1 : 0;
    before = now;
  }
  for (Outlet& outlet : outlets_) {
    const bool is_tunnel = outlet.name.ends_with(".tunnel");
    const std::vector<std::string> frames = Frames(outlet.capture);
    for (; outlet.seen < frames.size(); ++outlet.seen) {
      const std::string& frame = frames[outlet.seen];
      if (is_tunnel && !IsOfALogicalNetwork(frame)) continue;
      absl::StrAppend(&recording_, "  ", outlet.name, " ", absl::BytesToHexString(frame), "\n");
    }
  }
}

absl::Status RealNetwork::Play(absl::string_view line) {
  const std::pair<std::string, std::string> words = absl::StrSplit(line, absl::MaxSplits(' ', 1));
  absl::StrAppend(&recording_, line, "\n");
  if (words.first == "sleep") {
    double seconds;
    if (!absl::SimpleAtod(words.second, &seconds)) return absl::InvalidArgumentError(line);
    usleep(static_cast<useconds_t>(seconds * 1e6));
  } else if (words.first != "start") {
    const auto place = places_.find(words.first);
    if (place == places_.end()) return absl::NotFoundError(line);
    OVNLITE_RETURN_IF_ERROR(place->second.hypervisor->Inject(place->second.port, words.second));
  }
  Settle();
  return absl::OkStatus();
}

absl::StatusOr<std::string> RealNetwork::Record(const std::vector<std::string>& lines, absl::string_view steps) {
  outlets_.clear();
  places_.clear();
  hypervisors_.clear();
  underlay_.reset();
  recording_.clear();
  OVNLITE_RETURN_IF_ERROR(Start(lines));
  OVNLITE_RETURN_IF_ERROR(Play("start"));
  for (absl::string_view line : absl::StrSplit(steps, '\n', absl::SkipEmpty())) OVNLITE_RETURN_IF_ERROR(Play(line));
  return std::move(recording_);
}

}  // namespace ovnlite
