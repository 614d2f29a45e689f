// File: learning_agent.h
// Neighbours, as OVN's controller learns them from packets (put_arp, put_nd, put_fdb) and remembers them in MAC_Binding
// and FDB, from where they reach all hypervisors; and packets that wait until a neighbour is known (those that arp{}
// and nd_ns{} ask for).

#ifndef OVNLITE_LIB_NODE_LEARNING_AGENT_H_
#define OVNLITE_LIB_NODE_LEARNING_AGENT_H_

#include <cstdint>
#include <vector>

#include "lib/node/packet_in_agent.h"
#include "lib/node/waiting_room.h"
#include "ovnlite/base/clock.h"
#include "ovnlite/datapath/datapath.h"
#include "ovnlite/datapath/responder.h"
#include "ovnlite/db/database.h"
#include "ovnlite/node/hypervisor.h"

namespace ovnlite {

class LearningAgent final : public PacketInAgent {
 public:
  // References must outlive the agent. `datapath` is where packets go on that have waited.
  LearningAgent(Database& sb, const Clock& clock, Datapath& datapath, const WaitingOptions& options)
      : sb_(sb), clock_(clock), datapath_(datapath), waiting_(options.per_neighbor, options.neighbors, options.time) {}

  bool Takes(uint32_t opcode) const override;
  void Take(PacketIn packet) override;
  void OnCommit(const Delta& delta) override;
  void WriteRows() override;
  void GoOn() override;
  void Tick() override { counters_.waiting_dropped += waiting_.Expire(clock_.Now()); }
  Instant next_deadline() const override { return waiting_.next_deadline(); }

  const LearningCounters& counters() const { return counters_; }

 private:
  struct Resolved {
    uint32_t datapath;
    uint32_t port;
    IpAddress ip;
    MacAddress mac;
  };
  void Wait(PacketIn packet, bool v6);
  void WriteFdb(Transaction& t, const LearnedNeighbor& n) const;
  void WriteMacBinding(Transaction& t, const LearnedNeighbor& n, const Uuid& datapath) const;

  Database& sb_;
  const Clock& clock_;
  Datapath& datapath_;
  WaitingRoom waiting_;
  std::vector<LearnedNeighbor> learned_;  // Since the last WriteRows().
  std::vector<Resolved> resolved_;        // Since the last GoOn().
  LearningCounters counters_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_NODE_LEARNING_AGENT_H_
