// File: datapath.h
// The packet engine of one hypervisor: packets in by batches, through the megaflow cache or the flow tables, out by
// batches.
//
//   Datapath datapath(tables, clock, host);
//   datapath.Process(batch);               // packet->in_port says where each came from
//   datapath.Revalidate();                 // after the flow tables changed, and until it says that it is through
//   datapath.Tick();                       // at next_deadline(): expiry
//
// A batch goes through in passes over all of it: keys are extracted, looked up, and packets that take the same program
// run through its effects together. What goes on elsewhere (behind a connection tracker) is looked up again in the next
// pass. The result is that of taking the packets one by one.
//
// What OVN's controller would answer without looking anything up is answered in line (responder.h); the rest is handed
// to the host, which may let it go on (Resume(), Enter()). Nothing on the cached path allocates or locks.
//
// A datapath belongs to one thread at a time, and shares nothing with other datapaths but flow tables, if they have the
// same; those must not be edited while one of them processes packets elsewhere.

#ifndef OVNLITE_DATAPATH_DATAPATH_H_
#define OVNLITE_DATAPATH_DATAPATH_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ovnlite/base/clock.h"
#include "ovnlite/datapath/onward.h"
#include "ovnlite/datapath/program.h"
#include "ovnlite/flow/flow_tables.h"
#include "ovnlite/packet/exit.h"
#include "ovnlite/packet/packet.h"

namespace ovnlite {

// What the datapath needs of whoever owns it.
class DatapathHost {
 public:
  virtual ~DatapathHost() = default;
  // The way out by an OpenFlow port, for packets with this `tunnel` (Packet::tunnel; 0 where the port is no tunnel).
  // Null: there is none, and packets that would take it are dropped. Asked once; the answer is good until
  // ForgetExits().
  virtual Exit* ExitTo(uint32_t port, uint64_t tunnel) = 0;
  // A packet for OVN's controller that needs rows, time or state to be answered. False: nobody takes it, and it is
  // dropped.
  virtual bool OnPacketIn(PacketIn packet) = 0;
};

struct DatapathCounters {
  uint64_t received = 0;
  uint64_t cache_hits = 0;
  uint64_t translations = 0;   // Of packets that had no megaflow.
  uint64_t revalidations = 0;  // Of megaflows, since the flow tables had changed.
  uint64_t recirculated = 0;   // Looked up again.
  uint64_t transmitted = 0;
  uint64_t dropped = 0;            // By the flow tables: no effect.
  uint64_t replies = 0;            // Built by responders.
  uint64_t handed_over = 0;        // To the host.
  uint64_t no_exit = 0;            // Dropped: nothing is behind the port.
  uint64_t no_tracker = 0;         // Dropped: a flow wants connection tracking and there is none.
  uint64_t unanswered = 0;         // Dropped: no responder for the action, and the host does not take it.
  uint64_t invalid_for_reply = 0;  // Dropped: the packet is not what the responder needs.
  uint64_t loops = 0;              // Dropped: answers to answers without end.
  uint64_t uncached = 0;           // Translated without a place in the cache.
};

// What packets met that ovnlite does not have, a line each: "16 packets were dropped at connection tracking, which ovnlite
// does not have". Empty: nothing is missing of what packets wanted so far.
std::vector<std::string> MissingParts(const DatapathCounters& counters);

struct DatapathOptions {
  uint8_t first_table = 0;
  size_t max_megaflows = 200'000;
  Nanoseconds megaflow_idle = 10 * kSecond;
};

class Datapath {
 public:
  using Options = DatapathOptions;

  // Answers to answers, and passes behind connection trackers: OVN has no use for more than a few.
  static constexpr int kMaxGenerations = 8;
  // What a call of Revalidate() or Tick() does at most, in megaflows looked at; a translation counts as sixteen.
  static constexpr int64_t kWork = 1'024;

  // All references must outlive the datapath. `tracker` may be null.
  Datapath(const FlowTables& tables, const Clock& clock, DatapathHost& host, ConnectionTracker* tracker = nullptr,
           const Options& options = {});
  ~Datapath();
  Datapath(const Datapath&) = delete;
  Datapath& operator=(const Datapath&) = delete;

  // Takes packets through. They may be changed, and are not kept after the call. `time` of a packet says when it came;
  // one without comes now.
  void Process(const PacketBatch& batch);
  // The same for a single packet.
  void Process(Packet& packet);

  // Lets a packet go on where it paused, as it and its key are now. Within OnPacketIn(), behind the batch that is being
  // processed.
  void Resume(PacketIn packet);
  // Lets a packet enter a table, with the pipeline words of `key`.
  void Enter(Packet packet, const FlowKey& key, uint8_t table);

  // The host's exits are others from now on. Not while packets are processed.
  void ForgetExits();

  // A megaflow that depends on what has changed in the flow tables since is translated again before it is used,
  // whenever that is. This goes through the others, a part of them in each call. True when all are as the tables are
  // now.
  bool Revalidate(int64_t work = kWork);
  // Drops megaflows idle too long, a part of them in each call.
  void Tick(int64_t work = kWork);
  // When Tick() next has something to do; kNever when nothing is remembered.
  Instant next_deadline() const;

  const DatapathCounters& counters() const;
  // Packets and bytes that a flow has handled. Looks at all megaflows.
  struct FlowStatistics {
    uint64_t packets = 0;
    uint64_t bytes = 0;
  };
  FlowStatistics StatisticsOf(FlowId flow) const;
  size_t megaflow_count() const;
  size_t subtable_count() const;
  // Places that recirculated packets go on from.
  size_t recirculation_count() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ovnlite

#endif  // OVNLITE_DATAPATH_DATAPATH_H_
