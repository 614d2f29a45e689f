// File: show.h
// The Southbound database as ovn-sbctl prints it: `show`, the chassis with their tunnels and ports, and `lflow-list`,
// the logical flows. (The Northbound's `show` is topology/show.h.) Text equals ovn-sbctl 23.03's, except for the order
// of rows in `show`: by name here, by the hash of a UUID there.

#ifndef OVNLITE_NODE_SHOW_H_
#define OVNLITE_NODE_SHOW_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ovnlite/db/database.h"

namespace ovnlite {

// `ovn-sbctl show`. `sb` is of SouthboundSchema().
std::string ShowSouthbound(const Database& sb);

struct LogicalFlowListOptions {
  // Only this datapath, by name, or by its UUID or at least 4 digits from the start of it. Empty: all.
  std::string datapath = {};
  bool uuids = false;  // Each flow's UUID in front (--uuid): its first 8 digits, which are its cookie in OpenFlow.
};

// `ovn-sbctl lflow-list`: by datapath name, pipeline, table, priority (highest first), match and actions. NotFound when
// there is no such datapath, InvalidArgument when several have the name.
absl::StatusOr<std::string> ListLogicalFlows(const Database& sb, const LogicalFlowListOptions& options = {});

}  // namespace ovnlite

#endif  // OVNLITE_NODE_SHOW_H_
