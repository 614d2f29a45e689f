#include "tests/oracle/real_central.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace ovnlite {
namespace {

std::string Quoted(const std::string& text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

// In the folder: everything that runs keeps its sockets and logs there.
constexpr char kEnvironment[] =
    "export OVS_RUNDIR=$PWD OVS_LOGDIR=$PWD OVN_RUNDIR=$PWD OVN_LOGDIR=$PWD\n"
    "NB=\"ovn-nbctl --timeout=60\" SB=\"ovn-sbctl --timeout=60 --db=unix:$PWD/db.sock\"\n";
constexpr char kServe[] =
    "ovsdb-tool create sb.db /usr/share/ovn/ovn-sb.ovsschema\n"
    "[ -f nb.db ] || ovsdb-tool create nb.db /usr/share/ovn/ovn-nb.ovsschema\n"
    "ovsdb-server --detach --no-chdir --pidfile=$PWD/db.pid --remote=punix:$PWD/db.sock --unixctl=$PWD/db.ctl nb.db "
    "sb.db\n"
    "export OVN_NB_DAEMON=$(ovn-nbctl --db=unix:$PWD/db.sock --pidfile=$PWD/nbctl.pid --detach)\n"
    "$NB init\n";
constexpr char kCompile[] =
    "ovn-northd --detach --no-chdir --pidfile=$PWD/northd.pid --ovnnb-db=unix:$PWD/db.sock "
    "--ovnsb-db=unix:$PWD/db.sock "
    "--unixctl=$PWD/northd.ctl\n"
    "$NB --wait=sb sync\n";
// Without it northd keeps to flows that older hypervisors understand.
constexpr char kChassis[] =
    "for c in $($SB --bare --columns=name list chassis); do\n"
    "  $SB set chassis $c other_config:port-up-notif=true other_config:ct-no-masked-label=true "
    "other_config:mac-binding-timestamp=true other_config:ovn-ct-lb-related=true\n"
    "done\n"
    "$NB --wait=sb sync\n";

}  // namespace

RealCentral::RealCentral() {
  char folder[] = "/tmp/ovnlite-central-XXXXXX";
  folder_ = mkdtemp(folder);
}

RealCentral::~RealCentral() {
  Stop();
  Run("rm -rf $PWD");
}

std::string RealCentral::Missing() {
  for (const char* file : {"/usr/bin/ovn-northd", "/usr/sbin/ovsdb-server", "/usr/share/ovn/ovn-sb.ovsschema"}) {
    if (access(file, R_OK) != 0) return file;
  }
  return "";
}

int RealCentral::Run(const std::string& script) {
  std::ofstream(folder_ + "/script") << "set -e\n" << kEnvironment << script;
  return std::system(absl::StrCat("cd ", folder_, " && exec bash script </dev/null >>log 2>&1").c_str());
}

void RealCentral::Stop() {
  Run("set +e; for p in *.pid; do [ -f $p ] && kill $(cat $p) && while [ -f $p ]; do sleep 0.01; done; done; true\n");
  Run("rm -f *.db .*.db.* log *.pid *.sock *.ctl\n");
}

absl::StatusOr<LoadedLog> RealCentral::Compile(const Database& nb) {
  Stop();
  if (const absl::Status saved = SaveLog(nb, folder_ + "/nb.db"); !saved.ok()) return saved;
  if (Run(absl::StrCat(kServe, kCompile)) != 0) {
    return absl::InternalError(absl::StrCat("ovn-northd does not run: see ", folder_, "/log"));
  }
  return LoadLog(folder_ + "/sb.db");
}

absl::StatusOr<LoadedLog> RealCentral::Build(const std::vector<std::string>& lines) {
  Stop();
  std::string north, south;
  for (const std::string& line : lines) {
    const bool is_south = absl::StartsWith(line, "sb ");
    std::string& out = is_south ? south : north;
    const std::string command = is_south ? absl::StrCat("$SB ", line.substr(3)) : absl::StrCat("$NB -- ", line);
    absl::StrAppend(&out, command, " || { echo refused: ", Quoted(line), "; exit 1; }\n");
  }
  if (Run(absl::StrCat(kServe, north, kCompile, south, kChassis)) != 0) {
    std::ostringstream log;
    log << std::ifstream(folder_ + "/log").rdbuf();
    return absl::InternalError(log.str());
  }
  return LoadLog(folder_ + "/sb.db");
}

absl::StatusOr<LoadedLog> RealCentral::Settled() {
  if (Run("ovn-nbctl --timeout=60 --db=unix:$PWD/db.sock --wait=hv sync\n") != 0) {
    std::ostringstream log;
    log << std::ifstream(folder_ + "/log").rdbuf();
    return absl::InternalError(log.str());
  }
  return LoadLog(folder_ + "/sb.db");
}

absl::StatusOr<std::string> RealCentral::Trace(const std::string& arguments) {
  // Where packets go round, it takes all the memory it can have before it aborts. Its daemon mode would be faster, but
  // takes no options. Warnings about flows of the database are not of the trace.
  const std::string command = absl::StrCat("ulimit -v 4000000; exec ovn-trace -vconsole:off --db=unix:", folder_,
                                           "/db.sock ", arguments, " 2>&1");
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return absl::InternalError("popen fails");
  std::string text;
  char buffer[4096];
  while (const size_t got = fread(buffer, 1, sizeof buffer, pipe)) text.append(buffer, got);
  const int status = pclose(pipe);
  if (WIFSIGNALED(status)) return absl::AbortedError(text);
  return text;
}

}  // namespace ovnlite
