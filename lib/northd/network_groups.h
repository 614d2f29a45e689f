// File: network_groups.h
// The rows of Logical_DP_Group: one for each set of several logical networks that some logical flow is in. A flow knows
// its group by number. When all flows of a group move to the same new set, as they do when a network comes or goes, the
// group's row gains or loses that network and the flows stay as they are.

#ifndef OVNLITE_LIB_NORTHD_NETWORK_GROUPS_H_
#define OVNLITE_LIB_NORTHD_NETWORK_GROUPS_H_

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "ovnlite/db/database.h"

namespace ovnlite {

class NetworkGroups {
 public:
  using Number = uint32_t;
  static constexpr Number kNone = ~Number{0};

  // Notes that a flow that was in group `from` (or kNone) is to be in `networks`, by their Southbound UUIDs; of none or
  // one, in no group.
  void Move(Number from, Members networks);
  // Decides where everything goes that was moved since the last time: the answers, in the order of the moves.
  std::vector<Number> Settle();
  // A group that is there already, without flows.
  void Adopt(const Uuid& row, Members networks);

  Uuid RowOf(Number group) const { return groups_[group].row; }
  // Puts the groups that were made or changed into the transaction. Rows that no flow refers to are garbage to the
  // database.
  void Write(Transaction& t);
  void Submitted(bool accepted);
  bool IsDirty() const { return !dirty_.empty(); }

 private:
  struct Group {
    Members networks;
    Uuid row;
    uint32_t flows = 0;
    bool dirty = false;
  };
  struct Moving {
    Number from;
    Members networks;
  };

  // kNone when there is no such group.
  Number Find(const Members& networks) const;
  Number New(Members networks);
  void SetNetworks(Number group, Members networks);
  void Index(Number group);
  void Unindex(Number group);
  void MarkDirty(Number group);

  std::vector<Group> groups_;
  std::vector<Number> free_;
  absl::flat_hash_map<uint64_t, std::vector<Number>> by_hash_;
  absl::flat_hash_map<Uuid, Number> by_row_;
  std::vector<Moving> moving_;
  std::vector<Number> dirty_, submitted_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_NORTHD_NETWORK_GROUPS_H_
