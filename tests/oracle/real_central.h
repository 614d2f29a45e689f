// File: real_central.h
// A real OVN central beside us: Debian's ovsdb-server, ovn-northd and ovn-trace on databases of their own in a
// temporary folder. Not the system's services, and nobody's but ours: several can run at once.
//
//   if (const std::string missing = RealCentral::Missing(); !missing.empty()) GTEST_SKIP() << missing;
//   RealCentral central;
//   absl::StatusOr<LoadedLog> sb = central.Build({"ls-add s0", "sb chassis-add hv1 geneve 192.0.2.1"});
//   absl::StatusOr<std::string> text = central.Trace("--summary s0 'inport == \"p\"'");

#ifndef OVNLITE_TESTS_ORACLE_REAL_CENTRAL_H_
#define OVNLITE_TESTS_ORACLE_REAL_CENTRAL_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ovnlite/db/database.h"
#include "ovnlite/db/log_file.h"

namespace ovnlite {

class RealCentral {
 public:
  RealCentral();
  ~RealCentral();  // Ends what it started and removes its folder.
  RealCentral(const RealCentral&) = delete;
  RealCentral& operator=(const RealCentral&) = delete;

  // A file of Debian's ovn-central that is not there, or "".
  static std::string Missing();

  // Compiles the Northbound database `nb`. The Southbound database that came out.
  absl::StatusOr<LoadedLog> Compile(const Database& nb);
  // The same for ovn-nbctl command lines, quoted as for bash; lines that start with "sb " are for ovn-sbctl, run once
  // the others are compiled, and may use $SB for ovn-sbctl with its options. Every chassis is then given what
  // ovn-controller 23.03 tells of itself. The error names a line that was refused. The databases stay served.
  absl::StatusOr<LoadedLog> Build(const std::vector<std::string>& lines);
  // What ovn-trace prints for these arguments, quoted as for a shell, on the database of the last Build(); its errors
  // are part of the text. Aborted if ovn-trace crashes.
  absl::StatusOr<std::string> Trace(const std::string& arguments);
  // Waits until every hypervisor has done what the Northbound database wants, and reads the Southbound one again.
  absl::StatusOr<LoadedLog> Settled();
  // Where its databases and sockets are (db.sock serves both).
  const std::string& folder() const { return folder_; }

 private:
  int Run(const std::string& script);
  void Stop();

  std::string folder_;
};

}  // namespace ovnlite

#endif  // OVNLITE_TESTS_ORACLE_REAL_CENTRAL_H_
