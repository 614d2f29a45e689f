// File: show.h
// The Northbound database at a glance, as `ovn-nbctl show` prints it; but by name, where ovn-nbctl's order changes from
// run to run.

#ifndef OVNLITE_TOPOLOGY_SHOW_H_
#define OVNLITE_TOPOLOGY_SHOW_H_

#include <string>

#include "ovnlite/db/database.h"

namespace ovnlite {

struct ShowOptions {
  // Leave out what differs between two equal networks: rows' UUIDs.
  bool uuids = true;
};

// Switches with their ports, then routers with their ports and address translations. `nb` is of NorthboundSchema().
std::string ShowNorthbound(const Database& nb, const ShowOptions& options = {});

}  // namespace ovnlite

#endif  // OVNLITE_TOPOLOGY_SHOW_H_
