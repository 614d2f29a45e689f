#include "tools/lab_real_network.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "ovnlite/base/status.h"

namespace ovnlite::tools {
namespace {

constexpr char kFolder[] = "/run/ovnlite";
constexpr int kMaxLabs = 99;
constexpr ProcessOptions kTakingDown = {.interruptible = false};

// The lock of a lab's folder, which is made if need be: a descriptor that holds it, or -1 when another process does.
absl::StatusOr<int> TakeLock(const std::string& folder) {
  const std::string path = absl::StrCat(folder, "/lock");
  while (true) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) return absl::PermissionDeniedError(absl::StrCat(folder, ": ", error.message()));
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
      if (errno == ENOENT) continue;  // Whoever had it is removing it.
      return absl::PermissionDeniedError(absl::StrCat(path, ": ", std::strerror(errno)));
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
      close(fd);
      return -1;
    }
    // The file may have been removed between open() and flock(): then the lock is on nothing.
    struct stat ours = {};
    struct stat there = {};
    if (fstat(fd, &ours) == 0 && stat(path.c_str(), &there) == 0 && ours.st_ino == there.st_ino) return fd;
    close(fd);
  }
}

absl::StatusOr<std::vector<std::string>> NamespacesOf(Processes& processes, const std::string& lab) {
  OVNLITE_ASSIGN_OR_RETURN(const Outcome list, processes.Run({"ip", "netns", "list"}, kTakingDown));
  if (!list.ok()) return absl::UnknownError(absl::StrCat("ip netns list: ", list.LastWords()));
  std::vector<std::string> names;
  for (absl::string_view line : absl::StrSplit(list.out, '\n', absl::SkipEmpty())) {
    // "ovnlite1-VM-A (id: 3)"
    const std::string name(line.substr(0, line.find(' ')));
    if (absl::StartsWith(name, absl::StrCat(lab, "-"))) names.push_back(name);
  }
  return names;
}

// Removes a lab's namespaces, with what runs in them.
absl::Status RemoveNamespaces(Processes& processes, const std::string& lab) {
  OVNLITE_ASSIGN_OR_RETURN(const std::vector<std::string> names, NamespacesOf(processes, lab));
  absl::Status first;
  for (const std::string& name : names) {
    if (const auto pids = processes.Run({"ip", "netns", "pids", name}, kTakingDown); pids.ok()) {
      for (absl::string_view line : absl::StrSplit(pids->out, '\n', absl::SkipWhitespace())) {
        int pid = 0;
        if (absl::SimpleAtoi(line, &pid) && pid > 1) kill(pid, SIGKILL);
      }
    }
    first.Update(processes.Do({"ip", "netns", "del", name}, kTakingDown));
  }
  return first;
}

}  // namespace

absl::StatusOr<std::unique_ptr<LabNetwork>> LabNetwork::Claim(Processes& processes,
                                                              std::vector<std::string>* leftovers) {
  std::unique_ptr<LabNetwork> claimed;
  for (int number = 1; number <= kMaxLabs; ++number) {
    const std::string name = absl::StrCat("ovnlite", number);
    const std::string folder = absl::StrCat(kFolder, "/lab", number);
    const bool was_there = access(folder.c_str(), F_OK) == 0;
    if (claimed != nullptr && !was_there) continue;
    OVNLITE_ASSIGN_OR_RETURN(const int lock, TakeLock(folder));
    if (lock < 0) continue;
    auto lab = std::unique_ptr<LabNetwork>(new LabNetwork(processes, name, folder, lock));
    OVNLITE_ASSIGN_OR_RETURN(const std::vector<std::string> old, NamespacesOf(processes, name));
    if (!old.empty()) leftovers->push_back(name);
    OVNLITE_RETURN_IF_ERROR(RemoveNamespaces(processes, name));
    if (claimed == nullptr) claimed = std::move(lab);
  }
  if (claimed == nullptr) {
    return absl::ResourceExhaustedError(absl::StrCat("there are ", kMaxLabs, " labs running already: see ", kFolder));
  }
  return claimed;
}

LabNetwork::~LabNetwork() {
  if (lock_ >= 0) TakeDown().IgnoreError();
}

absl::Status LabNetwork::TakeDown() {
  const absl::Status removed = RemoveNamespaces(processes_, name_);
  std::error_code error;
  std::filesystem::remove_all(folder_, error);  // The lock file goes while the lock is held.
  close(lock_);
  lock_ = -1;
  if (removed.ok() && error) return absl::UnknownError(absl::StrCat(folder_, ": ", error.message()));
  return removed;
}

std::string LabNetwork::NamespaceOf(absl::string_view machine) const { return absl::StrCat(name_, "-", machine); }

std::vector<std::string> LabNetwork::In(absl::string_view machine, const std::vector<std::string>& command) const {
  std::vector<std::string> all = {"ip", "netns", "exec", NamespaceOf(machine)};
  all.insert(all.end(), command.begin(), command.end());
  return all;
}

absl::Status LabNetwork::Ip(absl::string_view machine, absl::string_view arguments) {
  std::vector<std::string> all = {"ip", "-n", NamespaceOf(machine)};
  for (absl::string_view word : absl::StrSplit(arguments, ' ')) all.emplace_back(word);
  return processes_.Do(all);
}

absl::Status LabNetwork::AddMachine(absl::string_view machine) {
  OVNLITE_RETURN_IF_ERROR(processes_.Do({"ip", "netns", "add", NamespaceOf(machine)}));
  // The lab speaks IPv4; without this the kernels' own router solicitations fill the captures. Where it cannot be
  // written they stay, and nothing depends on it.
  const std::string quiet = "for i in default all; do echo 1 > /proc/sys/net/ipv6/conf/$i/disable_ipv6; done";
  OVNLITE_RETURN_IF_ERROR(processes_.Run(In(machine, {"sh", "-c", quiet})).status());
  return Ip(machine, "link set lo up");
}

absl::Status LabNetwork::Build(const std::vector<LabNode>& nodes, const std::vector<LabVm>& vms) {
  OVNLITE_RETURN_IF_ERROR(AddMachine("underlay"));
  OVNLITE_RETURN_IF_ERROR(Ip("underlay", "link add br0 type bridge"));
  OVNLITE_RETURN_IF_ERROR(Ip("underlay", "link set br0 up"));
  for (const LabNode& node : nodes) {
    OVNLITE_RETURN_IF_ERROR(AddMachine(node.name));
    const std::string wire = absl::StrCat("u-", node.name);
    OVNLITE_RETURN_IF_ERROR(
        Ip("underlay", absl::StrCat("link add ", wire, " type veth peer name eth0 netns ", NamespaceOf(node.name))));
    OVNLITE_RETURN_IF_ERROR(Ip("underlay", absl::StrCat("link set ", wire, " master br0 up")));
    OVNLITE_RETURN_IF_ERROR(Ip(node.name, absl::StrCat("addr add ", node.address, "/24 dev eth0")));
    OVNLITE_RETURN_IF_ERROR(Ip(node.name, absl::StrCat("link set eth0 mtu ", kUnderlayMtu, " up")));
  }
  for (const LabVm& vm : vms) {
    OVNLITE_RETURN_IF_ERROR(AddMachine(vm.name));
    OVNLITE_RETURN_IF_ERROR(Ip(vm.node, absl::StrCat("link add ", vm.device, " mtu ", kVmMtu,
                                                     " type veth peer name eth0 netns ", NamespaceOf(vm.name))));
    OVNLITE_RETURN_IF_ERROR(Ip(vm.node, absl::StrCat("link set ", vm.device, " up")));
    OVNLITE_RETURN_IF_ERROR(Ip(vm.name, absl::StrCat("link set eth0 address ", vm.mac, " mtu ", kVmMtu, " up")));
    OVNLITE_RETURN_IF_ERROR(Ip(vm.name, absl::StrCat("addr add ", vm.address, "/", vm.prefix_length, " dev eth0")));
    OVNLITE_RETURN_IF_ERROR(Ip(vm.name, absl::StrCat("route add default via ", vm.gateway)));
  }
  return absl::OkStatus();
}

}  // namespace ovnlite::tools
