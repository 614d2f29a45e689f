// File: translate.h
// Runs a key through the flow tables: the one interpreter of flows in ovnlite. Forwarding, tracing, replay and tests
// all come through here; what differs is who watches (Observer) and whether the outcome is cached.
//
// The machine keeps an explicit stack of operation lists instead of recursing, so that it can stop anywhere and be
// continued (connection tracking, paused responders), and so that depth and length are bounded by counters.

#ifndef OVNLITE_DATAPATH_TRANSLATE_H_
#define OVNLITE_DATAPATH_TRANSLATE_H_

#include <cstdint>
#include <functional>

#include "ovnlite/datapath/program.h"
#include "ovnlite/flow/flow_tables.h"

namespace ovnlite {

// Watches a translation. All calls are made in the order of events; `key` is the state before the event.
class Observer {
 public:
  virtual ~Observer() = default;
  // A table was asked; `flow` is null when nothing matched.
  virtual void OnLookup(uint8_t /*table*/, const Flow* /*flow*/, const FlowKey& /*key*/) {}
  // An operation of `flow` (null: of a nested list) is about to run.
  virtual void OnOp(const Op& /*op*/, const Flow* /*flow*/, const FlowKey& /*key*/) {}
  // The list that a resubmit, clone or bucket ran has ended.
  virtual void OnReturn(const FlowKey& /*key*/) {}
  virtual void OnEffect(const Effect& /*effect*/, const FlowKey& /*key*/) {}
  virtual void OnDrop(DropReason /*reason*/, const FlowKey& /*key*/) {}
};

struct TranslateOptions {
  Observer* observer = nullptr;
  // Picks a bucket of a select group, or returns -1 to let the hash decide. For traces.
  std::function<int(const GroupOp&, const FlowKey&)> choose_bucket;
  // Called before a table is asked, and may change the key: for traces that ask "what if". The program that results
  // does not stand for other packets.
  std::function<void(uint8_t table, FlowKey&)> amend;
  // Called before a table is asked, behind `amend`: for tables that are filled as packets come to them
  // (Controller::Prepare()). Flows may be added to them, none removed.
  std::function<void(uint8_t table, const FlowKey&)> prepare;
  // Which of several flows of equal priority a packet takes (LookupContext): for traces that are compared with those of
  // another program.
  TieOrder ties;
  // A packet whose TTL runs out goes on, for traces that do as ovn-trace does; where it was 0 already, the observer is
  // told of a drop.
  bool keep_expired = false;
  // First fragments are matched with their ports, type and code, as ovn-trace does. A switch matches every fragment as if
  // those were 0, so that all of one datagram take the same way (ovs-ofctl(8), set-frags, "normal").
  bool match_first_fragments_ports = false;
  // The program is to stand for other packets too, and mask, consulted and flows of it are wanted. Without, it is found
  // faster.
  bool reusable = true;
};

class Translator {
 public:
  // As in Open vSwitch: a resubmit to a later table is free, because tables end (ovs-actions(7), "Recursion too deep").
  static constexpr int kMaxDepth = 64;
  static constexpr int kMaxSteps = 4096 * 8;

  explicit Translator(const FlowTables& tables) : tables_(tables) {}

  // From the start: looks `key` up in `table`.
  Program Run(const FlowKey& key, uint8_t table, const TranslateOptions& options = {}) const;
  // Runs a list of operations on `key`, as for a responder's answer.
  Program RunOps(const FlowKey& key, SharedOps ops, const TranslateOptions& options = {}) const;
  // Goes on where a paused program stopped, with `key` as it is now.
  Program Resume(const FlowKey& key, const Continuation& rest, const TranslateOptions& options = {}) const;

 private:
  const FlowTables& tables_;
};

}  // namespace ovnlite

#endif  // OVNLITE_DATAPATH_TRANSLATE_H_
