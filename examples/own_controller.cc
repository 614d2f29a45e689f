// A controller of one's own: a program that keeps the Northbound database, compiles it, and runs two hypervisors on its
// own poll loop, while it edits the network and traffic goes on. The wires are in memory; on a real machine a TapPort
// and a UdpTunnel take their places.
#include <poll.h>

#include <algorithm>
#include <iostream>

#include "ovnlite/node/chassis.h"
#include "ovnlite/node/registration.h"
#include "ovnlite/northd/northd.h"
#include "ovnlite/packet/compose.h"
#include "ovnlite/port/memory_port.h"
#include "ovnlite/port/raw_tunnel.h"
#include "ovnlite/schema/schema.h"
#include "ovnlite/topology/topology.h"

using namespace ovnlite;
// A hypervisor with its end of the underlay, and the VM's end of its only port.
struct Node {
  Node(Database& sb, const Clock& clock, const char* name, const char* ip, const char* mac,
       std::unique_ptr<Port> uplink)
      : chassis(sb, clock, name) {
    chassis.SetTransport(std::make_unique<RawTunnel>(TunnelOptions{.local = *IpAddress::Parse(ip)},
                                                     RawTunnelOptions{.mac = *MacAddress::Parse(mac)},
                                                     std::move(uplink), &clock));
  }
  Chassis chassis;
  std::unique_ptr<Port> vm;
};

int main() {
  const SystemClock clock;
  Random random(1);
  Database nb(NorthboundSchema()), sb(SouthboundSchema());
  Topology topology(nb);
  Northd northd(nb, sb);
  MemoryPorts underlay = MakeMemoryPorts({.name = "uplink1"}, {.name = "uplink2"}, &clock);
  Node nodes[] = {{sb, clock, "compute1", "192.168.56.11", "02:00:00:00:00:01", std::move(underlay.first)},
                  {sb, clock, "compute2", "192.168.56.12", "02:00:00:00:00:02", std::move(underlay.second)}};
  RegisterChassis(sb, random, "compute1", *IpAddress::Parse("192.168.56.11")).IgnoreError();
  RegisterChassis(sb, random, "compute2", *IpAddress::Parse("192.168.56.12")).IgnoreError();
  LogicalSwitch network = *topology.AddSwitch("LS1");
  LogicalSwitchPort a = *network.AddPort("LSP1"), b = *network.AddPort("LSP2");
  a.SetAddresses({"00:00:00:00:00:0a 10.0.0.10"}).IgnoreError();
  b.SetAddresses({"00:00:00:00:00:0b 10.0.0.11"}).IgnoreError();
  if (!northd.Update().ok()) return 1;
  for (int i : {0, 1}) {
    MemoryPorts wire = MakeMemoryPorts({.name = "vif"}, {.name = "vm"}, &clock);
    const char* const port = i == 0 ? "LSP1" : "LSP2";
    if (!BindPort(sb, port, nodes[i].chassis.hypervisor().chassis()).ok()) return 1;
    if (!nodes[i].chassis.AddPort(port, std::move(wire.first)).ok()) return 1;
    nodes[i].vm = std::move(wire.second);
  }
  FlowKey key;  // Of a frame from one VM to the other.
  key.Set(field::kEthSrc, 0x0a);
  key.Set(field::kEthDst, 0x0b);
  key.Set(field::kEthType, 0x0800);
  Packet frame = ComposePacket(key);
  std::vector<Packet> storage(kBatchSize);
  int sent = 0, arrived[2] = {};  // While the port is enabled, and while it is not.
  for (Instant next_send = clock.Now(); sent < 300;) {
    const Instant due = std::min({next_send, nodes[0].chassis.next_deadline(), nodes[1].chassis.next_deadline()});
    pollfd wait[] = {{nodes[0].chassis.fd(), POLLIN, 0}, {nodes[1].chassis.fd(), POLLIN, 0}};
    poll(wait, 2, static_cast<int>(std::clamp<Nanoseconds>((due - clock.Now()) / kMillisecond, 0, 1'000)));
    if (clock.Now() >= next_send) {
      if (sent % 100 == 0 && !b.SetEnabled(sent != 100).ok()) return 1;  // Of three hundred, the second.
      PacketBatch batch;
      batch.Add(&frame);
      nodes[0].vm->Send(batch);
      ++sent;
      next_send += kMillisecond;
    }
    if (!northd.Update().ok()) return 1;  // Costs what has changed.
    for (Node& node : nodes) node.chassis.Process();
    arrived[sent > 100 && sent <= 200] += nodes[1].vm->Receive(absl::MakeSpan(storage));
  }
  std::cout << sent << " sent; arrived: " << arrived[0] << ", and while the port was disabled " << arrived[1] << "\n";
  return arrived[0] > 150 && arrived[1] == 0 ? 0 : 1;
}
