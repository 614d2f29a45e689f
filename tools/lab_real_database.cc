#include "tools/lab_real_database.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/schema/column_access.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/base/status.h"
#include "ovnlite/db/log_file.h"
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

// What ovn-controller writes when a VM's interface appears: the chassis, its tunnel endpoint, and that it has the port.
absl::Status AddChassis(const LabNode& node, const LabVm& vm, Database& sb) {
  const Uuid chassis = Uuid::FromName(absl::StrCat("Chassis ", node.name));
  const Uuid encap = Uuid::FromName(absl::StrCat("Encap ", node.name));
  const RowIds bindings = sb.Find(sb::columns::Port_Binding::logical_port, vm.port);
  if (bindings.empty()) return absl::InternalError(absl::StrCat("northd made no Port_Binding for ", vm.port));
  Transaction t = sb.Begin();
  auto* encap_row = t.Insert<sb::Encap>(encap);
  encap_row->set_chassis_name(node.name);
  encap_row->set_type("geneve");
  encap_row->set_ip(node.address);
  (*encap_row->mutable_options())["csum"] = "true";
  auto* row = t.Insert<sb::Chassis>(chassis);
  row->set_name(node.name);
  row->set_hostname(node.name);
  ToProto(encap, row->add_encaps());
  for (const char* const feature :
       {"ct-no-masked-label", "mac-binding-timestamp", "ovn-ct-lb-related", "port-up-notif"}) {
    (*row->mutable_other_config())[feature] = "true";
  }
  t.Set(sb::columns::Port_Binding::chassis, bindings.front(), chassis);
  t.Set(sb::columns::Port_Binding::up, bindings.front(), true);
  return sb.Commit(std::move(t)).status();
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
  for (const LabVm& vm : vms) {
    for (const LabNode& node : nodes) {
      if (node.name == vm.node) OVNLITE_RETURN_IF_ERROR(AddChassis(node, vm, sb));
    }
  }
  OVNLITE_RETURN_IF_ERROR(northd.Update());
  return SaveLog(sb, path);
}

}  // namespace ovnlite::tools
