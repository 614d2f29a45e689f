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
#include <string>
#include <vector>

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

  // Makes the owners exactly those given: `names` in the order of insertion that ovn-controller would have. Owners that
  // are gone free their numbers. Owners beyond the last number get 0.
  void Assign(const std::vector<std::string>& names);

  // Takes over numbers given earlier. Those that are none, or are given twice, are passed over.
  void Restore(const std::map<std::string, uint32_t>& zones);

  const std::map<std::string, uint32_t>& zones() const { return zones_; }

 private:
  std::map<std::string, uint32_t> zones_;
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_CONTROLLER_CT_ZONES_H_
