// File: program.h
// What happens to every packet that takes one path through the flow tables: the outcome of translation, and what a
// cached megaflow runs. A program is a list of effects in order; each says how the packet looks at that point, so that
// effects do not depend on one another.

#ifndef OVNLITE_DATAPATH_PROGRAM_H_
#define OVNLITE_DATAPATH_PROGRAM_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "ovnlite/flow/flow_tables.h"
#include "ovnlite/flow/op.h"
#include "ovnlite/packet/extract.h"
#include "ovnlite/packet/flow_key.h"
#include "ovnlite/packet/packet.h"

namespace ovnlite {

// Header fields written on the way, as masked words of the key; applied to a packet it keeps all checksums right.
// Every value is a constant of the path: whatever it was computed from is pinned by the megaflow's mask.
class Rewrite {
 public:
  Rewrite() = default;
  // `written` marks the bits to set, of which those that a packet holds are kept. `key` has the values, and the
  // eth.type and ip.proto that say which headers there are.
  Rewrite(const FlowKey& key, const FlowKey& written);

  bool empty() const { return words_.empty(); }
  // Changes the packet in place. A field whose header the packet is too short for is left alone.
  void Apply(Packet& packet, const PacketLayout& layout) const;

  friend bool operator==(const Rewrite&, const Rewrite&) = default;

 private:
  void ApplySlow(Packet& packet, const PacketLayout& layout) const;

  std::vector<WordTest> words_;
  // The commonest case, prepared: Ethernet addresses and IPv4 TTL only.
  bool routed_only_ = false;
  uint8_t addresses_[12] = {};
  uint8_t ttl_ = 0;
};

// A packet's state between two operations.
struct SavedState {
  FlowKey key;
  FlowKey constant;
  FlowKey written;
  std::vector<std::pair<u128, int>> stack;  // Value and width of what was pushed.
  int growth = 0;                           // Bytes by which pushing and popping a tag changed the frame.
};

// Where processing stands: enough to go on later with the same or another packet.
struct Continuation {
  // A list of operations and the next one to run.
  struct Frame {
    const OpList* ops = nullptr;
    uint32_t next = 0;
    // Which flow the list belongs to, for observers; null for lists that belong to none. Not to be followed once the
    // flow tables may have changed.
    const Flow* flow = nullptr;
    // After a clone's list: the state to return to.
    std::shared_ptr<const SavedState> restore;
    // Keeps `ops` where the flow tables do not: lists of their own, and everything in a paused program.
    SharedOps owner;
    // It counts against Translator::kMaxDepth.
    bool deepens = false;
  };
  std::vector<Frame> frames;  // Innermost last.
};

struct Effect {
  enum class Kind : uint8_t {
    kOutput,   // Send by `port`; into a tunnel with `tunnel` as its metadata.
    kRespond,  // Hand to a responder: op->controller().
    kTrack,    // Connection tracking: op->ct(); goes on in its recirc_table if it has one.
    kMeter,    // op->number
    kLearn,    // op->learn()
    kSample,   // op->sample()
  };
  Kind kind = Kind::kOutput;
  uint32_t port = 0;
  uint32_t queue = 0;
  uint64_t tunnel = 0;
  Rewrite rewrite;
  // For everything but kOutput: the operation, and the state it ran in.
  std::shared_ptr<const Op> op;
  std::shared_ptr<const SavedState> state;
  // A paused responder: where to go on.
  std::shared_ptr<const Continuation> rest;

  // The key of a packet that takes this path, at this point: `packet` as the rewrite left it, `arrived` its key on
  // arrival.
  FlowKey KeyOf(const Packet& packet, const FlowKey& arrived) const;
};

// Why a packet that left no trace was dropped.
enum class DropReason : uint8_t {
  kNone,     // Not dropped.
  kNoFlow,   // A table had no matching flow.
  kByFlow,   // A flow with no operations, or whose operations sent it nowhere.
  kTtl,      // dec_ttl with a TTL of 0 or 1.
  kTooDeep,  // More than kMaxDepth resubmits to the same or an earlier table, or groups, inside each other.
  kTooLong,  // More than kMaxSteps operations: a loop.
};

struct Program {
  std::vector<Effect> effects;
  DropReason drop = DropReason::kNone;  // Where there are no effects: why.
  // Bits of the key that the program depends on.
  FlowKey mask;
  // Parts of the flow tables that were consulted, sorted; when one changes, translate again.
  std::vector<TablePart> consulted;
  // Flows taken, in order.
  std::vector<FlowId> flows;
};

}  // namespace ovnlite

#endif  // OVNLITE_DATAPATH_PROGRAM_H_
