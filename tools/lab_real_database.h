// File: lab_real_database.h
// What central knows of the laboratory: the sheet's logical network (LS1, LS2, LR1, LSP1, LSP2) in a Northbound
// database, compiled by northd, with the hypervisors and what runs on them entered as their controllers would.

#ifndef OVNLITE_TOOLS_LAB_REAL_DATABASE_H_
#define OVNLITE_TOOLS_LAB_REAL_DATABASE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tools/lab_real_network.h"

namespace ovnlite::tools {

// Writes the Southbound database to `path`. VM number i is behind a switch LS<i+1> of its own, which router LR1 joins
// to the others at the VM's gateway address. `nodes` that a VM runs on become chassis.
absl::Status WriteLabDatabase(const std::vector<LabNode>& nodes, const std::vector<LabVm>& vms,
                              const std::string& path);

}  // namespace ovnlite::tools

#endif  // OVNLITE_TOOLS_LAB_REAL_DATABASE_H_
