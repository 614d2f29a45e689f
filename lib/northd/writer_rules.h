// File: writer_rules.h
// Which tables the compiler writes, which columns of them, and how it finds again what is there already.

#ifndef OVNLITE_LIB_NORTHD_WRITER_RULES_H_
#define OVNLITE_LIB_NORTHD_WRITER_RULES_H_

#include <optional>
#include <vector>

#include "lib/northd/row_writer.h"
#include "lib/schema/ovn_sb.rows.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/db/database.h"

namespace ovnlite {

// The Logical_Switch or Logical_Router that a Datapath_Binding is of.
std::optional<Uuid> OwnerOfDatapath(sb::Datapath_Binding_View row);

// The Logical_DP_Group that says on which switches a Load_Balancer of the Northbound database is. It is the load balancer's
// alone; those of logical flows are made by network_groups.h.
Uuid NetworksOfLoadBalancer(const Uuid& load_balancer);

// `rows`: the writer that they are for, which knows the rows of tables that stand before. Both must outlive the rules.
std::vector<TableRule> SouthboundRules(const Database& sb, const RowWriter& rows);
// Columns that report to those who configure.
std::vector<TableRule> NorthboundRules();

}  // namespace ovnlite

#endif  // OVNLITE_LIB_NORTHD_WRITER_RULES_H_
