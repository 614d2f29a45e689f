#include "tests/oracle/real_hypervisor.h"

#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "ovnlite/base/status.h"

namespace ovnlite {

RealHypervisor::RealHypervisor(const RealCentral& central, std::string chassis, std::string ip)
    : switch_(absl::StrCat(central.folder(), "/", chassis)),
      chassis_(std::move(chassis)),
      ip_(std::move(ip)),
      central_(central.folder()) {}

std::string RealHypervisor::Missing() {
  for (const char* file :
       {"/usr/bin/ovn-controller", "/usr/sbin/ovs-vswitchd", "/usr/share/openvswitch/vswitch.ovsschema"}) {
    if (access(file, R_OK) != 0) return file;
  }
  return RealCentral::Missing();
}

void RealHypervisor::Join(const std::string& socket, const std::string& mac,
                          const std::map<std::string, std::string>& neighbors) {
  underlay_ = absl::StrCat(
      "$V add-br br-phys -- set bridge br-phys datapath_type=dummy other_config:hwaddr=", mac,
      " -- add-port br-phys phys -- set interface phys type=dummy options:stream=unix:", socket,
      " options:tx_pcap=$PWD/tunnel.pcap\n"
      "appctl netdev-dummy/ip4addr br-phys ",
      ip_,
      "/24\n"
      "appctl ovs/route/add ",
      ip_.substr(0, ip_.rfind('.')),
      ".0/24 br-phys\n"
      "$V --may-exist add-br br-physnet1 -- set bridge br-physnet1 datapath_type=dummy -- add-port br-physnet1 ext "
      "-- set interface ext type=dummy options:tx_pcap=$PWD/ext.pcap\n");
  for (const auto& [ip, neighbor] : neighbors) {
    if (ip != ip_) absl::StrAppend(&underlay_, "appctl tnl/neigh/set br-phys ", ip, " ", neighbor, "\n");
  }
}

absl::Status RealHypervisor::Start(const std::vector<std::string>& logical_ports) {
  OVNLITE_RETURN_IF_ERROR(switch_.Start());
  std::string script = absl::StrCat(
      "$V add-br br-int -- set bridge br-int datapath_type=dummy fail_mode=secure other_config:disable-in-band=true\n"
      "networks=$(ovn-nbctl --db=unix:",
      central_,
      "/db.sock --bare --columns=options list logical_switch_port | tr ' ' '\\n' | sed -n "
      "s/^network_name=//p | sort -u)\n"
      "mappings=\n"
      "for n in $networks; do\n"
      "  $V add-br br-$n -- set bridge br-$n datapath_type=dummy\n"
      "  mappings=$mappings,$n:br-$n\n"
      "done\n",
      underlay_, "$V set open . external-ids:system-id=", chassis_,
      " external-ids:ovn-encap-type=geneve external-ids:ovn-encap-ip=", ip_, " external-ids:ovn-remote=unix:", central_,
      "/db.sock external-ids:hostname=", chassis_,
      " -- set open . external-ids:ovn-bridge-mappings=\"none:br-none$mappings\"\n");
  for (const std::string& port : logical_ports) {
    const std::string device = absl::StrCat("vif", devices_.size());
    devices_[port] = device;
    absl::StrAppend(&script, "$V add-port br-int ", device, " -- set interface ", device,
                    " type=dummy external_ids:iface-id=", port, " options:tx_pcap=$PWD/", device, ".pcap\n");
  }
  absl::StrAppend(&script, "start ovn-controller unix:$PWD/conf.sock\n");
  return switch_.Run(script).status();
}

absl::StatusOr<std::vector<std::string>> RealHypervisor::Flows() const {
  absl::StatusOr<std::string> text = switch_.Run("ovs-ofctl dump-flows --no-stats br-int\n");
  if (!text.ok()) return text.status();
  return std::vector<std::string>(absl::StrSplit(*text, '\n', absl::SkipEmpty()));
}

absl::StatusOr<std::string> RealHypervisor::Numbers() const {
  return switch_.Run(
      "get() { $V --if-exists get \"$@\" | tr -d '\"'; }\n"
      "for p in $($V list-ports br-int); do\n"
      "  n=$(get interface $p ofport)\n"
      "  chassis=$(get port $p external_ids:ovn-chassis-id)\n"
      "  [ -z \"$chassis\" ] || echo tunnel ${chassis%%@*} $n\n"
      "  for name in $(get interface $p external_ids:iface-id) $(get port $p external_ids:ovn-localnet-port) "
      "$(get port $p external_ids:ovn-l2gateway-port); do echo port $name $n; done\n"
      "done\n"
      "ovs-appctl -t $PWD/ovn-controller.$(cat ovn-controller.pid).ctl ct-zone-list | sed 's/^/zone /'\n");
}

std::string RealHypervisor::DeviceOf(const std::string& port) const {
  const auto found = devices_.find(port);
  return found == devices_.end() ? port : found->second;
}

absl::Status RealHypervisor::Inject(const std::string& port, const std::string& frame) const {
  return switch_.Run(absl::StrCat("appctl netdev-dummy/receive ", DeviceOf(port), " ", frame, "\n")).status();
}

std::string RealHypervisor::CaptureOf(const std::string& port) const {
  return absl::StrCat(switch_.folder(), "/", DeviceOf(port), ".pcap");
}

}  // namespace ovnlite
