// File: datapath.h
// The packet engine of one hypervisor: packets in by batches, through the megaflow cache or the flow tables, out by
// batches.
//
//   Datapath datapath(tables, clock, host);
//   datapath.AddTunnel(1, {...});          // OpenFlow port 1 leads to another chassis
//   datapath.Process(batch);               // packet->in_port says where each came from
//   datapath.Revalidate();                 // after the flow tables changed
//   datapath.Tick();                       // now and then: expiry
//
// What OVN's controller would answer is answered in line (responder.h); what it would learn is told to the host, which
// writes it to the Southbound database. Packets that wait for a neighbour are kept and sent when ResolveNeighbor() says
// who it is. Nothing on the cached path allocates or locks. One thread at a time.

#ifndef OVNLITE_DATAPATH_DATAPATH_H_
#define OVNLITE_DATAPATH_DATAPATH_H_

#include <cstdint>
#include <memory>

#include "ovnlite/base/clock.h"
#include "ovnlite/base/ip.h"
#include "ovnlite/datapath/program.h"
#include "ovnlite/datapath/responder.h"
#include "ovnlite/flow/flow_tables.h"
#include "ovnlite/packet/packet.h"
#include "ovnlite/wire/geneve_tunnel.h"

namespace ovnlite {

// Connection tracking, for flows that ask for it.
class ConnectionTracker {
 public:
  virtual ~ConnectionTracker() = default;
  // Tracks `packet` in `zone` as `ct` says: looks the connection up, commits it if asked, translates addresses in
  // packet and key, and sets the key's ct_state, ct_zone, ct_mark, ct_label and original-direction words. False: drop
  // the packet.
  virtual bool Track(const CtOp& ct, uint16_t zone, Packet& packet, FlowKey& key) = 0;
};

// A port of a logical datapath, by their tunnel keys.
struct LogicalPort {
  uint32_t datapath = 0;
  uint32_t port = 0;
};

// What the datapath needs of whoever owns it.
class DatapathHost {
 public:
  virtual ~DatapathHost() = default;
  // Sends by an OpenFlow port. The packets are borrowed for the time of the call and may be changed. For a port added
  // with TunnelMode::kMetadata they are inner frames whose `tunnel` says what the outer headers carry.
  virtual void Transmit(uint32_t port, const PacketBatch& batch) = 0;
  // A neighbour or MAC address was seen that is not known yet.
  virtual void OnLearned(const LearnedNeighbor& neighbor) = 0;
  // A machine that has moved here announced itself by RARP: its port, quiet so far, may be used.
  virtual void OnAnnounced(const LogicalPort& /*port*/) {}
};

enum class TunnelMode : uint8_t {
  kFrames,    // The datapath writes whole outer frames.
  kMetadata,  // The transport behind the port does: a UDP socket, or one that resolves its neighbours.
};

struct DatapathCounters {
  uint64_t received = 0;
  uint64_t cache_hits = 0;
  uint64_t translations = 0;
  uint64_t transmitted = 0;
  uint64_t dropped = 0;  // By the flow tables: no effect.
  uint64_t replies = 0;  // Built by responders.
  uint64_t learned = 0;
  uint64_t waiting = 0;            // Put aside until a neighbour is known.
  uint64_t waiting_dropped = 0;    // Waited too long, or too many waited.
  uint64_t no_tracker = 0;         // Dropped: a flow wants connection tracking and there is none.
  uint64_t unanswered = 0;         // Dropped: no responder for the action.
  uint64_t invalid_for_reply = 0;  // Dropped: the packet is not what the responder needs.
  uint64_t too_large = 0;          // Dropped: does not fit a tunnel's lengths.
  uint64_t loops = 0;              // Dropped: answers to answers without end.
  uint64_t uncached = 0;           // Translated without a place in the cache.
};

struct DatapathOptions {
  uint8_t first_table = 0;
  size_t max_megaflows = 200'000;
  Nanoseconds megaflow_idle = 10 * kSecond;
  // OVN keeps 4 packets per next hop for 10 seconds.
  size_t waiting_per_neighbor = 4;
  size_t waiting_neighbors = 1'000;
  Nanoseconds waiting_time = 10 * kSecond;
  // Where a packet that waited for its neighbour goes on: OVN's remote output, "ls_out"'s threshold (table 37).
  uint8_t resume_table = 37;
};

class Datapath {
 public:
  using Options = DatapathOptions;

  // All references must outlive the datapath. `tracker` may be null.
  Datapath(const FlowTables& tables, const Clock& clock, DatapathHost& host, ConnectionTracker* tracker = nullptr,
           const Options& options = {});
  ~Datapath();
  Datapath(const Datapath&) = delete;
  Datapath& operator=(const Datapath&) = delete;

  // Makes OpenFlow port `port` a tunnel. Replaces one that is there.
  void AddTunnel(uint32_t port, const GeneveTunnel& tunnel, TunnelMode mode);
  void RemoveTunnel(uint32_t port);

  // Takes packets through. They may be changed, and are not kept after the call.
  void Process(const PacketBatch& batch);
  // The same for a single packet.
  void Process(Packet& packet);

  // Sends what waits for `ip` behind logical port `port` (a tunnel key) of `datapath`.
  void ResolveNeighbor(uint32_t datapath, uint32_t port, const IpAddress& ip, MacAddress mac);

  // Translates again what depends on the given changed parts of the tables (FlowTables::TakeChanges()); drops what
  // changed.
  void Revalidate(absl::Span<const TablePart> changed);
  // Drops megaflows idle too long and packets that waited too long. Call it about once a second.
  void Tick();
  // When Tick() next has something to do; kNever when nothing is remembered.
  Instant next_deadline() const;

  const DatapathCounters& counters() const;
  // Packets and bytes a flow has handled, up to the last Tick().
  struct FlowStatistics {
    uint64_t packets = 0;
    uint64_t bytes = 0;
  };
  FlowStatistics StatisticsOf(FlowId flow) const;
  size_t megaflow_count() const;
  size_t subtable_count() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ovnlite

#endif  // OVNLITE_DATAPATH_DATAPATH_H_
