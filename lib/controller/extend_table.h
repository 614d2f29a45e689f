// File: extend_table.h
// Numbers for things that OpenFlow knows by number: groups and meters. The same description always has the same number,
// and a number that nobody uses any more is given out again: the lowest one free, from 1 up, as in OVN.

#ifndef OVNLITE_LIB_CONTROLLER_EXTEND_TABLE_H_
#define OVNLITE_LIB_CONTROLLER_EXTEND_TABLE_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"

namespace ovnlite {

class ExtendTable {
 public:
  static constexpr uint32_t kLast = 65535;
  using Tell = absl::FunctionRef<void(const std::string& description, uint32_t id)>;

  // Descriptions that are used from now on, and some that are not any more. Tells of every one whose number is another
  // one now; 0: it has none. Numbers are given out in the order of the descriptions; those for whom there was none wait.
  void Change(const std::vector<const std::string*>& added, const std::vector<const std::string*>& removed, Tell tell) {
    for (const std::string* description : removed) {
      waiting_.erase(*description);
      const auto found = ids_.find(*description);
      if (found == ids_.end()) continue;
      free_.insert(found->second);
      ids_.erase(found);
      tell(*description, 0);
    }
    for (const std::string* description : added) waiting_.insert(*description);
    while (!waiting_.empty()) {
      const uint32_t id = Take();
      if (id == 0) return;
      const auto first = waiting_.begin();
      ids_.emplace(*first, id);
      tell(*first, id);
      waiting_.erase(first);
    }
  }

 private:
  uint32_t Take() {
    if (!free_.empty()) return free_.extract(free_.begin()).value();
    return next_ > kLast ? 0 : next_++;
  }

  std::map<std::string, uint32_t> ids_;
  std::set<std::string> waiting_;
  uint32_t next_ = 1;  // All below are in use, or in free_.
  std::set<uint32_t> free_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_CONTROLLER_EXTEND_TABLE_H_
