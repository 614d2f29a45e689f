// File: lab_real_network.h
// The machines of the real lab: network namespaces, the wires between them, and their end.
//
//   OVNLITE_ASSIGN_OR_RETURN(LabNetwork net, LabNetwork::Build(processes, vms));
//   processes.Run(net.In("VM-A", {"ping", "10.0.1.20"}));
//
//                         underlay (a bridge, br0)
//            central           compute1           compute2          192.168.56.10, .11, .12; MTU 1500
//                                vm-a               vm-b            no address: their frames are ovnlite's
//                                VM-A               VM-B            MTU 1442
//
// Namespaces are called ovnlite1-central and so on: each lab that runs has a number, and the file
// /run/ovnlite/lab1/lock, locked while it runs. A lab that was killed leaves its namespaces, but no lock; the next
// one takes them away. Several labs at the same time do not meet.

#ifndef OVNLITE_TOOLS_LAB_REAL_NETWORK_H_
#define OVNLITE_TOOLS_LAB_REAL_NETWORK_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tools/lab_real_process.h"

namespace ovnlite::tools {

// What Geneve over IPv4 adds to an inner packet: Ethernet 14, Geneve 8 and OVN's option 8, UDP 8, IPv4 20.
inline constexpr int kUnderlayMtu = 1500;
inline constexpr int kVmMtu = kUnderlayMtu - 58;

// A machine on the underlay.
struct LabNode {
  std::string name;
  std::string address;
};

// A VM: a namespace joined to an interface of its hypervisor by a veth pair.
struct LabVm {
  std::string name;
  std::string node;
  std::string device;  // The hypervisor's end.
  std::string port;    // The logical port.
  std::string mac;
  std::string address;
  int prefix_length;
  std::string gateway;
};

// A lab's number and folder, for as long as this object lives; whatever bears its name is taken away at its end.
class LabNetwork {
 public:
  // Takes away what killed labs left, then takes a number. The names of labs found dead go to `leftovers`.
  static absl::StatusOr<std::unique_ptr<LabNetwork>> Claim(Processes& processes, std::vector<std::string>* leftovers);
  ~LabNetwork();
  LabNetwork(const LabNetwork&) = delete;
  LabNetwork& operator=(const LabNetwork&) = delete;

  absl::Status Build(const std::vector<LabNode>& nodes, const std::vector<LabVm>& vms);
  // Ends what runs in the namespaces, and removes them and the folder. The first fault, though all of it is tried.
  absl::Status TakeDown();

  const std::string& name() const { return name_; }      // "ovnlite1"
  const std::string& folder() const { return folder_; }  // For files that go with the lab.
  // The namespace of a machine: "ovnlite1-VM-A".
  std::string NamespaceOf(absl::string_view machine) const;
  // A command as it runs on that machine.
  std::vector<std::string> In(absl::string_view machine, const std::vector<std::string>& command) const;

 private:
  LabNetwork(Processes& processes, std::string name, std::string folder, int lock)
      : processes_(processes), name_(std::move(name)), folder_(std::move(folder)), lock_(lock) {}
  absl::Status AddMachine(absl::string_view machine);
  absl::Status Ip(absl::string_view machine, absl::string_view arguments);

  Processes& processes_;
  std::string name_;
  std::string folder_;
  int lock_;
};

}  // namespace ovnlite::tools

#endif  // OVNLITE_TOOLS_LAB_REAL_NETWORK_H_
