// File: local_datapaths.h
// Which logical datapaths concern a chassis: those that have something there, and all that can be reached from these over
// patches. A graph that is kept closed while its edges change: a change costs what becomes reachable by it, or is not any
// more, and where the way to a datapath went by what is gone, a look for another way.

#ifndef OVNLITE_LIB_CONTROLLER_LOCAL_DATAPATHS_H_
#define OVNLITE_LIB_CONTROLLER_LOCAL_DATAPATHS_H_

#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "ovnlite/base/uuid.h"

namespace ovnlite {

class LocalDatapaths {
 public:
  // Something of a datapath is here; what was said several times must be taken back as often. Takes effect with Settle().
  void AddSeed(const Uuid& datapath);
  void RemoveSeed(const Uuid& datapath);
  // Packets may cross from one to another; the same rules.
  void AddPatch(const Uuid& from, const Uuid& to);
  void RemovePatch(const Uuid& from, const Uuid& to);

  // Tells which datapaths have become local, or are not any more; each once, in order.
  void Settle(absl::FunctionRef<void(const Uuid&, bool is_local)> tell);

  bool Contains(const Uuid& datapath) const {
    const auto found = nodes_.find(datapath);
    return found != nodes_.end() && found->second.is_local;
  }

 private:
  struct Node {
    bool is_local = false;
    bool lost = false;   // The way here is gone, and no other was found yet.
    uint32_t seeds = 0;
    Uuid by;             // Where the way here comes from; zero where something is here. Of a local node.
    std::map<Uuid, uint32_t> out, in;  // Patches by the other end.
  };
  void Touch(const Uuid& datapath, const Node& node) { before_.try_emplace(datapath, node.is_local); }
  // Whether the way to a local datapath is whole.
  bool IsReached(const Uuid& datapath) const;
  void Lose(const Uuid& datapath);
  // Another way, if there is one.
  bool FindWay(const Uuid& datapath, Node& node);
  void Forget(const Uuid& datapath);

  absl::flat_hash_map<Uuid, Node> nodes_;
  std::map<Uuid, bool> before_;  // What changed since the last Settle(), and what was local then.
  std::set<Uuid> lost_;
  std::vector<Uuid> maybe_;      // What something now leads to.
};

}  // namespace ovnlite

#endif  // OVNLITE_LIB_CONTROLLER_LOCAL_DATAPATHS_H_
