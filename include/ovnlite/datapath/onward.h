// File: onward.h
// Given an effect and the packet that comes to it: which packet runs where next. Forwarding, tracing and the lab all
// ask here.
//
//   kSent         It leaves; nothing is behind an output.
//   kGoesOn       In the table behind a connection tracker; where it was, when it had only paused; or as the answer
//                 that took its place, through the operations that belong to answers.
//   kHandedOver   To whoever has the rows, the time or the state that it takes: DatapathHost::OnPacketIn().
//   kEnds         There is no answer, and `why` says so; or the tracker drops it, or nothing is behind it.

#ifndef OVNLITE_DATAPATH_ONWARD_H_
#define OVNLITE_DATAPATH_ONWARD_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "ovnlite/datapath/program.h"
#include "ovnlite/flow/op.h"
#include "ovnlite/packet/flow_key.h"
#include "ovnlite/packet/packet.h"

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

// Where a packet goes on: one of a table, a list of operations, and the rest of a paused program.
struct Resumption {
  int table = -1;
  FieldStack stack = {};  // With `table`: what was pushed before.
  SharedOps ops = nullptr;
  std::shared_ptr<const Continuation> rest = nullptr;
};

// A packet for OVN's controller.
struct PacketIn {
  std::shared_ptr<const Op> op;
  Packet packet;  // As the flow's operations have left it,
  FlowKey key;    // and its key then, pipeline words included.
  // Where it goes on, if it only paused; otherwise null.
  std::shared_ptr<const Continuation> rest = nullptr;
  // Answers that it is an answer to (Datapath::kMaxGenerations).
  int generation = 0;

  const ControllerOp& action() const { return op->controller(); }
};

struct Onward {
  enum class Kind : uint8_t { kEnds, kSent, kGoesOn, kHandedOver };
  Kind kind = Kind::kEnds;
  // kGoesOn: where. Packet and key have become those that do.
  Resumption where = {};
  // kGoesOn: the packet was answered, by one that took its place.
  bool is_answer = false;
  // Where the answer is a question about a neighbour (arp{}, nd_ns{}): the packet that asked, which may wait for what
  // is said. Without continuation.
  std::optional<PacketIn> asked = std::nullopt;
  // Why there is no answer. A packet that had only paused goes on without.
  absl::Status why = absl::OkStatus();
};

// `packet` and `key` are as at this effect (Effect::rewrite, Effect::KeyOf()), and become what goes on. `tracker` may
// be null: what wants connection tracking then ends. Of kHandedOver it is left to the caller to hand packet and key
// over.
Onward Follow(const Effect& effect, Packet& packet, FlowKey& key, ConnectionTracker* tracker);

}  // namespace ovnlite

#endif  // OVNLITE_DATAPATH_ONWARD_H_
