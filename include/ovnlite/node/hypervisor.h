// File: hypervisor.h
// One hypervisor without its wires: controller, flow tables and datapath of a chassis, following a Southbound database.
// Whoever owns it brings frames and takes frames: a Fabric joins many in one process, a Chassis has real ports.
//
//   Hypervisor hv(sb, clock, host, {.chassis = "compute1"});
//   hv.SetTransport(std::move(transport));        // what carries tunnels
//   hv.Update();                                  // after the database changed
//   hv.ReceivePort("LSP1", packet);
//   hv.TakeFromTunnels();
//
// The database says who is bound where and where tunnels lead; numbers of ports stay with their names. What packets
// teach is written to the database, and reaches this and all other hypervisors from there; so are the gateway ports
// that are this chassis' to have.
//
// A hypervisor may have several queues, each with a datapath and a transport of its own, for as many threads: queue 0
// is its owner's, who calls everything; the others' threads call only what takes a queue, each its own. All packets of
// a flow are to come by one queue. What is handed to OVN's controller goes to the owner's thread, and waits for
// Update() there.

#ifndef OVNLITE_NODE_HYPERVISOR_H_
#define OVNLITE_NODE_HYPERVISOR_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "ovnlite/base/clock.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/controller/controller.h"
#include "ovnlite/datapath/datapath.h"
#include "ovnlite/db/database.h"
#include "ovnlite/flow/flow_tables.h"
#include "ovnlite/port/port.h"
#include "ovnlite/port/tunnel_transport.h"

namespace ovnlite {

class PacketInAgent;
class LearningAgent;
class QueueLock;

// The three ways a frame leaves a hypervisor.
enum class Outlet : uint8_t {
  kPort,      // To the VM on a logical port.
  kTunnel,    // To another chassis.
  kProvider,  // To the provider network, through a localnet port.
};

// Where a hypervisor's frames go, but for those that its transport takes.
class HypervisorHost {
 public:
  virtual ~HypervisorHost() = default;
  // Frames for a logical port: of kPort or kProvider. The packets are borrowed and may be changed. Called by the thread
  // of the queue.
  virtual void OnSend(Outlet outlet, const std::string& logical_port, uint32_t number, const PacketBatch& batch,
                      size_t queue) = 0;
};

// Where a chassis can be reached: what its Encap rows say, and a MAC address for underlays that are made up.
struct ChassisAddress {
  IpAddress ip;
  MacAddress mac;
  bool checksum = true;
  friend bool operator==(const ChassisAddress&, const ChassisAddress&) = default;
};
// All chassis that speak Geneve, by name; MAC addresses are made from their places in the row of names.
std::map<std::string, ChassisAddress> ChassisAddresses(const Database& sb);

// The ports that elect their own chassis (chassisredirect by priority, l3gateway by name), that are to be on `chassis`,
// and that the database does not say to be there. All chassis of the database are taken to be alive.
std::vector<Uuid> PortsToClaim(const Database& sb, absl::string_view chassis);

// Packets that wait for a neighbour: OVN keeps 4 per next hop for 10 seconds.
struct WaitingOptions {
  size_t per_neighbor = 4;
  size_t neighbors = 1'000;
  Nanoseconds time = 10 * kSecond;
};

struct LearningCounters {
  uint64_t learned = 0;
  uint64_t waiting = 0;          // Put aside until a neighbour is known.
  uint64_t waiting_dropped = 0;  // Waited too long, or too many waited.
};

struct HypervisorOptions {
  std::string chassis;
  // Plug in every port that the database binds to this chassis. Otherwise only those given to Plug() are.
  bool plug_as_bound = false;
  DatapathOptions datapath = {};
  WaitingOptions waiting = {};
  size_t queues = 1;
};

class Hypervisor final {
 public:
  using Options = HypervisorOptions;

  // References must outlive the hypervisor.
  Hypervisor(Database& sb, const Clock& clock, HypervisorHost& host, Options options);
  ~Hypervisor();
  Hypervisor(const Hypervisor&) = delete;
  Hypervisor& operator=(const Hypervisor&) = delete;

  const std::string& chassis() const { return options_.chassis; }
  size_t queues() const { return lanes_.size(); }

  // The OpenFlow port number of a logical port, from the first call on its own; 1 and up.
  uint32_t Plug(absl::string_view logical_port);
  void Unplug(absl::string_view logical_port);
  // What carries tunnels, for one queue. Until there is one, packets for other chassis are dropped. Not while other
  // queues process packets.
  void SetTransport(std::unique_ptr<TunnelTransport> transport, size_t queue = 0);
  TunnelTransport* transport(size_t queue = 0) const;

  // Writes to the database what was learned, then follows it: who is plugged in, where tunnels lead, what the flows
  // are, which neighbours are known. Cheap when nothing changed.
  void Update();
  // The part of Update() that others wait for: takes the gateway ports that are this chassis' to have, and says so in
  // the database. Cheap when none changed.
  void ClaimGateways();
  // Update() has something to do: the database changed, or is to be told something.
  bool is_behind() const;
  // Expiry; call it at next_deadline().
  void Tick(size_t queue = 0);
  Instant next_deadline(size_t queue = 0) const;

  // Packets from the VM on a logical port. False when the port is not plugged in here.
  bool ReceivePort(absl::string_view logical_port, const PacketBatch& batch);
  // The same by number.
  void Receive(uint32_t number, const PacketBatch& batch, size_t queue = 0);
  // Frames from the provider network: they reach every localnet port.
  void ReceiveProvider(const PacketBatch& batch);
  // Takes what waits at a port, whose number is that of a logical port; at most `batches` batches. Returns the number
  // of packets.
  size_t TakeFrom(Port& port, int batches, size_t queue = 0);
  // The same of the transport.
  size_t TakeFromTunnels(int batches, size_t queue = 0);

  // What an OpenFlow port leads to: null for a number that none has.
  struct Role {
    Outlet outlet = Outlet::kPort;
    std::string name;  // Of the logical port, or of the chassis that the tunnel leads to.
  };
  const Role* RoleOf(uint32_t number) const;
  // Tunnels by number: the address each leads to.
  const std::map<uint32_t, IpAddress>& tunnels() const { return tunnels_; }
  const Controller& controller() const { return controller_; }
  const FlowTables& tables() const { return tables_; }
  const Datapath& datapath(size_t queue = 0) const;
  const LearningCounters& learning() const;
  // What is left out here of what the database asks for, a line each: logical flows that cannot be read, and packets
  // that met a part that ovnlite does not have (all queues together). Not while other queues process packets.
  std::vector<std::string> LeftOut() const;
  // Whether packets for OVN's controller with this opcode (flow/opcode.h) are taken by somebody here.
  bool Takes(uint32_t opcode) const;

 private:
  class Lane;

  uint32_t NumberOf(Outlet outlet, absl::string_view name);
  void FollowPorts();
  void FollowTunnels();
  void FollowDatabase();
  void OnCommit(const Delta& delta);
  // Gives a packet to the agent that takes it; false: there is none.
  bool OnPacketIn(PacketIn packet);
  void TakeOverPacketIns();

  Database& sb_;
  const Clock& clock_;
  HypervisorHost& host_;
  Options options_;
  FlowTables tables_;
  Controller controller_;
  Database::Subscription subscription_;
  std::map<std::pair<bool, std::string>, uint32_t> numbers_;  // By (is a tunnel, name).
  std::vector<Role> roles_;                                   // By number less one.
  std::map<std::string, uint32_t> provider_ports_;            // Localnet ports that are plugged in.
  std::map<std::string, ChassisAddress> addresses_;
  std::map<uint32_t, IpAddress> tunnels_;
  bool changed_ = true;  // Something in the database, or who is plugged in.
  bool ports_changed_ = true;
  bool chassis_changed_ = true;
  bool transport_changed_ = false;
  bool gateways_changed_ = true;
  // Held, shared, by queues that process packets, and whole by Update() while it changes what they look at.
  std::unique_ptr<QueueLock> in_use_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::vector<std::unique_ptr<PacketInAgent>> agents_;
  LearningAgent* learning_ = nullptr;
};

}  // namespace ovnlite

#endif  // OVNLITE_NODE_HYPERVISOR_H_
