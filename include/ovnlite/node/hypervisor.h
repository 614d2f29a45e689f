// File: hypervisor.h
// One hypervisor without its wires: controller, flow tables and datapath of a chassis, following a Southbound database.
// Whoever owns it brings frames and takes frames: a Fabric joins many in one process, a Chassis has real ports.
//
//   Hypervisor hv(sb, clock, host, {.chassis = "compute1", .tunnels = TunnelMode::kMetadata});
//   hv.Update();                                  // after the database changed
//   hv.ReceivePort("LSP1", packet);
//
// The database says who is bound where and where tunnels lead; numbers of ports stay with their names. What is learned
// from packets is written to the database, and reaches this and all other hypervisors from there; so are the gateway
// ports that are this chassis' to have.

#ifndef OVNLITE_NODE_HYPERVISOR_H_
#define OVNLITE_NODE_HYPERVISOR_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "ovnlite/base/clock.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/controller/controller.h"
#include "ovnlite/datapath/datapath.h"
#include "ovnlite/db/database.h"
#include "ovnlite/flow/flow_tables.h"

namespace ovnlite {

// The three ways a frame leaves a hypervisor.
enum class Outlet : uint8_t {
  kPort,      // To the VM on a logical port.
  kTunnel,    // To another chassis.
  kProvider,  // To the provider network, through a localnet port.
};

// Where a hypervisor's frames go.
class HypervisorHost {
 public:
  virtual ~HypervisorHost() = default;
  // `name` is the logical port, or the chassis that the tunnel leads to. The packets are borrowed and may be changed;
  // into a tunnel of TunnelMode::kMetadata go inner frames, whose `tunnel` says the rest.
  virtual void OnSend(Outlet outlet, const std::string& name, uint32_t number, const PacketBatch& batch) = 0;
};

// Where a chassis can be reached: what its Encap rows say, and the MAC address for TunnelMode::kFrames.
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

// Writes what hypervisors learned to MAC_Binding and FDB: a row that is there already is brought up to date.
void WriteLearned(Database& sb, absl::Span<const LearnedNeighbor> learned, Instant now);

// Notes in the database that ports are in use on `chassis`, where their machines have announced themselves (ovn-nb(5),
// activation-strategy).
void WriteAnnounced(Database& sb, absl::string_view chassis, absl::Span<const LogicalPort> announced);

struct HypervisorOptions {
  std::string chassis;
  TunnelMode tunnels = TunnelMode::kMetadata;
  // Plug in every port that the database binds to this chassis. Otherwise only those given to Plug() are.
  bool plug_as_bound = false;
  DatapathOptions datapath = {};
};

class Hypervisor final : private DatapathHost {
 public:
  using Options = HypervisorOptions;

  // References must outlive the hypervisor.
  Hypervisor(Database& sb, const Clock& clock, HypervisorHost& host, Options options);
  Hypervisor(const Hypervisor&) = delete;
  Hypervisor& operator=(const Hypervisor&) = delete;

  const std::string& chassis() const { return options_.chassis; }

  // The OpenFlow port number of a logical port, from the first call on its own; 1 and up.
  uint32_t Plug(absl::string_view logical_port);
  void Unplug(absl::string_view logical_port);

  // Writes to the database what was learned, then follows it: who is plugged in, where tunnels lead, what the flows
  // are, which neighbours are known. Cheap when nothing changed.
  void Update();
  // Expiry; call it at next_deadline().
  void Tick() { datapath_.Tick(); }
  Instant next_deadline() const { return datapath_.next_deadline(); }

  // Packets from the VM on a logical port. False when the port is not plugged in here.
  bool ReceivePort(absl::string_view logical_port, const PacketBatch& batch);
  // The same by number.
  void Receive(uint32_t number, const PacketBatch& batch);
  // Inner frames out of the tunnel from another chassis, with `tunnel` set. False when there is none.
  bool ReceiveTunnel(const IpAddress& from, const PacketBatch& batch);
  // Frames from the provider network: they reach every localnet port.
  void ReceiveProvider(const PacketBatch& batch);

  // Tunnels by number: the address each leads to.
  const std::map<uint32_t, IpAddress>& tunnels() const { return tunnels_; }
  const Controller& controller() const { return controller_; }
  const FlowTables& tables() const { return tables_; }
  const Datapath& datapath() const { return datapath_; }

 private:
  void Transmit(uint32_t port, const PacketBatch& batch) override;
  void OnLearned(const LearnedNeighbor& neighbor) override { learned_.push_back(neighbor); }
  void OnAnnounced(const LogicalPort& port) override { announced_.push_back(port); }

  struct Role {
    Outlet outlet;
    std::string name;
  };
  struct Resolved {
    uint32_t datapath;
    uint32_t port;
    IpAddress ip;
    MacAddress mac;
  };
  uint32_t NumberOf(Outlet outlet, absl::string_view name);
  void FollowPorts();
  void FollowTunnels();
  void ClaimGateways();
  void OnCommit(const Delta& delta);

  Database& sb_;
  const Clock& clock_;
  HypervisorHost& host_;
  Options options_;
  FlowTables tables_;
  Controller controller_;
  Datapath datapath_;
  Database::Subscription subscription_;
  std::map<std::pair<bool, std::string>, uint32_t> numbers_;  // By (is a tunnel, name).
  std::map<uint32_t, Role> roles_;
  std::map<std::string, ChassisAddress> addresses_;
  std::map<uint32_t, IpAddress> tunnels_;
  std::map<IpAddress, uint32_t> tunnel_by_address_;
  bool ports_changed_ = true;
  bool chassis_changed_ = true;
  bool gateways_changed_ = true;
  std::vector<LearnedNeighbor> learned_;
  std::vector<LogicalPort> announced_;
  std::vector<Resolved> resolved_;  // Since the last Update().
};

}  // namespace ovnlite

#endif  // OVNLITE_NODE_HYPERVISOR_H_
