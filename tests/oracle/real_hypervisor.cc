#include "tests/oracle/real_hypervisor.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace ovnlite {
namespace {

constexpr char kEnvironment[] =
    "export OVS_RUNDIR=$PWD OVS_LOGDIR=$PWD OVN_RUNDIR=$PWD OVN_LOGDIR=$PWD OVS_DBDIR=$PWD\n"
    "V=\"ovs-vsctl --timeout=30 --db=unix:$PWD/conf.sock\"\n"
    "start() { $1 --detach --no-chdir --pidfile=$PWD/$1.pid --log-file=$PWD/$1.log -vconsole:off \"${@:2}\"; }\n";
constexpr char kSwitch[] =
    "ovsdb-tool create conf.db /usr/share/openvswitch/vswitch.ovsschema\n"
    "start ovsdb-server --remote=punix:$PWD/conf.sock conf.db\n"
    "$V --no-wait init\n"
    "start ovs-vswitchd --enable-dummy=system --disable-system unix:$PWD/conf.sock\n"
    "$V add-br br-int -- set bridge br-int datapath_type=dummy fail_mode=secure other_config:disable-in-band=true\n";

}  // namespace

RealHypervisor::RealHypervisor(const RealCentral& central, std::string chassis, std::string ip)
    : folder_(absl::StrCat(central.folder(), "/", chassis)),
      chassis_(std::move(chassis)),
      ip_(std::move(ip)),
      central_(central.folder()) {
  std::filesystem::create_directory(folder_);
}

RealHypervisor::~RealHypervisor() {
  (void)Run(
      "set +e; for p in ovn-controller ovs-vswitchd ovsdb-server; do [ -f $p.pid ] && kill -9 $(cat $p.pid); done; "
      "true\n");
  std::filesystem::remove_all(folder_);
}

std::string RealHypervisor::Missing() {
  for (const char* file :
       {"/usr/bin/ovn-controller", "/usr/sbin/ovs-vswitchd", "/usr/share/openvswitch/vswitch.ovsschema"}) {
    if (access(file, R_OK) != 0) return file;
  }
  return RealCentral::Missing();
}

absl::StatusOr<std::string> RealHypervisor::Run(const std::string& script) const {
  std::ofstream(folder_ + "/script") << "set -e\n" << kEnvironment << script;
  const int status = std::system(absl::StrCat("cd ", folder_, " && exec bash script </dev/null >out 2>>log").c_str());
  const auto read = [&](const char* name) {
    std::ostringstream text;
    text << std::ifstream(absl::StrCat(folder_, "/", name)).rdbuf();
    return text.str();
  };
  if (status != 0) return absl::InternalError(absl::StrCat(chassis_, ": ", read("log")));
  return read("out");
}

absl::Status RealHypervisor::Start(const std::vector<std::string>& logical_ports) {
  std::string script =
      absl::StrCat(kSwitch, "networks=$(ovn-nbctl --db=unix:", central_,
                   "/db.sock --bare --columns=options list logical_switch_port | tr ' ' '\\n' | sed -n "
                   "s/^network_name=//p | sort -u)\n"
                   "mappings=\n"
                   "for n in $networks; do\n"
                   "  $V add-br br-$n -- set bridge br-$n datapath_type=dummy\n"
                   "  mappings=$mappings,$n:br-$n\n"
                   "done\n"
                   "$V set open . external-ids:system-id=",
                   chassis_, " external-ids:ovn-encap-type=geneve external-ids:ovn-encap-ip=", ip_,
                   " external-ids:ovn-remote=unix:", central_, "/db.sock external-ids:hostname=", chassis_,
                   " -- set open . external-ids:ovn-bridge-mappings=\"none:br-none$mappings\"\n");
  int number = 0;
  for (const std::string& port : logical_ports) {
    absl::StrAppend(&script, "$V add-port br-int vif", number, " -- set interface vif", number,
                    " type=dummy external_ids:iface-id=", port, "\n");
    ++number;
  }
  absl::StrAppend(&script, "start ovn-controller unix:$PWD/conf.sock\n");
  return Run(script).status();
}

absl::StatusOr<std::vector<std::string>> RealHypervisor::Flows() const {
  absl::StatusOr<std::string> text = Run("ovs-ofctl dump-flows --no-stats br-int\n");
  if (!text.ok()) return text.status();
  return std::vector<std::string>(absl::StrSplit(*text, '\n', absl::SkipEmpty()));
}

absl::StatusOr<std::string> RealHypervisor::Numbers() const {
  return Run(
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

}  // namespace ovnlite
