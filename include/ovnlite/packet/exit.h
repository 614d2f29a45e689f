// File: exit.h
// A way out: where a datapath leaves packets that go by one port, or into one tunnel with one set of outer headers.
// Ports are exits (port/port.h), and so is what a tunnel's transport prepares for a pair of logical ports
// (port/tunnel_transport.h).

#ifndef OVNLITE_PACKET_EXIT_H_
#define OVNLITE_PACKET_EXIT_H_

#include "ovnlite/packet/packet.h"

namespace ovnlite {

class Exit {
 public:
  virtual ~Exit() = default;
  // The packets are borrowed for the time of the call. What may be done to them an exit says itself.
  virtual void Send(const PacketBatch& batch) = 0;
  // Whether packets want their flow_hash.
  virtual bool spreads_flows() const { return false; }
};

}  // namespace ovnlite

#endif  // OVNLITE_PACKET_EXIT_H_
