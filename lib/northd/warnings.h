// File: warnings.h
// Finds what the Northbound database says that makes no sense: addresses, networks and routes that are none, or half
// one. Flows leave it out as well; both ask the same functions (port_address.h, router_network.h, static_route.h).

#ifndef OVNLITE_LIB_NORTHD_WARNINGS_H_
#define OVNLITE_LIB_NORTHD_WARNINGS_H_

#include <vector>

#include "lib/northd/context.h"
#include "ovnlite/db/database.h"
#include "ovnlite/northd/northd.h"

namespace ovnlite {

// Adds to `found`, in any order.
void FindWarnings(Reader& reader, const Context& context, const Database& nb, std::vector<NorthdWarning>& found);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_NORTHD_WARNINGS_H_
