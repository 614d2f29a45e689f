// File: reach.h
// Which next hops a router's ports can reach: those in a network of one of them, or in the link-local network that each
// of them has.

#ifndef OVNLITE_LIB_CHECK_REACH_H_
#define OVNLITE_LIB_CHECK_REACH_H_

#include <vector>

#include "absl/container/flat_hash_set.h"
#include "lib/check/owners.h"
#include "ovnlite/base/ip.h"

namespace ovnlite {

class Reach {
 public:
  Reach(const Database& nb, const ViewOf<nb::Logical_Router>& router);

  bool Reaches(const IpAddress& next_hop) const;
  // Whether it is an address of the router itself.
  bool IsOwn(const IpAddress& address) const { return own_.contains(address); }

 private:
  absl::flat_hash_set<IpPrefix> networks_;
  absl::flat_hash_set<IpAddress> own_;
  std::vector<IpPrefix> lengths_;  // One network of each family and length.
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_CHECK_REACH_H_
