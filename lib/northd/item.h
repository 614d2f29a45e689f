// File: item.h
// What emitters of the compiler produce, by number: the same item has the same number as long as it is used, so that
// recompiling what did not change changes nothing. Numbers are the items of the incremental engine.

#ifndef OVNLITE_LIB_NORTHD_ITEM_H_
#define OVNLITE_LIB_NORTHD_ITEM_H_

#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/logical/stage.h"

namespace ovnlite {

// A logical flow of one datapath. Flows that differ only in their datapath become one row of Logical_Flow.
struct LogicalFlowText {
  Stage stage = Stage::kLsInCheckPortSec;
  uint16_t priority = 0;
  std::string match;
  std::string actions;
  std::string port;  // tags:in_out_port: chassis that do not have this port need not have the flow; or empty.
  auto operator<=>(const LogicalFlowText&) const = default;
  template <typename H>
  friend H AbslHashValue(H h, const LogicalFlowText& t) {
    return H::combine(std::move(h), t.stage, t.priority, t.match, t.actions, t.port);
  }
};
struct FlowItem {
  LogicalFlowText text;
  Uuid datapath;            // Of the Logical_Switch or Logical_Router.
  uint32_t hint = 0;        // First digits of the Northbound row it comes from; 0: none.
  const char* source = "";  // Where in the compiler, "file.cc:line": a literal or otherwise immortal.
  int line = 0;
  bool operator==(const FlowItem&) const = default;
};

// A row that some table should have. References to datapaths and ports are to Northbound rows, and keys may be open
// (0): southbound.h puts in what the Southbound database calls them.
enum class RowKind : uint8_t { kDatapath, kPort, kMulticastGroup, kAddressSet, kPortGroup, kPortUp, kGlobal };
struct RowItem {
  RowKind kind = RowKind::kDatapath;
  std::string key;    // What makes the row this one: a Northbound UUID or a name.
  std::string bytes;  // The row, serialized deterministically.
  bool operator==(const RowItem&) const = default;
};

using Item = std::variant<FlowItem, RowItem>;

class ItemStore {
 public:
  // The number of `item`, which is kept if it is new.
  uint32_t Intern(Item item);
  const Item& Get(uint32_t number) const { return entries_[number].item; }
  // Says that `number` came into use. Numbers that never do are forgotten by ForgetUnused().
  void Use(uint32_t number) { entries_[number].used = true; }
  void Forget(uint32_t number);
  void ForgetUnused();

 private:
  struct Entry {
    Item item;
    uint64_t hash = 0;
    bool used = false;
    bool live = false;
  };
  std::deque<Entry> entries_;
  std::vector<uint32_t> free_;
  std::vector<uint32_t> fresh_;
  absl::flat_hash_map<uint64_t, absl::InlinedVector<uint32_t, 1>> by_hash_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_NORTHD_ITEM_H_
