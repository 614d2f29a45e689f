// File: flow_store.h
// Numbers for flows: the same flow has the same number as long as somebody uses it, so that recompiling what did not
// change changes nothing. These numbers are the items of the incremental engine.

#ifndef OVNLITE_LIB_CONTROLLER_FLOW_STORE_H_
#define OVNLITE_LIB_CONTROLLER_FLOW_STORE_H_

#include <cstdint>
#include <deque>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "ovnlite/flow/flow.h"

namespace ovnlite {

class FlowStore {
 public:
  // The number of `flow`, which is kept if it is new.
  uint32_t Intern(Flow flow);
  const Flow& Get(uint32_t number) const { return flows_[number].flow; }
  // Says that `number` came into use. Numbers that never do are forgotten by ForgetUnused().
  void Use(uint32_t number) { flows_[number].used = true; }
  void Forget(uint32_t number);
  void ForgetUnused();

 private:
  struct Entry {
    Flow flow;
    uint64_t hash = 0;
    bool used = false;
    bool live = false;
  };

  std::deque<Entry> flows_;
  std::vector<uint32_t> free_;
  std::vector<uint32_t> fresh_;
  absl::flat_hash_map<uint64_t, absl::InlinedVector<uint32_t, 1>> by_hash_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_CONTROLLER_FLOW_STORE_H_
