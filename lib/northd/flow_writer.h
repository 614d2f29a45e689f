// File: flow_writer.h
// Brings Logical_Flow from what it holds to what the compiler's items say it should hold: one row for each text, in the
// networks that have it. A row's hint and source are those of its first item, by network.
//
// Rows that are there already are found again by their text, once, and keep their UUIDs. A text whose networks change
// costs its row, or nothing when the row's group of networks changes with it (network_groups.h).

#ifndef OVNLITE_LIB_NORTHD_FLOW_WRITER_H_
#define OVNLITE_LIB_NORTHD_FLOW_WRITER_H_

#include <functional>
#include <memory>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "lib/northd/items.h"
#include "lib/northd/network_groups.h"
#include "lib/northd/row_writer.h"
#include "ovnlite/base/slot_table.h"
#include "ovnlite/db/database.h"
#include "ovnlite/schema/recent_strings.h"

namespace ovnlite {

class FlowWriter {
 public:
  // `rows` knows the networks' rows. Both must outlive the writer.
  FlowWriter(Database& sb, const RowWriter& rows);

  // Takes note of items that came and went. They stay where they are until Write().
  void Add(const LogicalFlow& flow);
  void Remove(const LogicalFlow& flow);

  bool IsDirty() const { return !adopted_ || !dirty_.empty() || groups_.IsDirty(); }
  // Puts what has changed into the transaction; the networks' rows must be in it, or there.
  void Write(Transaction& t);
  void Submitted(bool accepted);

 private:
  struct ByOrigin {
    bool operator()(const LogicalFlow* a, const LogicalFlow* b) const;
  };
  using Items = absl::btree_set<const LogicalFlow*, ByOrigin>;
  // The items of one text.
  struct State {
    const LogicalFlow* one = nullptr;  // The only one,
    std::unique_ptr<Items> many;       // or all of them.
    Members networks;                  // Of more than one item: their networks, by Southbound UUID.
    NetworkGroups::Number group = NetworkGroups::kNone;
    bool dirty = false;
    bool empty() const { return one == nullptr && many == nullptr; }
    const LogicalFlow& first() const { return many != nullptr ? **many->begin() : *one; }
  };
  using Slot = uint32_t;

  void MarkDirty(Slot slot);
  Uuid RowOf(Slot slot) const;
  void OnCommit(const Delta& delta);
  void Adopt();
  Members NetworksOf(const State& state) const;
  Members Actual(const Members& networks) const;
  void AddNetworks(const LogicalFlow& flow, State& state);
  void WriteFlow(Transaction& t, Slot slot);

  Database& sb_;
  const RowWriter& rows_;
  NetworkGroups groups_;
  Database::Subscription subscription_;
  bool adopted_ = false;
  SlotTable<FlowText, State> texts_;
  std::vector<Slot> dirty_;
  std::vector<std::pair<FlowText, Uuid>> submitted_;  // With their rows.
  // Rows whose UUID does not follow from their text, by slot.
  absl::flat_hash_map<Slot, Uuid> adopted_rows_;
  std::vector<Uuid> stale_;  // Rows that nobody can want.
  RecentStrings strings_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_NORTHD_FLOW_WRITER_H_
