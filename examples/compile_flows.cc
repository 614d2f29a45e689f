// The flow compiler by itself: a Northbound database in, one chassis' OpenFlow flows out, as `ovs-ofctl dump-flows`
// prints them. No packets, no threads, no files.
#include <iostream>

#include "ovnlite/controller/controller.h"
#include "ovnlite/flow/flow_tables.h"
#include "ovnlite/node/registration.h"
#include "ovnlite/northd/northd.h"
#include "ovnlite/schema/schema.h"
#include "ovnlite/topology/topology.h"

using namespace ovnlite;

int main() {
  Random random(1);
  Database nb(NorthboundSchema()), sb(SouthboundSchema());
  Topology topology(nb);
  LogicalSwitch network = *topology.AddSwitch("LS1");
  LogicalSwitchPort port = *network.AddPort("LSP1");
  if (!port.SetAddresses({"00:00:00:00:00:0a 10.0.0.10"}).ok()) return 1;
  if (!network.AddAcl("to-lport", 1000, "outport == \"LSP1\" && tcp.dst == {22, 23}", "drop").ok()) return 1;

  Northd northd(nb, sb);
  if (!northd.Update().ok()) return 1;
  for (const Unsupported& row : northd.unsupported())
    std::cerr << row.table << " " << row.column << " is not compiled\n";

  if (!RegisterChassis(sb, random, "hv", *IpAddress::Parse("192.0.2.1")).ok()) return 1;
  if (!BindPort(sb, "LSP1", "hv").ok()) return 1;
  FlowTables tables;
  Controller controller(sb, tables, {.chassis = "hv"});
  controller.PlugAsBound();
  controller.Update();
  for (const std::string& flow : controller.DumpFlows()) std::cout << flow << "\n";
  return tables.size() > 0 ? 0 : 1;
}
