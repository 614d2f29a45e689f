// File: ct_zones.h
// Connection tracking zones: one per port that is here, and one each for DNAT and SNAT per local datapath, numbered
// from 1.
//
// A zone keeps its number as long as its owner needs it. New owners are numbered in the order in which a freshly
// started ovn-controller meets them, which is that of its hash table: so a dump of our flows can be laid beside one of
// a real hypervisor's. The order is a fact about Open vSwitch's data structures (murmur hash of the name, buckets grown
// by doubling, newest first within a bucket), and nothing else depends on it.

#ifndef OVNLITE_LIB_CONTROLLER_CT_ZONES_H_
#define OVNLITE_LIB_CONTROLLER_CT_ZONES_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace ovnlite {

// The 32-bit hash that Open vSwitch gives a string (murmur3 finalised with its length), and its tables are ordered by.
uint32_t OvsStringHash(absl::string_view text);

// The order in which a hash table of Open vSwitch lists keys that were inserted one by one; `hashes` in order of
// insertion. Returns indexes into it.
std::vector<size_t> OvsTableOrder(const std::vector<uint32_t>& hashes);

class CtZones {
 public:
  static constexpr uint32_t kMaxZone = 65'535;

  using Tell = absl::FunctionRef<void(const std::string& owner, uint32_t zone)>;

  // Owners that are gone, whose numbers are free, and new ones in the order of insertion that ovn-controller would have.
  // Who was added several times is gone when it was removed as often. Tells of every owner whose number is another one
  // now; 0: it has none, because it is gone or there are none left.
  void Change(const std::vector<std::string>& removed, const std::vector<std::string>& added, Tell tell);

  // Takes over numbers given earlier. Those that are none, or are given twice, are passed over; those of owners that are
  // not there at the end of the next Change() are free again.
  void Restore(const std::map<std::string, uint32_t>& zones);
  bool has_restored() const { return !restored_.empty(); }

  const std::map<std::string, uint32_t>& zones() const { return zones_; }

 private:
  std::map<std::string, uint32_t> zones_;
  std::map<std::string, int> uses_;       // How often an owner was added.
  std::map<std::string, uint32_t> restored_;
  std::set<uint32_t> taken_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_CONTROLLER_CT_ZONES_H_
