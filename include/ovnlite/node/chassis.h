// File: chassis.h
// A hypervisor with wires: ports with VMs behind them, a transport for its tunnels, and a provider network. It runs on
// an event loop that the caller owns:
//
//   Chassis chassis(sb, clock, "compute1");             // registration.h writes the rows that say so to others
//   chassis.AddPort("LSP1", *OpenTapPort({.name = "vm-a"}, &clock));
//   chassis.SetTransport(*OpenUdpTunnel({.local = ip}, {}, &clock));
//   while (running) {
//     poll(chassis.fd(), until chassis.next_deadline());
//     chassis.Process();
//   }
//
// Process() takes what waits, batch by batch, round robin over ports and transport, and follows the database. Counters
// are the ports', the transport's and the datapath's.
//
// With several queues, as many threads of the caller's move packets, each with a datapath, ports and a transport of its
// own; whoever fills the queues keeps a flow in one of them (a network card's, or the kernel's, by a hash):
//
//   Chassis chassis(sb, clock, "compute1", {.queues = 2});
//   for (size_t queue : {0, 1}) chassis.AddPort("LSP1", a port of its own, queue), chassis.SetTransport(…, queue);
//   std::thread([&] { while (running) chassis.ProcessQueue(1); });
//   while (running) chassis.Process();                      // Queue 0, and the database, as before.
//
// What one queue does is the same whenever the same packets come by it; in what order queues get to send is not.

#ifndef OVNLITE_NODE_CHASSIS_H_
#define OVNLITE_NODE_CHASSIS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ovnlite/base/clock.h"
#include "ovnlite/db/database.h"
#include "ovnlite/node/hypervisor.h"
#include "ovnlite/port/port.h"
#include "ovnlite/port/tunnel_transport.h"

namespace ovnlite {

struct ChassisOptions {
  size_t queues = 1;
};

class Chassis final : private HypervisorHost {
 public:
  using Options = ChassisOptions;

  // References must outlive the chassis.
  Chassis(Database& sb, const Clock& clock, std::string name, const Options& options = {});
  ~Chassis();

  // Puts a port behind a logical port (for a localnet port: the provider network), for one queue, gives it its OpenFlow
  // number, and returns that; packets that would leave by a queue without one are lost, and counted. AlreadyExists when
  // the queue has a port there. This one and the next: not while other queues process packets.
  absl::StatusOr<uint32_t> AddPort(absl::string_view logical_port, std::unique_ptr<Port> port, size_t queue = 0);
  // Closes what is behind a logical port, in all queues. NotFound when there is nothing.
  absl::Status RemovePort(absl::string_view logical_port);
  // What carries tunnels. Until there is one, packets for other chassis are dropped.
  void SetTransport(std::unique_ptr<TunnelTransport> transport, size_t queue = 0);

  // A descriptor that is readable when there is something to process; -1 when the operating system has no more of them.
  int fd(size_t queue = 0) const { return queues_[queue].epoll; }
  // When there is something to do though fd() is not readable.
  Instant next_deadline(size_t queue = 0) const;
  // Moves what waits, at most `batches` batches per port. Returns the number of packets taken in.
  size_t Process(int batches = 16);
  // The same for another queue, by its thread. Not for queue 0, which Process() is for.
  size_t ProcessQueue(size_t queue, int batches = 16);
  // Asks the operating system what may have changed without us: Refresh() of ports and transport. By the queue's
  // thread.
  void Refresh(size_t queue = 0);

  const Hypervisor& hypervisor() const { return hypervisor_; }
  const TunnelTransport* transport(size_t queue = 0) const { return hypervisor_.transport(queue); }
  std::vector<const Port*> ports(size_t queue = 0) const;
  // Packets for a logical port behind which a queue has no port.
  uint64_t undelivered(size_t queue = 0) const { return queues_[queue].undelivered; }

 private:
  // What one thread has for itself; on cache lines of its own.
  struct alignas(64) Queue {
    int epoll = -1;
    std::vector<std::unique_ptr<Port>> ports;
    std::vector<Port*> by_number;  // Null where there is none.
    uint64_t undelivered = 0;
  };

  void OnSend(Outlet outlet, const std::string& logical_port, uint32_t number, const PacketBatch& batch,
              size_t queue) override;
  size_t Take(size_t queue, int batches);

  const Clock& clock_;
  Hypervisor hypervisor_;
  std::vector<Queue> queues_;
};

}  // namespace ovnlite

#endif  // OVNLITE_NODE_CHASSIS_H_
