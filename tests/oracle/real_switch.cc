#include "tests/oracle/real_switch.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"

namespace ovnlite {
namespace {

constexpr char kEnvironment[] =
    "export OVS_RUNDIR=$PWD OVS_LOGDIR=$PWD OVN_RUNDIR=$PWD OVN_LOGDIR=$PWD OVS_DBDIR=$PWD\n"
    "V=\"ovs-vsctl --timeout=30 --db=unix:$PWD/conf.sock\"\n"
    "start() { $1 --detach --no-chdir --pidfile=$PWD/$1.pid --log-file=$PWD/$1.log -vconsole:off \"${@:2}\"; }\n"
    "appctl() { ovs-appctl -t $PWD/switch.ctl \"$@\"; }\n";
constexpr char kStart[] =
    "ovsdb-tool create conf.db /usr/share/openvswitch/vswitch.ovsschema\n"
    "start ovsdb-server --remote=punix:$PWD/conf.sock conf.db\n"
    "$V --no-wait init\n"
    "start ovs-vswitchd --enable-dummy=system --disable-system --unixctl=$PWD/switch.ctl unix:$PWD/conf.sock\n";

}  // namespace

RealSwitch::RealSwitch(std::string folder) : folder_(std::move(folder)) { std::filesystem::create_directory(folder_); }

RealSwitch::~RealSwitch() {
  (void)Run(
      "set +e; for p in ovn-controller ovs-vswitchd ovsdb-server; do [ -f $p.pid ] && kill -9 $(cat $p.pid); done; "
      "true\n");
  std::filesystem::remove_all(folder_);
}

absl::StatusOr<std::string> RealSwitch::Run(const std::string& script) const {
  std::ofstream(folder_ + "/script") << "set -e\n" << kEnvironment << script;
  const int status = std::system(absl::StrCat("cd ", folder_, " && exec bash script </dev/null >out 2>>log").c_str());
  const auto read = [&](const char* name) {
    std::ostringstream text;
    text << std::ifstream(absl::StrCat(folder_, "/", name)).rdbuf();
    return text.str();
  };
  if (status != 0) return absl::InternalError(absl::StrCat(folder_, ": ", read("log")));
  return read("out");
}

absl::Status RealSwitch::Start() { return Run(kStart).status(); }

}  // namespace ovnlite
