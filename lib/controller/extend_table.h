// File: extend_table.h
// Numbers for things that OpenFlow knows by number: groups and meters. The same description always has the same number,
// and a number that nobody uses any more is given out again: the lowest one free, from 1 up, as in OVN.

#ifndef OVNLITE_LIB_CONTROLLER_EXTEND_TABLE_H_
#define OVNLITE_LIB_CONTROLLER_EXTEND_TABLE_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "absl/container/flat_hash_map.h"

namespace ovnlite {

class ExtendTable {
 public:
  static constexpr uint32_t kLast = 65535;

  // Counts one use more of `description`. 0 when all numbers are taken.
  uint32_t Acquire(const std::string& description) {
    const auto found = ids_.find(description);
    if (found != ids_.end()) {
      ++found->second.uses;
      return found->second.id;
    }
    uint32_t id = next_;
    if (!free_.empty()) {
      id = *free_.begin();
      free_.erase(free_.begin());
    } else if (id > kLast) {
      return 0;
    } else {
      ++next_;
    }
    ids_.emplace(description, Entry{id, 1});
    return id;
  }
  // Counts one use less; after the last one the number is free.
  void Release(const std::string& description) {
    const auto found = ids_.find(description);
    if (found == ids_.end() || --found->second.uses > 0) return;
    free_.insert(found->second.id);
    ids_.erase(found);
  }
  // By number.
  std::map<uint32_t, std::string> descriptions() const {
    std::map<uint32_t, std::string> by_number;
    for (const auto& [description, entry] : ids_) by_number.emplace(entry.id, description);
    return by_number;
  }

 private:
  struct Entry {
    uint32_t id;
    uint32_t uses;
  };
  absl::flat_hash_map<std::string, Entry> ids_;
  uint32_t next_ = 1;  // All below are in use, or in free_.
  std::set<uint32_t> free_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_CONTROLLER_EXTEND_TABLE_H_
