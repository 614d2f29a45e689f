// File: translate.h
// Runs a key through the flow tables: the one interpreter of flows in ovnlite. Forwarding, tracing, replay and tests
// all come through here; what differs is who watches (Observer) and whether the outcome is cached.
//
// The machine keeps an explicit stack of operation lists instead of recursing, so that it can stop anywhere and be
// continued (connection tracking, paused responders), and so that depth and length are bounded by counters.

#ifndef OVNLITE_DATAPATH_TRANSLATE_H_
#define OVNLITE_DATAPATH_TRANSLATE_H_

#include <cstdint>

#include "ovnlite/datapath/onward.h"
#include "ovnlite/datapath/program.h"
#include "ovnlite/flow/flow_tables.h"

namespace ovnlite {

// Watches a translation, and answers where a trace may do otherwise than a switch. All calls are made in the order of
// events; `key` is the state before the event.
class Observer {
 public:
  virtual ~Observer() = default;

  // -- Watching.
  // A table was asked; `flow` is null when nothing matched.
  virtual void OnLookup(uint8_t /*table*/, const Flow* /*flow*/, const FlowKey& /*key*/) {}
  // An operation of `flow` (null: of a nested list) is about to run.
  virtual void OnOp(const Op& /*op*/, const Flow* /*flow*/, const FlowKey& /*key*/) {}
  // The list that a resubmit, clone or bucket ran has ended.
  virtual void OnReturn(const FlowKey& /*key*/) {}
  virtual void OnEffect(const Effect& /*effect*/, const FlowKey& /*key*/) {}
  virtual void OnDrop(DropReason /*reason*/, const FlowKey& /*key*/) {}

  // -- Deciding. What stands here is what a switch does.
  // A table is about to be asked: for tables that are filled as packets come to them (Controller::Prepare(); flows may
  // be added, none removed), and for traces that ask "what if" and change the key.
  virtual void BeforeLookup(uint8_t /*table*/, FlowKey& /*key*/) {}
  // Which bucket of a select group is taken; -1 lets the hash decide.
  virtual int ChooseBucket(const GroupOp& /*group*/, const FlowKey& /*key*/) { return -1; }
  // Which of several flows of equal priority a packet takes; null: Precedes() decides.
  virtual const TieOrder* ties() const { return nullptr; }
  // A packet whose TTL runs out goes on; where it was 0 already, OnDrop() is told.
  virtual bool keeps_expired() const { return false; }
  // First fragments are matched with their ports, type and code. A switch matches every fragment as if those were 0, so
  // that all of one datagram take the same way (ovs-ofctl(8), set-frags, "normal").
  virtual bool matches_first_fragments_ports() const { return false; }
};

class Translator {
 public:
  // As in Open vSwitch: a resubmit to a later table is free, because tables end (ovs-actions(7), "Recursion too deep").
  static constexpr int kMaxDepth = 64;
  static constexpr int kMaxSteps = 4096 * 8;

  explicit Translator(const FlowTables& tables) : tables_(tables) {}

  // From the start: looks `key` up in `table`. With an observer the program is about this packet alone: mask, consulted
  // and flows are left out, so that it is found faster.
  Program Run(const FlowKey& key, uint8_t table, Observer* observer = nullptr) const;
  // Goes on with `key` as it is now.
  Program Run(const FlowKey& key, const Resumption& where, Observer* observer = nullptr) const;

 private:
  const FlowTables& tables_;
};

}  // namespace ovnlite

#endif  // OVNLITE_DATAPATH_TRANSLATE_H_
