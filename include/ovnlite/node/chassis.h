// File: chassis.h
// A hypervisor with wires: ports with VMs behind them, a transport for its tunnels, and a provider network. It runs on
// an event loop that the caller owns:
//
//   Chassis chassis(sb, clock, "compute1");
//   chassis.AddPort("LSP1", *OpenTapPort({.name = "vm-a", .number = chassis.NumberFor("LSP1")}, &clock));
//   chassis.SetTransport(*OpenUdpTunnel({.local = ip}, {}, &clock));
//   while (running) {
//     poll(chassis.fd(), until chassis.next_deadline());
//     chassis.Process();
//   }
//
// Process() takes what waits, batch by batch, round robin over ports and transport, and follows the database. Counters
// are the ports', the transport's and the datapath's.

#ifndef OVNLITE_NODE_CHASSIS_H_
#define OVNLITE_NODE_CHASSIS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "ovnlite/base/clock.h"
#include "ovnlite/db/database.h"
#include "ovnlite/node/hypervisor.h"
#include "ovnlite/port/port.h"
#include "ovnlite/port/tunnel_transport.h"

namespace ovnlite {

class Chassis final : private HypervisorHost {
 public:
  // References must outlive the chassis.
  Chassis(Database& sb, const Clock& clock, std::string name);
  ~Chassis();

  // The OpenFlow port number that a logical port has here: what its Port is to be opened with.
  uint32_t NumberFor(absl::string_view logical_port) { return hypervisor_.Plug(logical_port); }
  // Puts a port behind a logical port (for a localnet port: the provider network). InvalidArgument when the port's
  // number is not NumberFor() it.
  absl::Status AddPort(absl::string_view logical_port, std::unique_ptr<Port> port);
  // What carries tunnels. Until there is one, packets for other chassis are dropped.
  void SetTransport(std::unique_ptr<TunnelTransport> transport);

  // A descriptor that is readable when there is something to process; -1 when the operating system has no more of them.
  int fd() const { return epoll_; }
  // When Process() has something to do though fd() is not readable.
  Instant next_deadline() const;
  // Moves what waits, at most `batches` batches per port. Returns the number of packets taken in.
  size_t Process(int batches = 16);
  // Asks the operating system what may have changed without us: Refresh() of ports and transport.
  void Refresh();

  const Hypervisor& hypervisor() const { return hypervisor_; }
  const TunnelTransport* transport() const { return transport_.get(); }
  std::vector<const Port*> ports() const;

 private:
  struct Plugged {
    std::string logical_port;
    std::unique_ptr<Port> port;
  };

  void OnSend(Outlet outlet, const std::string& name, uint32_t number, const PacketBatch& batch) override;
  void FollowTunnels();
  size_t TakeFrom(Port& port, int batches);
  size_t TakeFromTransport(int batches);
  void Watch(int fd);

  const Clock& clock_;
  Hypervisor hypervisor_;
  int epoll_ = -1;
  std::vector<Plugged> ports_;
  std::unique_ptr<TunnelTransport> transport_;
  std::map<uint32_t, IpAddress> remotes_;  // As the transport knows them.
  Database::Subscription subscription_;
  bool database_changed_ = true;
  std::vector<Packet> storage_;  // One batch.
};

}  // namespace ovnlite

#endif  // OVNLITE_NODE_CHASSIS_H_
