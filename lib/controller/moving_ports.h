// File: moving_ports.h
// Ports that are on several chassis at once, while their machine moves from one to another (ovn-nb(5),
// requested-chassis and activation-strategy). Whoever sends to such a port sends to all of them.

#ifndef OVNLITE_LIB_CONTROLLER_MOVING_PORTS_H_
#define OVNLITE_LIB_CONTROLLER_MOVING_PORTS_H_

#include <cstdint>

#include "lib/controller/context.h"

namespace ovnlite {

// Sends a packet to `port` into the tunnels to the other chassis that have it, its own first. Empty when there are
// none.
OpList IntoTunnels(Reader& reader, const ControllerContext& context, const PortInfo& port);

// Table 0 and 65: until the machine announces itself by RARP, nothing comes of `port`, which is plugged in as `number`,
// and nothing goes there. `enter` is what happens to a packet that comes from it.
void EmitQuietPort(const ControllerContext& context, const PortInfo& port, uint32_t number, uint32_t cookie,
                   OpList enter, Output& out);

// Table 39: `port` can be reached over the provider network, but not by a machine that moves, whose address would seem
// to be at several places there.
void EmitForcedTunnels(Reader& reader, const ControllerContext& context, const PortInfo& port, uint32_t cookie,
                       Output& out);

// Tables 37 and 38: packets from and to `port` go through tunnels where the sender does not expect them. It is told
// what fits.
void EmitPathMtu(const ControllerContext& context, const PortInfo& port, Output& out);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_CONTROLLER_MOVING_PORTS_H_
