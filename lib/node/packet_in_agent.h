// File: packet_in_agent.h
// A part of what ovn-controller does with packets that are handed to it: what needs rows of the database, time, or
// something remembered. Each agent knows a few actions; what none of them takes is dropped.

#ifndef OVNLITE_LIB_NODE_PACKET_IN_AGENT_H_
#define OVNLITE_LIB_NODE_PACKET_IN_AGENT_H_

#include <cstdint>

#include "ovnlite/base/clock.h"
#include "ovnlite/datapath/onward.h"
#include "ovnlite/db/database.h"

namespace ovnlite {

class PacketInAgent {
 public:
  virtual ~PacketInAgent() = default;

  // Whether packets with this opcode are its business. The same at all times, and asked from any thread.
  virtual bool Takes(uint32_t opcode) const = 0;
  // Takes one over.
  virtual void Take(PacketIn packet) = 0;

  // The database has changed.
  virtual void OnCommit(const Delta& /*delta*/) {}
  // Writes to the database what packets taught.
  virtual void WriteRows() {}
  // The flow tables follow the database: lets packets go on for which that was waited for.
  virtual void GoOn() {}
  // At next_deadline(): gives up.
  virtual void Tick() {}
  virtual Instant next_deadline() const { return kNever; }
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_NODE_PACKET_IN_AGENT_H_
