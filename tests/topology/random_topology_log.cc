// Writes what a random network is made of, for the test beside: FOLDER/log, ovn-nbctl commands; FOLDER/show, the
// result; FOLDER/schema, for a server.
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include "ovnlite/schema/schema.h"
#include "ovnlite/topology/random_topology.h"
#include "ovnlite/topology/show.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  ovnlite::Database nb(ovnlite::NorthboundSchema());
  ovnlite::RandomTopology random(
      nb, std::strtoull(argv[1], nullptr, 10),
      {.edits = 60, .acls = true, .load_balancers = true, .localnet = true, .address_sets = true});
  if (const absl::Status status = random.Build(); !status.ok()) {
    std::cerr << status << "\n";
    return 1;
  }
  const std::string folder = argv[2];
  std::ofstream(folder + "/schema") << ovnlite::NorthboundSchema().ToJson();
  std::ofstream(folder + "/log") << random.log();
  std::ofstream(folder + "/show") << ovnlite::ShowNorthbound(nb, {.uuids = false});
  return 0;
}
