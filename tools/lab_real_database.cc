#include "tools/lab_real_database.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "ovnlite/base/random.h"
#include "ovnlite/base/status.h"
#include "ovnlite/db/log_file.h"
#include "ovnlite/node/registration.h"
#include "ovnlite/northd/northd.h"
#include "ovnlite/schema/schema.h"
#include "ovnlite/topology/topology.h"

namespace ovnlite::tools {
namespace {

absl::Status AddNetwork(const std::vector<LabVm>& vms, Topology& topology) {
  OVNLITE_ASSIGN_OR_RETURN(const LogicalRouter router, topology.AddRouter("LR1"));
  int number = 0;
  for (const LabVm& vm : vms) {
    ++number;
    OVNLITE_ASSIGN_OR_RETURN(LogicalSwitch net, topology.AddSwitch(absl::StrCat("LS", number)));
    const std::string gateway = absl::StrCat(vm.gateway, "/", vm.prefix_length);
    OVNLITE_RETURN_IF_ERROR(topology
                                .Connect(router, absl::StrCat("lr1-ls", number), net,
                                         absl::StrCat("ls", number, "-lr1"),
                                         absl::StrFormat("00:00:00:00:ff:%02x", number), {gateway})
                                .status());
    OVNLITE_ASSIGN_OR_RETURN(LogicalSwitchPort port, net.AddPort(vm.port));
    const std::string address = absl::StrCat(vm.mac, " ", vm.address);
    OVNLITE_RETURN_IF_ERROR(port.SetAddresses({address}));
    OVNLITE_RETURN_IF_ERROR(port.SetPortSecurity({address}));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status WriteLabDatabase(const std::vector<LabNode>& nodes, const std::vector<LabVm>& vms,
                              const std::string& path) {
  Database nb(NorthboundSchema());
  Database sb(SouthboundSchema());
  Topology topology(nb);
  Northd northd(nb, sb);
  OVNLITE_RETURN_IF_ERROR(AddNetwork(vms, topology));
  OVNLITE_RETURN_IF_ERROR(northd.Update());
  Random random(1);
  for (const LabNode& node : nodes) {
    OVNLITE_ASSIGN_OR_RETURN(const IpAddress address, IpAddress::Parse(node.address));
    OVNLITE_RETURN_IF_ERROR(RegisterChassis(sb, random, node.name, address));
  }
  for (const LabVm& vm : vms) OVNLITE_RETURN_IF_ERROR(BindPort(sb, vm.port, vm.node));
  OVNLITE_RETURN_IF_ERROR(northd.Update());
  return SaveLog(sb, path);
}

}  // namespace ovnlite::tools
