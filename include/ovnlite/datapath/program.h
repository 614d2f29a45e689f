// File: program.h
// What happens to every packet that takes one path through the flow tables: the outcome of translation, and what a
// cached megaflow runs. A program is a list of effects in order; each says how the packet looks at that point, so that
// effects do not depend on one another. onward.h says what follows an effect.

#ifndef OVNLITE_DATAPATH_PROGRAM_H_
#define OVNLITE_DATAPATH_PROGRAM_H_

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "ovnlite/datapath/rewrite.h"
#include "ovnlite/flow/flow_tables.h"
#include "ovnlite/flow/op.h"
#include "ovnlite/packet/exit.h"
#include "ovnlite/packet/extract.h"
#include "ovnlite/packet/flow_key.h"
#include "ovnlite/packet/packet.h"

namespace ovnlite {

// What a pipeline pushed: values and their widths.
using FieldStack = std::vector<std::pair<u128, int>>;

// A packet's state between two operations.
struct SavedState {
  FlowKey key;
  FlowKey constant;
  FlowKey written;
  FieldStack stack;
  int growth = 0;  // Bytes by which pushing and popping a tag changed the frame.
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
    kRespond,  // Hand to OVN's controller: op->controller().
    kTrack,    // Connection tracking: op->ct(); goes on in its recirc_table if it has one.
    kMeter,    // op->number
    kLearn,    // op->learn()
    kSample,   // op->sample()
  };
  Kind kind = Kind::kOutput;
  uint32_t port = 0;
  uint64_t tunnel = 0;
  // kOutput: where that is, for the datapath that runs the program, and when it asked.
  Exit* exit = nullptr;
  uint64_t exit_generation = 0;
  Rewrite rewrite;
  // For everything but kOutput: the operation, and the state it ran in.
  std::shared_ptr<const Op> op;
  std::shared_ptr<const SavedState> state;
  // A paused responder: where to go on.
  std::shared_ptr<const Continuation> rest;
  // kTrack that goes on: the recirculation id under which it does, for the datapath that runs the program.
  uint32_t recirculation = 0;
  uint32_t queue = 0;

  // The key of a packet that takes this path, at this point: `packet` as the rewrite left it, `arrived` its key on
  // arrival. Gives its layout too, where that is wanted.
  FlowKey KeyOf(const Packet& packet, const PacketKey& arrived, PacketLayout* layout = nullptr) const;
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
  // Bits of the packet's key that the program depends on.
  PacketKey mask;
  // Parts of the flow tables that were consulted, sorted; when one changes, translate again.
  std::vector<TablePart> consulted;
  // Flows taken, in order.
  std::vector<FlowId> flows;
};

}  // namespace ovnlite

#endif  // OVNLITE_DATAPATH_PROGRAM_H_
