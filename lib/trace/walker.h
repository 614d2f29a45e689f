// File: walker.h
// Takes a packet through the flow tables of one hypervisor, and on through all that becomes of it there: behind
// connection tracking, as the answer that takes its place, after a pause. What forwarding does by batches is done here
// one by one, by the same Translator and the same Follow() (datapath/onward.h), and told to a watcher. Two write down
// what they are told: physical_walk.h for traces, lab/lab_passage.h for laboratories.

#ifndef OVNLITE_LIB_TRACE_WALKER_H_
#define OVNLITE_LIB_TRACE_WALKER_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "ovnlite/datapath/onward.h"
#include "ovnlite/datapath/translate.h"
#include "ovnlite/flow/flow_tables.h"
#include "ovnlite/packet/extract.h"
#include "ovnlite/packet/packet.h"

namespace ovnlite {

// Where a packet was looked up last, side tables (MAC bindings and their kin) left out.
struct LastLookup {
  uint8_t table = 0;
  const Flow* flow = nullptr;
  FlowKey key;
};

class WalkWatcher {
 public:
  virtual ~WalkWatcher() = default;

  // As in Observer.
  virtual void BeforeLookup(uint8_t /*table*/, FlowKey& /*key*/) {}
  virtual void OnLookup(uint8_t table, const Flow* flow, const FlowKey& key) = 0;
  virtual int ChooseBucket(const GroupOp& /*group*/, const FlowKey& /*key*/) { return -1; }
  virtual void OnEffect(const Effect& /*effect*/, const FlowKey& /*key*/) {}

  // What follows an effect: `packet` and `key` are those that go on, or leave.
  virtual void OnFollowed(const Effect& effect, const Onward& onward, const Packet& packet, const FlowKey& key) = 0;
  // A packet for OVN's controller. True: it goes on where it paused, with the key as it is then.
  virtual bool OnPacketIn(PacketIn& packet) = 0;
  // Nothing came of a packet; `depth` counts how often it had gone on before. Called for each of the copies that made
  // up the packet.
  virtual void OnDropped(DropReason reason, const LastLookup& last, int depth) = 0;
  // The packet multiplies without end, and is not followed further.
  virtual void OnEndless() = 0;
};

class Walker final : private Observer {
 public:
  static constexpr int kMaxDepth = 64;
  // Times that packets go through tables, altogether.
  static constexpr int kMaxRuns = 10'000;

  // `tracker` may be null.
  Walker(WalkWatcher* watcher, ConnectionTracker* tracker) : watcher_(*watcher), tracker_(tracker) {}

  // A packet arrives: by its in_port, with its `tunnel`.
  void Arrive(const FlowTables& tables, Packet packet);

  const LastLookup& last() const { return last_; }

 private:
  struct Current {
    const Packet* packet = nullptr;
    const PacketLayout* layout = nullptr;
    const PacketKey* key = nullptr;
  };

  void Run(const Packet& packet, const FlowKey& key, const Resumption& where);

  // Observer:
  void BeforeLookup(uint8_t table, FlowKey& key) override { watcher_.BeforeLookup(table, key); }
  int ChooseBucket(const GroupOp& group, const FlowKey& key) override { return watcher_.ChooseBucket(group, key); }
  void OnLookup(uint8_t table, const Flow* flow, const FlowKey& key) override;
  void OnEffect(const Effect& effect, const FlowKey& key) override;
  void OnDrop(DropReason reason, const FlowKey& key) override;

  WalkWatcher& watcher_;
  ConnectionTracker* const tracker_;
  const FlowTables* tables_ = nullptr;
  Current current_;
  LastLookup last_;
  uint8_t table_ = 0;  // The one asked last of all.
  std::vector<std::pair<DropReason, LastLookup>> drops_;
  int depth_ = 0;
  int runs_ = 0;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_TRACE_WALKER_H_
