// File: world.h
// What a trace needs to know of the Southbound database besides its flow tables: names of datapaths and ports,
// multicast groups, and the logical flows as text and as actions.

#ifndef OVNLITE_LIB_TRACE_WORLD_H_
#define OVNLITE_LIB_TRACE_WORLD_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/node_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/trace/traced_flow.h"
#include "ovnlite/base/uuid.h"
#include "ovnlite/db/database.h"
#include "ovnlite/logical/constant_set.h"
#include "ovnlite/logical/expr.h"
#include "ovnlite/logical/expr_transform.h"

namespace ovnlite {

struct TracedPort {
  Uuid uuid;
  uint32_t key = 0;
  std::string name;
  std::string friendly;
  std::string type;
  std::string peer;              // Name of the port on the other side of a patch.
  std::string distributed_port;  // chassisredirect: whose place it takes.
};

struct TracedDatapath {
  Uuid uuid;
  std::string uuid_text;
  uint32_t key = 0;
  std::string name;        // UUID of the Logical_Switch or Logical_Router, or of the row itself where it has none.
  std::string given_name;  // external_ids:name
  std::string other_name;  // external_ids:name2
  std::string friendly;    // The name that people know it by.
  bool is_switch = true;
  bool is_gateway = false;  // Has an l3gateway port.
  std::map<uint32_t, TracedPort> ports;
  absl::flat_hash_map<std::string, const TracedPort*> ports_by_name;
  std::map<uint32_t, std::string> groups;
};

// Reads what it is asked for and remembers it until the database changes.
class TracedWorld final : public ConstantSets {
 public:
  explicit TracedWorld(Database& sb);

  // Takes the database as it is now. What was handed out before is no longer valid.
  void Refresh();

  // By the key of the datapath or null.
  const TracedDatapath* Datapath(uint32_t key) const;
  // By what a user may call it: see Tracer::Run().
  absl::StatusOr<const TracedDatapath*> FindDatapath(absl::string_view name) const;
  // The datapath of the port called `name`, or null.
  const TracedDatapath* DatapathOfPort(absl::string_view name) const;
  // A port of `datapath` by its name, its friendly name or the first digits of a name that is a UUID; or null.
  static const TracedPort* FindPort(const TracedDatapath& datapath, absl::string_view name);
  // By the exact name, or null.
  const TracedPort* PortNamed(absl::string_view name) const;

  // Null when the row does not exist. `friendly`: its texts have short names for long ones.
  const TracedFlow* Flow(const Uuid& uuid, bool friendly);
  // What the stage is called by flows in it; empty when there are none. `some_flow` is one of them, or zero: then all
  // are looked for, which takes long.
  std::string StageName(const TracedDatapath& datapath, Pipeline pipeline, int table, const Uuid& some_flow) const;

  // Short names for long ones inside quotes.
  std::string MakeFriendly(std::string text) const;

  std::shared_ptr<const ConstantSet> FindAddressSet(absl::string_view name) const override;
  std::shared_ptr<const ConstantSet> FindPortGroup(absl::string_view name) const override;

 private:
  struct Entry {
    TracedDatapath datapath;
    bool complete = false;  // Its ports and groups are there.
  };

  Entry* FindEntry(uint32_t key) const;
  // With ports and groups.
  const TracedDatapath* Complete(Entry& entry) const;
  const std::string& FriendlyPort(const std::string& name) const;

  Database& sb_;
  Database::Subscription subscription_;
  bool changed_ = true;
  mutable std::vector<Entry> datapaths_;                            // By key.
  mutable absl::flat_hash_map<std::string, std::string> friendly_;  // Of port names that were asked for.
  ExprPool pool_;
  absl::node_hash_map<std::pair<Uuid, bool>, TracedFlow> flows_;  // By row and friendliness.
};

// "3ae52c" for a UUID, anything else as it is.
std::string ShortenUuid(absl::string_view name);

}  // namespace ovnlite

#endif  // OVNLITE_LIB_TRACE_WORLD_H_
