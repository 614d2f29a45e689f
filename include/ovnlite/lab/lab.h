// File: lab.h
// A whole OVN deployment in one object: Northbound and Southbound database, northd, hypervisors with their tunnels, and
// hosts plugged into them. Time is virtual, nothing needs root, and the same calls give the same packets, byte for
// byte. For trying networks out, and for unit tests of network logic.
//
//   Lab lab;
//   lab.AddChassis("compute1", "192.168.56.11");
//   lab.AddSwitch("LS1");
//   lab.AddHost("VM-A", "LS1", "LSP1", "compute1", "00:00:00:00:00:0a", "10.0.0.10/24", "10.0.0.1");
//   …
//   EXPECT_TRUE(lab.Ping("VM-A", "VM-B").answered());     // or Reaches(lab, "VM-A", "VM-B"): lab/testing.h
//
// What is more than these calls can say goes into the databases: through topology(), or by transactions on nb(). The
// lab takes edits up before the next packet.
//
// Errors: each call that builds returns its own status, which a script may ignore: the first error stays in status().
// An experiment ends in one of three ways (probe.h): answered; lost, with the reason; not tried, which nobody can take
// for a loss. Networks with rows that northd does not compile, and packets that meet a part of OVN that is missing
// here, are not tried.

#ifndef OVNLITE_LAB_LAB_H_
#define OVNLITE_LAB_LAB_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ovnlite/base/clock.h"
#include "ovnlite/check/check.h"
#include "ovnlite/db/database.h"
#include "ovnlite/lab/fabric.h"
#include "ovnlite/lab/narrative.h"
#include "ovnlite/lab/probe.h"
#include "ovnlite/lab/sim_host.h"

namespace ovnlite {

class Topology;  // topology/topology.h

struct LabOptions {
  uint64_t seed = 1;  // For UUIDs and loss.
  Nanoseconds underlay_delay = 100 * kMicrosecond;
  double underlay_loss = 0;   // Of each tunnelled packet, 0 to 1.
  uint16_t underlay_mtu = 0;  // In bytes of IP packet; 0: any.
  // Frames remembered for WritePcapng(); later ones are not.
  size_t capture_limit = 100'000;
};

class Lab {
 public:
  using Options = LabOptions;

  explicit Lab(Options options = {});
  ~Lab();
  Lab(const Lab&) = delete;
  Lab& operator=(const Lab&) = delete;

  // -- Building. The status returned is that of the call until the next one that fails. ------------------------------

  // A hypervisor, with the address its tunnels end at: what external-ids:system-id and ovn-encap-ip say in
  // Open_vSwitch. Here and below: addresses are those of one station, not a group's, not a broadcast.
  const absl::Status& AddChassis(absl::string_view name, absl::string_view encap_ip);
  const absl::Status& AddSwitch(absl::string_view name);
  const absl::Status& AddRouter(absl::string_view name);
  // A router port with this Ethernet address and these networks ("10.0.0.1/24", several separated by blanks), and the
  // switch port to it. For LR1 and LS1 they are called lr1-ls1 and ls1-lr1.
  const absl::Status& Connect(absl::string_view router, absl::string_view logical_switch, absl::string_view mac,
                              absl::string_view networks);
  // A host, its logical port (with addresses and port security), and the hypervisor it runs on. `addresses` have their
  // subnet's length; `gateways` is empty, or one address per family; each separated by blanks.
  const absl::Status& AddHost(absl::string_view host, absl::string_view logical_switch, absl::string_view port,
                              absl::string_view chassis, absl::string_view mac, absl::string_view addresses,
                              absl::string_view gateways = "");
  // Migrates a host to another hypervisor.
  const absl::Status& MoveHost(absl::string_view host, absl::string_view chassis);

  // Takes up all edits: northd compiles, hosts are bound where they run, hypervisors follow. Experiments call it.
  const absl::Status& Sync();
  // The first error of building.
  const absl::Status& status() const;

  // -- Experiments. `destination` is an address or a host's name (its first address). Virtual time goes on meanwhile.
  // ---

  PingResult Ping(absl::string_view host, absl::string_view destination, const PingOptions& options = {});
  // A datagram, and a second for an answer. Hosts echo what comes to port 7 and refuse other ports.
  UdpResult SendUdp(absl::string_view host, absl::string_view destination, uint16_t port, absl::string_view payload);
  // Any frame, as if `host` had sent it, and everything it causes.
  absl::Status SendFrame(absl::string_view host, absl::Span<const uint8_t> frame);
  // What the host learned by ARP and neighbour discovery, by address.
  absl::StatusOr<std::vector<HostNeighbor>> Neighbors(absl::string_view host);
  // Lets time pass.
  void Run(Nanoseconds time);

  // -- Looking. ------------------------------------------------------------------------------------------------------

  // Pings once and tells what happened, hop by hop (narrative.h).
  absl::StatusOr<Narrative> Explain(absl::string_view host, absl::string_view destination);
  // What ovn-trace prints about the echo request of such a ping, and the way over the hypervisors behind it
  // (trace/trace.h).
  absl::StatusOr<std::string> Trace(absl::string_view host, absl::string_view destination);
  // What the usual diagnostic commands would show, typed on this hypervisor and on the central machine: tunnels,
  // chassis, the logical network, flows of tunnels.
  absl::StatusOr<std::vector<Diagnostic>> Diagnose(absl::string_view chassis);
  // What makes no sense in the Northbound database, and what OVN does with it (check/check.h).
  std::vector<Finding> Check() const;

  // Every frame a host sent or received and every frame on the underlay, with a comment that says what became of it.
  // Interfaces are named after hosts, and chassis' underlay ports "compute1.underlay".
  absl::Status WritePcapng(const std::string& path) const;
  std::string Pcapng() const;

  // -- The parts. ----------------------------------------------------------------------------------------------------

  Database& nb();
  Database& sb();
  Topology& topology();
  Fabric& fabric();
  const ManualClock& clock() const;
  // The hosts' names, as they were added.
  std::vector<std::string> hosts() const;
  // Null when there is none.
  const SimHost* host(absl::string_view name) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LAB_LAB_H_
