// File: port_keys.h
// The rows that packets mean by numbers: a logical datapath by its tunnel key, a port by that and its own. By indexes,
// so that a packet's question costs the same in a network of any size.

#ifndef OVNLITE_LIB_NODE_PORT_KEYS_H_
#define OVNLITE_LIB_NODE_PORT_KEYS_H_

#include <cstdint>

#include "ovnlite/base/uuid.h"
#include "ovnlite/db/database.h"

namespace ovnlite {

// Each is zero when there is none.
Uuid FindDatapathByKey(const Database& sb, uint32_t datapath);
// A row of Port_Binding.
Uuid FindPortByKey(const Database& sb, const Uuid& datapath, uint32_t port);
// A row of Multicast_Group.
Uuid FindGroupByKey(const Database& sb, const Uuid& datapath, uint32_t group);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_NODE_PORT_KEYS_H_
