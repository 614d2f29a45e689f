// A port of one's own: here a VM that is a function, which answers every frame with the frame turned round. Whatever
// moves frames becomes a Port by two calls: what has come, and what is to go.
#include <deque>
#include <iostream>

#include "ovnlite/node/chassis.h"
#include "ovnlite/node/registration.h"
#include "ovnlite/northd/northd.h"
#include "ovnlite/packet/compose.h"
#include "ovnlite/packet/describe.h"
#include "ovnlite/schema/schema.h"
#include "ovnlite/topology/topology.h"

using namespace ovnlite;

class EchoPort final : public Port {
 public:
  EchoPort(std::string name, const Clock* clock) : Port(std::move(name), 0, kDefaultMtu, clock) {}

  // Without a descriptor, the deadline says that there is something.
  Instant next_deadline() const override { return waiting_.empty() ? kNever : 0; }
  bool link_up() const override { return true; }
  void Close() override { waiting_.clear(); }

  // As if the machine behind the port had sent it.
  void Say(Packet packet) { waiting_.push_back(std::move(packet)); }

 private:
  int DoReceive(absl::Span<Packet> storage) override {
    int n = 0;
    for (; n < static_cast<int>(storage.size()) && !waiting_.empty(); ++n) {
      storage[static_cast<size_t>(n)].Assign(waiting_.front().bytes());
      waiting_.pop_front();
    }
    return n;
  }
  void DoSend(const PacketBatch& batch) override {
    for (const Packet* packet : batch) {
      CountSent(packet->size());
      std::cout << name() << " gets " << Describe(packet->bytes()) << "\n";
      if (counters().tx_packets > 1) continue;  // Once, or two of them would never stop.
      Packet answer = packet->Clone();
      std::swap_ranges(answer.data(), answer.data() + 6, answer.data() + 6);
      Say(std::move(answer));
    }
  }

  std::deque<Packet> waiting_;
};

int main() {
  const SystemClock clock;
  Random random(1);
  Database nb(NorthboundSchema()), sb(SouthboundSchema());
  Topology topology(nb);
  Northd northd(nb, sb);
  if (!RegisterChassis(sb, random, "hv", *IpAddress::Parse("192.0.2.1")).ok()) return 1;
  LogicalSwitch network = *topology.AddSwitch("net");
  for (const char* name : {"a", "b"}) {
    LogicalSwitchPort port = *network.AddPort(name);
    if (!port.SetAddresses({name[0] == 'a' ? "02:00:00:00:00:0a" : "02:00:00:00:00:0b"}).ok()) return 1;
  }
  if (!northd.Update().ok()) return 1;

  Chassis chassis(sb, clock, "hv");
  EchoPort* ends[2] = {};
  for (int i : {0, 1}) {
    auto port = std::make_unique<EchoPort>(i == 0 ? "a" : "b", &clock);
    ends[i] = port.get();
    if (!BindPort(sb, port->name(), "hv").ok() || !chassis.AddPort(ends[i]->name(), std::move(port)).ok()) return 1;
  }
  FlowKey key;
  key.Set(field::kEthSrc, 0x0200'0000'000a);
  key.Set(field::kEthDst, 0x0200'0000'000b);
  key.Set(field::kEthType, 0x88b5);  // For experiments on one's own network (IEEE 802).
  ends[0]->Say(ComposePacket(key));
  while (chassis.next_deadline() <= clock.Now()) chassis.Process();
  return ends[0]->counters().tx_packets == 1 && ends[1]->counters().tx_packets == 2 ? 0 : 1;
}
