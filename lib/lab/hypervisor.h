// File: hypervisor.h
// One hypervisor of a Fabric: controller, flow tables and datapath, with the logical ports the database binds there.

#ifndef OVNLITE_LIB_LAB_HYPERVISOR_H_
#define OVNLITE_LIB_LAB_HYPERVISOR_H_

#include <map>
#include <string>

#include "ovnlite/controller/controller.h"
#include "ovnlite/datapath/datapath.h"
#include "ovnlite/db/database.h"
#include "ovnlite/flow/flow_tables.h"
#include "ovnlite/lab/fabric.h"

namespace ovnlite {

struct UnderlayAddress {
  MacAddress mac;
  IpAddress ip;
  friend bool operator==(const UnderlayAddress&, const UnderlayAddress&) = default;
};

// Where a hypervisor's frames and findings go.
class HypervisorHost {
 public:
  virtual ~HypervisorHost() = default;
  virtual void OnSent(Sighting::Point point, const std::string& chassis, const std::string& port, absl::Span<const uint8_t> frame) = 0;
  virtual void OnLearned(const LearnedNeighbor& neighbor) = 0;
};

class Hypervisor final : private DatapathHost {
 public:
  Hypervisor(Database& sb, const Clock& clock, HypervisorHost& host, std::string name);

  // Follows the database: who is plugged in, where tunnels lead, what the flows are, which neighbours are known.
  void Update(const std::map<std::string, UnderlayAddress>& underlay);
  void Tick() { datapath_.Tick(); }

  // A frame from the VM on a logical port. False when the port is not here.
  bool ReceivePort(absl::string_view logical_port, absl::Span<const uint8_t> frame);
  // A frame from the provider network: it reaches every localnet port.
  void ReceiveProvider(absl::Span<const uint8_t> frame);
  // A frame from the underlay. What is not Geneve to this hypervisor is left alone.
  void ReceiveUnderlay(absl::Span<const uint8_t> frame);

  const Controller& controller() const { return controller_; }
  const FlowTables& tables() const { return tables_; }
  const Datapath& datapath() const { return datapath_; }

 private:
  void Transmit(uint32_t port, const PacketBatch& batch) override;
  void OnLearned(const LearnedNeighbor& neighbor) override { host_.OnLearned(neighbor); }

  struct PortRole {
    Sighting::Point point;
    std::string name;  // The logical port, or the chassis a tunnel leads to.
  };
  void FollowPorts();
  void FollowTunnels(const std::map<std::string, UnderlayAddress>& underlay);
  void ResolveNeighbors(const Delta& delta);
  uint32_t NumberOf(const std::string& key, PortRole role);

  Database& sb_;
  HypervisorHost& host_;
  std::string name_;
  FlowTables tables_;
  Controller controller_;
  Datapath datapath_;
  Database::Subscription subscription_;
  std::map<std::string, uint32_t> numbers_;  // By "port NAME" or "tunnel NAME"; a number stays with its name.
  std::map<uint32_t, PortRole> roles_;
  std::map<std::string, UnderlayAddress> underlay_;
  bool ports_changed_ = true;
  struct Resolved {
    uint32_t datapath;
    uint32_t port;
    IpAddress ip;
    MacAddress mac;
  };
  std::vector<Resolved> resolved_;  // Since the last Update().
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_LAB_HYPERVISOR_H_
